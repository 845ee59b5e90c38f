"""The opt-out log: filter, total, pages, CSV and XLSX tell of the same rows; pages read what they show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, func, insert, select, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.roles import Role
from care_console.evidence.entries import read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.consent.log import OptOutFilter, count_of, rows_of
from care_console.service.consent.tables import (
    consent_events,
    opt_out_tallies,
    opt_out_tallies_by_actor,
)
from care_console.service.consent.tasks import merge_tallies
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.services import Services
from tests.service.conftest import NOON, SignIn
from tests.service.consent.logs import (
    ACTORS,
    CHANNELS,
    RISKY,
    as_cells,
    csv_log,
    unmarked,
    whole_log,
    words,
    xlsx_log,
)
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"


@pytest_asyncio.fixture
async def auditor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.AUDITOR, "eve")


async def add(services: Services, rows: list[dict[str, Any]]) -> None:
    """Rows of the log, each with defaults for what it does not give; where numbers stand is left alone."""
    made = []
    for number, row in enumerate(rows):
        at = row.get("effective_at", NOON - timedelta(minutes=number))
        defaults = {
            "phone": f"+1214555{number % 10000:04}", "kind": "opt_out", "channel": "sms", "words": "STOP",
            "received_at": at, "effective_at": at, "actor": "recipient", "call_id": None,
            "texts_cancelled": 0,
        }  # fmt: skip
        made.append(defaults | row)
    if made:
        async with services.database.begin() as connection:
            await connection.execute(insert(consent_events), made)


moments = st.one_of(
    st.integers(0, 3 * 365 * 24 * 3600 * 1000).map(lambda ms: NOON - timedelta(milliseconds=ms)),
    # The same few moments again and again, midnights among them: where days and pages end, mistakes are.
    st.sampled_from([datetime(2026, 11, day, hour, tzinfo=UTC) for day in (18, 19) for hour in (0, 12)]),
)
log_rows = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["opt_out", "opt_out", "hold", "opt_in", "correction"]),
            "channel": st.sampled_from(CHANNELS),
            "words": words,
            "actor": st.sampled_from(ACTORS),
            "effective_at": moments,
            "received_at": moments,
            "call_id": st.one_of(st.none(), words),
            "texts_cancelled": st.integers(0, 5),
        }
    ),
    max_size=40,
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "since": moments.map(datetime.isoformat),
        "until": moments.map(datetime.isoformat),
        "channel": st.sampled_from(CHANNELS),
        "actor": st.sampled_from(ACTORS),
        "state": st.sampled_from(["opted_out", "held", "opted_in"]),
    },
)


def is_wanted(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    """Whether a row is in a filter, decided here without any SQL."""
    state = {"opt_out": "opted_out", "hold": "held"}.get(row["kind"])
    return (
        state is not None
        and wanted.get("state", state) == state
        and wanted.get("channel", row["channel"]) == row["channel"]
        and wanted.get("actor", row["actor"]) == row["actor"]
        and ("since" not in wanted or row["effective_at"] >= datetime.fromisoformat(wanted["since"]))
        and ("until" not in wanted or row["effective_at"] < datetime.fromisoformat(wanted["until"]))
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=log_rows, wanted=filters, limit=st.integers(3, 15))
@pytest.mark.timeout(600)
async def test_total_pages_csv_and_xlsx_tell_of_the_same_rows(
    services: Services,
    auditor: httpx.AsyncClient,
    rows: list[dict[str, Any]],
    wanted: dict[str, str],
    limit: int,
) -> None:
    async with services.database.begin() as connection:
        for table in (
            "consent_events",
            "opt_out_tallies",
            "opt_out_tallies_by_actor",
        ):  # only here: outside of tests it refuses
            await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await connection.execute(text(f"DELETE FROM {table}"))
            await connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    await add(services, rows)
    expected = [row for row in rows if is_wanted(row, wanted)]
    paged, totals = await whole_log(auditor, limit, **wanted)
    assert totals == {len(expected)}
    key = ("words", "channel", "actor", "texts_cancelled")
    assert sorted(tuple(row[name] for name in key) for row in paged) == sorted(
        tuple(row[name] for name in key) for row in expected
    )
    order = [(datetime.fromisoformat(row["effective_at"]), int(row["id"])) for row in paged]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == len(order)
    in_csv = await csv_log(auditor, **wanted)
    assert [unmarked(row) for row in in_csv] == [as_cells(row) for row in paged]
    assert not [
        cell for row in in_csv for cell in row.values() if cell[:1] in RISKY.strip("'") and is_risky(cell)
    ]
    assert await xlsx_log(auditor, **wanted) == [as_cells(row) for row in paged]


def is_risky(cell: str) -> bool:
    """What is left of a number in E.164 is a number, no formula."""
    return bool(cell) and not (cell[0] == "+" and cell[1:].isdecimal())


async def test_an_empty_filter_is_a_header_alone(auditor: httpx.AsyncClient) -> None:
    answer = await auditor.get("/v1/opt-outs.csv")
    assert answer.text.startswith("id,phone,state,channel,words,")
    assert answer.text.count("\n") == 1
    assert await xlsx_log(auditor) == []
    page = (await auditor.get("/v1/opt-outs")).json()
    assert page == {"items": [], "next_cursor": None, "total": 0}


async def test_rows_that_come_while_somebody_pages_are_neither_twice_nor_instead(
    services: Services, auditor: httpx.AsyncClient
) -> None:
    await add(services, [{"effective_at": NOON - timedelta(hours=n // 3)} for n in range(60)])
    before = {row["id"] for row in (await whole_log(auditor, 500))[0]}
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 7}
    while True:
        page = (await auditor.get("/v1/opt-outs", params=params)).json()
        seen += [row["id"] for row in page["items"]]
        # Newer ones, older ones, and one at the very moment where this page ends.
        edge = datetime.fromisoformat(page["items"][-1]["effective_at"])
        await add(services, [{"effective_at": at} for at in (NOON, edge, NOON - timedelta(days=9))])
        if page["next_cursor"] is None or len(seen) > 500:
            break
        params["cursor"] = page["next_cursor"]
        if len(seen) > 80:  # the old end was passed: what follows was added by this loop itself
            break
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


PLANS = [
    OptOutFilter(),
    OptOutFilter(channel=ConsentChannel.CARRIER),
    OptOutFilter(actor="ana"),
    OptOutFilter(state=ConsentState.HELD),
    OptOutFilter(state=ConsentState.OPTED_OUT, channel=ConsentChannel.SMS),
    OptOutFilter(actor="recipient", channel=ConsentChannel.WEB, state=ConsentState.HELD),
    OptOutFilter(phone="+12145550100"),
]


async def test_a_page_reads_what_it_shows_at_any_depth_and_any_filter(
    services: Services, ctx: Context
) -> None:
    """By the plans themselves: no OFFSET, and no more rows touched than ten branches of a page."""
    await ctx.connection.execute(
        text(
            """INSERT INTO consent_events (phone, kind, channel, words, received_at, effective_at, actor)
            SELECT '+1214555' || lpad((n % 10000)::text, 4, '0'),
                   CASE WHEN n % 50 = 0 THEN 'hold' ELSE 'opt_out' END,
                   CASE WHEN n % 1000 = 0 THEN 'carrier' WHEN n % 9 = 0 THEN 'web' ELSE 'sms' END,
                   'STOP', moment, moment, CASE WHEN n % 300 = 0 THEN 'ana' ELSE 'recipient' END
            FROM generate_series(1, 60000) n,
                 LATERAL (SELECT timestamptz '2026-11-20' - n * interval '1 minute' AS moment) t"""
        )
    )
    await ctx.connection.execute(text("ANALYZE consent_events"))
    for wanted in PLANS:
        for after in (None, (NOON - timedelta(days=20), 10**9), (NOON - timedelta(days=38), 10**9)):
            read = rows_read(await plan_of(services, rows_of(wanted, after, 51)))
            assert read <= 51 + 10 + 51, f"{wanted} after {after} read {read} rows"


def rows_read(plan: dict[str, Any]) -> int:
    """How many rows of the log a plan's scans touched, those put aside by a filter included."""
    own = 0
    if plan.get("Relation Name") == "consent_events" and plan.get("Alias") != "later":
        own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return int(own) + sum(rows_read(part) for part in plan.get("Plans", ()))


