"""The note of a call, written from the reason, the diagnosis and what was done. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from care_console.contract.contacts import CallReason, Disposition
from care_console.contract.messages import Diagnosis, Verdict
from care_console.contract.recipients import OpenMessage
from care_console.desktop.screens.wrap_up.deeds import Deed
from care_console.desktop.widgets.when import day

DISPOSITIONS: tuple[tuple[Disposition, str], ...] = (
    (Disposition.REFUND_ASKED, "Refund asked for"),
    (Disposition.AWAITS_APPROVAL, "Refund awaits approval"),
    (Disposition.LINK_SENT, "New link"),
    (Disposition.TEXTS_STOPPED, "Texts stopped"),
    (Disposition.EXPLAINED, "Explained"),
    (Disposition.UNRESOLVED, "Not resolved"),
)

_SAID: dict[CallReason, str] = {
    CallReason.CANNOT_HEAR: "Caller could not hear {message}.",
    CallReason.NO_LINK: "Caller could not find the link of {message}.",
    CallReason.CHARGED_TWICE: "Caller says they were charged twice.",
    CallReason.STOP: "Caller asked to stop the texts.",
    CallReason.WHAT_CHARGE: "Caller asked what a charge was.",
    CallReason.EXPIRED: "Caller says {message} had expired.",
    CallReason.OTHER: "",
}
_FOUND: dict[Verdict, str] = {
    Verdict.NEVER_TEXTED: "No text with the link had gone out.",
    Verdict.NOT_DELIVERED: "The text was not delivered.",
    Verdict.NEVER_OPENED: "The page was never opened.",
    Verdict.OPENED_NOT_PAID: "The page was opened, not paid.",
    Verdict.PAID_NEVER_PLAYED: "Paid; play never began.",
    Verdict.PLAYED_LITTLE: "Only the beginning was played.",
    Verdict.RECORDING_SILENT: "Recording is silent.",
    Verdict.RECORDING_QUIET: "Recording is too quiet.",
    Verdict.RECORDING_CLIPPED: "Recording is distorted.",
    Verdict.EXPIRED_UNHEARD: "It expired before it was heard.",
    Verdict.CHARGED_TWICE: "Charged more than once.",
    Verdict.OPTED_OUT: "Texts are off for this number.",
    Verdict.REFUNDED: "It is refunded already.",
    Verdict.DISPUTED: "The bank is deciding a dispute.",
    Verdict.FINE: "Nothing wrong is on record.",
}
_ABOUT_A_MESSAGE = (
    CallReason.CANNOT_HEAR,
    CallReason.NO_LINK,
    CallReason.EXPIRED,
    CallReason.CHARGED_TWICE,
)


def write_note(
    reason: CallReason | None, message: OpenMessage | None, deeds: Sequence[Deed], now: datetime
) -> str:
    """The note as it stands now; empty where nothing was said or done."""
    parts = [_said(reason, message, now)]
    if reason in _ABOUT_A_MESSAGE and message is not None:
        parts.append(found_words(message.diagnosis))
    parts += [deed.sentence for deed in deeds]
    return " ".join(part for part in parts if part)


def found_words(diagnosis: Diagnosis) -> str:
    """The verdict, as a note says it."""
    return _FOUND[diagnosis.verdict]


def _said(reason: CallReason | None, message: OpenMessage | None, now: datetime) -> str:
    if reason is None:
        return ""
    which = f"the message of {day(message.recorded_at, now)}" if message is not None else "the message"
    return _SAID[reason].format(message=which)
