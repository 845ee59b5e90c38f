"""What is this charge: from an open story to the explanation in two keys, whichever charge it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit

from care_console.contract.charges import ChargeState, PaymentMethod
from care_console.contract.timeline import ChargeEntry
from care_console.desktop.screens.story.side.what_charge import choices, lines, offered
from care_console.desktop.screens.story.side.what_charge_exhibit import WhatChargeExhibit
from care_console.desktop.shell.tokens import Tone
from tests.desktop.screens.care import Care, care, on_qt
from tests.support.fake_charges import explained
from tests.support.story_service import MARIA, NOBODY

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


def a_charge(id: str, **given: object) -> ChargeEntry:
    told: dict[str, object] = {
        "id": id,
        "at": NOW - timedelta(days=6),
        "message_id": "m1",
        "amount_cents": 399,
        "method": PaymentMethod.CARD,
        "brand": "visa",
        "last4": "4242",
        "state": ChargeState.SUCCEEDED,
        "refunded_cents": 0,
        "imported_id": None,
    }
    return ChargeEntry.model_validate(told | given)


def test_what_is_shown_of_a_card_charge() -> None:
    charge = explained(a_charge("c1", refunded_cents=100))
    assert [line.words for line in lines(charge, NOW)] == [
        "Message of Nov 14, 1:12, from Javier Delgado, Dallas County Jail, TX",
        "Paid $3.99 on Nov 14, 12:00 PM by Visa 4242",
        "On a statement: MVM.EXAMPLE, between Nov 15 and Nov 17",
        "$1.00 of it refunded or on its way back",
    ]
    assert choices([charge], NOW) == [("c1", "$3.99 Nov 14, 4242")]


def test_what_is_shown_of_prepaid_and_of_a_failed_try() -> None:
    prepaid = explained(a_charge("c1", method="prepaid", brand=None, last4=None))
    assert "Prepaid, so on no card statement" in [line.words for line in lines(prepaid, NOW)]
    failed = explained(a_charge("c2", state="failed"))
    [line] = [line for line in lines(failed, NOW) if "failed" in line.words]
    assert (line.tone, "nothing was taken" in line.words) == (Tone.WARN, True)
    assert choices([prepaid, failed], NOW) == [
        ("c1", "$3.99 Nov 14, prepaid"),
        ("c2", "$3.99 Nov 14, 4242, failed"),
    ]
    twice = [explained(a_charge("c1")), explained(a_charge("c2", at=NOW - timedelta(days=6, minutes=1)))]
    assert [words for _id, words in choices(twice, NOW)] == [
        "$3.99 Nov 14, 4242, 12:00 PM",
        "$3.99 Nov 14, 4242, 11:59 AM",
    ]


def test_the_selected_charge_is_offered_first_and_once() -> None:
    newest = [explained(a_charge(f"c{number}")) for number in range(8)]
    old = explained(a_charge("c99"))
    assert [each.charge_id for each in offered(newest, None)] == ["c0", "c1", "c2", "c3", "c4"]
    assert [each.charge_id for each in offered(newest, old)] == ["c99", "c0", "c1", "c2", "c3"]
    assert [each.charge_id for each in offered(newest, newest[2])] == ["c2", "c0", "c1", "c3", "c4"]


def exhibit(desk: Care) -> WhatChargeExhibit:
    return desk.find(WhatChargeExhibit, "whatCharge")


async def explains(desk: Care, charge_id: str) -> None:
    await desk.until(lambda: exhibit(desk).charge is not None)
    await desk.until(lambda: exhibit(desk).charge.charge_id == charge_id)


def test_two_keys_from_an_open_story_to_any_of_the_newest_charges(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("text:t91")
            desk.press("Ctrl+5")
            await explains(desk, "c28b")
            assert "fue por un mensaje de voz" in desk.find(QLabel, "saySentence").text()
            desk.press("2")
            await explains(desk, "c28")
            assert "cargo c28" in desk.find(QLabel, "saySentence").text()
            assert "On a statement: MVM.EXAMPLE" in exhibit(desk).text
            assert "Referencia c28" in desk.find(QLabel, "whatChargeReceipt").text()
            assert desk.side.at_hand.charge_id == "c28"

    on_qt(scenario())


def test_one_key_where_the_charge_was_found_by_what_the_statement_shows(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            await desk.select("charge:c26")
            desk.press("Ctrl+5")
            await explains(desk, "c26")
            assert desk.side.at_hand.charge_id == "c26"
            assert desk.side.at_hand.id == "m26"

    on_qt(scenario())


def test_what_the_statement_shows_leaves_the_charges_that_fit_and_says_where_else_to_look(
    folder: Path,
) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+5")
            await explains(desk, "c28b")
            shown = desk.find(QLineEdit, "whatChargeShown")
            assert shown.isVisible()
            shown.setFocus()
            desk.type("9.87 nov 3")
            state = desk.find(QLabel, "whatChargeState")
            await desk.until(lambda: "No charge of this caller's number fits that" in state.text())
            assert exhibit(desk).charge is None
            assert exhibit(desk).text == ""
            assert QApplication.focusWidget() is shown
            shown.selectAll()
            desk.type("3.99")
            await desk.until(lambda: exhibit(desk).charge is not None)
            assert state.text() == ""
            assert desk.service.charges_shown[-1] == "3.99"
            shown.clear()
            desk.type(" ")
            await explains(desk, "c28b")

    on_qt(scenario())


def test_it_takes_no_focus_from_somebody_who_went_on_to_the_note(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+5")
            note = desk.find(QPlainTextEdit, "noteText")
            note.setFocus()
            await explains(desk, "c28b")
            assert QApplication.focusWidget() is note

    on_qt(scenario())


def test_another_reason_or_caller_puts_it_away(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder) as desk:
            desk.press("Ctrl+5")
            await explains(desk, "c28b")
            desk.press("Ctrl+1")
            await desk.until(lambda: not exhibit(desk).isVisible())
            assert exhibit(desk).charge is None
            desk.press("Ctrl+5")
            await explains(desk, "c28b")
            nobody = desk.service.stories[NOBODY]
            desk.handle.window.open_caller(nobody.id, nobody.name, nobody.phone)
            await desk.until(lambda: exhibit(desk).charge is None)
            maria = desk.service.stories[MARIA]
            desk.handle.window.open_caller(maria.id, maria.name, maria.phone)
            await explains(desk, "c28b")

    on_qt(scenario())
