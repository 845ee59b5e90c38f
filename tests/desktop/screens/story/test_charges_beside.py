"""The charges side by side: what is said of each, which one F7 refunds, and how many keys it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from care_console.contract.base import Bilingual
from care_console.contract.messages import (
    ChargedTwice,
    ChargeRole,
    ChargesJudged,
    Diagnosis,
    JudgedCharge,
    Offer,
    OfferKind,
    Verdict,
)
from care_console.desktop.screens.story.side.charges_beside import apart, cards, why
from care_console.desktop.screens.story.side.charges_exhibit import ChargesExhibit
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Tone
from tests.desktop.screens.care import CareService, care, on_qt
from tests.support.story_service import MARIA, NOBODY, judged

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
AT = datetime(2026, 11, 20, 23, 3, tzinfo=UTC)
R, T = ChargeRole, ChargedTwice


def diagnosis(*charges: JudgedCharge, kind: ChargedTwice | None = None) -> Diagnosis:
    return Diagnosis(
        verdict=Verdict.CHARGED_TWICE if kind else Verdict.FINE,
        sub_kind=kind,
        say=Bilingual(en="", es=""),
        offer=Offer(do=OfferKind.NONE),
        charges=ChargesJudged(charges=charges, say=Bilingual(en="", es="")),
    )


def rows(*roles: ChargeRole) -> tuple[JudgedCharge, ...]:
    return tuple(
        judged(f"c{number}", AT + number * timedelta(seconds=27), role) for number, role in enumerate(roles)
    )


@pytest.mark.parametrize(
    ("roles", "kind", "said", "tone"),
    [
        ((R.PAYMENT, R.DUPLICATE), T.SAME_MESSAGE_TWICE, "The same message was charged twice", Tone.BAD),
        (
            (R.PAYMENT, R.DUPLICATE, R.DUPLICATE),
            T.SAME_MESSAGE_TWICE,
            "The same message was charged 3 times",
            Tone.BAD,
        ),
        (
            (R.FAILED, R.PAYMENT, R.DUPLICATE),
            T.RETRY_AFTER_FAILURE,
            "A try failed, then it went through twice",
            Tone.BAD,
        ),
        ((R.DUPLICATE, R.PAYMENT), T.CARD_AND_PREPAID, "Paid by card and by prepaid", Tone.BAD),
        ((R.PAYMENT, R.OTHER_MESSAGE), T.TWO_MESSAGES, "no duplicate", Tone.GOOD),
        ((R.FAILED, R.PAYMENT), None, "the try that failed took nothing", Tone.GOOD),
        ((R.FAILED, R.FAILED), None, "nothing was taken", Tone.GOOD),
        ((R.PAYMENT, R.REFUNDED), None, "paid once now", Tone.GOOD),
        ((R.REFUNDED, R.REFUNDED), None, "All of it went back", Tone.GOOD),
        ((R.PAYMENT, R.GIVEN_BACK), None, "paid once now", Tone.GOOD),
        ((R.PAYMENT, R.DISPUTED), None, "The bank is deciding", Tone.WARN),
        ((R.PAYMENT,), None, "not taken twice", Tone.GOOD),
    ],
)
def test_a_line_says_which_is_the_duplicate_or_why_there_is_none(
    roles: tuple[ChargeRole, ...], kind: ChargedTwice | None, said: str, tone: Tone
) -> None:
    first = why(diagnosis(*rows(*roles), kind=kind))[0]
    assert said in first.words
    assert first.tone is tone


def test_a_second_line_says_what_would_go_back_and_where_to() -> None:
    part = judged("c1", AT, R.DUPLICATE, left_cents=299)
    [_, line] = why(diagnosis(*rows(R.PAYMENT), part, kind=T.SAME_MESSAGE_TWICE))
    assert line.words == "Refund $2.99 to Visa 4242"


def test_a_card_tells_what_it_is_when_it_was_and_how_long_after_the_first() -> None:
    found = cards(diagnosis(*rows(R.PAYMENT, R.DUPLICATE), kind=T.SAME_MESSAGE_TWICE), NOW)
    assert [(card.role, card.amount, card.method, card.when, card.after) for card in found] == [
        ("✓ The payment", "$3.99", "Visa 4242", "Nov 20, 6:03 PM", ""),
        ("✕ Duplicate", "$3.99", "Visa 4242", "Nov 20, 6:03 PM", "27 s later"),
    ]


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (timedelta(seconds=0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=2, seconds=50), "2 min"),
        (timedelta(hours=26), "26 h"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_how_far_apart(gap: timedelta, said: str) -> None:
    assert apart(gap) == said


def test_charged_twice_is_done_in_four_keys_whatever_row_is_selected(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("charge:c28")  # the payment, and not the duplicate
            pressed = 0

            def press(key: str) -> None:
                nonlocal pressed
                keys.forget_commits()
                desk.press(key)
                pressed += 1

            press("Ctrl+3")
            exhibit = desk.find(ChargesExhibit, "chargesBeside")
            await desk.until(lambda: exhibit.isVisible())
            assert [line.split(",")[0] for line in exhibit.text.splitlines()] == ["The payment", "Duplicate"]
            assert "The same message was charged twice" in desk.side.checks.text
            assert "Puedo devolverle $3.99 ahora" in desk.find(QLabel, "saySentence").text()
            press("F7")
            await desk.until(lambda: desk.side.review is not None and desk.side.review.phase == "editing")
            press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("refund"))
            [done] = desk.service.done("refund")
            assert (done.fields["amount_cents"], done.fields["reason"]) == (399, "duplicate")
            assert [refund.charge_id for refund in desk.service.refunds.values()] == ["c28b"]
            assert pressed <= 4

    on_qt(scenario())


@pytest.mark.parametrize(("key", "shown"), [("Ctrl+1", False), ("Ctrl+2", False), ("Ctrl+3", True)])
def test_only_charged_twice_shows_the_charges(folder: Path, key: str, shown: bool) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press(key)
            await desk.until(lambda: desk.find(QWidget, "chargesBeside").isVisible() is shown)

    on_qt(scenario())


def test_a_reason_points_to_its_message_until_a_person_moves_to_another_row(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, _two_messages()) as desk:
            await desk.select("text:t91")
            await desk.until(lambda: desk.side.at_hand.id == "m28")
            desk.press("Ctrl+1")
            await desk.until(lambda: desk.side.at_hand.id == "m27")
            assert "The recording is silent" in desk.side.checks.text
            await desk.select("charge:c28b")
            await desk.until(lambda: desk.side.at_hand.id == "m28")

    on_qt(scenario())


def test_a_reason_given_is_kept_when_the_caller_comes_back(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, _two_messages()) as desk:
            await desk.select("text:t91")
            desk.press("Ctrl+1")
            await desk.until(lambda: desk.side.at_hand.id == "m27")
            other, maria = desk.service.stories[NOBODY], desk.service.stories[MARIA]
            desk.handle.window.open_caller(other.id, other.name, other.phone)
            await desk.until(lambda: desk.side.at_hand.id is None)
            desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
            await desk.until(lambda: desk.side.at_hand.entry is not None)
            await desk.until(lambda: desk.side.at_hand.id == "m27")
            assert desk.side.at_hand.entry.message_id == "m28"

    on_qt(scenario())


def _two_messages() -> CareService:
    """Maria, with an older message whose recording is silent."""
    service = CareService()
    story = service.stories[MARIA]
    newest = story.open_messages[0]
    silent = newest.diagnosis.model_copy(
        update={"verdict": Verdict.RECORDING_SILENT, "sub_kind": None, "charges": None}
    )
    older = newest.model_copy(update={"id": "m27", "diagnosis": silent})
    service.stories[MARIA] = story.model_copy(update={"open_messages": [newest, older]})
    service.messages["m27"] = service.messages["m28"].model_copy(update={"id": "m27", "diagnosis": silent})
    return service
