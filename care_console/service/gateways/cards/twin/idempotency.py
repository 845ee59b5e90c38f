"""Idempotency keys by Stripe's published rules, docs.stripe.com/api/idempotent_requests.

The first answer of an endpoint that began its work is kept under its key, a 500 no less than a 200, and is
given again for 24 hours from the key's first use. Another request under it is an error; one at the same
time, a conflict.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import Params, Refusal

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer given before, and the id of the request that it was first given to."""

    status: int
    body: Body
    request: str


def look_up(state: State, key: str, path: str, params: Params) -> Remembered | None:
    """The answer kept under a key, or None where it is free. Keys of over 24 hours are forgotten here."""
    if len(key) > 255:
        raise Refusal(400, "Idempotency keys are at most 255 characters long.")
    state.db.execute("DELETE FROM idempotency WHERE first_used <= ?", (state.now() - KEPT_SECONDS,))
    row = state.db.execute(
        "SELECT path, params, status, body, request FROM idempotency WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    if row[0] != path:
        raise _misused(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{row[0]}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a "
            f"different request."
        )
    if row[1] != _canonical(params):
        raise _misused(
            f"Keys for idempotent requests can only be used with the same parameters they were first used "
            f"with. Try using a key other than '{key}' if you meant to execute a different request."
        )
    return Remembered(row[2], json.loads(row[3]), row[4])


def remember(
    state: State, key: str, path: str, params: Params, answer: Remembered, first_used: float
) -> None:
    """Keeps an answer, in the transaction of the work that it tells of."""
    state.db.execute(
        "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, first_used, path, _canonical(params), answer.status, json.dumps(answer.body), answer.request),
    )


def in_use(key: str) -> Refusal:
    """The first request under this key is still at work."""
    return Refusal(
        409,
        f"There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        type="idempotency_error",
        code="idempotency_key_in_use",
    )


def _misused(message: str) -> Refusal:
    return Refusal(400, message, type="idempotency_error")


def _canonical(params: Params) -> str:
    return json.dumps(params, sort_keys=True)
