"""Accounts and sessions: signing in, refreshing, signing out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import argon2
from sqlalchemy import func, insert, or_, select, update

from care_console.contract.audit import Action, Outcome
from care_console.contract.changes import ChangeKind
from care_console.contract.roles import Role
from care_console.contract.session import SignedIn, Staff
from care_console.service.audit.rules import record
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.events import announce
from care_console.service.staff.problems import refresh_refused, sign_in_failed, too_many_tries
from care_console.service.staff.tables import sessions, staff
from care_console.service.staff.tokens import hashed, new_token

TRIES = 10
TRIES_WINDOW = timedelta(minutes=5)
MIN_PASSWORD_LENGTH = 12
REFRESH_AGAIN = timedelta(minutes=1)

_hasher = argon2.PasswordHasher()  # the library's defaults follow RFC 9106's low-memory profile
_NOBODYS_HASH = _hasher.hash("nobody's password, checked so that an unknown login takes as long")


class WeakPassword(ValueError):
    """The password is too short; the sentence says how long it must be."""


class UnknownLogin(ValueError):
    """Nobody has this login."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, or (`disabled_at`) may no more."""

    login: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None


async def add_staff(ctx: Context, login: str, role: Role, password: str) -> bool:
    """Add an account, or give an existing one this role and password; say whether it is new."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise WeakPassword(f"The password must have at least {MIN_PASSWORD_LENGTH} characters.")
    password_hash = await asyncio.to_thread(_hasher.hash, password)
    values: dict[str, Any] = {"role": role.value, "password_hash": password_hash, "disabled_at": None}
    changed = await ctx.connection.execute(update(staff).where(staff.c.login == login).values(values))
    if changed.rowcount == 0:
        values |= {"login": login, "created_at": ctx.now}
        await ctx.connection.execute(insert(staff).values(values))
    await record(ctx, Action.STAFF_ADDED, f"staff:{login}", details={"role": role.value})
    return changed.rowcount == 0


async def disable(ctx: Context, login: str) -> bool:
    """Switch an account off: its sessions end with this commit. False where it was off already.

    Raises UnknownLogin.
    """
    staff_id = await _known(ctx, login)
    closing = update(sessions).where(sessions.c.staff_id == staff_id, sessions.c.closed_at.is_(None))
    ended = await ctx.connection.execute(closing.values(closed_at=ctx.now))
    off = update(staff).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
    changed = await ctx.connection.execute(off.values(disabled_at=ctx.now))
    if changed.rowcount == 0:
        return False
    details = {"sessions_ended": ended.rowcount}
    await record(ctx, Action.STAFF_DISABLED, f"staff:{login}", details=details)
    return True


async def enable(ctx: Context, login: str) -> bool:
    """Switch an account on again, with the password and role that it had. False where it was on.

    Raises UnknownLogin.
    """
    staff_id = await _known(ctx, login)
    on = update(staff).where(staff.c.id == staff_id, staff.c.disabled_at.is_not(None))
    changed = await ctx.connection.execute(on.values(disabled_at=None))
    if changed.rowcount == 0:
        return False
    await record(ctx, Action.STAFF_ENABLED, f"staff:{login}")
    return True


async def accounts(ctx: Context) -> list[Account]:
    """Every account, by login."""
    columns = (staff.c.login, staff.c.role, staff.c.created_at, staff.c.disabled_at)
    rows = await ctx.connection.execute(select(*columns).order_by(staff.c.login))
    return [Account(row.login, Role(row.role), row.created_at, row.disabled_at) for row in rows]


async def _known(ctx: Context, login: str) -> int:
    query = select(staff.c.id).where(staff.c.login == login).with_for_update()
    staff_id: int | None = (await ctx.connection.execute(query)).scalar_one_or_none()
    if staff_id is None:
        raise UnknownLogin(login)
    return staff_id


async def sign_in(ctx: Context, login: str, password: str) -> SignedIn:
    """Open a session. The password is checked in a thread: argon2 takes its time on purpose."""
    await _check_tries(ctx, login)
    account = (await ctx.connection.execute(select(staff).where(staff.c.login == login))).first()
    stored = account.password_hash if account else _NOBODYS_HASH
    matches = await asyncio.to_thread(_matches, stored, password)
    if account is None or not matches or account.disabled_at is not None:
        raise sign_in_failed()
    return await _open_session(ctx, account.id, login, Role(account.role))


async def record_failed_sign_in(ctx: Context, login: str) -> None:
    """Write down a sign-in that failed, by the login that was tried."""
    await record(ctx, Action.SESSION_REFUSED, _subject(login), outcome=Outcome.REFUSED)


async def refresh(ctx: Context, refresh_token: str) -> SignedIn:
    """Give a session new tokens; the old ones end. A refresh token is good once, and for a minute again:

    the answer to the first use may have been lost, and the desk must not be signed out by that.
    """
    digest = hashed(refresh_token)
    is_lately = sessions.c.refreshed_at > ctx.now - REFRESH_AGAIN
    found = await ctx.connection.execute(
        select(sessions.c.id, sessions.c.ends_at, sessions.c.closed_at, staff.c.login, staff.c.role)
        .join(staff, staff.c.id == sessions.c.staff_id)
        .where(
            or_(sessions.c.refresh_hash == digest, (sessions.c.refreshed_hash == digest) & is_lately),
            staff.c.disabled_at.is_(None),
        )
        .with_for_update(of=sessions)
    )
    session = found.first()
    if session is None or session.closed_at is not None or ctx.now >= session.ends_at:
        raise refresh_refused()
    access, again = new_token(), new_token()
    expires_at = min(ctx.now + timedelta(minutes=ctx.settings.access_minutes), session.ends_at)
    await ctx.connection.execute(
        update(sessions)
        .where(sessions.c.id == session.id)
        .values(
            access_hash=hashed(access),
            refresh_hash=hashed(again),
            refreshed_hash=digest,
            refreshed_at=ctx.now,
            access_expires_at=expires_at,
        )
    )
    await record(_as(ctx, session.login, session.id), Action.SESSION_REFRESHED, f"session:{session.id}")
    return SignedIn(
        access_token=access,
        refresh_token=again,
        expires_at=expires_at,
        session_ends_at=session.ends_at,
        staff=Staff(login=session.login, role=Role(session.role)),
    )


async def sign_out(ctx: Context) -> None:
    """Close the session that asks."""
    await ctx.connection.execute(
        update(sessions).where(sessions.c.id == ctx.actor.session_id).values(closed_at=ctx.now)
    )
    await record(ctx, Action.SESSION_CLOSED, f"session:{ctx.actor.session_id}")
    await announce(ctx, ChangeKind.SESSION, ctx.actor.session_id)  # its event stream ends with it


async def _open_session(ctx: Context, staff_id: int, login: str, role: Role) -> SignedIn:
    access, refresh_token = new_token(), new_token()
    ends_at = ctx.now + timedelta(hours=ctx.settings.session_hours)
    expires_at = min(ctx.now + timedelta(minutes=ctx.settings.access_minutes), ends_at)
    opened = await ctx.connection.execute(
        insert(sessions)
        .values(
            staff_id=staff_id,
            access_hash=hashed(access),
            refresh_hash=hashed(refresh_token),
            opened_at=ctx.now,
            access_expires_at=expires_at,
            ends_at=ends_at,
        )
        .returning(sessions.c.id)
    )
    session_id = opened.scalar_one()
    await record(_as(ctx, login, session_id), Action.SESSION_OPENED, f"session:{session_id}")
    return SignedIn(
        access_token=access,
        refresh_token=refresh_token,
        expires_at=expires_at,
        session_ends_at=ends_at,
        staff=Staff(login=login, role=role),
    )


async def _check_tries(ctx: Context, login: str) -> None:
    # The failed tries are counted from the audit log itself: they are entries anyway.
    failed = await ctx.connection.execute(
        select(func.count())
        .select_from(audit_entries)
        .where(
            audit_entries.c.subject == _subject(login),
            audit_entries.c.at > ctx.now - TRIES_WINDOW,
            audit_entries.c.action == Action.SESSION_REFUSED,
        )
    )
    if failed.scalar_one() >= TRIES:
        raise too_many_tries(int(TRIES_WINDOW.total_seconds()))


def _subject(login: str) -> str:
    return f"login:{login[:64]}"


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except argon2.exceptions.VerificationError:
        return False


def _as(ctx: Context, login: str, session_id: int) -> Context:
    return replace(ctx, actor=Actor(login, session_id=session_id))
