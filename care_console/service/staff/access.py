"""Who asks: the session behind a bearer token, read at each request, so a disabled account stops at once."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.quick import QuickConnection
from care_console.service.foundation.statements import Query
from care_console.service.staff.tables import sessions, staff
from care_console.service.staff.tokens import hashed

_SESSION_OF_TOKEN = Query(
    select(
        sessions.c.id,
        sessions.c.staff_id,
        sessions.c.access_expires_at,
        sessions.c.ends_at,
        sessions.c.closed_at,
        staff.c.login,
        staff.c.role,
        staff.c.disabled_at,
    )
    .join(staff, staff.c.id == sessions.c.staff_id)
    .where(sessions.c.access_hash == bindparam("token_hash"))
)

# That token's session is open and its account as it was. Whose it is and when it ends is not asked again: of
# one token neither changes.
_IS_AS_KNOWN = """
    EXISTS (
        SELECT FROM sessions JOIN staff ON staff.id = sessions.staff_id
        WHERE access_hash = :token_hash AND closed_at IS NULL AND disabled_at IS NULL
            AND login = :login AND role = :role)
"""


class _Known(NamedTuple):
    """Somebody who was here before, and until when the token is good."""

    actor: Actor
    until: datetime


_MOST_KNOWN = 10_000
_known: dict[bytes, _Known] = {}


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _not_signed_in("Nobody is signed in. Nothing was done. Sign in and try again.")
    return token.strip()


async def actor_of(ctx: Context, header: str | None) -> Actor:
    """Who the token belongs to; a problem where it is unknown, expired, closed, or its account disabled."""
    return await _actor_of(ctx.connection, ctx.now, hashed(bearer_token(header)))


async def _actor_of(connection: Any, now: datetime, token_hash: bytes) -> Actor:
    [found] = await connection.together((_SESSION_OF_TOKEN, {"token_hash": token_hash}))
    known = _known_by(found.first(), now)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[token_hash] = known
    return known.actor


async def known_actor(connection: QuickConnection, now: datetime, header: str | None) -> Actor:
    """As `actor_of`; whoever was here before is checked in the round trip of the first thing that is read.

    That one gives nothing, and writes nothing, unless the session is as it was; it is an error then, and the
    request goes the long way.
    """
    token_hash = hashed(bearer_token(header))
    known = _known.get(token_hash)
    if known is None or now >= known.until:
        return await _actor_of(connection, now, token_hash)

    actor = known.actor
    role = actor.role.value if actor.role else ""
    values = {"token_hash": token_hash, "login": actor.name, "role": role}
    connection.check_with_next(_IS_AS_KNOWN, values, lambda: _forget(token_hash))
    return actor


def _forget(token_hash: bytes) -> None:
    _known.pop(token_hash, None)


def _known_by(session: Any, now: datetime) -> _Known:
    if session is None or session.closed_at is not None or session.disabled_at is not None:
        raise _not_signed_in("This session has ended. Nothing was done. Sign in again.")
    until = min(session.access_expires_at, session.ends_at)
    if now >= until:
        raise Problem(
            ProblemType.SESSION_EXPIRED,
            HTTPStatus.UNAUTHORIZED,
            "This session has expired. Nothing was done. Refresh it or sign in again.",
        )
    return _Known(Actor(session.login, Role(session.role), session.staff_id, session.id), until)


def _not_signed_in(detail: str) -> Problem:
    return Problem(ProblemType.NOT_SIGNED_IN, HTTPStatus.UNAUTHORIZED, detail)
