"""What people text back is kept once and acted on at once: STOP, HOLD, HELP, START, and ordinary words."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from care_console.service.foundation.clock import SettableClock
from care_console.service.texting.tables import replies
from tests.service.conftest import NOON
from tests.service.texting.conftest import PHONE, Texting

pytestmark = pytest.mark.asyncio


async def test_a_stop_suppresses_cancels_and_is_confirmed_once(texting: Texting) -> None:
    waiting = await texting.queue(send_after=NOON + timedelta(hours=1))
    for id in ("k1", "k1", "k2"):
        answer = await texting.hear("Stop!!", id=id)
        assert answer.status_code == 200
        assert answer.headers["care-read-as"] == "stop"
        assert answer.content == b"", "Kannel would text it back"
    await texting.work()
    assert await texting.state() == "opted_out"
    assert await texting.status(waiting) == "cancelled"
    handed = await texting.handed()
    assert [line["to"] for line in handed] == [PHONE]
    assert "opted out" in handed[0]["body"]
    assert await texting.events() == 2, "the second STOP is evidence of its own, the repeated call is not"
    assert len(await texting.rows("in")) == 2


async def test_the_same_call_twice_at_once_is_one_text(texting: Texting) -> None:
    await asyncio.gather(*(texting.hear("STOP", id="same") for _ in range(6)))
    assert await texting.events() == 1
    assert len(await texting.rows("in")) == 1


async def test_a_late_confirmation_is_none(texting: Texting, clock: SettableClock) -> None:
    received = NOON - timedelta(minutes=4)
    await texting.hear("STOP", time=f"{received:%Y-%m-%d %H:%M:%S}")
    clock.advance(timedelta(minutes=2))
    await texting.work()
    assert await texting.handed() == []
    assert await texting.state() == "opted_out"
    await texting.hear("STOP", "+12145550143", "k9", time=f"{NOON - timedelta(minutes=6):%Y-%m-%d %H:%M:%S}")
    assert [row.status for row in await texting.rows()] == ["cancelled"]


async def test_what_reads_like_a_refusal_is_held_and_not_confirmed(texting: Texting) -> None:
    assert (await texting.hear("ya no me manden mensajes")).headers["care-read-as"] == "hold"
    await texting.queue()
    await texting.work()
    assert await texting.state() == "held"
    assert await texting.handed() == []


async def test_a_hold_lifts_no_opt_out(texting: Texting) -> None:
    await texting.hear("STOP", id="k1")
    await texting.hear("quit texting me", id="k2")
    assert await texting.state() == "opted_out"


async def test_only_start_opts_in_again(texting: Texting) -> None:
    await texting.hear("STOP", id="k1")
    assert (await texting.hear("YES", id="k2")).headers["care-read-as"] == "none"
    assert await texting.state() == "opted_out"
    await texting.hear("START", id="k3")
    assert await texting.state() == "opted_in"


async def test_help_is_answered_for_everyone(texting: Texting, clock: SettableClock) -> None:
    clock.advance(timedelta(hours=14))  # two in the morning
    await texting.hear("STOP", id="k1")
    await texting.hear("ayuda", id="k2")
    await texting.work()
    bodies = [line["body"] for line in await texting.handed()]
    assert len(bodies) == 2
    [help_] = [body for body in bodies if "Frecuencia" in body]
    assert "(844) 777-0710" in help_
    assert "ALTO" in help_
    assert all(len(body) <= 160 for body in bodies)


async def test_raw_words_rule_and_rule_set_are_kept_and_a_card_number_is_not(texting: Texting) -> None:
    await texting.hear("my card is 4242 4242 4242 4242 <b>O'Nguyễn</b> 🙂")
    [row] = await texting.rows("in")
    assert row.body == "my card is ************4242 <b>O'Nguyễn</b> 🙂"
    async with texting.services.database.begin() as connection:
        kept = (await connection.execute(select(replies))).one()
    assert (kept.outcome, kept.rule) == ("none", "no-rule")
    assert kept.rule_set


async def test_utf_16_is_read_as_kannel_sends_it(texting: Texting) -> None:
    raw = "no más".encode("utf-16-be")
    query = "from=%2B12145550142&to=33297&coding=2&charset=UTF-16BE&id=u1&text=" + "".join(
        f"%{byte:02X}" for byte in raw
    )
    answer = await texting.client.get(f"/gateways/sms/kannel/inbound?{query}")
    assert answer.headers["care-read-as"] == "stop"


@pytest.mark.parametrize("number", ["2145550142", "12145550142", "+1 (214) 555-0142"])
async def test_a_number_is_known_in_the_ways_gateways_write_it(texting: Texting, number: str) -> None:
    await texting.hear("STOP", number)
    assert await texting.state() == "opted_out"


async def test_a_stop_without_the_gateways_id_is_taken_all_the_same(texting: Texting) -> None:
    for _ in range(2):
        told = {"from": PHONE, "text": "STOP"}
        assert (await texting.client.get("/gateways/sms/kannel/inbound", params=told)).status_code == 200
    assert await texting.events() == 1


async def test_a_stranger_to_the_numbering_plan_is_said_so(texting: Texting) -> None:
    answer = await texting.hear("STOP", "+442079460958")
    assert answer.status_code == 422
    assert "no US number" in answer.json()["detail"]
