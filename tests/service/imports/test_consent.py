"""What follows from an imported consent history, by our rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from care_console.contract.consent import ConsentChannel
from care_console.service.consent.rules import Words, opt_out
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.imports.conftest import Ask, Import
from tests.service.imports.test_import import add
from tests.support.dataset import write_dataset

pytestmark = pytest.mark.asyncio

PHONE = "+12142345678"


@pytest.mark.parametrize(
    ("said", "state", "since_day", "reviews"),
    [
        (["opt_out sms"], "opted_out", 1, 0),
        (["opt_out carrier", "opt_out sms"], "opted_out", 1, 0),
        (["opt_out sms", "opt_in sms"], "opted_in", 2, 0),
        (["opt_out care_call", "opt_in web"], "opted_in", 2, 0),
        (["opt_out sms", "opt_in care_call"], "opted_out", 1, 1),
        (["opt_out sms", "opt_in carrier", "opt_in sms", "opt_in complaint"], "opted_in", 3, 2),
        (["opt_out sms", "opt_in sms", "opt_out web"], "opted_out", 3, 0),
    ],
)
async def test_where_a_number_stands(
    run_import: Import, ask: Ask, tmp_path: Path, said: list[str], state: str, since_day: int, reviews: int
) -> None:
    data = write_dataset(tmp_path / "old", recipients=0)
    # The file's order is not the order of events.
    for day, event in reversed(list(enumerate(said, 1))):
        kind, channel = event.split()
        add(
            data.folder, "consent", f"E{day}", PHONE, kind, channel, f"2026-01-0{day}T10:00:00Z", "x", "words"
        )
    report = await run_import(data.folder)
    assert ask("SELECT phone, state, since FROM consent_states") == [
        (PHONE, state, datetime(2026, 1, since_day, 10, tzinfo=UTC))
    ]
    assert report.review_count == reviews
    assert ask("SELECT count(*) FROM import_reviews") == [(reviews,)]


async def test_an_older_opt_in_does_not_lift_a_stop_of_our_own(
    run_import: Import, ask: Ask, services: Services, tmp_path: Path
) -> None:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await opt_out(ctx, PHONE, Words(ConsentChannel.SMS, "STOP", ctx.now))
    data = write_dataset(tmp_path / "old", recipients=0)
    add(data.folder, "consent", "E1", PHONE, "opt_out", "sms", "2026-01-01T10:00:00Z", "x", "STOP")
    add(data.folder, "consent", "E2", PHONE, "opt_in", "sms", "2026-01-02T10:00:00Z", "x", "START")
    await run_import(data.folder)
    assert ask("SELECT state, since = e.effective_at, e.imported_id FROM consent_states s "
               "JOIN consent_events e ON e.id = s.event_id") == [("opted_out", True, None)]  # fmt: skip


async def test_a_later_import_moves_a_number_that_stood_somewhere(
    run_import: Import, ask: Ask, tmp_path: Path
) -> None:
    first, second = (write_dataset(tmp_path / name, recipients=0) for name in ("first", "second"))
    add(first.folder, "consent", "E1", PHONE, "opt_in", "web", "2026-01-01T10:00:00Z", "x", "page")
    add(second.folder, "consent", "E2", PHONE, "opt_out", "web", "2026-01-02T10:00:00Z", "x", "page")
    await run_import(first.folder)
    await run_import(second.folder)
    assert ask("SELECT state FROM consent_states") == [("opted_out",)]
