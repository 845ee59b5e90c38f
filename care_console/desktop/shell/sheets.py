"""Two sheets over the window: the commands (Ctrl+K) and the keys (F1), not modal; Esc puts them away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
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
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.timeline.model import Index

_DO = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be asked for by its name. `action` names its key, where it has one."""

    label: str
    do: Callable[[], object]
    action: str = ""


class _CommandDelegate(QStyledItemDelegate):
    """The name at the left, the key that would have done it at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, QFontMetrics(theme.font()).height() + Space.MEDIUM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        command: Command = index.data(_DO)
        colours, rect = theme.current().colours, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        words = rect.adjusted(Space.MEDIUM, 0, -Space.MEDIUM, 0)
        painter.setFont(theme.font())
        painter.setPen(QColor(colours.ink))
        painter.drawText(
            words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), command.label
        )
        if command.action:
            painter.setPen(QColor(colours.ink_faint))
            key = keys.shown(command.action)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), key)
        painter.restore()


class Sheet(QFrame):
    """A frame in the middle of the window that gives the focus back when it is put away."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName(name)
        self.setProperty("sheet", True)
        self._before: QWidget | None = None
        self.hide()

    def bring(self, width: int, top: int = 90) -> None:
        """Show it, remembering where the focus was."""
        self._before = self.window().focusWidget()
        self.setFixedWidth(min(width, self._over.width() - 2 * Space.WIDE))
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, top)
        self.show()
        self.raise_()

    def put_away(self) -> bool:
        """Hide it. False where it was not shown."""
        if self.isHidden():
            return False
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        return True


class CommandSheet(Sheet):
    """Everything the desk can do now, by name."""

    def __init__(self, parent: QWidget, commands: Callable[[], list[Command]]) -> None:
        super().__init__(parent, "commandSheet")
        self._commands = commands
        self.box = QLineEdit(self)
        self.box.setObjectName("commandBox")
        self.box.setAccessibleName("Command")
        self.box.setPlaceholderText("What do you want to do?")
        self.list = QListWidget(self)
        self.list.setObjectName("commandList")
        self.list.setAccessibleName("Commands")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.setMouseTracking(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        column.addWidget(self.box)
        column.addWidget(self.list)
        self.box.textChanged.connect(self._filter)
        self.box.returnPressed.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self.box.installEventFilter(self)

    def open(self) -> None:
        """Show what can be done now."""
        self.box.clear()
        self._filter("")
        self.bring(560)
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Up in the box move in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.box:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)

    def _filter(self, words: str) -> None:
        wanted = words.lower().split()
        self.list.clear()
        for command in self._commands():
            if all(word in command.label.lower() for word in wanted):
                item = QListWidgetItem(command.label, self.list)
                item.setData(_DO, command)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(10, max(1, self.list.count())) * self.list.sizeHintForRow(0))
        self.adjustSize()

    def _do(self, *_: object) -> None:
        item = self.list.currentItem()
        self.put_away()
        if item is not None:
            command: Command = item.data(_DO)
            command.do()


class KeySheet(Sheet):
    """Every key, by group."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "keySheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.LARGE)
        outer.setSpacing(Space.MEDIUM)
        outer.addWidget(plain("Keys", "title", parent=self))
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        outer.addLayout(columns)
        self._lines: dict[str, tuple[QWidget, QWidget]] = {}
        self._headings: list[tuple[QWidget, list[str]]] = []
        groups: dict[str, list[keys.KeyAction]] = {}
        for action in keys.KEY_MAP.values():
            groups.setdefault(action.group, []).append(action)
        for pair in (list(groups)[:2], list(groups)[2:]):
            column = QVBoxLayout()
            column.setSpacing(Space.MEDIUM)
            for group in pair:
                heading = plain(group, "section", parent=self)
                column.addWidget(heading)
                column.addLayout(self._group(groups[group]))
                self._headings.append((heading, [action.name for action in groups[group]]))
            column.addStretch(1)
            columns.addLayout(column, 1)
        outer.addWidget(plain("Esc puts this away. In the timeline, Enter opens a row in its place.", "hint"))

    def open(self) -> None:
        """Show the keys; the same key again puts them away."""
        if not self.put_away():
            self._leave_out_barred()
            self.bring(760, 60)
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave_out_barred(self) -> None:
        """Only the keys that this window's person has."""
        here = {name for name in self._lines if not keys.is_barred(self.window(), name)}
        for name, pair in self._lines.items():
            for part in pair:
                part.setVisible(name in here)
        for heading, names in self._headings:
            heading.setVisible(any(name in here for name in names))

    def _group(self, actions: list[keys.KeyAction]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.TIGHT)
        grid.setColumnMinimumWidth(0, 120)
        for row, action in enumerate(actions):
            key = plain(keys.shown(action.name), "number", parent=self)
            label = plain(action.label, "soft", parent=self)
            grid.addWidget(key, row, 0)
            grid.addWidget(label, row, 1)
            self._lines[action.name] = (key, label)
        grid.setColumnStretch(1, 1)
        return grid
