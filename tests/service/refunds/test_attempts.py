"""A refund on its way to the processor, cut off at each step: it goes out once, and nobody guesses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from care_console.contract.charges import RefundState
from care_console.service.foundation import jobs
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.gateways.cards.port import OutcomeUnknown
from care_console.service.payments.tables import charges
from care_console.service.refunds import settling, tasks
from care_console.service.worker import run_worker
from tests.service.conftest import SignIn
from tests.service.refunds.conftest import Money, ask, sent
from tests.support import builders

pytestmark = pytest.mark.asyncio
TEN_SECONDS = timedelta(seconds=10)
POST = {"path": "/v1/refunds", "method": "POST"}


async def a_waiting(money: Money, sign_in: SignIn, clock: SettableClock) -> tuple[int, str]:
    """A charge and its refund, whose ten seconds are over and whose job is lost: the test does it by hand."""
    charge = await money.charge()
    refund = (await ask(await sign_in(), charge)).json()["id"]
    await money.forget_jobs()
    clock.advance(TEN_SECONDS)
    return charge, refund


async def begin(money: Money, refund: str) -> settling.Submission | None:
    """What a worker does first, committed."""
    async with money.services.database.begin() as connection:
        return await settling.begin(money.services.context(connection, SYSTEM, "test"), UUID(refund))


async def test_a_worker_that_died_before_the_call_is_followed_by_one_that_reads_and_sends(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    first = await begin(money, refund)
    assert first is not None
    assert first.is_first
    await money.run(tasks.send, refund_id=refund)
    assert await money.state(refund) == "succeeded"
    calls = [(line["method"], line["outcome"]) for line in await money.twin.journal("request")][-2:]
    assert calls == [("GET", "done"), ("POST", "done")]


async def test_a_worker_that_died_after_the_call_is_followed_by_one_that_only_reads(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    submission = await begin(money, refund)
    assert submission is not None
    await money.services.cards.refund(
        refund_id=submission.refund_id,
        processor_ref=submission.processor_ref,
        amount_cents=submission.amount_cents,
        currency=submission.currency,
        reason=submission.reason,
    )
    await money.run(tasks.send, refund_id=refund)
    assert (await money.state(refund), await money.asked()) == ("succeeded", 1)


async def test_a_database_that_fails_while_the_answer_is_written_down_loses_nothing(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    await _on_the_way_in(money, "RAISE EXCEPTION 'the disk is full'")
    with pytest.raises(Exception, match="the disk is full"):
        await money.run(tasks.send, refund_id=refund)
    assert await money.state(refund) == "submitted"
    await _on_the_way_in(money, "RETURN NEW")
    await money.run(tasks.send, refund_id=refund)
    assert (await money.state(refund), await money.asked()) == ("succeeded", 1)


async def test_a_job_that_fails_is_done_again(money: Money, sign_in: SignIn, clock: SettableClock) -> None:
    refund = (await ask(await sign_in(), await money.charge())).json()["id"]
    await _on_the_way_in(money, "RAISE EXCEPTION 'the disk is full'")
    clock.advance(TEN_SECONDS)
    await money.work()
    assert (await money.state(refund), await money.jobs(refund)) == ("submitted", 1)
    await _on_the_way_in(money, "RETURN NEW")
    async with asyncio.timeout(30):
        while await money.state(refund) != "succeeded":
            await money.work()
    assert await money.asked() == 1


async def test_a_refusal_after_an_attempt_that_was_not_sent_is_read_before_it_is_believed(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    charge, refund = await a_waiting(money, sign_in, clock)
    await money.twin.faults("429", **POST)
    await money.run(tasks.send, refund_id=refund)
    assert await money.state(refund) == "submitted"
    # Somebody at the processor's own desk gives all of it back meanwhile.
    await money.twin.call(
        "POST", "/v1/refunds", key="by hand", payment_intent=await _reference(money, charge)
    )
    await money.run(tasks.reconcile, refund_id=refund)
    assert await money.state(refund) == "unknown"
    clock.advance(timedelta(minutes=3))
    await money.run(tasks.reconcile, refund_id=refund, readings=4)
    assert await money.state(refund) == "failed"


async def test_it_is_not_called_failed_while_the_last_attempt_may_still_arrive(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    await money.twin.faults("429", **POST)
    await money.run(tasks.send, refund_id=refund)
    clock.advance(timedelta(hours=1))
    await money.twin.faults("500", **POST)
    await money.run(tasks.reconcile, refund_id=refund, readings=3)
    await money.run(tasks.reconcile, refund_id=refund, readings=4)
    assert await money.state(refund) == "unknown"  # an hour after the first, a moment after the last
    clock.advance(timedelta(minutes=3))
    await money.run(tasks.reconcile, refund_id=refund, readings=4)
    assert (await money.state(refund), await money.asked()) == ("failed", 2)


async def test_after_23_hours_the_key_is_not_sent_again(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    await money.twin.faults("429", **POST)
    await money.run(tasks.send, refund_id=refund)
    clock.advance(timedelta(hours=23))
    await money.run(tasks.reconcile, refund_id=refund)
    assert (await money.state(refund), await money.asked()) == ("submitted", 1)


async def test_of_a_payment_that_the_processor_does_not_know_there_is_no_refund(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    charge = await money.charge(processor_ref="pi_of_another_house")
    refund = (await ask(await sign_in(), charge)).json()["id"]
    await money.forget_jobs()
    clock.advance(TEN_SECONDS)
    assert await begin(money, refund) is not None
    clock.advance(timedelta(minutes=3))
    await money.run(tasks.reconcile, refund_id=refund, readings=4)
    assert await money.state(refund) == "failed"


async def test_a_charge_without_its_reference_is_not_taken(money: Money, sign_in: SignIn) -> None:
    charge = await money.charge(processor_ref=None)
    answer = await ask(await sign_in(), charge)
    assert answer.status_code == 409
    assert "No money moved" in answer.json()["detail"]


async def test_a_dispute_that_opens_in_the_ten_seconds_stops_it(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    client, charge = await sign_in(), await money.charge()
    refund = (await ask(client, charge)).json()["id"]
    async with money.services.database.begin() as connection:
        await builders.a_dispute(money.services.context(connection, SYSTEM, "test"), charge)
    clock.advance(TEN_SECONDS)
    await money.work()
    assert (await money.state(refund), await money.asked()) == ("failed", 0)
    assert "disputes" in (await client.get(f"/v1/refunds/{refund}")).json()["failure"]


async def test_a_job_that_is_due_by_the_database_but_not_by_us_waits_for_the_rest(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    clock.advance(-timedelta(seconds=5))
    await money.run(tasks.send, refund_id=refund)
    assert (await money.state(refund), await money.jobs(refund)) == ("waiting", 1)
    async with money.services.database.begin() as connection:
        query = text("SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs")
        assert 3 < (await connection.execute(query)).scalar_one() <= 5


async def test_the_sweep_finds_what_has_no_job_and_leaves_alone_what_has(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    _, refund = await a_waiting(money, sign_in, clock)
    clock.advance(timedelta(minutes=3))
    for _ in range(3):
        await money.run(tasks.sweep, timestamp=0)
    assert await money.jobs(refund) == 1
    await money.forget_jobs()
    assert await begin(money, refund) is not None
    clock.advance(timedelta(minutes=3))
    for _ in range(3):
        await money.run(tasks.sweep, timestamp=0)
    assert await money.jobs(refund) == 1
    await money.work()
    assert (await money.state(refund), await money.asked()) == ("succeeded", 1)


async def test_a_pending_one_is_read_once_an_hour(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    await money.twin.tell("/refunds/behaviour", outcome="pending")
    refund = await sent(money, await sign_in(), clock, await money.charge())
    seen = []
    for minutes in (30, 31, 30, 31):
        clock.advance(timedelta(minutes=minutes))
        await money.run(tasks.sweep, timestamp=0)
        seen.append(await money.jobs(refund))
        await money.work()
    assert seen == [0, 1, 0, 1]
    assert await money.state(refund) == "pending"


async def test_an_older_word_of_the_processors_undoes_nothing(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    refund = await sent(money, await sign_in(), clock, await money.charge())
    [made] = await money.twin.journal("refund")
    then = await money.services.cards.read_refund(made["id"])
    await money.twin.tell(f"/refunds/{made['id']}/settle", status="failed")
    await money.run(tasks.read_told, refund_id=refund, processor_id=made["id"])
    async with money.services.database.begin() as connection:
        ctx = money.services.context(connection, SYSTEM, "test")
        assert await settling.tell(ctx, UUID(refund), then) is RefundState.FAILED
    assert await money.state(refund) == "failed"


async def test_a_reading_that_a_webhook_asked_for_is_done_again_until_it_is_answered(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    refund = await sent(money, await sign_in(), clock, await money.charge())
    [made] = await money.twin.journal("refund")
    await money.twin.faults("503", path="/v1/refunds", method="GET")
    with pytest.raises(OutcomeUnknown):
        await money.run(tasks.read_told, refund_id=refund, processor_id=made["id"])
    assert tasks.read_told.retry_strategy is not None


async def test_what_a_killed_worker_held_is_taken_up_and_its_periodic_jobs_put_away(
    money: Money, sign_in: SignIn, clock: SettableClock
) -> None:
    refund = (await ask(await sign_in(), await money.charge())).json()["id"]
    async with money.services.database.begin() as connection:
        ctx = money.services.context(connection, SYSTEM, "test")
        await jobs.defer(ctx, "refunds:sweep", timestamp=0)
        await connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', queueing_lock = "
                "CASE task_name WHEN 'refunds:sweep' THEN 'refunds:sweep' END"
            )
        )
        # The next sweep is queued already: to queue the dead one again would be refused.
        await connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (task_name, queueing_lock, args, queue_name, scheduled_at) "
                "VALUES ('refunds:sweep', 'refunds:sweep', '{}', 'default', now() + interval '1 day')"
            )
        )
    clock.advance(TEN_SECONDS)
    async with asyncio.timeout(60):
        working = asyncio.create_task(run_worker(money.services))
        try:
            await money.until(refund, "succeeded")
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    async with money.services.database.begin() as connection:
        left = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        assert (await connection.execute(left)).scalar_one() == 0


async def test_a_worker_outlives_its_database_connections(
    money: Money, sign_in: SignIn, clock: SettableClock, database_url: str
) -> None:
    client = await sign_in()
    working = asyncio.create_task(run_worker(money.services))
    try:
        first = (await ask(client, await money.charge())).json()["id"]
        clock.advance(TEN_SECONDS)
        await money.until(first, "succeeded")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = (await ask(client, await money.charge())).json()["id"]
        clock.advance(TEN_SECONDS)
        await money.until(second, "succeeded")
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_taken_back_again_the_answer_is_the_same(money: Money, sign_in: SignIn) -> None:
    client = await sign_in()
    refund = (await ask(client, await money.charge())).json()["id"]
    answers = [await client.delete(f"/v1/refunds/{refund}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert await money.actions(refund) == ["refund.asked", "refund.withdrawn"]


async def test_each_step_leaves_its_entry(money: Money, sign_in: SignIn, clock: SettableClock) -> None:
    charge = await money.charge()
    refund = await sent(money, await sign_in(login="ana"), clock, charge)
    asked, submitted, settled = await money.entries(f"refund:{refund}")
    assert (asked.actor, asked.action, asked.outcome) == ("ana", "refund.asked", "done")
    assert asked.details == {
        "charge": str(charge),
        "amount_cents": 399,
        "reason": "inaudible",
        "refunded_before_cents": 0,
        "state": "waiting",
    }
    assert (submitted.actor, submitted.action, submitted.origin) == (
        "system",
        "refund.submitted",
        "job:refunds",
    )
    [made] = await money.twin.journal("refund")
    assert settled.details == {"from": "submitted", "said": "succeeded", "processor_ref": made["id"]}


async def _reference(money: Money, charge: int) -> str:
    async with money.services.database.begin() as connection:
        query = charges.select().where(charges.c.id == charge)
        return str((await connection.execute(query)).one().processor_ref)


async def _on_the_way_in(money: Money, what: str) -> None:
    """What the database does when a refund is to become succeeded."""
    async with money.services.database.begin() as connection:
        await connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {what}; END $$"
            )
        )
        await connection.execute(text("DROP TRIGGER IF EXISTS trip ON refunds"))
        await connection.execute(
            text(
                "CREATE TRIGGER trip BEFORE UPDATE ON refunds FOR EACH ROW "
                "WHEN (NEW.state = 'succeeded') EXECUTE FUNCTION trip()"
            )
        )
