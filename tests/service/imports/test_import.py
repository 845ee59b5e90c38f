"""The import of a data set: what is loaded, what is refused and where, and that again changes nothing."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import psycopg
import pytest

from care_console.contract.audit import Action
from care_console.service.imports.problems import ImportRefused
from care_console.service.imports.report import print_report
from care_console.service.imports.staging import IMPORT_LOCK
from tests.service.imports.conftest import Ask, Import, content
from tests.support.dataset import COLUMNS, Reject, write_dataset

pytestmark = pytest.mark.asyncio

TABLES = {table: "consent_events" if table == "consent" else table for table in COLUMNS}


def rejects_in(path: Path) -> list[Reject]:
    """The rows of a list of rejects."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "line", "reason"]
    return [(file, int(line), reason) for file, line, reason in rows]


async def test_good_rows_are_loaded_and_each_bad_one_is_named(
    run_import: Import, ask: Ask, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "old", broken=True)
    report = await run_import(data.folder, rejects=tmp_path / "rejects.csv")
    assert rejects_in(tmp_path / "rejects.csv") == data.rejects
    for table, into in TABLES.items():
        assert ask(f"SELECT count(*) FROM {into}") == [(data.good[table],)], table
    assert {file.file: file.loaded for file in report.files} == {
        f"{table}.csv": data.good[table] for table in COLUMNS
    }
    assert report.refused == len(data.rejects)
    tables = ("recipients", "messages", "links", "texts", "charges", "refunds")
    named = [("imported_id", table) for table in tables]
    named += [("processor_ref", "charges"), ("processor_ref", "refunds")]
    begin = " UNION ".join(
        f"SELECT left({name}, 3), '{table}' FROM {table} WHERE {name} IS NOT NULL" for name, table in named
    )
    assert ask(f"TABLE reference_beginnings EXCEPT ({begin})") == []
    assert ask(f"({begin}) EXCEPT TABLE reference_beginnings") == []


async def test_running_it_again_changes_nothing(
    run_import: Import, database_url: str, ask: Ask, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "old", broken=True)
    await run_import(data.folder)
    before, ids = content(database_url), ask("SELECT id, code FROM links ORDER BY id")
    again = await run_import(data.folder, rejects=tmp_path / "rejects.csv")
    assert again.loaded == 0
    assert sum(file.already for file in again.files) == sum(data.good.values())
    assert rejects_in(tmp_path / "rejects.csv") == data.rejects
    assert content(database_url) == before
    assert ask("SELECT id, code FROM links ORDER BY id") == ids


