"""What was done on a call, as the note and the disposition are written from it. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, assert_never

from care_console.contract.charges import RefundState
from care_console.contract.contacts import CallReason, Disposition
from care_console.contract.money import dollars


class DeedKind(StrEnum):
    """What can be done on a call."""

    REFUND = "refund"
    LINK = "link"
    STOP = "stop"
    PREVIEW = "preview"
    RECEIPT = "receipt"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done. `id` is its outbox row's, so that the same thing told again is one deed.

    Of a refund: `cents`, why (`words`), and how far the service has said it to be (`state`). Of a link:
    whether a text `goes`. Of a stop: the caller's `words`. Of a preview: the reason. Of the others: the
    sentence.
    """

    kind: DeedKind
    id: str
    cents: int = 0
    words: str = ""
    state: str = ""
    goes: bool = True

    @property
    def sentence(self) -> str:
        """What was done, in the words of a note. Never more than the service said."""
        match self.kind:
            case DeedKind.REFUND:
                return _refund(self)
            case DeedKind.LINK:
                return "New link sent." if self.goes else "New link made, its code read aloud."
            case DeedKind.STOP:
                return f"Stopped texts; they said “{self.words}”."
            case DeedKind.PREVIEW:
                return f"Heard the recording ({self.words.replace('_', ' ')})."
            case DeedKind.RECEIPT | DeedKind.PAUSE:
                return self.words
            case _:
                assert_never(self.kind)

    def to_json(self) -> dict[str, Any]:
        """For the draft."""
        return asdict(self)


def deed_from_json(kept: Mapping[str, Any]) -> Deed | None:
    """A deed from a draft; None where another version of the desk wrote what this one does not know."""
    try:
        known = {name: kept[name] for name in Deed.__dataclass_fields__ if name in kept}
        return Deed(**{**known, "kind": DeedKind(kept["kind"])})
    except (KeyError, TypeError, ValueError):
        return None


def disposition_of(reason: CallReason | None, deeds: Sequence[Deed]) -> Disposition:
    """What came of a call, by what weighs most of what was done."""
    kinds = {deed.kind for deed in deeds}
    money = [deed for deed in deeds if deed.kind is DeedKind.REFUND and deed.state not in _NOTHING_MOVES]
    if any(deed.state == RefundState.AWAITING_APPROVAL for deed in money):
        return Disposition.AWAITS_APPROVAL
    if money:
        return Disposition.REFUND_ASKED
    if DeedKind.STOP in kinds:
        return Disposition.TEXTS_STOPPED
    if DeedKind.LINK in kinds:
        return Disposition.LINK_SENT
    return Disposition.EXPLAINED if reason is not None or kinds else Disposition.UNRESOLVED


_NOTHING_MOVES = (RefundState.WITHDRAWN.value, RefundState.FAILED.value, RefundState.DECLINED.value)


def _refund(deed: Deed) -> str:
    amount = dollars(deed.cents) + (f" ({deed.words.replace('_', ' ')})" if deed.words else "")
    match deed.state:
        case RefundState.SUCCEEDED.value:
            return f"Refunded {amount}."
        case RefundState.AWAITING_APPROVAL.value:
            return f"Refund of {amount} waits for approval."
        case RefundState.WITHDRAWN.value:
            return f"The refund of {amount} was taken back in time."
        case RefundState.FAILED.value:
            return f"The refund of {amount} did not go through."
        case RefundState.DECLINED.value:
            return f"The refund of {amount} was declined."
        case _:
            return f"Asked for a refund of {amount}."
