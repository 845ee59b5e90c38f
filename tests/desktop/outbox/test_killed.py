"""Killed with kill -9 right after a person's act, the desk still does it, and does it once."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from care_console.desktop.outbox.pending import PendingState
from tests.support.desks import a_desk, until
from tests.support.fake_service import fake_service
from tests.support.fault_proxy import Fault, fault_proxy
from tests.support.killable import desk_process, killed_after, said

pytestmark = pytest.mark.asyncio


async def test_a_stop_is_there_after_kill_9_and_arrives_once(folder: Path) -> None:
    async with fake_service() as service:
        id = await killed_after(service.url, folder, "stop")
        assert service.deeds == []
        async with a_desk(service.url, folder) as desk:
            assert desk.outbox.find(UUID(id)) is not None
            await until(lambda: desk.outbox.answer(UUID(id)))
        assert [deed.key for deed in service.done("opt_out")] == [id]
        async with a_desk(service.url, folder) as desk:
            assert desk.outbox.pending() == ()


async def test_a_refund_is_there_after_kill_9_and_goes_once_its_person_says_so(folder: Path) -> None:
    async with fake_service() as service:
        id = UUID(await killed_after(service.url, folder, "refund"))
        async with a_desk(service.url, folder) as desk:
            row = desk.outbox.find(id)
            assert row is not None
            assert row.state is PendingState.NEEDS_CONFIRMATION
            await desk.outbox.confirm(id)
            await until(lambda: desk.outbox.answer(id))
        assert [deed.key for deed in service.done("refund")] == [str(id)]


async def test_killed_while_an_answer_is_outstanding_the_act_happens_once(folder: Path) -> None:
    async with fake_service() as service, fault_proxy(service.url) as proxy:
        proxy.plan(Fault.LOSE_REPLY, "POST /v1/opt-outs")
        proxy.plan(Fault.HANG, "POST /v1/opt-outs")
        async with desk_process(proxy.url, folder, "stop-and-send") as process:
            id = UUID(await said(process))
            await until(lambda: len([line for line in proxy.seen if "opt-outs" in line]) == 2)
        async with a_desk(proxy.url, folder) as desk:
            row = desk.outbox.find(id)
            assert row is not None
            assert row.maybe_arrived
            await until(lambda: desk.outbox.answer(id))
        assert [deed.key for deed in service.done("opt_out")] == [str(id)]


async def test_a_draft_survives_kill_9(folder: Path) -> None:
    async with fake_service() as service:
        assert await killed_after(service.url, folder, "draft") == "saved"
        async with a_desk(service.url, folder, works=False) as desk:
            draft = await desk.store.load_draft("note", "r1")
        assert draft is not None
        assert "called" in draft.fields["text"]
