"""A pause in words. No Qt."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.pauses import Pause
from care_console.desktop.widgets.when import clock_time, in_full

_OPERATOR = "system"
"""Who pauses from the service's own machine, by a command."""


def pause_in_words(pause: Pause, now: datetime) -> str:
    """Since when, by whom and why: ``Paused since Nov 20, 6:03 PM Eastern by sue: “...”``."""
    reason = " ".join(pause.reason.split())
    return f"Paused since {in_full(pause.since, now)} by {_who(pause.actor)}: “{reason}”"


def ended_in_words(pause: Pause, login: str) -> str:
    """How a pause ended; `login` is who asked for it here, and may have come second."""
    if pause.ended_at is None:
        return ""
    at = clock_time(pause.ended_at)
    if pause.ended_by == login:
        return f"Resumed at {at} Eastern. What waited goes within minutes, at an hour that allows it."
    return f"It was resumed already, at {at} Eastern by {_who(pause.ended_by or '')}. Nothing was changed."


def _who(actor: str) -> str:
    return "the operator" if actor == _OPERATOR else actor
