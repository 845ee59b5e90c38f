"""The timeline's model: pending rows on top, then what happened, newest first, fetched page by page.

Nothing moves under the cursor: what is new waits until it is asked for, what changed changes in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.when import in_full, in_utc, same_day

Index = QModelIndex | QPersistentModelIndex


class RowRole(IntEnum):
    """What else an index tells."""

    ROW = Qt.ItemDataRole.UserRole + 1
    IS_OPEN = Qt.ItemDataRole.UserRole + 2
    STARTS_DAY = Qt.ItemDataRole.UserRole + 3


class TimelineModel(QAbstractListModel):
    """Rows of one story. Fed by its owner: `more_wanted` asks for the next page, `append` answers."""

    more_wanted = Signal()
    waiting_changed = Signal(int)
    state_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending: list[Row] = []
        self._rows: list[Row] = []
        self._waiting: list[Row] = []
        self._open: set[str] = set()
        self._has_more = False
        self._asking = False
        self._loaded = False
        self._places: dict[str, int] | None = None

    # what Qt asks

    def rowCount(self, parent: Index | None = None) -> int:
        """Pending rows and the fetched ones; a list has no children."""
        if parent is not None and parent.isValid():
            return 0
        return len(self._pending) + len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself under `RowRole.ROW`; in words for readers and hovers."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        row = self.row_at(index.row())
        match role:
            case RowRole.ROW:
                return row
            case RowRole.IS_OPEN:
                return row.key in self._open
            case RowRole.STARTS_DAY:
                return self._starts_day(index.row())
            case Qt.ItemDataRole.DisplayRole:
                return row.line
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.spoken()}, {in_full(row.at, datetime.now(UTC))}"
            case Qt.ItemDataRole.ToolTipRole:
                return f"{in_full(row.at, datetime.now(UTC))} · {in_utc(row.at)}"
            case _:
                return None

    def canFetchMore(self, parent: Index) -> bool:
        """Whether a further page exists and none is on its way."""
        return not parent.isValid() and self._has_more and not self._asking

    def fetchMore(self, parent: Index) -> None:
        """Ask the owner for the next page; it arrives later, by `append`."""
        if self.canFetchMore(parent):
            self._asking = True
            self.more_wanted.emit()

    # what its owner does

    @property
    def loaded(self) -> bool:
        """Whether the first page has arrived."""
        return self._loaded

    @property
    def is_asking(self) -> bool:
        """Whether a page is on its way."""
        return self._asking

    @property
    def waiting(self) -> int:
        """How many new rows wait to be shown."""
        return len(self._waiting)

    @property
    def waiting_rows(self) -> Sequence[Row]:
        """The new rows that wait."""
        return self._waiting

    def row_at(self, place: int) -> Row:
        """The row at a place from the top. IndexError beyond the end."""
        held = len(self._pending)
        return self._pending[place] if place < held else self._rows[place - held]

    def place_of(self, key: str) -> int | None:
        """Where a row stands now; None where it is not fetched."""
        place = self._placed().get(key)
        if place is not None:
            return place + len(self._pending)
        return next((place for place, row in enumerate(self._pending) if row.key == key), None)

    def open_places(self) -> list[int]:
        """Where the open rows stand, from the top."""
        places = (self.place_of(key) for key in self._open)
        return sorted(place for place in places if place is not None)

    def restart(self, rows: Iterable[Row], *, has_more: bool) -> None:
        """Begin anew with a first page, as after another filter. What is pending stays."""
        self.beginResetModel()
        self._rows = list(rows)
        self._places = None
        self._waiting = []
        self._has_more, self._asking, self._loaded = has_more, False, True
        self.endResetModel()
        self.waiting_changed.emit(0)
        self.state_changed.emit()

    def append(self, rows: Iterable[Row], *, has_more: bool) -> None:
        """The next, older page. Rows that are here already are put aside."""
        places = self._placed()
        fresh = [row for row in rows if row.key not in places]
        self._has_more, self._asking = has_more, False
        if fresh:
            first = self.rowCount()
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            places.update((row.key, place) for place, row in enumerate(fresh, len(self._rows)))
            self._rows.extend(fresh)
            self.endInsertRows()
        self.state_changed.emit()

    def page_failed(self) -> None:
        """The page that was asked for did not come; scrolling may ask again."""
        self._asking = False
        self.state_changed.emit()

    def set_pending(self, rows: Sequence[Row]) -> None:
        """What is on its way now. Rows that stay are changed in their place."""
        keys = [row.key for row in rows]
        for place in range(len(self._pending) - 1, -1, -1):
            if self._pending[place].key not in keys:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._pending[place]
                self.endRemoveRows()
        held = {row.key: place for place, row in enumerate(self._pending)}
        for row in rows:
            if row.key in held:
                self._change_pending(held[row.key], row)
            else:
                place = len(self._pending)
                self.beginInsertRows(QModelIndex(), place, place)
                self._pending.append(row)
                self.endInsertRows()
        self.state_changed.emit()

    def merge_newest(self, rows: Sequence[Row], *, show: bool = False) -> int:
        """What the first page holds now: changed rows change, new ones wait (or `show` at once).

        Returns how many wait.
        """
        places = self._placed()
        fresh = []
        for row in rows:
            place = places.get(row.key)
            if place is None:
                fresh.append(row)
            elif self._rows[place] != row:
                self._rows[place] = row
                changed = self.index(len(self._pending) + place)
                self.dataChanged.emit(changed, changed)
        oldest_shown = self._rows[-1].at if self._rows and self._has_more else None
        self._waiting = [row for row in fresh if oldest_shown is None or row.at >= oldest_shown]
        if show:
            self.show_waiting()
        self.waiting_changed.emit(len(self._waiting))
        return len(self._waiting)

    def take_out_missing(self, rows: Sequence[Row], *, whole: bool) -> None:
        """Take out what the first page (`whole`: the only one) holds no more; a log's rows only ever stay."""
        keys, oldest = {row.key for row in rows}, min((row.at for row in rows), default=None)
        for place in range(len(self._rows) - 1, -1, -1):
            row = self._rows[place]
            if row.key not in keys and (whole or (oldest is not None and row.at > oldest)):
                at = len(self._pending) + place
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._rows[place]
                self._places = None
                self.endRemoveRows()
        self.state_changed.emit()

    def redraw(self, keys: Iterable[str], made: Callable[[Row], Row]) -> None:
        """Make some rows anew from themselves, as when something else that they tell of became known."""
        for key in keys:
            place = self._placed().get(key)
            row = self._rows[place] if place is not None else None
            if place is None or row is None:
                continue
            again = made(row)
            if again != row:
                self._rows[place] = again
                changed = self.index(len(self._pending) + place)
                self.dataChanged.emit(changed, changed)

    def show_waiting(self) -> None:
        """Put the rows that wait where their time says they belong."""
        for row in self._waiting:
            place = next((p for p, shown in enumerate(self._rows) if shown.at <= row.at), len(self._rows))
            at = len(self._pending) + place
            self.beginInsertRows(QModelIndex(), at, at)
            self._rows.insert(place, row)
            self._places = None
            self.endInsertRows()
        if self._waiting:
            self._waiting = []
            self.waiting_changed.emit(0)
            self.state_changed.emit()

    def toggle(self, index: Index) -> bool:
        """Open a closed row in its place, or close it. Returns whether it is open now."""
        key = self.row_at(index.row()).key
        self._open.symmetric_difference_update({key})
        self.dataChanged.emit(index, index, [RowRole.IS_OPEN])
        return key in self._open

    def _placed(self) -> dict[str, int]:
        """Where each fetched row stands among them. Made anew only after rows came in between."""
        if self._places is None:
            self._places = {row.key: place for place, row in enumerate(self._rows)}
        return self._places

    def _change_pending(self, place: int, row: Row) -> None:
        if self._pending[place] != row:
            self._pending[place] = row
            changed = self.index(place)
            self.dataChanged.emit(changed, changed)

    def _starts_day(self, place: int) -> bool:
        if place == 0 or place == len(self._pending):
            return True
        return not same_day(self.row_at(place).at, self.row_at(place - 1).at)
