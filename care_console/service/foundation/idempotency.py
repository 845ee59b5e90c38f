"""One key, one effect: the answer to a request is stored in its own transaction and given again.

The row is inserted first. A second request with the same key waits on that insert until the first commits
(and is then given the same answer) or rolls back (and then does the work itself).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from care_console.contract.problems import ProblemType
from care_console.service.foundation.connections import Connection
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.tables import idempotency_keys as keys

MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time."""

    status: int
    body: bytes
    media_type: str | None


def request_hash(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same: the call and its body, byte for byte."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()


def checked_key(key: str | None) -> str:
    """The key of a request that changes something; there must be one."""
    if not key or len(key) > MAX_KEY_LENGTH:
        raise Problem(
            ProblemType.KEY_MISSING,
            HTTPStatus.BAD_REQUEST,
            "The header Idempotency-Key is missing or longer than 255 characters. Nothing was done. "
            "Send the request with a new UUID in it.",
        )
    return key


async def claim(
    connection: Connection, staff_id: int, key: str, digest: bytes, now: datetime, *, shared: bool
) -> StoredAnswer | None:
    """Claim a key for this transaction; the stored answer where it was used before by the same request.

    `shared`: also where somebody else used it, for what the next person to sign in sends again.
    """
    claimed = await connection.execute(
        insert(keys)
        .values(staff_id=staff_id, key=key, request_hash=digest, at=now)
        .on_conflict_do_nothing()
        .returning(keys.c.key)
    )
    if claimed.first() is not None:
        return None
    stored = (await connection.execute(select(keys).where(keys.c.key == key))).one()
    is_theirs = stored.staff_id == staff_id or shared
    if stored.request_hash != digest or not is_theirs:
        raise Problem(
            ProblemType.KEY_REUSED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was used for another request. Nothing was done. Use a new key.",
        )
    return StoredAnswer(stored.status, stored.body, stored.media_type)


async def store_answer(connection: Connection, key: str, answer: StoredAnswer) -> None:
    """Keep the answer of this transaction for whoever asks again."""
    await connection.execute(
        update(keys)
        .where(keys.c.key == key)
        .values(status=answer.status, body=answer.body, media_type=answer.media_type)
    )
