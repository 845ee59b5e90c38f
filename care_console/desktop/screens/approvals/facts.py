"""What the approvals say, from a request and the clock alone. No Qt."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.approvals import Approval, ApprovalKind, Decision
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import age, in_full

_BY_ITSELF = "system"
"""Who takes back what nobody decided in time."""
_REASONS = {
    "duplicate": "charged twice",
    "inaudible": "could not hear",
    "expired_unheard": "expired unheard",
    "wrong_recipient": "wrong recipient",
    "goodwill": "goodwill",
    "other": "other",
}


def who(approval: Approval) -> str:
    """Whose story it is about: a name, else the number."""
    return approval.recipient_name or (display_phone(approval.phone) if approval.phone else "Nobody known")


def what(approval: Approval) -> str:
    """What was asked for, in two or three words."""
    match approval.kind:
        case ApprovalKind.REFUND:
            return f"{dollars(approval.amount_cents or 0)} refund"
        case ApprovalKind.CORRECTION:
            return "Opt-out correction"
        case ApprovalKind.MAKE_GOOD:
            return "Make good"


def asked(approval: Approval, now: datetime) -> str:
    """By whom, and how long ago."""
    return f"{approval.requested_by}, {age(approval.requested_at, now)}"


def lines(approval: Approval, now: datetime) -> list[tuple[str, str]]:
    """What is to be known before deciding: a caption and its words each, in the order of reading."""
    phone = f", {display_phone(approval.phone)}" if approval.phone and approval.recipient_name else ""
    told = [
        ("Asked by", f"{approval.requested_by}, {in_full(approval.requested_at, now)}"),
        ("For", who(approval) + phone),
    ]
    if approval.kind is ApprovalKind.REFUND and approval.reason is not None:
        told.append(("Reason", _REASONS[approval.reason.value]))
    if approval.words:
        told.append(("On file", f"“{approval.words}”"))
    if approval.asked_note:
        told.append(("They wrote", f"“{approval.asked_note}”"))
    told.append(("Why", approval.why))
    if approval.is_open:
        told.append(("Ends", f"{age(approval.expires_at, now)} by itself, if nobody decides"))
    return told


def outcome(approval: Approval) -> tuple[str, Tone] | None:
    """How it ended, and what follows; None while it is open."""
    if approval.decision is not None:
        wrote = f" They wrote: “{approval.note}”." if approval.note else ""
        if approval.decision is Decision.APPROVE:
            return f"{approval.decided_by} approved it. {_follows(approval)}{wrote}", Tone.GOOD
        return f"{approval.decided_by} declined it. {_nothing(approval)}{wrote}", Tone.WARN
    if approval.withdrawn_at is None:
        return None
    if approval.withdrawn_by == _BY_ITSELF:
        return f"Nobody decided in time, so it ended. {_nothing(approval)}", Tone.WARN
    return f"{approval.withdrawn_by} took it back. {_nothing(approval)}", Tone.PLAIN


def _follows(approval: Approval) -> str:
    if approval.kind is ApprovalKind.CORRECTION:
        return "The opt-out counts as never said; the number stands where it stood before."
    return "It sends after its ten seconds."


def _nothing(approval: Approval) -> str:
    return "Texts stay off." if approval.kind is ApprovalKind.CORRECTION else "No money moved."


def news_for_asker(approval: Approval) -> tuple[str, Tone] | None:
    """What the one who asked is told wherever they are; None while it is open, or where they took it back."""
    ended = outcome(approval)
    if ended is None or approval.withdrawn_by == approval.requested_by:
        return None
    return f"{what(approval)} for {who(approval)}: {ended[0]}", ended[1]


def news_for_decider(approval: Approval) -> str:
    """What who may decide is told when somebody asks."""
    return f"{approval.requested_by} asks: {what(approval)} for {who(approval)}."
