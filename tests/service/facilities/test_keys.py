"""Facilities' keys: shown once, hashed at rest, revoked at once, and limited across processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from care_console.contract.problems import ProblemType
from care_console.service.facilities.keys import facility_of, new_key, revoke_keys, take_turn
from care_console.service.facilities.rules import UnusableFacility, add_facility, facility_lines
from care_console.service.facilities.tables import facility_keys
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def refused(ctx: Context, header: str | None) -> str:
    with pytest.raises(Problem) as caught:
        await facility_of(ctx, header)
    assert caught.value.status == 401
    return caught.value.kind.value


async def test_a_key_is_stored_as_its_hash_alone_and_names_its_facility(ctx: Context) -> None:
    facility_id = await builders.a_facility(ctx, name="Travis County Jail")
    made = await new_key(ctx, facility_id)
    found = await facility_of(ctx, f"Bearer {made.key}")
    assert (found.id, found.name, found.key_id) == (facility_id, "Travis County Jail", made.id)
    row = (await ctx.connection.execute(select(facility_keys))).one()
    assert made.key.encode() not in row.key_hash
    assert all(made.key not in str(value) for value in row)


async def test_what_is_no_good_key_is_refused(ctx: Context) -> None:
    facility_id = await builders.a_facility(ctx)
    made = await new_key(ctx, facility_id)
    for header in (None, "", "Bearer", "Bearer x", f"Basic {made.key}", f"Bearer {made.key}x"):
        assert await refused(ctx, header) in (ProblemType.NOT_A_KEY, ProblemType.NOT_SIGNED_IN)


async def test_two_keys_are_good_at_once_until_one_is_revoked(ctx: Context) -> None:
    facility_id = await builders.a_facility(ctx)
    old, new = await new_key(ctx, facility_id), await new_key(ctx, facility_id)
    assert {line.keys for line in await facility_lines(ctx)} == {(old.id, new.id)}
    other = await builders.a_facility(ctx, name="Another")
    assert await revoke_keys(ctx, other, old.id) == [], "a key is revoked by its own facility's name only"
    assert await revoke_keys(ctx, facility_id, old.id) == [old.id]
    assert await refused(ctx, f"Bearer {old.key}") == ProblemType.NOT_A_KEY
    assert (await facility_of(ctx, f"Bearer {new.key}")).key_id == new.id
    assert await revoke_keys(ctx, facility_id) == [new.id]
    assert await refused(ctx, f"Bearer {new.key}") == ProblemType.NOT_A_KEY
    assert await revoke_keys(ctx, facility_id) == []


class TestTheRate:
    """Ten a minute: ten at once, then one each six seconds, whoever asks."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"recordings_per_minute": 10.0})

    async def test_it_is_kept_over_many_who_ask_at_once(self, services: Services) -> None:
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            made = await new_key(ctx, await builders.a_facility(ctx))
            other = await new_key(ctx, await builders.a_facility(ctx))

        async def one() -> int | None:
            try:
                async with services.database.begin() as connection:
                    await take_turn(services.context(connection, SYSTEM, "test"), made.id)
            except Problem as problem:
                told = (problem.fields or {}).get("retry_after_seconds", 0)
                return int(told) if problem.kind is ProblemType.RATE_LIMITED else -1
            return None

        outcomes = await asyncio.gather(*(one() for _ in range(16)))
        # A slow machine may let a further one through by the time the last of them asks.
        assert 10 <= outcomes.count(None) <= 12
        assert {wait for wait in outcomes if wait is not None} == {6}
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            await take_turn(ctx, other.id)
            earlier = facility_keys.c.allowance_at - timedelta(minutes=1)
            await connection.execute(update(facility_keys).values(allowance_at=earlier, allowance=0))
            for _ in range(10):
                await take_turn(ctx, made.id)


async def test_a_facility_that_cannot_be_added(ctx: Context) -> None:
    for name, state, timezone in (
        ("", "TX", "America/Chicago"),
        ("x" * 101, "TX", "America/Chicago"),
        ("a\x00b", "TX", "America/Chicago"),
        ("Jail", "Texas", "America/Chicago"),
        ("Jail", "TX", "Chicago"),
        ("Jail", "TX", "../etc/passwd"),
        ("Jail", "TX", "America"),
        ("Jail", "TX", ""),
    ):
        with pytest.raises(UnusableFacility):
            await add_facility(ctx, name, state, timezone)
    assert await add_facility(ctx, "  O'Nguyễn-Smith <b>  Unit ", "TX", "America/Chicago")
    assert [line.name for line in await facility_lines(ctx)] == ["O'Nguyễn-Smith <b> Unit"]
