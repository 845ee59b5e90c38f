"""The sheet of hits that hangs below the find box, moved by the box's own keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind
from care_console.desktop.queries.find import FindAnswer
from care_console.desktop.screens.search.finder import Finder, FindState
from care_console.desktop.screens.search.hits import HitDelegate, HitsModel
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import plain, restyle

_ROWS = 8
_WIDE = 860
"""Room for a name, what was last heard, and the whole reason, where the window has it (pixels)."""
_ASK_FOR_ANOTHER = " Ask for another number, the code in the text, or the last 4 of the card."


class HitsSheet(QFrame):
    """Shows the finder's state. Down and Up choose, Enter opens, Esc hides; the focus stays in the box."""

    def __init__(self, box: QLineEdit, finder: Finder, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("hitsSheet")
        self.setProperty("sheet", True)
        self._box, self._finder, self._over = box, finder, parent
        self.model = HitsModel(self)
        self.list = QListView(self)
        self.list.setObjectName("hits")
        self.list.setAccessibleName("Hits")
        self.list.setModel(self.model)
        self.list.setItemDelegate(HitDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.clicked.connect(lambda index: finder.enter(self.model.hit(index)))
        self.says = plain("", "hint", wrap=True, parent=self)
        self.says.setObjectName("findSays")
        self.says.setContentsMargins(Space.LARGE, Space.SMALL, Space.LARGE, Space.SMALL)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, Space.TIGHT, 1, Space.TIGHT)
        column.setSpacing(0)
        column.addWidget(self.says)
        column.addWidget(self.list)
        self.hide()
        box.installEventFilter(self)
        box.textEdited.connect(finder.type)
        finder.changed.connect(self._show)
        finder.opened.connect(self.hide)

    def offer(self) -> None:
        """Offer who was open lately, if the box is empty and anybody was."""
        if self._finder.state is FindState.EMPTY and self._finder.recents and self._box.isEnabled():
            self.model.show(self._finder.recents)
            self.list.setCurrentIndex(QModelIndex())
            self._say(FindState.EMPTY)
            self.place()
            self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The box's keys that belong to the list; an empty box that is gone to offers recent callers."""
        if watched is self._box and event.type() == QEvent.Type.FocusOut:
            if self._finder.state is FindState.EMPTY:
                self.hide()
        elif watched is self._box and event.type() == QEvent.Type.MouseButtonPress:
            self.offer()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self._box:
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Hang below the box, as wide as hits need."""
        corner = self._box.mapTo(self._over, self._box.rect().bottomLeft())
        width = min(max(self._box.width(), _WIDE), self._over.width() - corner.x() - Space.LARGE)
        rows = min(self.model.rowCount(), _ROWS)
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) if rows else 0)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(corner.x(), corner.y() + Space.TIGHT)
        self.raise_()

    def _key(self, key: Qt.Key) -> bool:
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS}.get(key, -_ROWS)
                self._step(step)
                return True
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._finder.enter(self.model.hit(self.list.currentIndex()))
                return True
            case _:
                return False

    def _step(self, by: int) -> None:
        rows = self.model.rowCount()
        if self.isHidden():
            self.offer() if self._finder.state is FindState.EMPTY else self._show()
            rows = self.model.rowCount()
        if not rows:
            return
        at = self.list.currentIndex().row()
        self.list.setCurrentIndex(self.model.index(min(rows - 1, max(0, at + by))))

    def _show(self) -> None:
        state, finder = self._finder.state, self._finder
        if state is FindState.EMPTY:
            self.model.show(())
            self.hide()
            if self._box.hasFocus() and self._box.isModified():
                self.offer()
            return
        if state is FindState.LOOKING:
            # The older hits stay in sight, unless they stay so long that they would mislead.
            if not finder.slow:
                return
            self.model.show(())
        else:
            self.model.show(finder.answer.hits)
            self.list.setCurrentIndex(self.model.index(0))
        self._say(state)
        self.place()
        self.show()

    def _say(self, state: FindState) -> None:
        answer = self._finder.answer
        understood = ", ".join(answer.understood)
        words = {
            FindState.LOOKING: "Still looking …",
            FindState.EMPTY: "Recent callers",
            FindState.NOBODY: (answer.not_found or "Nothing to look for.") + _ASK_FOR_ANOTHER,
            FindState.TROUBLE: self._finder.trouble,
            FindState.FOUND: _found(answer, understood),
        }.get(state, "")
        if self._finder.unknown_phone is not None:
            words += f" {keys.shown('stop.open')} stops texts to this number all the same."
        self.says.setText(words)
        self.says.setVisible(bool(words))
        self.says.setProperty("tone", "bad" if state is FindState.TROUBLE else "")
        restyle(self.says)


def _found(answer: FindAnswer, understood: str) -> str:
    """How the words were read; where several people share the number on top, that one is to be chosen."""
    people = [hit for hit in answer.hits if hit.kind is HitKind.RECIPIENT]
    shared = {hit.recipient_id for hit in people if hit.phone == people[0].phone}
    if people and people[0] is answer.hits[0] and len(shared) > 1 and people[0].why.startswith("phone "):
        return f"{len(shared)} people share {display_phone(people[0].phone)}: ask who is calling."
    return f"Read as: {understood}" if understood else ""
