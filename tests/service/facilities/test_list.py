"""The facilities to choose from: by name, a page at a time, found by how words begin, paused or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from care_console.contract.problems import ProblemType
from care_console.contract.roles import Role
from care_console.service.facilities.queries import facilities_page
from care_console.service.facilities.tables import facilities
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
LONG = (
    "O'Nguyễn-Smith County Justice Center & Annex <b>of the Very Long Double-Barrelled Name</b>, North Tower"
)


async def some_facilities(services: Services) -> dict[str, str]:
    """Five, two of them of one name; their ids by name and state."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        named = [("Jackson County Jail", "TX"), ("jackson county jail", "MO"), ("Peña Unit", "NM"),
                 ("Beto Unit", "TX"), (LONG, "CA")]  # fmt: skip
        return {
            f"{name} {state}": str(await builders.a_facility(ctx, name=name, state=state))
            for name, state in named
        }


async def _names(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/v1/facilities", params=asked)
    assert answer.status_code == 200, answer.text
    return [f"{one['name']} {one['state']}" for one in answer.json()["items"]]


async def test_they_come_by_name_whatever_the_case_a_page_at_a_time(
    sign_in: SignIn, services: Services
) -> None:
    await some_facilities(services)
    client = await sign_in(Role.SUPERVISOR)
    everything = await _names(client)
    assert everything == [
        "Beto Unit TX", "Jackson County Jail TX", "jackson county jail MO", f"{LONG} CA", "Peña Unit NM",
    ]  # fmt: skip
    found, cursor = [], None
    for _ in range(3):
        page = await client.get(
            "/v1/facilities", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        found += [f"{one['name']} {one['state']}" for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert found == everything
    assert cursor is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("jack", {"Jackson County Jail TX", "jackson county jail MO"}),
        ("JAIL county", {"Jackson County Jail TX", "jackson county jail MO"}),
        ("pena", {"Peña Unit NM"}),
        ("peña un", {"Peña Unit NM"}),
        ("onguyen", {f"{LONG} CA"}),
        ("nguyễn north", {f"{LONG} CA"}),
        ("ackson", set()),
        ("<b>", {"Beto Unit TX", f"{LONG} CA"}),
        ("' OR 1=1 --", set()),
        ("&|!:*()", set()),
        (
            "  ",
            {
                "Jackson County Jail TX",
                "jackson county jail MO",
                "Peña Unit NM",
                "Beto Unit TX",
                f"{LONG} CA",
            },
        ),
    ],
)
async def test_words_find_the_names_that_they_begin(
    words: str, found: set[str], sign_in: SignIn, services: Services
) -> None:
    await some_facilities(services)
    assert set(await _names(await sign_in(Role.SUPERVISOR), q=words)) == found


async def test_each_says_whether_it_is_paused_now(sign_in: SignIn, services: Services) -> None:
    ids = await some_facilities(services)
    client = await sign_in(Role.SUPERVISOR, "sue")
    body = {"facility_id": ids["Beto Unit TX"], "reason": "Floods us <b>again</b>"}
    paused = (await client.post("/v1/pauses", json=body)).json()

    async def told() -> dict[str, Any]:
        items = (await client.get("/v1/facilities")).json()["items"]
        return {one["name"]: one["paused"] for one in items if one["paused"]}

    assert await told() == {"Beto Unit": paused}
    assert paused["actor"] == "sue"
    of_one = (await client.get("/v1/pauses", params={"facility_id": ids["Beto Unit TX"]})).json()["items"]
    assert of_one == [paused]
    assert (await client.get("/v1/pauses", params={"facility_id": ids["Peña Unit NM"]})).json()["items"] == []
    await client.delete(f"/v1/pauses/{paused['id']}")
    assert await told() == {}
    again = (await client.post("/v1/pauses", json=body)).json()
    assert (await told())["Beto Unit"]["id"] == again["id"] != paused["id"]
    assert len(await _names(client)) == 5, "one that was paused twice is listed once"


async def test_what_is_paused_comes_a_page_at_a_time_the_newest_first(
    sign_in: SignIn, services: Services
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        for number in range(5):
            since = ctx.now - timedelta(hours=number // 2)
            await builders.a_pause(ctx, phone=f"+1214555010{number}", since=since)
    client = await sign_in(Role.SUPERVISOR)
    phones, cursor = [], None
    for _ in range(3):
        page = await client.get("/v1/pauses", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        phones += [one["phone"][-1] for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert phones == ["1", "0", "3", "2", "4"]
    assert cursor is None


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "bnVsbA", "WyIxIl0", "Wy0xXQ", "e30", "=" * 300])
async def test_a_cursor_that_no_list_gave_out_is_named(cursor: str, sign_in: SignIn) -> None:
    client = await sign_in(Role.SUPERVISOR)
    answer = await client.get("/v1/facilities", params={"cursor": cursor})
    if cursor == "WzFd":  # [1]: a place after a facility that is not there, so nothing comes after it
        assert answer.json()["items"] == []
    else:
        assert answer.status_code == 422
        assert answer.json()["type"] == ProblemType.CURSOR.uri


async def test_ten_thousand_are_found_and_paged(ctx: Context) -> None:
    rows = [{"name": f"County Jail {number:05}", "state": "TX", "timezone": "America/Chicago"}
            for number in range(10_000)]  # fmt: skip
    await ctx.connection.execute(insert(facilities), rows)
    page = await facilities_page(ctx, "jail 0042", None, 4)
    assert [one.name[-5:] for one in page.items] == ["00420", "00421", "00422", "00423"]
    assert page.next_cursor is not None
    rest = await facilities_page(ctx, "jail 0042", page.next_cursor, 200)
    assert [one.name[-5:] for one in rest.items] == [f"0042{figure}" for figure in range(4, 10)]
    assert rest.next_cursor is None
