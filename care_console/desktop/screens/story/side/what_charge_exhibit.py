"""The caller's charges for "What is this charge?": one explained, the others a digit away."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from care_console.contract.changes import ChangeKind
from care_console.contract.statements import ExplainedCharge
from care_console.contract.timeline import ChargeEntry, DisputeEntry, RefundEntry, TimelineEntry
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.changes import Announcement
from care_console.desktop.desk import Desk
from care_console.desktop.queries.charges import read_charge, read_charges
from care_console.desktop.screens.story.side.known import Known
from care_console.desktop.screens.story.side.sections import Exhibit
from care_console.desktop.screens.story.side.what_charge import choices, lines, offered
from care_console.desktop.shell import tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import say, set_tone, words

_TYPED_MS = 250
_NOTHING_FITS = (
    "No charge of this caller's number fits that. Another number may have paid: F2 finds a charge by the "
    "card's last four with the amount or the day."
)
_MONEY = (ChangeKind.REFUND, ChangeKind.RECIPIENT)


class WhatChargeExhibit(Exhibit):
    """Reads the charges when the reason is given. `chosen` fires with the charge that is explained."""

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("whatCharge")
        self.setAccessibleName("What the charge was for")
        self._desk = desk
        self._of: tuple[str, str | None] | None = None
        self._offered: tuple[ExplainedCharge, ...] = ()
        self._focus_was: QWidget | None = None
        self._language = "en"
        self.charge: ExplainedCharge | None = None
        self._lines: list[QLabel] = []
        self._choices: Choices[str] | None = None
        self.shown = QLineEdit()
        self.shown.setObjectName("whatChargeShown")
        self.shown.setAccessibleName("What the statement shows")
        self.shown.setPlaceholderText("What the statement shows: 3.99 nov 16, 4242")
        self.shown.setMaxLength(200)
        self.shown.hide()
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self._read_again)
        self.shown.textEdited.connect(lambda _text: self._typed.start())
        self.state = words("", "hint", "whatChargeState")
        self.receipt = words("", "hint", "whatChargeReceipt")
        self._place, self._lines_place = QVBoxLayout(), QVBoxLayout()
        self._lines_place.setSpacing(Space.TIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.TIGHT, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addLayout(self._place)
        column.addWidget(self.shown)
        column.addWidget(self.state)
        column.addLayout(self._lines_place)
        column.addWidget(self.receipt)
        self.destroyed.connect(desk.changes.subscribe(self._on_change))

    @property
    def text(self) -> str:
        """What it tells, for whoever reads the window."""
        return "\n".join(line.text() for line in self._lines if not line.isHidden())

    def show_known(self, known: Known) -> bool:
        """Show the charge of the selected row, else the newest; read them where they were not read yet."""
        if known.story is None:
            self._forget()
            return False
        if self.isHidden():  # the reason was given this moment: the next digit chooses among the charges
            self._focus_was = QApplication.focusWidget()
        self._language = known.story.language
        wanted = (known.story.id, _charge_id(known.entry))
        if wanted != self._of:
            if self._of is None or self._of[0] != wanted[0]:
                self._forget()
                say(self.state, "Reading the charges …")
            self._of = wanted
            tasks.start(self._read(wanted), "reading the charges")
        return True

    def hideEvent(self, event: object) -> None:
        """Another reason: the next time, they are read anew."""
        del event
        if self.isHidden():
            self._forget()

    def _forget(self) -> None:
        self._of, self.charge, self.says, self._offered = None, None, None, ()
        self._typed.stop()
        self.shown.clear()
        self.shown.hide()
        self._show_choices()
        self._show_charge()
        say(self.state, "")

    def _on_change(self, change: Announcement) -> None:
        # what went back is told of here too; the charge that is explained stays the same
        if self._of is not None and change.kind in _MONEY and change.recipient_id == self._of[0]:
            self._read_again()

    def _read_again(self) -> None:
        if self._of is not None:
            tasks.start(self._read(self._of), "reading the charges again")

    async def _read(self, wanted: tuple[str, str | None]) -> None:
        recipient_id, charge_id = wanted
        shown = self.shown.text().strip()
        try:
            charges = await read_charges(self._desk, recipient_id, shown)
            selected = None
            if charge_id is not None and not shown:
                known = (charge for charge in charges if charge.charge_id == charge_id)
                selected = next(known, None) or await read_charge(self._desk, charge_id)
        except BackendFailure as failure:
            if self._is_asked(wanted, shown):
                say(self.state, failure.sentence, Tone.WARN)
            return
        if self._is_asked(wanted, shown):
            self._show_offered(offered(charges, selected), keep=selected is None, shown=shown)

    def _is_asked(self, wanted: tuple[str, str | None], shown: str) -> bool:
        return wanted == self._of and shown == self.shown.text().strip()

    def _show_offered(self, charges: tuple[ExplainedCharge, ...], *, keep: bool, shown: str) -> None:
        before = self.charge.charge_id if self.charge is not None and keep else None
        is_same = [each.charge_id for each in charges] == [each.charge_id for each in self._offered]
        self._offered = charges
        nothing = _NOTHING_FITS if shown else "Nothing was ever charged to this caller."
        say(self.state, "" if charges else nothing)
        self.shown.setVisible(bool(charges or shown))
        if not is_same:
            self._show_choices()
        if not charges:
            self.charge = self.says = None
            self._show_charge()
            self.changed.emit()
        else:
            known = {each.charge_id for each in charges}
            self._explain(before if before in known else charges[0].charge_id)

    def _show_choices(self) -> None:
        if self._choices is not None:
            self._choices.hide()
            self._choices.deleteLater()
            self._choices = None
        if len(self._offered) < 2:
            return
        self._choices = Choices("Charges", choices(self._offered, datetime.now(UTC)), self)
        self._choices.setObjectName("whatChargeChoices")
        self._choices.chosen.connect(self._explain)
        self._place.addWidget(self._choices)
        was, self._focus_was = self._focus_was, None
        # not where somebody has moved on meanwhile: what they type goes where they type it
        if was is not None and isValid(was) and was is QApplication.focusWidget():
            self._choices.setFocus(Qt.FocusReason.OtherFocusReason)

    def _explain(self, charge_id: str | None) -> None:
        self.charge = next(each for each in self._offered if each.charge_id == charge_id)
        if self._choices is not None:
            self._choices.choose(charge_id)
        self.says = self.charge.say
        self._show_charge()
        self.chosen.emit(self.charge)
        self.changed.emit()

    def _show_charge(self) -> None:
        found = lines(self.charge, datetime.now(UTC)) if self.charge is not None else ()
        while len(self._lines) < len(found):
            line = words()
            self._lines.append(line)
            self._lines_place.addWidget(line)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(found))
            if place < len(found):
                line.setText(found[place].words)
                set_tone(line, found[place].tone)
        if self.charge is None:
            say(self.receipt, "")
        else:
            told = self.charge.receipt
            say(self.receipt, f"Receipt: {told.es if self._language == 'es' else told.en}")


def _charge_id(entry: TimelineEntry | None) -> str | None:
    if isinstance(entry, ChargeEntry):
        return entry.id
    return entry.charge_id if isinstance(entry, RefundEntry | DisputeEntry) else None
