"""A facility's keys: shown once, stored as their hash, good until revoked, each for so much a minute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import BindParameter, Double, bindparam, func, insert, select, update

from care_console.contract.audit import Action
from care_console.contract.problems import ProblemType
from care_console.service.audit.rules import record
from care_console.service.facilities.tables import facilities, facility_keys
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.foundation.statements import Query
from care_console.service.staff.access import bearer_token
from care_console.service.staff.tokens import hashed, new_token

# Tells whoever finds a key in a log or a script what it is, and which scanners are to look for.
_PREFIX = "mvf_"


_OF_KEY = Query(
    select(
        facilities.c.id,
        facilities.c.name,
        facilities.c.timezone,
        facility_keys.c.id.label("key_id"),
        facility_keys.c.revoked_at,
    )
    .join(facilities, facilities.c.id == facility_keys.c.facility_id)
    .where(facility_keys.c.key_hash == bindparam("hash"))
)
_SECONDS = func.extract("epoch", func.clock_timestamp() - facility_keys.c.allowance_at)
_MOST: BindParameter[float] = bindparam("most", type_=Double())
_GROWN = func.least(_MOST, facility_keys.c.allowance + func.greatest(_SECONDS, 0) * _MOST / 60)
_TAKE_TURN = Query(
    update(facility_keys)
    .where(facility_keys.c.id == bindparam("key"), _GROWN >= 1)
    .values(allowance=_GROWN - 1, allowance_at=func.clock_timestamp())
    .returning(facility_keys.c.id)
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown, once; `id` names it when it is revoked."""

    id: int
    key: str


@dataclass(frozen=True, slots=True)
class KeyedFacility:
    """The facility that a key belongs to; from a shell there is none."""

    id: int
    name: str
    timezone: str
    key_id: int | None


async def new_key(ctx: Context, facility_id: int) -> NewKey:
    """A further key of a facility; those it has stay good, so that recorders can be changed one by one."""
    await _must_be(ctx, facility_id)
    key = _PREFIX + new_token()
    values = {
        "facility_id": facility_id,
        "key_hash": hashed(key),
        "created_at": ctx.now,
        "allowance": float(ctx.settings.recordings_per_minute),
        "allowance_at": func.clock_timestamp(),
    }
    inserted = await ctx.connection.execute(
        insert(facility_keys).values(values).returning(facility_keys.c.id)
    )
    key_id: int = inserted.scalar_one()
    await record(ctx, Action.FACILITY_KEY_MADE, f"facility:{facility_id}", details={"key": str(key_id)})
    return NewKey(key_id, key)


async def revoke_keys(ctx: Context, facility_id: int, key_id: int | None = None) -> list[int]:
    """Revoke one key of a facility, or all that are good; the ids of those that were. At once, for good."""
    await _must_be(ctx, facility_id)
    wanted = [facility_keys.c.facility_id == facility_id, facility_keys.c.revoked_at.is_(None)]
    if key_id is not None:
        wanted.append(facility_keys.c.id == key_id)
    revoked = await ctx.connection.execute(
        update(facility_keys).where(*wanted).values(revoked_at=ctx.now).returning(facility_keys.c.id)
    )
    ids = sorted(row.id for row in revoked)
    for one in ids:
        await record(ctx, Action.FACILITY_KEY_REVOKED, f"facility:{facility_id}", details={"key": str(one)})
    return ids


async def facility_of(ctx: Context, header: str | None) -> KeyedFacility:
    """Whose key stands in the Authorization header; a problem where it is none, or was revoked."""
    scheme, _, _ = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        raise _not_a_key("There is no facility's key in the header Authorization (Bearer ...).")
    row = (await ctx.connection.execute(_OF_KEY, {"hash": hashed(bearer_token(header))})).first()
    if row is None or row.revoked_at is not None:
        raise _not_a_key("This is no facility's key, or it was revoked.")
    return KeyedFacility(row.id, row.name, row.timezone, row.key_id)


async def take_turn(ctx: Context, key_id: int | None) -> None:
    """Count one request of a key, by the database's clock: workers' clocks may differ. 429 for too many.

    A key that was quiet may send a minute's worth at once.
    """
    most = float(ctx.settings.recordings_per_minute)
    taken = await ctx.connection.execute(_TAKE_TURN, {"key": key_id, "most": most})
    if taken.first() is None:
        wait = max(1, math.ceil(60 / most))
        raise Problem(
            ProblemType.RATE_LIMITED,
            HTTPStatus.TOO_MANY_REQUESTS,
            f"This key sends more than {most:g} recordings a minute. Nothing was taken. Send it again in "
            f"{wait} s.",
            fields={"retry_after_seconds": wait},
        )


async def _must_be(ctx: Context, facility_id: int) -> None:
    """Lock the facility's row, so that two who change it come one after the other; it must be there."""
    query = select(facilities.c.id).where(facilities.c.id == facility_id).with_for_update()
    if (await ctx.connection.execute(query)).first() is None:
        raise not_found("facility", facility_id)


def _not_a_key(what: str) -> Problem:
    return Problem(
        ProblemType.NOT_A_KEY,
        HTTPStatus.UNAUTHORIZED,
        f"{what} Nothing was taken. Ask who runs the service for a new key.",
    )
