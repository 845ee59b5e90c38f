"""What a row of the outbox is: something a person did that the service has not answered yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Verb(StrEnum):
    """What is to be done. Its word is also the kind of the draft that it came from."""

    REFUND = "refund"
    WITHDRAW_REFUND = "withdraw_refund"
    OPT_OUT = "opt_out"
    REISSUE = "reissue"
    NOTE = "note"
    CORRECT = "correct"
    CONTACT = "contact"
    CLEAR_REACH = "clear_reach"
    SEND_RECEIPT = "send_receipt"
    PAUSE = "pause"
    RESUME = "resume"

    @property
    def moves_money(self) -> bool:
        """Whether it sends money, and so never resumes after a restart without its person's word."""
        return self is Verb.REFUND

    @property
    def one_at_a_time(self) -> bool:
        """Whether a second one on the same subject cannot be asked for while one is pending."""
        return self not in (Verb.OPT_OUT, Verb.NOTE, Verb.CONTACT)


class PendingState(StrEnum):
    """Where a row stands; the outbox's docstring says which failure leads where."""

    QUEUED = "queued"
    SENDING = "sending"
    CHECKING = "checking"
    PAUSED = "paused"
    NEEDS_CONFIRMATION = "needs_confirmation"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PendingAction:
    """One row. `id` is the idempotency key (for a refund: the refund's id), `body` the request's fields.

    `subject_id`: the charge of a refund or receipt, the refund of a withdrawal, the phone of an opt-out, the
    message of a new link, the recipient of a note, of a call or of a cleared mark, the opt-out of a
    correction, the phone or facility that is paused, the pause that is ended. `problem` is the sentence to
    show with the state, where there is one.
    `maybe_arrived`: it left at least once and its answer never came.
    """

    id: UUID
    verb: Verb
    recipient_id: str | None
    subject_id: str
    body: Mapping[str, Any]
    state: PendingState
    asked_by: str
    created_at: datetime
    problem: str | None = None
    maybe_arrived: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it may still be done; a refused one only waits to be read."""
        return self.state is not PendingState.REFUSED


class AlreadyOnItsWay(Exception):
    """The same thing is pending already on the same subject, so a second one is not taken."""

    def __init__(self, pending: PendingAction) -> None:
        super().__init__(pending.id)
        self.pending = pending

    @property
    def sentence(self) -> str:
        """For the person at the desk."""
        return "One is on its way already. Nothing more was sent; wait for its answer first."
