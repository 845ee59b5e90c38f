"""The money review on the real window: one press is one refund, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from care_console.contract.charges import RefundReason, RefundState
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import Act, Possibility
from care_console.desktop.actions.refunds import ask_refund
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.keychain import open_keychain
from care_console.desktop.screens.refund.review import Phase, RefundReview
from care_console.desktop.shell import keys
from tests.desktop.screens.care import Care, CareService, care, on_qt
from tests.support.desks import a_desk
from tests.support.fake_approvals import some_terms
from tests.support.fake_service import PASSWORD, Problem, fake_service
from tests.support.story_service import AWKWARD, AWKWARD_NAME, MARIA


async def opened(desk: Care) -> RefundReview:
    await desk.select("charge:c28b")
    desk.press("F7")
    review = desk.side.review
    assert review is not None
    await desk.until(lambda: review.phase is Phase.EDITING)
    return review


def test_a_refund_of_the_selected_charge_in_three_keys_and_undone_in_one(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            desk.press("2", "Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            asked = desk.service.done("refund")[0]
            assert asked.key == str(review.refund_id)
            assert asked.fields == {
                "id": "c28b",
                "amount_cents": 399,
                "reason": "inaudible",
                "note": "",
                "expected_refunded_cents": 0,
            }
            await desk.until(lambda: review.progress.refund is not None)
            assert "sends in" in desk.find(QWidget, "refundState").text
            desk.press("Ctrl+Z")
            await desk.until(lambda: desk.service.done("withdraw"))
            await desk.until(lambda: "taken back" in desk.find(QWidget, "refundState").text)
            assert desk.service.refunds[review.refund_id].state is RefundState.WITHDRAWN

    on_qt(scenario())


def test_pressing_again_and_again_asks_once(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            for _ in range(4):
                desk.press("Ctrl+Return")
            review.commit()
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.until(lambda: review.progress.refund is not None)
            desk.press("Escape")
            await desk.until(lambda: desk.side.review is None)
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.settled()
            assert len(desk.service.done("refund")) == 1

    on_qt(scenario())


def test_a_half_filled_review_comes_back_with_its_id(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            first = review.refund_id = UUID(
                "313874cd-dfbc-423d-b246-548991270564"
            )  # reads like a card's number
            desk.press("5")
            review.form.amount.setText("$1.25")
            review.form.note.setPlainText("she will call again")
            desk.press("Escape")
            await desk.until(lambda: desk.side.review is None)
            again = await opened(desk)
            assert again is not review
            assert again.refund_id == first
            assert again.form.amount.cents == 125
            assert again.form.reasons.value == "goodwill"
            assert desk.find(QPlainTextEdit, "refundNote").toPlainText() == "she will call again"
            assert not desk.service.done("refund")

    on_qt(scenario())


def test_a_draft_whose_id_was_spoiled_still_opens_as_a_refund_of_its_own(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            kept = {"refund_id": "313874cd-dfbc-423d-b***********0564", "amount": "$1.25", "note": "twice"}
            await desk.handle.desk.store.save_draft("refund", "c28b", kept)
            review = await opened(desk)
            assert review.form.amount.cents == 125
            assert desk.find(QPlainTextEdit, "refundNote").toPlainText() == "twice"
            assert review.refund_id.version == 4

    on_qt(scenario())


def test_a_draft_outlives_the_window(folder: Path) -> None:
    async def scenario() -> None:
        ids = []
        for _ in range(2):
            async with care(folder, keychain=await open_keychain()) as desk:
                review = await opened(desk)
                ids.append(review.refund_id)
                async with asyncio.timeout(10):
                    while await desk.handle.desk.store.load_draft("refund", "c28b") is None:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
        assert ids[0] == ids[1]

    on_qt(scenario())


def test_what_is_wrong_is_said_and_nothing_is_sent(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            for amount, sentence in (
                ("$4.00", "Only $3.99 of this charge is left"),
                ("", "amount of money"),
                ("$0", "amount of money"),
            ):
                keys.forget_commits()
                review.form.amount.setText(amount)
                desk.press("Ctrl+Return")
                assert sentence in review.form.notice.text
            keys.forget_commits()
            review.form.amount.setText("$3.99")
            review.form.note.setPlainText("card 4242 4242 4242 4242")
            desk.press("Ctrl+Return")
            assert "card number" in review.form.notice.text
            assert not desk.handle.desk.outbox.pending()
            assert not desk.service.done("refund")

    on_qt(scenario())


def test_a_refusal_comes_back_to_the_review_with_its_sentence(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            desk.service.refuse_next.append(
                Problem(409, ProblemType.CHARGE_CHANGED, "Somebody refunded part of it meanwhile.")
            )
            desk.press("Ctrl+Return")
            await desk.until(lambda: "meanwhile" in review.form.notice.text)
            assert review.phase is Phase.EDITING
            assert review.form.amount.isEnabled()

    on_qt(scenario())


def test_a_strangers_name_is_plain_text(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        named = service.stories[MARIA].model_copy(update={"name": AWKWARD_NAME})
        service.stories[MARIA] = named
        message = service.messages["m28"]
        hostile = message.sender.model_copy(update={"name": "<img src=x><b>J.D.</b>"})
        service.messages["m28"] = message.model_copy(update={"sender": hostile})
        async with care(folder, service) as desk:
            review = await opened(desk)
            shown = [label for label in review.findChildren(QLabel) if "<b>" in label.text()]
            assert len(shown) == 2
            everywhere = review.findChildren(QLabel) + desk.side.findChildren(QLabel)
            assert {label.textFormat() for label in everywhere} == {Qt.TextFormat.PlainText}

    on_qt(scenario())


def test_what_may_not_be_done_says_why(folder: Path) -> None:
    async def scenario() -> None:
        service = CareService()
        barred = [
            Possibility(act=act, allowed=act is not Act.REFUND, why_not="The shift's budget is used up.")
            for act in Act
        ]
        service.stories[AWKWARD] = service.stories[AWKWARD].model_copy(update={"may": barred})
        async with care(folder, service, who=AWKWARD) as desk:
            desk.press("F7")
            assert desk.side.review is None
            assert "budget is used up" in desk.find(QWidget, "doState").text
            assert not desk.find(QWidget, "doRefund").isEnabled()
            assert "budget is used up" in desk.find(QLabel, "doRefundWhyNot").text()

    on_qt(scenario())


def test_after_a_refusal_the_charge_is_shown_as_it_is_now_and_can_be_refunded(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            review = await opened(desk)
            message = desk.service.messages["m28"]
            changed = [charge.model_copy(update={"refunded_cents": 100}) for charge in message.charges]
            desk.service.messages["m28"] = message.model_copy(update={"charges": changed})
            desk.service.approvals.terms["c28b"] = some_terms("c28b", refunded_cents=100)
            desk.service.refuse_next.append(Problem(409, ProblemType.CHARGE_CHANGED, "It changed meanwhile."))
            desk.press("Ctrl+Return")
            await desk.until(lambda: "$2.99 is left" in desk.find(QLabel, "refund_before").text())
            assert "meanwhile" in review.form.notice.text
            review.form.amount.setText("$2.99")
            keys.forget_commits()
            desk.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            fields = desk.service.done("refund")[0].fields
            assert (fields["amount_cents"], fields["expected_refunded_cents"]) == (299, 100)

    on_qt(scenario())


def test_money_from_before_a_restart_goes_only_once_its_person_says_so(folder: Path) -> None:
    async def scenario() -> None:
        async with fake_service() as service, a_desk(service.url, folder, works=False) as before:
            await sign_in(before, "ana", PASSWORD)
            row = await ask_refund(
                before,
                refund_id=uuid4(),
                charge_id="c28b",
                recipient_id=MARIA,
                amount_cents=399,
                reason=RefundReason.DUPLICATE,
                note="",
                expected_refunded_cents=0,
            )
        async with care(folder, keychain=await open_keychain()) as desk:
            held = desk.find(QWidget, "heldMoney")
            await desk.until(held.isVisible)
            assert "$3.99" in desk.find(QWidget, "heldMoneyState").text
            assert not desk.service.done("refund")
            desk.find(QPushButton, "heldMoneySend").click()
            await desk.until(lambda: desk.service.done("refund"))
            assert desk.service.done("refund")[0].key == str(row.id)
            await desk.until(lambda: held.isHidden() and desk.side.money.progress.isVisible())

    on_qt(scenario())
