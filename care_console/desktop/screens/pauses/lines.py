"""The list of what is paused, or can be: two lines each, and whether it is paused. Model and delegate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from care_console.contract.facilities import ListedFacility
from care_console.contract.pauses import Pause
from care_console.desktop.queries.pauses import Pausable
from care_console.desktop.screens.pauses.pause_words import pause_in_words
from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import hover
from care_console.desktop.widgets.rows import draw_cut, paint_ground
from care_console.desktop.widgets.timeline.model import Index

LINE = Qt.ItemDataRole.UserRole + 1
_SIGN = 18


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A number or a facility, and the pause of it, where one lasts. `detail`: the pause in words."""

    thing: Pausable
    pause: Pause | None
    detail: str

    @property
    def badge(self) -> str:
        """Whether it is paused, in a word."""
        return "paused" if self.pause is not None else ""


def line_of_pause(pause: Pause, now: datetime) -> PauseLine:
    """What is paused now."""
    return PauseLine(Pausable.of_pause(pause), pause, pause_in_words(pause, now))


def line_of_facility(facility: ListedFacility, now: datetime) -> PauseLine:
    """A facility, paused or not."""
    told = pause_in_words(facility.paused, now) if facility.paused is not None else ""
    return PauseLine(Pausable.of_facility(facility), facility.paused, told)


class PauseLines(QAbstractListModel):
    """Lines, fed by their owner page by page: `more_wanted` asks for the next, `append` answers."""

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[PauseLine] = []
        self._has_more = False
        self._asking = False

    def rowCount(self, parent: Index | None = None) -> int:
        """How many lines; a list has no children."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The line under `LINE`; in words for readers and hovers."""
        line = self.at(index.row()) if index.isValid() else None
        if line is None:
            return None
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.thing.title
        told = f"{line.thing.title}, {line.detail or 'not paused'}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return told
        return hover(told) if role == Qt.ItemDataRole.ToolTipRole else None

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there is a next page that nobody has asked for yet."""
        return not parent.isValid() and self._has_more and not self._asking

    def fetchMore(self, _parent: Index) -> None:
        """The end of the list came into sight."""
        self._asking = True
        self.more_wanted.emit()

    def at(self, row: int) -> PauseLine | None:
        """The line of a row."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def row_of(self, subject_id: str) -> int:
        """The row of a number or a facility, -1 for none."""
        found = (row for row, line in enumerate(self._lines) if line.thing.subject_id == subject_id)
        return next(found, -1)

    def show(self, lines: Sequence[PauseLine], *, has_more: bool) -> None:
        """Other lines, from the beginning."""
        self.beginResetModel()
        self._lines, self._has_more, self._asking = list(lines), has_more, False
        self.endResetModel()

    def append(self, lines: Sequence[PauseLine], *, has_more: bool) -> None:
        """The next page; a line that moved here from an earlier one is not shown twice."""
        new = [line for line in lines if self.row_of(line.thing.subject_id) < 0]
        if new:
            self.beginInsertRows(QModelIndex(), len(self._lines), len(self._lines) + len(new) - 1)
            self._lines += new
            self.endInsertRows()
        self._has_more, self._asking = has_more, False

    def page_failed(self) -> None:
        """The next page did not come; it may be asked for again."""
        self._asking = False


class PauseDelegate(QStyledItemDelegate):
    """What it is, below it since when, by whom and why it is paused; at the right the word."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Room for two lines."""
        return QSize(0, QFontMetrics(theme.font()).height() * 2 + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Icon, title, words, badge."""
        line: PauseLine = index.data(LINE)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        paint_ground(painter, option)
        name = "person" if line.thing.phone is not None else "facility"
        picture = icons.pixmap(name, colours.ink_faint, _SIGN, self._widget.devicePixelRatioF())
        painter.drawPixmap(rect.left() + Space.MEDIUM, rect.top() + (rect.height() - _SIGN) // 2, picture)
        left, right = rect.left() + 2 * Space.MEDIUM + _SIGN, rect.right() - Space.MEDIUM
        if line.badge:
            right = self._paint_badge(painter, rect, line.badge) - Space.SMALL
        half = rect.height() // 2
        upper = QRect(left, rect.top() + 4, right - left, half - 4)
        if line.detail:
            lower = QRect(left, rect.top() + half, right - left, half - 4)
            draw_cut(painter, theme.font(sizes.small), colours.ink_soft, lower, line.detail)
        else:
            upper = QRect(left, rect.top(), right - left, rect.height())
        draw_cut(painter, theme.font(sizes.body, QFont.Weight.Medium), colours.ink, upper, line.thing.title)
        painter.restore()

    @staticmethod
    def _paint_badge(painter: QPainter, rect: QRect, word: str) -> int:
        """Where the badge begins, in pixels from the left."""
        colours = theme.current().colours
        font = theme.font(theme.current().sizes.small, QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        width, height = metrics.horizontalAdvance(word) + 2 * Space.SMALL, metrics.height() + 6
        top = rect.top() + (rect.height() - height) / 2
        ground = QRectF(rect.right() - Space.MEDIUM - width, top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.ground_of(Tone.WARN)))
        painter.drawRoundedRect(ground, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(colours.ink_of(Tone.WARN)))
        painter.drawText(ground, int(Qt.AlignmentFlag.AlignCenter), word)
        return int(ground.left())
