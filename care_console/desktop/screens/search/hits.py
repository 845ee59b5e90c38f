"""The list of hits under the find box: what was found, of whom, and why it matched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.desktop.shell import icons, theme
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.labels import hover
from care_console.desktop.widgets.rows import draw_cut, paint_ground
from care_console.desktop.widgets.timeline.model import Index

HIT = Qt.ItemDataRole.UserRole + 1

_ICONS = {HitKind.RECIPIENT: "person", HitKind.MESSAGE: "message", HitKind.CHARGE: "charge"}
_LANGUAGES = {"es": "Spanish"}
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class HitsModel(QAbstractListModel):
    """Hits of one answer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many hits; a list has no children."""
        return 0 if parent is not None and parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The hit under `HIT`; in words for readers and hovers."""
        if not index.isValid() or index.row() >= len(self._hits):
            return None
        hit = self._hits[index.row()]
        match role:
            case _ if role == HIT:
                return hit
            case Qt.ItemDataRole.DisplayRole:
                return hit.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{hit.title}, {hit.detail}, matched: {hit.why}"
            case Qt.ItemDataRole.ToolTipRole:
                return hover(f"{hit.title} · {hit.detail} · {hit.why}")
            case _:
                return None

    def show(self, hits: Sequence[SearchHit]) -> None:
        """Another answer."""
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def hit(self, index: QModelIndex) -> SearchHit | None:
        """The hit at an index."""
        return self._hits[index.row()] if index.isValid() else None


class HitDelegate(QStyledItemDelegate):
    """Two lines at the left, the reason of the match at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Room for two lines."""
        return QSize(0, QFontMetrics(theme.font()).height() * 2 + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Icon, title, detail, reason."""
        hit: SearchHit = index.data(HIT)
        colours, sizes, rect = theme.current().colours, theme.current().sizes, option.rect
        painter.save()
        paint_ground(painter, option)
        picture = icons.pixmap(_ICONS[hit.kind], colours.ink_faint, 18, self._widget.devicePixelRatioF())
        painter.drawPixmap(rect.left() + Space.LARGE, rect.top() + (rect.height() - 18) // 2, picture)
        left = rect.left() + Space.LARGE + 18 + Space.MEDIUM
        right = self._why(painter, rect, hit)
        half = rect.height() // 2
        upper = QRect(left, rect.top() + 4, right - left - Space.SMALL, half - 4)
        lower = QRect(left, rect.top() + half, right - left - Space.SMALL, half - 4)
        second = _second_line(hit)
        if not second:
            upper = QRect(left, rect.top(), upper.width(), rect.height())
        draw_cut(
            painter,
            theme.font(sizes.body, QFont.Weight.Medium),
            colours.ink,
            upper,
            " ".join(hit.title.split()),
        )
        draw_cut(painter, theme.font(sizes.small), colours.ink_soft, lower, " ".join(second.split()))
        painter.restore()

    def _why(self, painter: QPainter, rect: QRect, hit: SearchHit) -> int:
        colours = theme.current().colours
        font = theme.font(theme.current().sizes.small)
        metrics = QFontMetrics(font)
        widest = rect.width() * 2 // 5
        words = metrics.elidedText(hit.why, Qt.TextElideMode.ElideRight, widest)
        width, height = metrics.horizontalAdvance(words) + 2 * Space.SMALL, metrics.height() + 6
        top = rect.top() + (rect.height() - height) / 2
        box = QRectF(rect.right() - Space.LARGE - width, top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(colours.ink_soft))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
        return int(box.left())


def _second_line(hit: SearchHit) -> str:
    phone = display_phone(hit.phone)
    parts = (
        phone if phone not in hit.title + hit.detail else "",
        _LANGUAGES.get(hit.language, ""),
        hit.detail,
    )
    return " · ".join(part for part in parts if part)
