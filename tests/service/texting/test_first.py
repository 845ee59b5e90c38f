"""The first text: one segment whatever the name, so many unanswered, and numbers that none reaches."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.gateways.sms.port import Receipt, ReceiptState
from care_console.service.links.tables import links
from care_console.service.texting import tasks
from care_console.service.texting.bodies import (
    GSM,
    GSM_EXTENSION,
    first_text_body,
    name_in_gsm,
    new_link_body,
    septets,
)
from care_console.service.texting.reach import is_out_of_reach, reached
from care_console.service.texting.receipts import take_receipt
from care_console.service.texting.tables import texts
from tests.service.recordings.conftest import recorder, three_seconds
from tests.service.recordings.recorder import PHONE, Recorder
from tests.support import builders

__all__ = ["recorder", "three_seconds"]
URL = "https://mvm.example/m/7KMNP2RTVWXY3CD"


@given(st.text(min_size=1, max_size=100), st.sampled_from(["en", "es"]), st.integers(1, 40))
def test_every_text_is_one_segment_of_its_alphabet(name: str, language: str, host: int) -> None:
    url = f"https://{'h' * (host - 8 if host > 8 else 1)}/m/7KMNP2RTVWXY3CD"
    for body in (first_text_body(language, name, url), new_link_body(language, name, url)):
        assert septets(body) <= 160
        assert set(body) <= GSM | GSM_EXTENSION
        assert url in body
        assert ("STOP" if language == "en" else "ALTO") in body


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("José Muñoz", "José Muñoz"),
        ("Nguyễn Đức Łukasz", "Nguyen Duc Lukasz"),
        ("D’Angelo O'Neil-Smith, Jr.", "D'Angelo O'Neil-Smith, Jr."),
        ("win.example.com/free now", "win example comfree now"),
        ("<b>Ana</b> {url} ~^|", "bAnab url"),
        ("Иван", ""),
        ("\U0001f600", ""),
        ("a\nb", "a b"),
    ],
)
def test_a_name_is_written_as_texts_can(name: str, told: str) -> None:
    assert name_in_gsm(name) == told


def test_a_name_that_cannot_be_written_is_somebody() -> None:
    assert first_text_body("en", "Иван", URL).startswith("Someone left you")
    assert first_text_body("es", "Иван", URL).startswith("Alguien le dejo")


def test_a_long_name_is_shortened() -> None:
    body = first_text_body("en", "Maximiliano Bartholomew " * 4, URL)
    assert len(body) == 160
    assert " " not in body.split(". left you")[0][-1:]


async def let_go(services: Services) -> None:
    await tasks.let_withheld_go(SimpleNamespace(additional_context={"services": services}), timestamp=0)


async def statuses(recorder: Recorder) -> list[str]:
    return [row.status for row in sorted(await recorder.rows(texts), key=lambda row: row.id)]


@pytest.mark.asyncio
async def test_the_sixth_unanswered_one_waits_until_a_page_is_opened(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    for number in range(6):
        answer: Any = (await recorder.send(three_seconds)).json()
        assert answer["text"]["goes"] is (number < 5)
    assert "unanswered" in answer["text"]["why_not"]
    # Another sender, and another number, are no part of it.
    assert (await recorder.send(three_seconds, booking_number="B2")).json()["text"]["goes"] is True
    assert (await recorder.send(three_seconds, phone="2145550143")).json()["text"]["goes"] is True
    await let_go(services)
    assert await statuses(recorder) == ["queued"] * 5 + ["withheld"] + ["queued"] * 2
    [first, *_] = sorted(await recorder.rows(links), key=lambda row: row.id)
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await builders.a_visit(ctx, first.id, at=ctx.now)
    await let_go(services)
    assert await statuses(recorder) == ["queued"] * 8
    assert (await recorder.send(three_seconds)).json()["text"]["goes"] is True


@pytest.mark.asyncio
async def test_what_waits_goes_as_the_old_ones_no_longer_count_or_ends_with_its_link(
    recorder: Recorder, services: Services, three_seconds: bytes, clock: SettableClock
) -> None:
    for _ in range(7):
        await recorder.send(three_seconds)
    assert await statuses(recorder) == ["queued"] * 5 + ["withheld"] * 2
    clock.advance(timedelta(days=7, minutes=1))
    await let_go(services)
    assert await statuses(recorder) == ["queued"] * 7
    for _ in range(4):
        await recorder.send(three_seconds)
    assert (await statuses(recorder))[7:] == ["queued"] * 3 + ["withheld"]
    async with services.database.begin() as connection:
        held = texts.c.status == "withheld"
        late = texts.update().where(held).values(not_after=clock.now() - timedelta(minutes=1))
        await connection.execute(late)
    await let_go(services)
    assert (await statuses(recorder))[-1] == "cancelled"


@pytest.mark.asyncio
async def test_a_number_that_texts_do_not_reach_is_marked_until_it_shows_life(
    recorder: Recorder, services: Services, three_seconds: bytes, clock: SettableClock
) -> None:
    async def receipt(state: ReceiptState) -> None:
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            text_id = await builders.a_text(ctx, phone=PHONE, status="sent")
            assert await take_receipt(ctx, Receipt(text_id, state, "id:1 stat:UNDELIV", unsubscribed=False))

    await receipt(ReceiptState.UNDELIVERED)
    await receipt(ReceiptState.UNDELIVERED)
    assert (await recorder.send(three_seconds)).status_code == 201
    await receipt(ReceiptState.REFUSED)
    assert await recorder.refusal(three_seconds) == (409, "number-undeliverable")
    clock.advance(timedelta(days=31))
    assert (await recorder.send(three_seconds)).status_code == 201
    await receipt(ReceiptState.UNDELIVERED)
    assert (await recorder.refusal(three_seconds))[0] == 409
    await receipt(ReceiptState.DELIVERED)
    assert (await recorder.send(three_seconds)).status_code == 201
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await reached(ctx, PHONE)
        assert not await is_out_of_reach(ctx, PHONE)
