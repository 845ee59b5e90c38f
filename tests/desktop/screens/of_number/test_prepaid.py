"""The prepaid account over the window: its balance, every kind of entry, and a number without one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from care_console.contract.prepaid import PrepaidAccount, PrepaidLedger
from care_console.desktop.screens.of_number.prepaid import PrepaidSheet
from tests.support.fake_ledgers import a_ledger
from tests.support.story_service import MARIA, NOBODY
from tests.support.windows import Opened, with_window

pytestmark = pytest.mark.asyncio
CTRL = Qt.KeyboardModifier.ControlModifier


async def _open(opened: Opened, recipient_id: str = MARIA) -> PrepaidSheet:
    story = opened.service.stories[recipient_id]
    opened.window.open_caller(recipient_id, story.name, story.phone)
    await opened.read()
    opened.press(Qt.Key.Key_B, CTRL)
    sheet: PrepaidSheet = opened.child(PrepaidSheet, "prepaidSheet")
    await opened.until(lambda: sheet.model.loaded)
    return sheet


@with_window
async def test_the_balance_stands_in_the_story_and_every_entry_in_the_ledger(opened: Opened) -> None:
    service = opened.service
    service.ledgers[MARIA] = a_ledger(service.now)
    service.stories[MARIA] = service.stories[MARIA].model_copy(update={"prepaid_cents": 2000})
    sheet = await _open(opened)
    assert opened.child(QLabel, "storyPrepaid").text() == "Prepaid $20.00  Ctrl+B"
    assert sheet.account.text().startswith("The account holds $20.00. It was opened on ")
    rows = [sheet.model.row_at(place) for place in range(sheet.model.rowCount())]
    assert [(row.line, row.badge) for row in rows] == [
        ("−$5.00 taken back by the bank", "$20.00 held"),
        ("+$5.00 deposited", "$25.00 held"),
        ("+$3.99 given back", "$20.00 held"),
        ("−$3.99 for a message of J. <b>Delgado</b>", "$16.01 held"),
        ("+$20.00 deposited", "$20.00 held"),
    ]
    assert dict(rows[0].details)["Takes back"] == "deposit 4"
    assert dict(rows[2].details)["Refund"] == "7b1c5e0e"


@with_window
async def test_what_we_covered_of_a_deposit_that_was_spent_is_told_beside_what_the_bank_took(
    opened: Opened,
) -> None:
    ledger = a_ledger(opened.service.now)
    covered = ledger.items[0].model_copy(update={"id": "8", "amount_cents": 300, "balance_cents": 2500})
    ledger.items.insert(1, covered)
    opened.service.ledgers[MARIA] = ledger
    sheet = await _open(opened)
    row = sheet.model.row_at(1)
    assert (row.kind, row.line, row.badge) == (
        "Covered",
        "+$3.00 covered by us: it was spent before the bank took it back",
        "$25.00 held",
    )


@with_window
async def test_a_deposit_during_the_call_waits_to_be_shown_and_the_balance_is_the_new_one(
    opened: Opened,
) -> None:
    service = opened.service
    before = service.ledgers[MARIA] = a_ledger(service.now)
    sheet = await _open(opened)
    deposit = before.items[1].model_copy(
        update={"id": "10", "at": service.now + timedelta(seconds=1), "balance_cents": 2500}
    )
    account = PrepaidAccount(balance_cents=2500, opened_at=service.now, has_pin=True)
    service.ledgers[MARIA] = PrepaidLedger(items=[deposit, *before.items], account=account)
    service.tell("recipient", MARIA, 2, MARIA)
    await opened.until(lambda: sheet.new_rows.isVisible())
    assert "$25.00" in sheet.account.text()
    opened.press(Qt.Key.Key_F5)
    assert sheet.model.row_at(0).key == "entry:10"


@with_window
async def test_no_account_is_said_so_and_texts_take_its_place_by_their_key(opened: Opened) -> None:
    sheet = await _open(opened, NOBODY)
    assert sheet.account.text() == "This number never had an AdvanceConnect account."
    assert not opened.child(QLabel, "storyPrepaid").isVisible()
    opened.press(Qt.Key.Key_M, CTRL)
    assert not sheet.isVisible()
    assert opened.window.of_number.texts.isVisible()
