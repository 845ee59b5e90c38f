"""Filter chips: one for each kind of entry. None pressed means everything."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from care_console.contract.timeline import EntryKind
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.flow import FlowLayout

_WORDS = {
    EntryKind.MESSAGE: "Messages",
    EntryKind.TEXT: "Texts",
    EntryKind.LINK: "Links",
    EntryKind.VISIT: "Visits",
    EntryKind.PLAY: "Plays",
    EntryKind.CHARGE: "Charges",
    EntryKind.REFUND: "Refunds",
    EntryKind.DISPUTE: "Disputes",
    EntryKind.CONSENT: "Consent",
    EntryKind.NOTE: "Notes",
    EntryKind.PREVIEW: "Previews",
    EntryKind.CONTACT: "Calls",
}


class FilterChips(QWidget):
    """The chips. `changed` fires with the kinds that are pressed."""

    changed = Signal(frozenset)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self.setAccessibleName("Show only")
        margins = QVBoxLayout(self)
        margins.setContentsMargins(Space.LARGE, Space.HAIR, Space.LARGE, Space.SMALL)
        flow = FlowLayout(gap=Space.TIGHT)
        margins.addLayout(flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._all = self._chip("All")
        self._all.setChecked(True)
        self._all.clicked.connect(self._show_all)
        flow.addWidget(self._all)
        self._chips: dict[EntryKind, QPushButton] = {}
        for kind, word in _WORDS.items():
            chip = self._chip(word)
            chip.setObjectName(f"chip_{kind}")
            chip.clicked.connect(self._pressed)
            self._chips[kind] = chip
            flow.addWidget(chip)

    @property
    def kinds(self) -> frozenset[EntryKind]:
        """What is shown; empty for everything."""
        return frozenset(kind for kind, chip in self._chips.items() if chip.isChecked())

    def put(self, kinds: frozenset[EntryKind]) -> None:
        """Press these chips and no others, telling nobody."""
        for kind, chip in self._chips.items():
            chip.setChecked(kind in kinds)
        self._all.setChecked(not kinds)

    def _show_all(self) -> None:
        self.put(frozenset())
        self.changed.emit(frozenset())

    def _pressed(self) -> None:
        self._all.setChecked(not self.kinds)
        self.changed.emit(self.kinds)

    def _chip(self, word: str) -> QPushButton:
        chip = QPushButton(word, self)
        chip.setProperty("kind", "chip")
        chip.setCheckable(True)
        chip.setAccessibleName(f"Show only {word.lower()}" if word != "All" else "Show everything")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return chip
