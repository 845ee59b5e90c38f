"""How a row of the opt-out log reads: one line of the list, its evidence when open, a filter in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from care_console.contract.consent import ConsentEvent, ConsentState, CorrectionAsked, OptOut, OptOutEvidence
from care_console.contract.phone import display_phone
from care_console.desktop.queries.opt_outs import LogFilter
from care_console.desktop.screens.story.lines import CHANNELS
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.when import clock_time, day, in_full

LATEST_CONFIRMATION_SECONDS = 300
"""A later confirmation is none any more (47 CFR 64.1200(a)(12))."""

_STATES = {
    ConsentState.OPTED_OUT: ("Opt-out", "consent_off", "texts off", Tone.BAD),
    ConsentState.HELD: ("Held", "consent_held", "held", Tone.WARN),
    ConsentState.OPTED_IN: ("Opt-in", "consent_on", "texts on", Tone.GOOD),
}
_EVENTS = {
    "opt_out": "Texts stopped",
    "opt_in": "Texts allowed",
    "hold": "Texts held",
    "correction": "Corrected",
}
Details = tuple[tuple[str, str], ...]


def key_of(opt_out_id: str) -> str:
    """The key of a row in the list."""
    return f"opt_out:{opt_out_id}"


def row_of(row: OptOut) -> Row:
    """A row of the log as a row of the list."""
    kind, icon, badge, tone = _STATES[row.state]
    quoted = f"“{row.words}”" if row.words else "(no words)"
    return Row(
        key=key_of(row.id),
        at=row.effective_at,
        kind=kind,
        icon=icon,
        line=f"{display_phone(row.phone)}  {quoted}",
        badge=badge,
        tone=tone,
        told=evidence_of(row),
        origin=row,
    )


def evidence_of(row: OptOut) -> Details:
    """The evidence of a row: what was said, how it came, when, by whose hand, and what followed."""
    now = datetime.now(UTC)
    return (
        ("Number", display_phone(row.phone)),
        ("Words", row.words or "(none)"),
        ("Came", CHANNELS[row.channel]),
        ("Received", f"{in_full(row.received_at, now)}"),
        ("In force", f"{in_full(row.effective_at, now)}{_later(row)}"),
        ("By", row.actor),
        *_given("Call", row.call_id),
        *_given("Text id", row.provider_message_id),
        ("Confirmed", _confirmation(row)),
        ("Texts ended", str(row.texts_cancelled)),
        *_given("Imported as", row.imported_id),
        ("Row", row.id),
    )


def said_in(event: ConsentEvent) -> str:
    """One line of a number's history."""
    now = datetime.now(UTC)
    quoted = f": “{event.words}”" if event.words else ""
    when = f"{day(event.at, now)}, {clock_time(event.at)}"
    return f"{when}  {_EVENTS[event.event]} {CHANNELS[event.channel]}, {event.actor}{quoted}"


def standing(evidence: OptOutEvidence) -> tuple[str, str, Tone]:
    """Where the number stands now: a sentence, an icon and its tone."""
    stands = evidence.stands
    since = f" since {day(stands.since, datetime.now(UTC))}" if stands.since else ""
    word = {
        ConsentState.OPTED_OUT: f"Texts off{since}",
        ConsentState.HELD: f"Held{since}",
        ConsentState.OPTED_IN: f"Texts on{since}",
    }[stands.state]
    _, icon, _, tone = _STATES[stands.state]
    return word, icon, tone


def correction_told(asked: CorrectionAsked) -> str:
    """What became of a correction that somebody asked for."""
    by = f"{asked.requested_by} asked for a correction on {day(asked.requested_at, datetime.now(UTC))}"
    if asked.decision is None:
        return f"{by}. It waits for another person."
    return f"{by}; {asked.decided_by} said {asked.decision}."


def counted(total: int, what: Literal["log", "held"]) -> str:
    """The exact number of rows in words: ``1,204,331 rows``."""
    noun = "row" if what == "log" else "held reply" if total == 1 else "held replies"
    plural = "s" if what == "log" and total != 1 else ""
    return f"{total:,} {noun}{plural}"


def in_words(wanted: LogFilter) -> str:
    """A filter as a sentence's end: ``held, by text, by ana, since Nov 1``; empty for the whole log."""
    now = datetime.now(UTC)
    parts = []
    if wanted.state is not None and not wanted.waiting:
        parts.append("held" if wanted.state is ConsentState.HELD else "opted out")
    if wanted.channel is not None:
        parts.append(CHANNELS[wanted.channel])
    if wanted.actor:
        parts.append(f"by {wanted.actor}")
    if wanted.phone:
        parts.append(f"of {display_phone(wanted.phone)}")
    if wanted.since:
        parts.append(f"since {day(wanted.since, now)}")
    if wanted.until:
        parts.append(f"before {day(wanted.until, now)}")
    return ", ".join(parts)


def _later(row: OptOut) -> str:
    waited = int((row.effective_at - row.received_at).total_seconds())
    return f", {_span(waited)} later" if waited >= 1 else ""


def _confirmation(row: OptOut) -> str:
    if row.confirmation_seconds is None:
        return "no confirming text on file"
    late = " - too late" if row.confirmation_seconds > LATEST_CONFIRMATION_SECONDS else ""
    told = f"after {_span(row.confirmation_seconds)}{late}"
    return f"{told}, text {row.confirmation_id}" if row.confirmation_id else told


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} d"


def _given(label: str, value: str | None) -> Details:
    return ((label, value),) if value else ()
