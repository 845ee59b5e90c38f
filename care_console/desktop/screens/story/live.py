"""What somebody else did on the story in front while it was open, as one sentence with its age. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from care_console.contract.charges import RefundState
from care_console.contract.contacts import Disposition
from care_console.contract.money import dollars
from care_console.contract.timeline import (
    ConsentEntry,
    ContactEntry,
    LinkEntry,
    NoteEntry,
    PreviewEntry,
    RefundEntry,
)
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.when import age_to_the_second

_LATE_SECONDS = 3600
_NO_PERSON = ("system", "recipient", "carrier", "import", "handset")


def newest_by_others(rows: Iterable[Row], login: str) -> Row | None:
    """The newest row that another person made; none that the system or a phone made."""
    theirs = [row for row in rows if _who(row) not in (None, login, *_NO_PERSON)]
    return max(theirs, key=lambda row: row.at, default=None)


def told(row: Row, now: datetime) -> str:
    """``Refund of $3.99 by sue, 40 s ago``; empty once it is an hour old."""
    if (now - row.at).total_seconds() > _LATE_SECONDS:
        return ""
    return f"{_did(row)} by {_who(row)}, {age_to_the_second(row.at, now)}"


def _who(row: Row) -> str | None:
    match row.origin:
        case RefundEntry(requested_by=who) | LinkEntry(issued_by=who):
            return who
        case NoteEntry() | ConsentEntry() | PreviewEntry() | ContactEntry():
            return row.origin.actor
        case _:
            return None


def _did(row: Row) -> str:
    match row.origin:
        case RefundEntry():
            amount = dollars(row.origin.amount_cents)
            if row.origin.state is RefundState.SUCCEEDED:
                return f"{amount} refunded"
            return f"Refund of {amount} asked for"
        case LinkEntry():
            return "New link made"
        case ConsentEntry(event="opt_out"):
            return "Texts stopped"
        case ContactEntry() if row.origin.disposition in set(Disposition):
            return f"Call wrapped up ({row.origin.disposition.replace('_', ' ')})"
        case PreviewEntry():
            return "Recording heard"
        case _:
            return f"{row.kind} added"
