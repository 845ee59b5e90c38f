"""Price lists: one price for each length, by the day at the facility's place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from care_console.service.facilities.prices import PriceList, price_cents, price_lists, set_prices
from care_console.service.facilities.steps import Step, UnusableSteps, checked, read_steps
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from care_console.service.settings import Settings
from tests.support import builders

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "last step"),
        (["30:199"], "last step"),
        (["30:199", "121:299"], "last step"),
        (["0:199", "120:299"], "under 1"),
        (["30:199", "30:299", "120:399"], "same second"),
        (["30:299", "120:199"], "cost less"),
        (["120:10001"], "cost less, and none over"),
        (["120"], "is no step"),
        (["120:3.99"], "is no step"),
        (["-1:5", "120:399"], "is no step"),
        (["\u0661\u0662\u0660:399"], "is no step"),
        ([f"{'9' * 5000}:1"], "last step"),
    ],
)
def test_what_is_no_price_list(words: list[str], why: str) -> None:
    with pytest.raises(UnusableSteps, match=why):
        read_steps(words)


def test_a_default_list_that_is_none_stops_the_service_at_once() -> None:
    with pytest.raises(ValidationError, match="last step"):
        Settings(prices="30:199")


@given(st.lists(st.tuples(st.integers(1, 119), st.integers(0, 10_000)), max_size=6), st.integers(0, 10_000))
def test_each_length_has_exactly_one_price_and_a_longer_one_costs_no_less(
    some: list[tuple[int, int]], last: int
) -> None:
    cents = sorted([cost for _, cost in some] + [last])
    ends = [*sorted({seconds for seconds, _ in some}), 120]
    steps = checked([Step(*pair) for pair in zip(ends, cents[-len(ends) :], strict=True)])
    prices = [
        next(step.price_cents for step in steps if second <= step.up_to_seconds) for second in range(1, 121)
    ]
    assert prices == sorted(prices)
    assert prices[-1] == steps[-1].price_cents


@pytest.mark.asyncio
async def test_the_default_holds_until_a_list_begins(ctx: Context) -> None:
    facility = await builders.a_facility(ctx)
    assert [await price_cents(ctx, facility, CHICAGO, seconds) for seconds in (1, 30, 31, 60, 61, 120)] == [
        199, 199, 299, 299, 399, 399,
    ]  # fmt: skip
    await set_prices(ctx, facility, PriceList(date(2026, 11, 20), read_steps(["60:100", "120:150"])))
    assert await price_cents(ctx, facility, CHICAGO, 60) == 100
    assert await price_cents(ctx, facility, CHICAGO, 61) == 150
    other = await builders.a_facility(ctx, name="Another")
    assert await price_cents(ctx, other, CHICAGO, 61) == 399


@pytest.mark.asyncio
async def test_a_list_begins_at_midnight_where_the_facility_is(
    services: Services, clock: SettableClock
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        facility = await builders.a_facility(ctx)
        await set_prices(ctx, facility, PriceList(date(2026, 12, 1), read_steps(["120:500"])))
    for at, expected in (
        (datetime(2026, 12, 1, 5, 59, 59, tzinfo=UTC), 399),  # a second before midnight in Chicago
        (datetime(2026, 12, 1, 6, 0, tzinfo=UTC), 500),
    ):
        clock.advance(at - clock.now())
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            assert await price_cents(ctx, facility, CHICAGO, 100) == expected


@pytest.mark.asyncio
async def test_a_list_of_the_same_day_takes_the_place_of_the_first(ctx: Context) -> None:
    facility = await builders.a_facility(ctx)
    day = date(2026, 11, 1)
    await set_prices(ctx, facility, PriceList(day, read_steps(["30:10", "60:20", "120:30"])))
    await set_prices(ctx, facility, PriceList(day, read_steps(["120:40"])))
    assert await price_lists(ctx, facility) == [PriceList(day, (Step(120, 40),))]
    assert await price_cents(ctx, facility, CHICAGO, 10) == 40
