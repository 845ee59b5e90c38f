"""Asked on one desk and approved by keys on another, both on the real service on a real socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from care_console.contract.charges import RefundState
from care_console.desktop.app import DeskHandle
from care_console.desktop.queries.refunds import read_refund
from care_console.desktop.screens.approvals.queue import ApprovalsQueue
from care_console.desktop.screens.refund.review import Phase, RefundReview
from care_console.desktop.screens.story.side import SideColumn
from tests.desktop.screens.care import Care, on_qt
from tests.desktop.screens.two_desks import PATIENT, desk_of, staffed, turn_to
from tests.support import builders
from tests.support.desks import until
from tests.support.web_process import web_process


@dataclass(frozen=True)
class Told:
    """The caller and the charge."""

    recipient_id: str
    charge_id: str


async def _set_up(database_url: str, folder: Path) -> Told:
    async with staffed(database_url, folder) as ctx:
        recipient = await builders.a_recipient(ctx)
        message = await builders.a_message(ctx, recipient_id=recipient)
        charge = await builders.a_charge(ctx, message, charged_at=ctx.now - timedelta(days=91))
        return Told(str(recipient), str(charge))


def _queue(handle: DeskHandle) -> ApprovalsQueue:
    queue = handle.window.queues.queues.get("approvals")
    assert isinstance(queue, ApprovalsQueue)
    return queue


async def _ask(ana: DeskHandle, told: Told) -> RefundReview:
    """The review by keys; what it says beforehand."""
    window, side = ana.window, ana.window.side
    assert isinstance(side, SideColumn)
    await turn_to(ana)
    window.open_caller(told.recipient_id, "", "")
    timeline = window.frame.story.timeline
    await until(lambda: timeline.select(f"charge:{told.charge_id}"), PATIENT)
    await until(lambda: side.at_hand.charge_id == told.charge_id, PATIENT)
    await until(lambda: (front := window.callers.front) and front.view is not None, PATIENT)
    hands = Care(ana, None)  # type: ignore[arg-type]
    hands.press("F7")
    await until(lambda: side.review is not None, PATIENT)
    review = side.review
    assert review is not None
    await until(lambda: review.phase is Phase.EDITING, PATIENT)
    hands.press("2")
    return review


@pytest.mark.timeout(300)
@pytest.mark.parametrize("answer", ["1", "2"])
def test_asked_on_one_desk_and_decided_by_keys_on_the_other(
    database_url: str, tmp_path: Path, answer: str
) -> None:
    told = asyncio.run(_set_up(database_url, tmp_path))

    async def scenario(url: str) -> None:
        async with desk_of(url, "ana", tmp_path / "ana") as ana, desk_of(url, "sue", tmp_path / "sue") as sue:
            waiting = _queue(sue)
            await until(lambda: waiting.count == 0, PATIENT)
            review = await _ask(ana, told)
            says = review.findChild(QLabel, "refund_allowed").text()
            assert says == (
                "This needs another person's approval, because the charge is more than 90 days old."
            )
            assert ana.window.frame.top.budget.text() == "Needs approval"
            hands = Care(ana, None)  # type: ignore[arg-type]
            hands.press("Ctrl+Return")
            await until(lambda: review.progress.refund is not None, PATIENT)
            asked = review.progress.refund
            assert asked is not None
            assert (asked.state, asked.approval and asked.approval.why) == (
                RefundState.AWAITING_APPROVAL,
                says,
            )
            hands.press("Escape")
            await until(lambda: _queue(ana).count == 1, PATIENT)

            await until(lambda: waiting.count == 1, PATIENT)
            assert any("ana asks: $3.99 refund" in said for said in sue.window.frame.notices.sentences())
            await turn_to(sue)
            await until(lambda: waiting.decision.approval is not None, PATIENT)
            waiting.list.setFocus()
            hands = Care(sue, None)  # type: ignore[arg-type]
            hands.press("Return", answer, "Ctrl+Return")
            word = "approved" if answer == "1" else "declined"
            await until(lambda: f"sue {word} it" in waiting.decision.state.text, PATIENT)

            notices = ana.window.frame.notices
            await until(lambda: any(f"sue {word} it" in said for said in notices.sentences()), PATIENT)
            assert _queue(ana).count == 0
            progress = ana.window.findChild(QLabel, "sideRefundStateWords")
            expected = "Approved by sue." if answer == "1" else "was declined by sue"
            await until(lambda: expected in progress.text(), PATIENT)
            refund = await read_refund(ana.desk, asked.id)
            assert refund.state is (RefundState.WAITING if answer == "1" else RefundState.DECLINED)
            assert (refund.sends_at is not None) is (answer == "1")

    with web_process(database_url, tmp_path) as service:
        on_qt(scenario(service.url))
