"""Offline, signed out, expired: three states in words, shape and colour of their own."""

from __future__ import annotations

from datetime import datetime

from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.session import SessionState
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import clock_time


def badge_words(connection: ConnectionState, session: SessionState) -> tuple[str, str, Tone]:
    """Word, icon and tone for the top bar."""
    if session is SessionState.SIGNED_OUT:
        return "Signed out", "signed_out", Tone.PLAIN
    if session is SessionState.EXPIRED:
        return "Session ended", "expired", Tone.WARN
    if connection is ConnectionState.OFFLINE:
        return "Offline", "offline", Tone.BAD
    if connection is ConnectionState.CONNECTING:
        return "Connecting", "clock", Tone.PLAIN
    return "Online", "online", Tone.GOOD


def state_sentence(
    connection: ConnectionState, session: SessionState, since: datetime | None
) -> tuple[str, Tone]:
    """What the status line says of it: what cannot be done, and what can. Nothing where all is well."""
    away = "the service cannot be reached" + (f" since {clock_time(since)}" if since else "")
    is_offline = connection is ConnectionState.OFFLINE
    if session is SessionState.SIGNED_OUT:
        return (f"Nobody can sign in: {away}.", Tone.PLAIN) if is_offline else ("", Tone.PLAIN)
    if session is SessionState.EXPIRED:
        more = f" Also, {away}." if is_offline else ""
        return f"Session ended: all of it stays here; sign in at the right to go on.{more}", Tone.WARN
    if is_offline:
        return (
            f"Offline: {away}. A STOP is taken and goes first; money waits; today's stories can be read.",
            Tone.BAD,
        )
    return "", Tone.PLAIN
