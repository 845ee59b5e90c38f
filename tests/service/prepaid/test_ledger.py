"""The ledger as a machine of states: whatever is done in whatever order, it sums to zero."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.prepaid.ledger import NotEnough, NotReversible, deposit, give_back, reverse, spend
from care_console.service.prepaid.rules import open_account
from care_console.service.settings import Settings
from care_console.service.wiring import wired
from tests.service.conftest import NOON
from tests.support import builders

CENTS = st.integers(1, 900)
_numbers = count(1)


class Ledger(RuleBasedStateMachine):
    """Two accounts; `held` is what each should hold, and the database is compared with it."""

    url: str
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.clock = SettableClock(NOON)
        settings = Settings(data_dir=self.folder)
        self.services = self.do(self.stack.enter_async_context(wired(settings, self.url, clock=self.clock)))
        self.deposits: list[tuple[int, int, int]] = []
        self.reversed: set[int] = set()
        self.spends: list[tuple[int, int, int]] = []

    def do(self, what):
        return self.loop.run_until_complete(what)

    async def alone(self, act, *values):
        async with self.services.database.begin() as connection:
            self.clock.advance(timedelta(seconds=1))
            return await act(self.services.context(connection, SYSTEM, "test"), *values)

    @initialize()
    def two_accounts(self) -> None:
        # Nothing is ever taken out of a ledger: each run has accounts of its own.
        self.phones = [f"+1214555{next(_numbers):04}" for _ in range(2)]
        self.accounts = [self.do(self.alone(open_account, phone, "1357", 0)) for phone in self.phones]
        self.held = dict.fromkeys(self.accounts, 0)

    async def _charge(self, cents: int) -> int:
        async def made(ctx):
            message = await builders.a_message(ctx, price_cents=cents)
            return await builders.a_charge(ctx, message, method="prepaid", processor_ref=None)

        return await self.alone(made)

    @rule(which=st.integers(0, 1), cents=CENTS)
    def put_in(self, which: int, cents: int) -> None:
        account = self.accounts[which]
        self.deposits.append((self.do(self.alone(deposit, account, cents)), account, cents))
        self.held[account] += cents

    @rule(which=st.integers(0, 1), cents=CENTS)
    def take_out(self, which: int, cents: int) -> None:
        account, charge = self.accounts[which], self.do(self._charge(cents))
        if cents > self.held[account]:
            with pytest.raises(NotEnough):
                self.do(self.alone(spend, account, cents, charge))
            return
        self.do(self.alone(spend, account, cents, charge))
        self.held[account] -= cents
        self.spends.append((charge, account, cents))

    @rule(which=st.integers(0, 1), cents=CENTS)
    def two_at_once(self, which: int, cents: int) -> None:
        account = self.accounts[which]
        both = [self.do(self._charge(cents)) for _ in range(2)]

        async def together():
            spent = (self.alone(spend, account, cents, charge) for charge in both)
            return await asyncio.gather(*spent, return_exceptions=True)

        done = [not isinstance(one, NotEnough) for one in self.do(together())]
        assert sum(done) == min(2, self.held[account] // cents)
        self.held[account] -= cents * sum(done)

    @rule(which=st.integers(0, 1), cents=CENTS)
    def dies_before_the_commit(self, which: int, cents: int) -> None:
        async def dying(ctx):
            await deposit(ctx, self.accounts[which], cents)
            raise KeyError("the process died")

        with pytest.raises(KeyError):
            self.do(self.alone(dying))

    @rule(place=st.integers(0, 50), part=st.integers(1, 100))
    def goes_back(self, place: int, part: int) -> None:
        if not self.spends:
            return
        charge, account, cents = self.spends[place % len(self.spends)]
        back = max(1, cents * part // 100)

        async def refunded(ctx):
            refund = await builders.a_refund(ctx, charge, id=uuid4(), amount_cents=back)
            await give_back(ctx, self.phones[self.accounts.index(account)], back, refund)

        self.do(self.alone(refunded))
        self.held[account] += back

    @rule(place=st.integers(0, 50))
    def a_bank_takes_it_back(self, place: int) -> None:
        if not self.deposits:
            return
        id, account, cents = self.deposits[place % len(self.deposits)]
        if id in self.reversed:
            with pytest.raises(NotReversible):
                self.do(self.alone(reverse, id))
            return
        self.do(self.alone(reverse, id))
        self.reversed.add(id)
        self.held[account] -= min(cents, self.held[account])

    @invariant()
    def it_all_sums_up(self) -> None:
        if not hasattr(self, "held"):
            return
        with psycopg.connect(self.url) as connection:
            sums = connection.execute(
                "SELECT transaction_id FROM ledger_entries GROUP BY 1 HAVING sum(amount_cents) <> 0"
            ).fetchall()
            rows = connection.execute(
                "SELECT a.id, coalesce(sum(e.amount_cents), 0)::bigint FROM ledger_accounts a "
                "LEFT JOIN ledger_entries e ON e.account_id = a.id WHERE a.kind = 'recipient' GROUP BY a.id"
            ).fetchall()
        assert sums == []
        assert {id: cents for id, cents in rows if id in self.held} == self.held
        assert min(self.held.values()) >= 0

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.loop.close()


def test_every_order_of_doing_things_keeps_the_ledger_whole(database_url: str, tmp_path: Path) -> None:
    machine = type("ThisLedger", (Ledger,), {"url": database_url, "folder": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=limits(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