async def test_the_tallies_are_the_rows_after_inserts_rollbacks_and_mergers(services: Services) -> None:
    await add(services, [{"channel": CHANNELS[n % 5], "actor": ACTORS[n % 3]} for n in range(200)])
    for _ in range(3):
        await add(services, [{"actor": "ana"}, {"kind": "opt_in"}])
    with pytest.raises(ZeroDivisionError):
        await insert_and_fail(services)
    for _ in range(2):
        async with services.database.begin() as connection:
            await merge_tallies(services.context(connection, SYSTEM, "test"))
        async with services.database.begin() as connection:
            for table in (opt_out_tallies, opt_out_tallies_by_actor):
                group = [column for column in table.columns if column.name != "n"]
                groups = select(func.count()).select_from(select(*group).distinct().subquery())
                lines = select(func.count()).select_from(table)
                assert (await connection.execute(select(func.sum(table.c.n)))).scalar_one() == 203
                counts = [(await connection.execute(query)).scalar_one() for query in (groups, lines)]
                assert counts[0] == counts[1]


async def insert_and_fail(services: Services) -> None:
    async with services.database.begin() as connection:
        row = {"phone": PHONE, "kind": "opt_out", "channel": "sms", "words": "STOP", "actor": "x"}
        await connection.execute(insert(consent_events).values(**row, received_at=NOON, effective_at=NOON))
        raise ZeroDivisionError


