"""The timeline's model under Qt's own tester: pages, what is new, what is pending, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from care_console.contract.search import HitKind, SearchHit
from care_console.desktop.screens.search.hits import HitsModel
from care_console.desktop.widgets.timeline.model import RowRole, TimelineModel
from care_console.desktop.widgets.timeline.rows import Row

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def _row(number: int, **given: object) -> Row:
    row = Row(f"note:{number}", NOW - timedelta(hours=number), "Note", "note", f"line {number}")
    return replace(row, **given)  # type: ignore[arg-type]


def _pending(name: str, badge: str = "on its way") -> Row:
    return Row(f"pending:{name}", NOW, "Refund", "on_its_way", "Refund of $3.99", badge, pending=True)


def _keys(model: TimelineModel) -> list[str]:
    return [model.row_at(place).key for place in range(model.rowCount())]


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[TimelineModel]:
    made = TimelineModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def test_a_page_is_asked_for_once_and_appended(model: TimelineModel) -> None:
    wanted: list[int] = []
    model.more_wanted.connect(lambda: wanted.append(1))
    assert not model.canFetchMore(QModelIndex())
    model.restart([_row(1), _row(2)], has_more=True)
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert wanted == [1]
    model.append([_row(2), _row(3)], has_more=False)
    assert _keys(model) == ["note:1", "note:2", "note:3"]
    assert not model.canFetchMore(QModelIndex())


def test_a_page_that_failed_can_be_asked_for_again(model: TimelineModel) -> None:
    model.restart([_row(1)], has_more=True)
    model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())
    model.page_failed()
    assert model.canFetchMore(QModelIndex())


def test_what_is_new_waits_and_what_changed_changes_in_its_place(model: TimelineModel) -> None:
    model.restart([_row(5), _row(6)], has_more=True)
    changed: list[int] = []
    model.dataChanged.connect(lambda top, _bottom, _roles: changed.append(top.row()))
    told: list[int] = []
    model.waiting_changed.connect(told.append)
    assert model.merge_newest([_row(1), _row(4), _row(5, badge="refunded"), _row(6)]) == 2
    assert _keys(model) == ["note:5", "note:6"]
    assert changed == [0]
    assert model.row_at(0).badge == "refunded"
    model.show_waiting()
    assert _keys(model) == ["note:1", "note:4", "note:5", "note:6"]
    assert told == [2, 0]


def test_a_row_older_than_the_fetched_pages_does_not_count_as_new(model: TimelineModel) -> None:
    model.restart([_row(5), _row(6)], has_more=True)
    assert model.merge_newest([_row(5), _row(6), _row(7)]) == 0


def test_pending_rows_stand_on_top_and_go_when_answered(model: TimelineModel) -> None:
    model.restart([_row(1)], has_more=False)
    model.set_pending([_pending("a"), _pending("b")])
    assert _keys(model) == ["pending:a", "pending:b", "note:1"]
    model.set_pending([_pending("b", "checking")])
    assert _keys(model) == ["pending:b", "note:1"]
    assert model.row_at(0).badge == "checking"
    model.restart([_row(2)], has_more=False)
    assert _keys(model) == ["pending:b", "note:2"]
    model.merge_newest([_row(1), _row(2)], show=True)
    assert _keys(model) == ["pending:b", "note:1", "note:2"]


def test_a_row_opens_in_its_place_and_keeps_its_state_when_others_come(model: TimelineModel) -> None:
    model.restart([_row(5)], has_more=False)
    assert model.toggle(model.index(0)) is True
    model.merge_newest([_row(1), _row(5)], show=True)
    assert [model.index(place).data(RowRole.IS_OPEN) for place in (0, 1)] == [False, True]
    assert model.toggle(model.index(1)) is False


def test_the_day_is_shown_where_it_begins(model: TimelineModel) -> None:
    model.restart([_row(1), _row(2), _row(30), _row(31)], has_more=False)
    starts = [model.index(place).data(RowRole.STARTS_DAY) for place in range(4)]
    assert starts == [True, False, True, False]


def test_hovers_are_utc_and_readers_hear_a_sentence(model: TimelineModel) -> None:
    model.restart([_row(1, badge="refunded")], has_more=False)
    index = model.index(0)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Nov 20, 12:00 PM Eastern · 2026-11-20 17:00:00 UTC"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Note, line 1, refunded, Nov 20")


def test_the_hits_model_holds_under_the_tester(qtbot: QtBot) -> None:
    hits = HitsModel()
    tester = QAbstractItemModelTester(hits, QAbstractItemModelTester.FailureReportingMode.Fatal)
    hit = SearchHit(
        kind=HitKind.RECIPIENT,
        id="1",
        recipient_id="1",
        title="<b>Ana</b>",
        detail="",
        why="name",
        phone="+12145550142",
        name="<b>Ana</b>",
        language="en",
    )
    hits.show([hit, hit])
    assert hits.rowCount() == 2
    assert "<b>" not in hits.index(0).data(Qt.ItemDataRole.ToolTipRole)
    hits.show([])
    assert hits.rowCount() == 0
    del tester
