"""Who asks: the session behind a bearer token, read at each request, so a disabled account stops at once."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import bindparam, select

from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.quick import Query, QuickConnection, Rows, together
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

_MOST_KNOWN = 10_000
_known: dict[bytes, Actor] = {}


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _not_signed_in("Nobody is signed in. Nothing was done. Sign in and try again.")
    return token.strip()


async def actor_of(ctx: Context, header: str | None) -> Actor:
    """Who the token belongs to; a problem where it is unknown, expired, closed, or its account disabled."""
    token_hash = hashed(bearer_token(header))
    [found] = await together(ctx.connection, (_SESSION_OF_TOKEN, {"token_hash": token_hash}))
    actor = _actor(found.first(), ctx.now)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[token_hash] = actor
    return actor


async def known_actor(ctx: Context, header: str | None) -> Actor:
    """As `actor_of`; whoever was here before is checked in the round trip of the first thing that is read.

    That one gives nothing, and nothing is written, before it is certain that the session is as it was.
    """
    token_hash = hashed(bearer_token(header))
    known = _known.get(token_hash)
    if known is None or not isinstance(ctx.connection, QuickConnection):
        return await actor_of(ctx, header)

    def check(found: Rows) -> None:
        if _actor(found.first(), ctx.now) != known:
            del _known[token_hash]
            raise _not_signed_in("Something about this account has changed. Nothing was done. Try again.")

    ctx.connection.check_with_next((_SESSION_OF_TOKEN, {"token_hash": token_hash}), check)
    return known


def _actor(session: Any, now: datetime) -> Actor:
    if session is None or session.closed_at is not None or session.disabled_at is not None:
        raise _not_signed_in("This session has ended. Nothing was done. Sign in again.")
    if now >= min(session.access_expires_at, session.ends_at):
        raise Problem(
            ProblemType.SESSION_EXPIRED,
            HTTPStatus.UNAUTHORIZED,
            "This session has expired. Nothing was done. Refresh it or sign in again.",
        )
    return Actor(session.login, Role(session.role), session.staff_id, session.id)


def _not_signed_in(detail: str) -> Problem:
    return Problem(ProblemType.NOT_SIGNED_IN, HTTPStatus.UNAUTHORIZED, detail)