async def test_an_import_is_counted(services: Services, auditor: httpx.AsyncClient) -> None:
    """One statement that inserts many is tallied as one: in as many lines as it has groups."""
    async with services.database.begin() as connection:
        await connection.execute(
            text(
                """INSERT INTO consent_events (phone, kind, channel, words, received_at, effective_at, actor)
                SELECT '+12145550142', 'opt_out', 'sms', 'STOP', moment, moment, 'recipient'
                FROM generate_series(1, 500) n,
                     LATERAL (SELECT timestamptz '2026-11-20' - n % 4 * interval '1 day' AS moment) t"""
            )
        )
        lines = (await connection.execute(select(func.count()).select_from(opt_out_tallies))).scalar_one()
    assert lines == 4
    assert (await auditor.get("/v1/opt-outs", params={"limit": 1})).json()["total"] == 500


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_the_ends_of_the_calendar_are_moments_too(
    services: Services, auditor: httpx.AsyncClient, at: str
) -> None:
    await add(services, [{}])
    for name in ("since", "until"):
        answer = await auditor.get("/v1/opt-outs", params={name: at})
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == len(answer.json()["items"])


async def test_a_row_has_its_evidence_and_all_that_stands_around_it(
    services: Services, sign_in: SignIn, clock: SettableClock
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE)
        message = await builders.a_message(ctx, recipient_id=recipient)
        came = NOON - timedelta(days=1)
        first = await builders.a_consent_event(ctx, PHONE, effective_at=came, words="STOP 🛑")
        await builders.a_text(
            ctx, phone=PHONE, direction="in", kind="stop", at=came, provider_id="in-1", status="received"
        )
        answer_at = came + timedelta(seconds=4)
        await builders.a_text(ctx, phone=PHONE, kind="stop_confirmation", at=answer_at, provider_id="out-1")
        await builders.a_consent_event(
            ctx, PHONE, kind="opt_in", words="START", effective_at=came + timedelta(hours=2)
        )
        waits = await builders.a_text(ctx, message, status="queued")
    ana = await sign_in(login="ana")
    said = {"phone": PHONE, "words": "No más", "received_at": NOON.isoformat(), "call_id": "call-7"}
    second = (await ana.post("/v1/opt-outs", json=said)).json()
    assert (second["call_id"], second["texts_cancelled"]) == ("call-7", 1)
    boss = await sign_in(Role.SUPERVISOR)
    evidence = (await boss.get(f"/v1/opt-outs/{first}")).json()
    row = evidence["opt_out"]
    assert (row["provider_message_id"], row["confirmation_id"], row["confirmation_seconds"]) == (
        "in-1",
        "out-1",
        4,
    )
    assert [one["event"] for one in evidence["history"]] == ["opt_out", "opt_in", "opt_out"]
    assert evidence["history_total"] == 3
    assert evidence["stands"]["state"] == "opted_out"
    assert evidence["recipient_id"] == str(recipient)
    assert evidence["cancelled_texts"] == []
    later = (await boss.get(f"/v1/opt-outs/{second['id']}")).json()
    assert later["opt_out"] | {"confirmation_id": None} == later["opt_out"]
    assert [one["id"] for one in later["cancelled_texts"]] == [str(waits)]
    for unknown in ("0", "x", "99999999", str(int(first) + 1)):
        assert (await boss.get(f"/v1/opt-outs/{unknown}")).status_code == 404


