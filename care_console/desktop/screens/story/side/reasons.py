"""What callers say when they call, and which message and which action each is likely about. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from care_console.contract.contacts import CallReason
from care_console.contract.messages import ChargedTwice, ReissueReason, Verdict
from care_console.contract.recipients import OpenMessage

__all__ = ["LABELS", "CallReason", "meant", "reissue_reason"]

LABELS: tuple[tuple[CallReason, str], ...] = (
    (CallReason.CANNOT_HEAR, "Can't hear"),
    (CallReason.NO_LINK, "No link"),
    (CallReason.CHARGED_TWICE, "Charged twice"),
    (CallReason.STOP, "Stop"),
    (CallReason.WHAT_CHARGE, "What is this charge"),
    (CallReason.EXPIRED, "Expired"),
    (CallReason.OTHER, "Other"),
)

_MEANT: dict[CallReason, tuple[Verdict, ...]] = {
    CallReason.CANNOT_HEAR: (
        Verdict.RECORDING_SILENT,
        Verdict.RECORDING_QUIET,
        Verdict.RECORDING_CLIPPED,
        Verdict.PLAYED_LITTLE,
        Verdict.PAID_NEVER_PLAYED,
    ),
    CallReason.NO_LINK: (Verdict.NEVER_TEXTED, Verdict.NOT_DELIVERED, Verdict.NEVER_OPENED),
    CallReason.CHARGED_TWICE: (Verdict.CHARGED_TWICE,),
    CallReason.WHAT_CHARGE: (
        Verdict.CHARGED_TWICE,
        Verdict.PAID_NEVER_PLAYED,
        Verdict.PLAYED_LITTLE,
        Verdict.FINE,
    ),
    CallReason.EXPIRED: (Verdict.EXPIRED_UNHEARD,),
    CallReason.STOP: (),
    CallReason.OTHER: (),
}

_REISSUE = {
    CallReason.CANNOT_HEAR: ReissueReason.UNHEARD,
    CallReason.NO_LINK: ReissueReason.LOST,
    CallReason.EXPIRED: ReissueReason.EXPIRED,
}


def meant(reason: CallReason | None, messages: Sequence[OpenMessage]) -> OpenMessage | None:
    """The open message that the caller most likely means: by the reason, else the first."""
    return pointed_to(reason, messages) or (messages[0] if messages else None)


def pointed_to(reason: CallReason | None, messages: Sequence[OpenMessage]) -> OpenMessage | None:
    """The open message that the reason points to; None where it points to none more than to another."""
    wanted = _MEANT[reason] if reason is not None else ()
    for verdict in wanted:
        for message in messages:
            if message.diagnosis.verdict is verdict and not _is_explained(message):
                return message
    if reason is not CallReason.CHARGED_TWICE:
        return None
    # Nothing was taken twice, so what looks like it is meant: the most charges side by side, then the newest.
    charged = [message for message in messages if _charges(message)]
    return max(charged, key=_charges, default=None)


def fits(reason: CallReason | None, message: OpenMessage) -> bool:
    """Whether a message is one that callers with this reason mean."""
    return reason is not None and pointed_to(reason, [message]) is not None


def _is_explained(message: OpenMessage) -> bool:
    """Two messages with a charge each: it only looks like being charged twice."""
    return message.diagnosis.sub_kind is ChargedTwice.TWO_MESSAGES


def _charges(message: OpenMessage) -> int:
    return len(message.diagnosis.charges.charges) if message.diagnosis.charges is not None else 0


def reissue_reason(reason: CallReason | None) -> ReissueReason | None:
    """Why a link would be made anew for what the caller said; None where that is open."""
    return _REISSUE.get(reason) if reason is not None else None
