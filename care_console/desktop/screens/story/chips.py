"""Filter chips: one for each kind of entry. None pressed means everything."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from care_console.contract.timeline import EntryKind
from care_console.desktop.shell.tokens import Space

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


class FlowLayout(QLayout):
    """Lays parts side by side and begins another line where they do not fit: no sideways scroll, ever."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, place: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[place] if 0 <= place < len(self._items) else None

    def takeAt(self, place: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(place) if 0 <= place < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widest = max((item.sizeHint().width() for item in self._items), default=0)
        margins = self.contentsMargins()
        return QSize(widest + margins.left() + margins.right(), 0)

    def _lay(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        room = rect.marginsRemoved(margins)
        x, y, tall = room.left(), room.top(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > room.left() and x + size.width() > room.left() + room.width():
                x, y, tall = room.left(), y + tall + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, tall = x + size.width() + self._gap, max(tall, size.height())
        return y + tall - rect.top() + margins.bottom()


class FilterChips(QWidget):
    """The chips. `changed` fires with the kinds that are pressed."""

    changed = Signal(frozenset)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self.setAccessibleName("Show only")
        flow = FlowLayout(self, Space.TIGHT)
        flow.setContentsMargins(Space.LARGE, Space.HAIR, Space.LARGE, Space.SMALL)
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
