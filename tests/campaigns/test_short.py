"""The short forms of the campaigns."""

from __future__ import annotations

import ast
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from care_console.service.texting import bodies
from tests.campaigns import (
    inbound,
    load,
    load_figures,
    points,
    race_judging,
    races,
    refunds,
    sound,
    stops,
    store,
)

_SERVICE = Path(__file__).parents[2] / "care_console" / "service"


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_refunds_through_faults_and_kills(database_url: str) -> None:
    outcome = await refunds.run(refunds.SHORT, 7, database_url)
    assert outcome.wrong == []
    assert outcome.kills >= refunds.SHORT.kills
    assert outcome.intents >= refunds.SHORT.refunds
    assert sum(count for fault, count in outcome.faults.items() if fault != "sound") > 0


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_stops_through_cuts_and_kills(database_url: str) -> None:
    outcome = await stops.run(stops.SHORT, 7, database_url)
    assert outcome.wrong == []
    assert outcome.taken_while_cut >= stops.SHORT.stops
    assert outcome.kills >= stops.SHORT.kills
    assert outcome.shown_done > 0


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_stops_by_text_delivered_twice_through_kills(database_url: str) -> None:
    outcome = await inbound.run(inbound.SHORT, 7, database_url)
    assert outcome.wrong == []
    assert outcome.stops == outcome.suppressed > 0
    assert outcome.confirmed > outcome.stops // 3
    assert outcome.kills > 0
    assert outcome.calls["twice at once"] > 0


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_damaged_store_files() -> None:
    outcome = await store.run(store.SHORT, 7)
    assert outcome.wrong == []
    assert len(outcome.damages) == len(store.DAMAGES)
    assert outcome.rows_there > outcome.rows_lost > 0


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_sounds_and_damaged_ones() -> None:
    outcome = await sound.run(sound.SHORT, 7)
    assert outcome.wrong == []
    assert outcome.judged >= 18
    # Damage that spoils everything, or nothing, would try only one half of the reader.
    assert 0.1 < outcome.damaged_verdicts["taken"] / outcome.damaged < 0.9


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_opt_outs_racing_texts(database_url: str) -> None:
    plan = races.SHORT
    outcome = await races.run(plan, 7, database_url)
    assert outcome.wrong == []
    assert outcome.opt_outs >= plan.opt_outs
    assert outcome.queued >= plan.sends
    assert set(outcome.by_way) == {"sms", "care_call", "carrier"}
    assert outcome.became["sent"] > 0
    assert outcome.became["cancelled by the opt-out"] > 0


def test_a_text_past_a_stop_is_seen() -> None:
    """The judge of the race itself: between an opt-out and the next opt-in only its confirmation may go."""
    at = datetime(2026, 11, 25, 18, tzinfo=UTC)

    def seconds(after: float) -> datetime:
        return at + timedelta(seconds=after)

    phone = "+12145550142"
    said = [
        race_judging.Said(phone, True, seconds(1)),
        race_judging.Said("+12145550143", True, seconds(1)),
        race_judging.Said(phone, False, seconds(2)),
        race_judging.Said(phone, True, seconds(3)),
    ]
    fine = [
        race_judging.Taken(phone, "a link", seconds(after)) for after in (0.5, 0.999_999, 2.000_001, 2.95)
    ]
    confirmation = race_judging.Taken(phone, bodies.stopped_body("es"), seconds(1.2))
    assert race_judging.past_a_stop(said, [*fine, confirmation]) == []
    assert race_judging.close_ones(said, fine) == 2
    for after in (1.000_001, 1.999_999, 3.5):
        late = race_judging.Taken(phone, "a link", seconds(after))
        assert len(race_judging.past_a_stop(said, [*fine, late])) == 1


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_load(database_url: str) -> None:
    outcome = await load.run(load_figures.SHORT, 7, database_url)
    assert not outcome.asked.errors
    late = {kind: len(seen) for kind, seen in outcome.asked.late.items()}
    messages = late["recording"]
    assert messages > 2
    assert late == dict.fromkeys(late, messages) | {"sound": 2 * messages}
    assert len(late) == 7
    assert all(used > 0 for used in outcome.asked.processor_seconds.values())
    assert outcome.waiting == {"copies": 0, "texts": 0}


def test_the_limit_is_looked_for_between_what_held_and_what_did_not() -> None:
    def step(rate: float, page_seconds: float) -> load_figures.Step:
        late = {"page, paid": [page_seconds], "recording": [0.1]}
        return load_figures.Step(rate, 60.0, late=defaultdict(list, late))

    found = load_figures.Outcome(load_figures.LONG, step(10.0, 0.1))
    assert found.next_rate() == 12.5
    found.ramp.append(step(12.5, 0.4))
    assert found.next_rate() == pytest.approx(11.18, abs=0.01)
    found.ramp += [step(11.18, 0.1), step(11.82, 0.4)]
    assert found.next_rate() is None
    assert (found.figures()["held_up_to"], found.figures()["stopped_holding_at"]) == (11.18, 11.82)
    assert load_figures.Outcome(load_figures.LONG, step(10.0, 0.4)).next_rate() == 8.0


def test_every_point_in_the_code_is_one_at_which_the_campaign_dies() -> None:
    named = [
        call.args[0].value
        for path in _SERVICE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "passing"
        and isinstance(call.args[0], ast.Constant)
    ]
    assert sorted(named) == sorted(
        points.WEB + points.INBOUND + points.WEBHOOK + points.WORKER + points.TEXTING
    )
