"""The prepaid account of the caller's number: what it holds, and every entry of its ledger."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from care_console.contract.money import dollars
from care_console.contract.prepaid import LedgerEntry, LedgerKind, PrepaidAccount
from care_console.desktop.desk import Desk
from care_console.desktop.queries.prepaid import ledger_page
from care_console.desktop.screens.of_number.sheet import NumberSheet, Page
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.parts import say, words
from care_console.desktop.widgets.timeline.rows import Details, Row
from care_console.desktop.widgets.when import day

_KINDS: dict[LedgerKind, tuple[str, str, Tone]] = {
    LedgerKind.DEPOSIT: ("Deposit", "charge", Tone.GOOD),
    LedgerKind.SPEND: ("Spent", "message", Tone.PLAIN),
    LedgerKind.REFUND: ("Refund", "refund", Tone.GOOD),
    LedgerKind.REVERSAL: ("Reversal", "dispute", Tone.BAD),
}
_LINES = {
    LedgerKind.DEPOSIT: "deposited",
    LedgerKind.SPEND: "for a message",
    LedgerKind.REFUND: "given back",
    LedgerKind.REVERSAL: "taken back by the bank",
}
_COVERED = ("Covered", "charge", Tone.GOOD), "covered by us: it was spent before the bank took it back"
_NONE = "This number never had an AdvanceConnect account."
_NO_PIN = " It was opened by a refund and has no PIN yet, so nothing can be paid from it until it gets one."


def row_of(entry: LedgerEntry) -> Row:
    """An entry as a row of the list; the badge is what the account held after it."""
    is_cover = entry.kind is LedgerKind.REVERSAL and entry.amount_cents > 0
    (kind, icon, tone), what = _COVERED if is_cover else (_KINDS[entry.kind], _LINES[entry.kind])
    of = f" of {entry.sender_name}" if entry.sender_name and entry.kind is LedgerKind.SPEND else ""
    sign = "+" if entry.amount_cents > 0 else "−"
    return Row(
        key=f"entry:{entry.id}",
        at=entry.at,
        kind=kind,
        icon=icon,
        line=f"{sign}{dollars(abs(entry.amount_cents))} {what}{of}",
        badge=f"{dollars(entry.balance_cents)} held",
        tone=tone,
        origin=entry,
        tell=_details,
    )


def account_in_words(account: PrepaidAccount | None) -> str:
    """What the account holds, since when; where there is none, so."""
    if account is None:
        return _NONE
    since = day(account.opened_at, datetime.now(UTC))
    held = f"The account holds {dollars(account.balance_cents)}. It was opened on {since}."
    return held if account.has_pin else f"{held}{_NO_PIN}"


class PrepaidSheet(NumberSheet):
    """Reads the ledger; nothing can be moved from here."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent, "prepaidSheet", "Prepaid account", "Nothing ever moved in it.")
        self.account = words("", "lead", "prepaidAccount")
        self.above.addWidget(self.account)

    def cleared(self) -> None:
        """Nothing of the one before stays."""
        say(self.account, "")

    async def read_page(self, recipient_id: str, cursor: str | None, limit: int) -> Page:
        """One page of entries; the first one tells of the account, too."""
        page = await ledger_page(self.desk, recipient_id, cursor, limit)
        if cursor is None and self.story is not None and self.story.id == recipient_id:
            say(self.account, account_in_words(page.account))
        return [row_of(entry) for entry in page.items], page.next_cursor


def _details(entry: LedgerEntry) -> Details:
    sign = "+" if entry.amount_cents > 0 else "−"
    details = [
        ("Amount", f"{sign}{dollars(abs(entry.amount_cents))}"),
        ("Held after it", dollars(entry.balance_cents)),
    ]
    for label, value in (
        ("Message of", entry.sender_name),
        ("Charge", entry.charge_id),
        ("Refund", entry.refund_id),
        ("Takes back", f"deposit {entry.reverses}" if entry.reverses else None),
    ):
        if value:
            details.append((label, value))
    return (*details, ("Transaction", entry.transaction_id))
