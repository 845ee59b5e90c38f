"""The PIN of an account: who knows it is let in, and it is kept at the cost that is asked for now."""

from __future__ import annotations

import argon2
import pytest
from sqlalchemy import select, update

from care_console.service.foundation.context import Context
from care_console.service.prepaid.rules import PinAnswer, account_by_pin, open_account
from care_console.service.prepaid.tables import ledger_accounts

pytestmark = pytest.mark.asyncio

PHONE, PIN = "+12145550144", "2468"


async def _hash(ctx: Context, account: int) -> str:
    query = select(ledger_accounts.c.pin_hash).where(ledger_accounts.c.id == account)
    return str((await ctx.connection.execute(query)).scalar_one())


async def test_who_knows_the_pin_is_let_in_and_it_is_kept_as_it_was(ctx: Context) -> None:
    account = await open_account(ctx, PHONE, PIN, 0)
    kept = await _hash(ctx, account)
    assert await account_by_pin(ctx, PHONE, PIN) == (PinAnswer.RIGHT, account)
    assert (await account_by_pin(ctx, PHONE, "1357"))[0] is PinAnswer.WRONG
    assert await _hash(ctx, account) == kept


async def test_one_that_was_kept_at_another_cost_is_kept_anew_once_it_is_right(ctx: Context) -> None:
    account = await open_account(ctx, PHONE, PIN, 0)
    costly = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=2).hash(PIN)
    await ctx.connection.execute(update(ledger_accounts).values(pin_hash=costly))
    assert (await account_by_pin(ctx, PHONE, "1357"))[0] is PinAnswer.WRONG
    assert await _hash(ctx, account) == costly
    for _ in range(2):
        assert await account_by_pin(ctx, PHONE, PIN) == (PinAnswer.RIGHT, account)
        assert argon2.extract_parameters(await _hash(ctx, account)).memory_cost == 7 * 1024
