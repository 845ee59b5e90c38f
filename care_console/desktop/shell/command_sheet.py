"""The commands (Ctrl+K): all that can be done now with its key, and of the rest why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from care_console.desktop.shell import keys, theme
from care_console.desktop.shell.sheets import Sheet
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import hover, plain
from care_console.desktop.widgets.timeline.model import Index

_DO = Qt.ItemDataRole.UserRole + 1
_ROWS = 10


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be asked for by its name. `action` names its key, where it has one.

    `why_not`: why it cannot be done now, as a sentence; empty where it can.
    """

    label: str
    do: Callable[[], object]
    action: str = ""
    why_not: str = ""


class _CommandDelegate(QStyledItemDelegate):
    """The name at the left, at the right the key that would have done it; below, why it cannot be done."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        command: Command = index.data(_DO)
        line = QFontMetrics(theme.font()).height()
        return QSize(0, line + Space.MEDIUM + (line if command.why_not else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        command: Command = index.data(_DO)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        words = rect.adjusted(Space.MEDIUM, 0, -Space.MEDIUM, 0)
        top = QRect(words)
        if command.why_not:
            top.setBottom(rect.top() + rect.height() // 2 + 1)
        painter.setFont(theme.font())
        key = keys.shown(command.action) if command.action else ""
        painter.setPen(QColor(colours.ink_faint))
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), key)
        top.setRight(top.right() - QFontMetrics(theme.font()).horizontalAdvance(key) - Space.SMALL)
        self._draw(painter, colours.ink_faint if command.why_not else colours.ink, top, command.label)
        if command.why_not:
            painter.setFont(theme.font(sizes.small))
            below = QRect(words.left(), top.bottom(), words.width(), rect.bottom() - top.bottom())
            self._draw(painter, colours.ink_faint, below, command.why_not)
        painter.restore()

    @staticmethod
    def _draw(painter: QPainter, colour: str, rect: QRect, words: str) -> None:
        painter.setPen(QColor(colour))
        cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)


class CommandSheet(Sheet):
    """All that can be done now, by name. Typing filters, and finds what cannot be done too, with its why."""

    def __init__(self, parent: QWidget, commands: Callable[[], list[Command]]) -> None:
        super().__init__(parent, "commandSheet")
        self._commands = commands
        self._now: list[Command] = []
        self.box = QLineEdit(self)
        self.box.setObjectName("commandBox")
        self.box.setAccessibleName("Command")
        self.box.setPlaceholderText("What do you want to do?")
        self.list = QListWidget(self)
        self.list.setObjectName("commandList")
        self.list.setAccessibleName("Commands")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.setMouseTracking(True)
        self._nothing = plain("Nothing here is called that.", "hint", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        column.addWidget(self.box)
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        self.box.textChanged.connect(self._filter)
        self.box.returnPressed.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self.box.installEventFilter(self)

    def open(self) -> None:
        """Show what can be done now; the same key again puts it away."""
        if self.put_away():
            return
        # Asked before the box takes the focus: what a key does depends on where that is.
        self._now = self._commands()
        self.box.clear()
        self._filter("")
        self.bring(560)
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Up in the box move in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.box:
            page = _ROWS - 1
            step = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: page,
                Qt.Key.Key_PageUp: -page,
            }.get(Qt.Key(event.key()))
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)

    def _filter(self, words: str) -> None:
        wanted = words.lower().split()
        fit = [one for one in self._now if all(word in one.label.lower() for word in wanted)]
        possible = [one for one in fit if not one.why_not]
        impossible = [one for one in fit if one.why_not] if wanted else []
        self.list.clear()
        for command in (*possible, *impossible):
            item = QListWidgetItem(command.label, self.list)
            item.setData(_DO, command)
            told = f"{command.label}: {command.why_not}" if command.why_not else command.label
            item.setData(Qt.ItemDataRole.AccessibleTextRole, told)
            item.setToolTip(hover(command.why_not))
        self.list.setCurrentRow(0)
        self._nothing.setVisible(not fit)
        self.list.setVisible(bool(possible or impossible))
        heights = [self.list.sizeHintForRow(row) for row in range(min(_ROWS, self.list.count()))]
        room = self._over.height() - self.y() - self.box.sizeHint().height() - 4 * Space.WIDE
        self.list.setFixedHeight(min(sum(heights), max(room, 60)))
        self.adjustSize()

    def _do(self, *_: object) -> None:
        item = self.list.currentItem()
        command: Command | None = item.data(_DO) if item is not None else None
        if command is not None and not command.why_not:
            self.put_away()
            command.do()
