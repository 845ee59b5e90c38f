"""Why a refund is not taken. Each sentence says that no money moved."""

from __future__ import annotations

from http import HTTPStatus

from care_console.contract.money import dollars
from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem


def key_is_no_uuid() -> Problem:
    """The key of a refund is its id for ever, at the processor too."""
    return Problem(
        ProblemType.MALFORMED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key of a refund must be a UUID: it becomes the refund's id. No money moved.",
    )


def id_taken() -> Problem:
    """Somebody else's refund has this id."""
    return Problem(
        ProblemType.KEY_REUSED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "A refund with this id exists already. No money moved by this request. Open the review again.",
    )


def not_refundable() -> Problem:
    """The charge failed, so nothing was paid."""
    return Problem(
        ProblemType.CHARGE_NOT_REFUNDABLE,
        HTTPStatus.CONFLICT,
        "This charge failed: nothing was paid by it, so nothing can go back. No money moved.",
    )


def unknown_to_processor() -> Problem:
    """A card charge whose reference at the processor was not handed down by the old system."""
    return Problem(
        ProblemType.CHARGE_NOT_REFUNDABLE,
        HTTPStatus.CONFLICT,
        "This charge came without its reference at the card processor, so nothing can be sent back through "
        "it. No money moved. Ask a supervisor how else this caller can be paid.",
    )


def disputed() -> Problem:
    """The cardholder's bank has the matter."""
    return Problem(
        ProblemType.CHARGE_DISPUTED,
        HTTPStatus.CONFLICT,
        "The cardholder's bank is disputing this charge and may give the money back itself. No money moved.",
    )


def charge_changed(refunded_cents: int) -> Problem:
    """Another refund came in between."""
    return Problem(
        ProblemType.CHARGE_CHANGED,
        HTTPStatus.CONFLICT,
        f"Meanwhile {dollars(refunded_cents)} of this charge is refunded or on its way. No money moved by "
        "this request. Look at the charge again and decide anew.",
        fields={"refunded_cents": refunded_cents},
    )


def over_refund(left_cents: int) -> Problem:
    """More than is left of the charge."""
    left_cents = max(0, left_cents)  # a refund thought failed may have come true beyond it
    return Problem(
        ProblemType.OVER_REFUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"Only {dollars(left_cents)} of this charge is left to refund. No money moved.",
        fields={"left_cents": left_cents},
    )


def too_late(state: str) -> Problem:
    """The ten seconds are over."""
    return Problem(
        ProblemType.TOO_LATE_TO_WITHDRAW,
        HTTPStatus.CONFLICT,
        f"This refund can no longer be taken back: it is {state.replace('_', ' ')}.",
        fields={"state": state},
    )
