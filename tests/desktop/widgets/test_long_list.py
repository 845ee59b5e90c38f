"""A list of tens of thousands of rows: none is asked in vain, and nothing moves under the cursor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.delegate import TimelineDelegate
from care_console.desktop.widgets.timeline.model import TimelineModel
from care_console.desktop.widgets.timeline.rows import Row
from care_console.desktop.widgets.timeline.view import TimelineView

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
MANY = 20_000


def row(number: int) -> Row:
    details = tuple((f"Detail {n}", "words " * n) for n in range(number % 4 + 1))
    at = NOW - timedelta(minutes=number)
    return Row(f"note:{number}", at, "Note", "note", f"line {number}", "paid", Tone.GOOD, details)


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    made = TimelineView(now=lambda: NOW)
    model = TimelineModel(made)
    qtbot.addWidget(made)
    made.resize(820, 540)
    made.put(model)
    made.show()
    model.restart([row(number) for number in range(MANY)], has_more=True)
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows that were asked for their height."""
    found: list[int] = []
    whole = TimelineDelegate.sizeHint

    def count(self: TimelineDelegate, option: object, index: object) -> object:
        found.append(index.row())  # type: ignore[attr-defined]
        return whole(self, option, index)  # type: ignore[arg-type]

    monkeypatch.setattr(TimelineDelegate, "sizeHint", count)
    return found


def model_of(view: TimelineView) -> TimelineModel:
    model = view.model()
    assert isinstance(model, TimelineModel)
    return model


def test_no_closed_row_is_asked_for_its_height(view: TimelineView, asked: list[int]) -> None:
    model = model_of(view)
    model.append([row(number) for number in range(MANY, MANY + 50)], has_more=True)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.resize(700, 500)
    view.grab()
    assert asked == []
    model.toggle(model.index(7, 0))
    view.doItemsLayout()
    view.grab()
    assert set(asked) == {7}


def test_only_what_is_in_sight_is_painted(view: TimelineView, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    paint = TimelineDelegate.paint

    def count(self: TimelineDelegate, painter: object, option: object, index: object) -> None:
        painted.append(index.row())  # type: ignore[attr-defined]
        paint(self, painter, option, index)  # type: ignore[arg-type]

    monkeypatch.setattr(TimelineDelegate, "paint", count)
    view.verticalScrollBar().setValue(10_000 * view._delegate.row_height)
    view.grab()
    assert painted
    assert min(painted) >= 10_000
    assert max(painted) <= 10_000 + view.rows_in_sight() + 1


@limits(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opened=st.sets(st.integers(0, 60), max_size=6), scroll=st.integers(0, 3000), y=st.integers(0, 500))
def test_rows_stand_one_below_the_other_whatever_is_open(
    view: TimelineView, opened: set[int], scroll: int, y: int
) -> None:
    model = model_of(view)
    for place in opened:
        model.toggle(model.index(place, 0))
    view.doItemsLayout()
    view.verticalScrollBar().setValue(scroll)
    below = -view.verticalOffset()
    for place in range(80):
        rect = view.visualRect(model.index(place, 0))
        assert rect.top() == below
        assert (rect.height() > view._delegate.row_height) == (place in opened)
        below = rect.bottom() + 1
        if rect.top() <= y <= rect.bottom():
            assert view.indexAt(QPoint(5, y)).row() == place
    for place in opened:
        model.toggle(model.index(place, 0))


def test_rows_that_come_in_above_push_nothing_down(view: TimelineView) -> None:
    model = model_of(view)
    view.verticalScrollBar().setValue(400 * view._delegate.row_height + 5)
    seen = view.indexAt(QPoint(5, 5)).data(Qt.ItemDataRole.DisplayRole)
    model.merge_newest([row(-3), row(-2), row(-1), row(0)])
    assert model.waiting == 3
    model.show_waiting()
    assert view.indexAt(QPoint(5, 5)).data(Qt.ItemDataRole.DisplayRole) == seen
    view.verticalScrollBar().setValue(0)
    assert view.indexAt(QPoint(5, 5)).data(Qt.ItemDataRole.DisplayRole) == "line -3"


def test_the_ends_pages_and_arrows(view: TimelineView) -> None:
    view.setFocus()
    view.setCurrentIndex(model_of(view).index(0, 0))
    page = view.viewport().height() // view._delegate.row_height - 1
    for key, lands_on in (
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_PageDown, 1 + page),
        (Qt.Key.Key_End, MANY - 1),
        (Qt.Key.Key_Down, MANY - 1),
        (Qt.Key.Key_PageUp, MANY - 1 - page),
        (Qt.Key.Key_Home, 0),
    ):
        QTest.keyClick(view, key)
        assert view.currentIndex().row() == lands_on
        rect = view.visualRect(view.currentIndex())
        assert rect.top() >= 0
        assert rect.bottom() < view.viewport().height()


def test_the_last_page_in_sight_asks_for_the_next(view: TimelineView) -> None:
    wanted: list[int] = []
    model_of(view).more_wanted.connect(lambda: wanted.append(1))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() - 1)
    assert wanted == []
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert wanted == [1]
