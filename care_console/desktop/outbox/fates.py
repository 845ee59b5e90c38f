"""What each failure of a call does to the row that it was made for. No I/O: the whole table, in one place."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from care_console.desktop.backend.failures import (
    AnswerLost,
    Failure,
    NotSent,
    Refused,
    ServiceTrouble,
    SignInNeeded,
)
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb

OFFLINE = "The service cannot be reached. It goes by itself once it can be."
CHECKING = "Sent, and no answer came. It is being asked again; do not repeat it by hand."
CONFIRM = "From before the desk closed. No money was sent since; confirm it to send it."
NEVER_ARRIVED = "It never arrived at the service, so no money moved. Confirm it to send it, or take it back."
NEVER_LEFT = "It had not left this desk. Nothing was sent."


class Wait(StrEnum):
    """What a row waits for before it is sent again."""

    CONNECTION = "connection"
    TIME = "time"
    PERSON = "person"


def after_failure(before: PendingAction, failure: Failure) -> tuple[PendingAction, Wait]:
    """The row as it stands after a call for it failed; `before` is the row as it was before that call."""
    standing = PendingState.CHECKING if before.maybe_arrived else PendingState.QUEUED
    match failure:
        case NotSent():
            return replace(before, state=standing, problem=OFFLINE), Wait.CONNECTION
        case AnswerLost():
            lost = replace(before, state=PendingState.CHECKING, problem=CHECKING, maybe_arrived=True)
            return lost, Wait.TIME
        case ServiceTrouble():
            return replace(before, state=standing, problem=failure.sentence), Wait.TIME
        case SignInNeeded():
            return replace(before, state=PendingState.PAUSED, problem=failure.sentence), Wait.PERSON
        case Refused():
            return replace(before, state=PendingState.REFUSED, problem=failure.sentence), Wait.PERSON
        case _:
            assert_never(failure)


def after_restart(row: PendingAction) -> PendingAction:
    """The row as it stands when the desk opens again, or its person has signed out since."""
    if not row.is_live:
        return row
    if row.verb.moves_money:
        return replace(row, state=PendingState.NEEDS_CONFIRMATION, problem=CONFIRM)
    return resumed(row)


def resumed(row: PendingAction) -> PendingAction:
    """The row, ready to go."""
    if row.maybe_arrived:
        return replace(row, state=PendingState.CHECKING, problem=CHECKING)
    return replace(row, state=PendingState.QUEUED, problem=None)


def why_held(row: PendingAction, login: str | None, *, expired: bool, may_opt_out: bool) -> str | None:
    """Why a row cannot go as whoever is signed in (`login`; None for nobody), or None where it can.

    A STOP goes as anybody who may take one; all else only as the person who asked for it.
    """
    if login is None:
        return "Your session has ended. It goes once you sign in." if expired else "It goes after signing in."
    if row.verb is Verb.OPT_OUT:
        return None if may_opt_out else "It goes as soon as somebody signs in who may stop texts."
    return None if login == row.asked_by else f"Asked for by {row.asked_by}. It goes when they sign in."
