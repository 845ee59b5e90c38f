"""The call that each verb is at the service."""

from __future__ import annotations

import logging
from typing import TypeVar, assert_never
from uuid import UUID

from care_console.contract.approvals import Approval
from care_console.contract.base import Reply
from care_console.contract.charges import Refund, RefundState
from care_console.contract.consent import OptOut
from care_console.contract.contacts import Contact
from care_console.contract.messages import ReissuedLink
from care_console.contract.pauses import Pause
from care_console.contract.recipients import Note
from care_console.contract.statements import ReceiptSent
from care_console.contract.texts import ReachCleared
from care_console.desktop.backend.client import Backend
from care_console.desktop.backend.failures import AnswerLost, Refused
from care_console.desktop.backend.paths import path
from care_console.desktop.outbox.pending import PendingAction, Verb

R = TypeVar("R", bound=Reply)
_log = logging.getLogger(__name__)


async def deliver(backend: Backend, row: PendingAction) -> Reply:
    """Ask the service for what a row is about, with the row's id as the key. Raises any BackendFailure."""
    match row.verb:
        case Verb.REFUND:
            place = path("charges", row.subject_id, "refunds")
            refund = await backend.post(place, row.body, Refund, key=row.id)
            return _only(refund, refund.id == row.id)
        case Verb.WITHDRAW_REFUND:
            return await _withdraw(backend, row)
        case Verb.OPT_OUT:
            opt_out = await backend.post(path("opt-outs"), row.body, OptOut, key=row.id)
            return _only(opt_out, opt_out.phone == row.subject_id)
        case Verb.CORRECT:
            place = path("opt-outs", row.subject_id, "corrections")
            return await backend.post(place, row.body, Approval, key=row.id)
        case Verb.REISSUE:
            place = path("messages", row.subject_id, "links")
            return await backend.post(place, row.body, ReissuedLink, key=row.id)
        case Verb.NOTE:
            note = await backend.post(path("recipients", row.subject_id, "notes"), row.body, Note, key=row.id)
            return _only(note, note.recipient_id == row.subject_id)
        case Verb.CONTACT:
            place = path("recipients", row.subject_id, "contacts")
            return await backend.post(place, row.body, Contact, key=row.id)
        case Verb.SEND_RECEIPT:
            place = path("charges", row.subject_id, "receipts")
            sent = await backend.post(place, row.body, ReceiptSent, key=row.id)
            return _only(sent, sent.charge_id == row.subject_id)
        case Verb.CLEAR_REACH:
            place = path("recipients", row.subject_id, "reach")
            cleared = await backend.post(place, row.body, ReachCleared, key=row.id)
            return _only(cleared, cleared.recipient_id == row.subject_id)
        case Verb.PAUSE:
            pause = await backend.post(path("pauses"), row.body, Pause, key=row.id)
            return _only(pause, row.subject_id in (pause.phone, pause.facility_id))
        case Verb.RESUME:
            ended = await backend.delete(path("pauses", row.subject_id), Pause, key=row.id)
            return _only(ended, ended.id == row.subject_id and ended.ended_at is not None)
        case _:
            assert_never(row.verb)


def _only(reply: R, is_ours: bool) -> R:
    """The reply, if it is to what was asked: something on the way may give out an older one, which is no

    word of the service's about this.
    """
    if not is_ours:
        _log.warning("a reply was to something else")
        raise AnswerLost
    return reply


async def read_refund(backend: Backend, refund_id: UUID | str) -> Refund:
    """The refund as it stands at the service."""
    return await backend.get(path("refunds", refund_id), Refund)


async def _withdraw(backend: Backend, row: PendingAction) -> Refund:
    try:
        return await backend.delete(path("refunds", row.subject_id), Refund, key=row.id)
    except Refused:
        # The first of two tries may have done it, its answer lost: then the refusal is of the second alone.
        if row.maybe_arrived:
            refund = await read_refund(backend, row.subject_id)
            if refund.state is RefundState.WITHDRAWN:
                return refund
        raise
