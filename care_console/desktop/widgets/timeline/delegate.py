"""Paints one row of the timeline: day, time, age, icon, kind, one line of facts, state; and below, when open,
its details. Columns stand under each other, figures have one width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Colours, Space, Tone
from care_console.desktop.widgets.timeline.model import RowRole
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.when import age, clock_time, short_day

Index = QModelIndex | QPersistentModelIndex

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_MOST_CUT = 2000
_FACTS_AT_LEAST = 19
"""The facts and the badge get this many times an icon's width before other columns get any."""
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True, slots=True)
class _Measures:
    """Fonts and widths of one theme, worked out once."""

    body: QFont
    strong: QFont
    small: QFont
    badge: QFont
    metrics: dict[int, QFontMetrics]
    row: int
    line: int
    day: int
    time: int
    age: int
    kind: int
    icon: int

    @property
    def needed(self) -> int:
        """The width of what is always shown but the facts: day, time, icon, and the margins."""
        return self.day + self.time + self.icon + 3 * Space.SMALL + 2 * Space.LARGE


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which of the columns that can give way are shown."""

    age: bool
    kind: bool


@lru_cache(maxsize=256)
def _colour(written: str) -> QColor:
    return QColor(written)


def _measure() -> _Measures:
    sizes = theme.current().sizes
    body = theme.font(sizes.body)
    strong = theme.font(sizes.body, QFont.Weight.Medium)
    small = theme.font(sizes.small)
    badge = theme.font(sizes.small, QFont.Weight.Medium)
    wide, narrow = QFontMetrics(strong), QFontMetrics(small)
    return _Measures(
        body=body,
        strong=strong,
        small=small,
        badge=badge,
        metrics={id(font): QFontMetrics(font) for font in (body, strong, small, badge)},
        row=max(30, wide.height() + 14),
        line=wide.height() + 4,
        day=narrow.horizontalAdvance("Nov 30 ’28") + Space.TIGHT,
        time=QFontMetrics(body).horizontalAdvance("12:58 PM") + Space.TIGHT,
        age=narrow.horizontalAdvance("58 min ago") + Space.TIGHT,
        kind=wide.horizontalAdvance("Message") + Space.TIGHT,
        icon=round(16 * sizes.scale),
    )


class TimelineDelegate(QStyledItemDelegate):
    """Paints rows. `now` is asked for ages, so that a picture can be made of a fixed moment."""

    def __init__(self, view: QAbstractItemView, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(view)
        self._view = view
        self._now = now or (lambda: datetime.now(UTC))
        self._measures = _measure()
        self._cut: dict[tuple[int, int, str], str] = {}
        theme.teller().changed.connect(self._theme_changed)

    def _theme_changed(self) -> None:
        self._measures = _measure()
        self._cut.clear()

    @property
    def row_height(self) -> int:
        """The height of a closed row, in pixels."""
        return self._measures.row

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line; more where the row is open."""
        height = self._measures.row
        if index.data(RowRole.IS_OPEN):
            row: Row = index.data(RowRole.ROW)
            height += sum(tall for _, _, tall in self._details(row, self._details_width())) + Space.MEDIUM
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground, the columns, the details, the focus ring."""
        row: Row = index.data(RowRole.ROW)
        colours = theme.current().colours
        rect, is_open = option.rect, bool(index.data(RowRole.IS_OPEN))
        painter.save()
        painter.setClipRect(rect)
        self._ground(painter, option, row, colours)
        if index.data(RowRole.STARTS_DAY) and index.row() > 0:
            painter.setPen(_colour(colours.line))
            painter.drawLine(rect.topLeft(), rect.topRight())
        line = QRect(rect.left(), rect.top(), rect.width(), self._measures.row)
        self._line(painter, line, row, colours, starts_day=bool(index.data(RowRole.STARTS_DAY)))
        if is_open:
            self._paint_details(painter, rect, row, colours)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(_colour(colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 4, 4)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, row: Row, colours: Colours) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, _colour(colours.selection))
        elif row.pending:
            painter.fillRect(option.rect, _colour(colours.accent_soft))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, _colour(colours.hover))
        if row.pending:
            painter.fillRect(
                QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()), _colour(colours.accent)
            )

    def _line(self, painter: QPainter, line: QRect, row: Row, colours: Colours, *, starts_day: bool) -> None:
        measures, now = self._measures, self._now()
        shown = self._columns()
        x = line.left() + Space.LARGE

        def column(width: int) -> QRect:
            nonlocal x
            at = QRect(x, line.top(), width, line.height())
            x += width + Space.SMALL
            return at

        at = column(measures.day)
        if starts_day:
            self._words(painter, measures.small, colours.ink_soft, at, short_day(row.at, now))
        self._words(painter, measures.body, colours.ink, column(measures.time), clock_time(row.at), _RIGHT)
        if shown.age:
            self._words(painter, measures.small, colours.ink_faint, column(measures.age), age(row.at, now))
        self._icon(painter, column(measures.icon).left(), line, row, colours)
        if shown.kind:
            self._words(painter, measures.strong, colours.ink, column(measures.kind), row.kind)
        right = self._badge(painter, line, row, colours)
        facts = QRect(x, line.top(), max(0, right - x - Space.SMALL), line.height())
        self._words(painter, measures.body, colours.ink, facts, row.line)

    def _words(
        self, painter: QPainter, font: QFont, colour: str, rect: QRect, words: str, align: int = _LEFT
    ) -> None:
        painter.setFont(font)
        painter.setPen(_colour(colour))
        painter.drawText(rect, align, self._cut_to(font, words, rect.width()))

    def _cut_to(self, font: QFont, words: str, width: int) -> str:
        """Words on one line, cut with dots at a width. Kept: painting asks for the same again and again."""
        place = (id(font), width, words)
        cut = self._cut.get(place)
        if cut is None:
            if len(self._cut) >= _MOST_CUT:
                self._cut.clear()
            # A stranger's line break would draw a second line over the next row.
            flat = " ".join(words.split())
            cut = self._measures.metrics[id(font)].elidedText(flat, Qt.TextElideMode.ElideRight, width)
            self._cut[place] = cut
        return cut

    def _icon(self, painter: QPainter, x: int, line: QRect, row: Row, colours: Colours) -> None:
        colour = colours.ink_of(row.tone) if row.tone is not Tone.PLAIN else colours.ink_faint
        ratio = self._view.devicePixelRatioF()
        picture = icons.pixmap(row.icon, colour, self._measures.icon, ratio)
        painter.drawPixmap(x, line.top() + (line.height() - self._measures.icon) // 2, picture)

    def _badge(self, painter: QPainter, line: QRect, row: Row, colours: Colours) -> int:
        """Paints the state at the right edge; returns where it begins."""
        right = line.right() - Space.LARGE
        if not row.badge:
            return right
        metrics = self._measures.metrics[id(self._measures.badge)]
        width = metrics.horizontalAdvance(row.badge) + 2 * Space.SMALL
        height = metrics.height() + 4
        box = QRectF(right - width, line.top() + (line.height() - height) / 2, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(colours.ground_of(row.tone)))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(_colour(colours.ink_of(row.tone)))
        painter.setFont(self._measures.badge)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), row.badge)
        return int(box.left())

    def _columns(self) -> _Columns:
        """Large text in a small window: ages give way to the facts, and then the words of kinds."""
        measures = self._measures
        room = self._view.viewport().width() - measures.needed - _FACTS_AT_LEAST * measures.icon
        with_kind = room >= measures.kind + Space.SMALL
        with_age = room >= measures.kind + measures.age + 2 * Space.SMALL
        return _Columns(age=with_age, kind=with_kind)

    def _details_left(self) -> int:
        measures = self._measures
        age_width = measures.age + Space.SMALL if self._columns().age else 0
        return Space.LARGE + measures.day + measures.time + 2 * Space.SMALL + age_width

    def _label_width(self) -> int:
        """Labels stand under icon and kind, so that values stand under the facts."""
        return self._measures.icon + Space.SMALL + self._measures.kind + Space.SMALL

    def _details_width(self) -> int:
        width = self._view.viewport().width() - self._details_left() - self._label_width() - Space.LARGE
        return max(120, width)

    def _details(self, row: Row, width: int) -> list[tuple[str, str, int]]:
        metrics = self._measures.metrics[id(self._measures.body)]
        found = []
        for label, value in row.details:
            wrapped = metrics.boundingRect(QRect(0, 0, width, 10_000), _WRAPPED, value)
            found.append((label, value, max(self._measures.line, wrapped.height() + 4)))
        return found

    def _paint_details(self, painter: QPainter, rect: QRect, row: Row, colours: Colours) -> None:
        left, width = rect.left() + self._details_left(), self._details_width()
        y = rect.top() + self._measures.row
        for label, value, tall in self._details(row, width):
            painter.setFont(self._measures.small)
            painter.setPen(_colour(colours.ink_faint))
            painter.drawText(QRect(left, y + 1, self._label_width() - Space.TIGHT, tall), _WRAPPED, label)
            painter.setFont(self._measures.body)
            painter.setPen(_colour(colours.ink))
            painter.drawText(QRect(left + self._label_width(), y, width, tall), _WRAPPED, value)
            y += tall
