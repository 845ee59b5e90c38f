"""Announcements reach everybody, whatever one of them does."""

from __future__ import annotations

from care_console.contract.changes import ChangeKind
from care_console.desktop.changes import Announcement, Changes, LocalKind


def test_everybody_hears_until_they_end_it_and_one_mistake_is_its_own() -> None:
    changes = Changes()
    heard: list[str] = []

    def fails(change: Announcement) -> None:
        raise RuntimeError(change.id)

    changes.subscribe(fails)
    end = changes.subscribe(lambda change: heard.append(change.id))
    changes.announce(Announcement(ChangeKind.REFUND, "1"))
    end()
    end()
    changes.announce(Announcement(ChangeKind.REFUND, "2"))
    assert heard == ["1"]


def test_the_desks_own_kinds_are_never_taken_for_the_services() -> None:
    assert set(LocalKind).isdisjoint(set(ChangeKind))
