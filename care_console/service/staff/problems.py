"""What can go wrong with signing in. The sentences do not tell whether an account exists."""

from __future__ import annotations

from http import HTTPStatus

from care_console.contract.problems import ProblemType
from care_console.service.foundation.problems import Problem


def sign_in_failed() -> Problem:
    """Login or password is wrong, or the account is disabled: which of them is nobody's business."""
    return Problem(
        ProblemType.SIGN_IN_FAILED,
        HTTPStatus.UNAUTHORIZED,
        "This login and password do not go together. Check both; your administrator can set a new password.",
    )


def too_many_tries(seconds: int) -> Problem:
    """Too many wrong passwords for one login."""
    return Problem(
        ProblemType.TOO_MANY_TRIES,
        HTTPStatus.TOO_MANY_REQUESTS,
        f"Too many wrong passwords for this login. Wait {seconds} seconds and try again.",
    )


def refresh_refused() -> Problem:
    """The refresh token is unknown, used, or its session is over."""
    return Problem(
        ProblemType.NOT_SIGNED_IN,
        HTTPStatus.UNAUTHORIZED,
        "This session has ended. Sign in again; what is still to be sent is kept.",
    )