async def test_held_replies_wait_until_somebody_decides(services: Services, sign_in: SignIn) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        held = await builders.a_consent_event(ctx, PHONE, kind="hold", words="quit texting me")
        await builders.a_consent_event(ctx, "+12145550199", kind="hold", words="wrong number")
    boss = await sign_in(Role.SUPERVISOR)

    async def waiting() -> tuple[int, list[str]]:
        page = (await boss.get("/v1/opt-outs", params={"waiting": True})).json()
        return page["total"], [row["words"] for row in page["items"]]

    assert await waiting() == (2, ["wrong number", "quit texting me"])
    said = {"phone": PHONE, "channel": "sms", "words": "quit texting me", "received_at": NOON.isoformat()}
    assert (await boss.post("/v1/opt-outs", json=said)).status_code == 201
    assert await waiting() == (1, ["wrong number"])
    still = (await boss.get("/v1/opt-outs", params={"state": "held"})).json()
    assert still["total"] == 2
    assert (await boss.get(f"/v1/opt-outs/{held}")).json()["stands"]["state"] == "opted_out"


async def test_each_look_and_each_export_is_an_entry(services: Services, auditor: httpx.AsyncClient) -> None:
    await add(services, [{"phone": PHONE}])
    await auditor.get("/v1/opt-outs", params={"phone": PHONE, "channel": "sms"})
    await auditor.get("/v1/opt-outs.csv", params={"actor": "recipient"})
    await auditor.get("/v1/opt-outs.xlsx")
    async with services.database.begin() as connection:
        found = await connection.execute(
            select(audit_entries.c.leaf)
            .where(audit_entries.c.subject == "opt_out_log:all")
            .order_by(audit_entries.c.id)
        )
        entries = [read_entry(row.leaf) for row in found]
    assert [entry.action for entry in entries] == [
        Action.OPT_OUT_LOG_READ, Action.OPT_OUT_LOG_EXPORTED, Action.OPT_OUT_LOG_EXPORTED,
    ]  # fmt: skip
    assert entries[0].details == {"rows": 1, "filter": {"channel": "sms", "phone_ends_in": "0142"}}
    assert entries[1].details == {"format": "csv", "rows": 1, "filter": {"actor": "recipient"}}
    assert entries[2].details == {"format": "xlsx", "rows": 1, "filter": {}}


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/v1/opt-outs", "/v1/opt-outs.csv", "/v1/opt-outs.xlsx", "/v1/opt-outs/1"])
async def test_who_may_not_read_the_log_gets_none_of_it(sign_in: SignIn, role: Role, path: str) -> None:
    client = await sign_in(role)
    answer = await client.get(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_count_alone_is_told_by_the_tallies(services: Services, ctx: Context) -> None:
    """Ten million rows are counted by their days: the rows of whole days are not touched."""
    await add(services, [{"effective_at": NOON - timedelta(days=n % 30)} for n in range(900)])
    query = select(count_of(OptOutFilter(since=NOON - timedelta(days=20), until=NOON)))
    assert (await ctx.connection.execute(query)).scalar_one() == 20 * 30
    assert rows_read(await plan_of(services, query)) <= 2 * 30


async def plan_of(services: Services, query: Select[Any]) -> dict[str, Any]:
    """What the database really did for a query."""
    compiled = query.compile(dialect=PGDialect_psycopg(), compile_kwargs={"render_postcompile": True})  # type: ignore[no-untyped-call]
    statement = f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"
    async with await psycopg.AsyncConnection.connect(services.database.url) as connection:
        [[told]] = await (await connection.execute(statement.encode(), compiled.params)).fetchall()
    plan: dict[str, Any] = told[0]["Plan"]
    return plan
