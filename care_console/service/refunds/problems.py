"""Why a refund is not taken. Each sentence says that no money moved."""

from __future__ import annotations

from http import HTTPStatus

from care_console.contract.limits import Ruling
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


def charge_changed(refunded_cents: int) -> Problem:
    """Another refund came in between."""
    return Problem(
        ProblemType.CHARGE_CHANGED,
        HTTPStatus.CONFLICT,
        f"Meanwhile {dollars(refunded_cents)} of this charge is refunded or on its way. No money moved by "
        "this request. Look at the charge again and decide anew.",
        fields={"refunded_cents": refunded_cents},
    )


def refused(ruling: Ruling, left_cents: int) -> Problem:
    """What the rule on refunds refuses, in its own sentence."""
    kind = ruling.problem or ProblemType.CHARGE_NOT_REFUNDABLE
    is_too_much = kind is ProblemType.OVER_REFUND
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_too_much else HTTPStatus.CONFLICT
    return Problem(kind, status, ruling.sentence, fields={"left_cents": left_cents} if is_too_much else None)


def overtaken(what_changed: str) -> Problem:
    """The charge or the refund changed between the asking and the decision."""
    return Problem(
        ProblemType.STALE_REQUEST,
        HTTPStatus.CONFLICT,
        f"{what_changed} This can no longer be approved; decline it. Nothing was done.",
    )


def too_late(state: str) -> Problem:
    """The ten seconds are over."""
    return Problem(
        ProblemType.TOO_LATE_TO_WITHDRAW,
        HTTPStatus.CONFLICT,
        f"This refund can no longer be taken back: it is {state.replace('_', ' ')}.",
        fields={"state": state},
    )
