"""An answer that was to something else, given out again by what lies between, is not taken for one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from care_console.contract.charges import RefundReason
from care_console.contract.consent import OptOut
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.actions.refunds import ask_refund
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from tests.support.desks import a_desk, until
from tests.support.fake_service import PASSWORD, fake_service
from tests.support.fault_proxy import Fault, fault_proxy

pytestmark = pytest.mark.asyncio


async def stop(desk: Desk, phone: str) -> PendingAction:
    now = datetime.now(UTC)
    return await stop_texts(desk, phone=phone, words="stop", received_at=now, call_id=None, recipient_id=None)


async def refund(desk: Desk, charge: str) -> PendingAction:
    return await ask_refund(
        desk,
        refund_id=uuid4(),
        charge_id=charge,
        recipient_id="r1",
        amount_cents=100,
        reason=RefundReason.DUPLICATE,
        note="",
        expected_refunded_cents=0,
    )


async def test_a_stop_is_not_done_by_another_numbers_answer(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        first = await stop(desk, "+12145550142")
        await until(lambda: desk.outbox.answer(first.id))
        proxy.plan(Fault.STALE, "POST /v1/opt-outs", times=2)
        second = await stop(desk, "+12145550143")
        await until(lambda: desk.outbox.answer(second.id))
        answer = desk.outbox.answer(second.id)
        assert isinstance(answer, OptOut)
        assert answer.phone == "+12145550143"
        assert [deed.key for deed in service.done("opt_out")] == [str(first.id), str(second.id)]


async def test_a_refund_is_not_done_by_another_refunds_answer(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        first = await refund(desk, "c1")
        await until(lambda: desk.outbox.answer(first.id))
        proxy.plan(Fault.STALE, "POST /v1/charges/c1/refunds", times=2)
        second = await refund(desk, "c1")
        await until(lambda: desk.outbox.answer(second.id))
        assert [deed.key for deed in service.done("refund")] == [str(first.id), str(second.id)]