async def test_all_or_nothing_loads_nothing_where_one_row_is_bad(
    run_import: Import, ask: Ask, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "old", broken=True)
    report = await run_import(data.folder, all_or_nothing=True, rejects=tmp_path / "rejects.csv")
    assert not report.kept
    assert rejects_in(tmp_path / "rejects.csv") == data.rejects
    for table in (*TABLES.values(), "consent_states", "import_reviews", "import_files"):
        assert ask(f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_all_or_nothing_loads_all_where_every_row_is_good(
    run_import: Import, database_url: str, tmp_path: Path, cluster_copy: str
) -> None:
    data = write_dataset(tmp_path / "old")
    report = await run_import(data.folder, all_or_nothing=True)
    assert report.kept
    assert report.loaded == sum(data.good.values())
    await run_import(data.folder, database=cluster_copy)
    assert content(database_url) == content(cluster_copy)


async def test_each_file_and_each_run_has_its_entry(run_import: Import, ask: Ask, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "old")
    await run_import(data.folder)
    entries = (
        f"SELECT count(*) FROM audit_entries WHERE action = '{Action.IMPORT_RUN.value}' AND actor = 'import'"
    )
    assert ask(entries) == [(len(COLUMNS) + 1,)]
    await run_import(data.folder)
    assert ask(entries) == [(len(COLUMNS) + 2,)]
    assert ask("SELECT count(*) FROM import_runs WHERE finished_at IS NOT NULL") == [(2,)]


async def test_card_numbers_in_free_text_are_masked(run_import: Import, ask: Ask, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "old", recipients=10)
    add(
        data.folder,
        "texts",
        "TX1",
        "+12142345678",
        "",
        "in",
        "other",
        "my card 4111 1111-1111 1111, ok\n2",
        *SENT,
    )
    add(data.folder, "texts", "TX2", "+12142345678", "", "in", "other", "card 4111111111111111", *SENT)
    add(data.folder, "texts", "TX3", "+12142345678", "", "in", "other", "order 4111111111111112", *SENT)
    add(data.folder, "consent", "EV", "+12142345678", "opt_out", "web", SENT[0], "x", "5500005555555559 stop")
    await run_import(data.folder)
    texts = ask("SELECT body, provider_id FROM texts WHERE imported_id LIKE 'TX_' ORDER BY imported_id")
    assert [text[0] for text in texts] == [
        "my card ************1111, ok\n2",
        "card ************1111",
        "order 4111111111111112",
    ]
    # An identifier of the carrier's is no free text: it has to stay what it is.
    assert {text[1] for text in texts} == {"4111111111111111"}
    assert ask("SELECT words FROM consent_events WHERE imported_id = 'EV'") == [("************5559 stop",)]


async def test_refunds_are_taken_in_their_order_until_the_charge_is_used_up(
    run_import: Import, ask: Ask, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "old", recipients=10)
    message = ask_first_id(data.folder)
    add(data.folder, "charges", "C", message, SENT[0], "100", "card", "visa", "4242", "succeeded", "pi_1")
    add(data.folder, "charges", "D", message, SENT[0], "100", "card", "visa", "4242", "failed", "pi_1")
    for name, charge, amount, hour, status in (
        ("last", "C", "30", 5, "succeeded"),
        ("second", "C", "60", 2, "pending"),
        ("first", "C", "40", 1, "succeeded"),
        ("failed", "C", "90", 3, "failed"),
        ("nothing", "C", "0", 4, "succeeded"),
        ("of-nothing", "D", "10", 1, "succeeded"),
    ):
        moment = f"2026-06-01T0{hour}:00:00Z"
        add(data.folder, "refunds", name, charge, amount, "other", "ana", moment, status, "")
    report = await run_import(data.folder)
    taken = ask("SELECT imported_id FROM refunds WHERE imported_id NOT LIKE 'RF%' ORDER BY 1")
    assert [row[0] for row in taken] == ["failed", "first", "nothing", "second"]
    assert report.reasons == {"refund-beyond-charge": 2}


async def test_a_code_that_leads_elsewhere_already_is_refused(
    run_import: Import, ask: Ask, tmp_path: Path
) -> None:
    first = write_dataset(tmp_path / "first", recipients=5)
    await run_import(first.folder)
    message = ask_first_id(first.folder)
    code = ask("SELECT code FROM links LIMIT 1")[0][0]
    second = write_dataset(tmp_path / "second", recipients=5)
    add(second.folder, "links", "L-other", message, SENT[0], SENT[0], "", "system", code)
    report = await run_import(second.folder)
    assert report.reasons == {"duplicate-identifier": 1}
    assert ask("SELECT count(*) FROM links") == [(first.good["links"],)]


async def test_what_is_no_data_set_is_refused_in_a_sentence(run_import: Import, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is not a folder"):
        await run_import(tmp_path / "nowhere")
    data = write_dataset(tmp_path / "old", recipients=2)
    plays = data.folder / "plays.csv"
    plays.write_bytes(plays.read_bytes().replace(b"played_at", b"when", 1))
    with pytest.raises(ImportRefused, match=r"plays\.csv does not begin with its header"):
        await run_import(data.folder)
    plays.unlink()
    with pytest.raises(ImportRefused, match=r"lacks plays\.csv"):
        await run_import(data.folder)


async def test_a_second_import_waits_for_the_first(
    run_import: Import, database_url: str, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "old", recipients=3)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as first:
        await first.execute(f"SELECT pg_advisory_lock({IMPORT_LOCK})")
        second = asyncio.create_task(run_import(data.folder))
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        for _ in range(500):
            row = await (await first.execute(waiting)).fetchone()
            if second.done() or (row and row[0]):
                break
            await asyncio.sleep(0.01)
        assert not second.done()
    assert (await second).loaded == sum(data.good.values())


async def test_the_report_reads_as_a_whole(
    run_import: Import, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_dataset(tmp_path / "old", broken=True)
    print_report(await run_import(data.folder))
    told = capsys.readouterr().out
    assert f"{data.good['messages']:,}" in told
    assert "--rejects FILE names them all" in told
    assert "opt-ins came by a channel that lifts no opt-out" in told


SENT = ("2026-05-05T10:00:00Z", "received", "4111111111111111")


def add(folder: Path, table: str, *fields: str) -> None:
    """One more row at the end of a file."""
    with (folder / f"{table}.csv").open("a", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(fields)


def ask_first_id(folder: Path) -> str:
    """The identifier of the first message."""
    return (folder / "messages.csv").read_text().split("\n")[1].split(",")[0]
