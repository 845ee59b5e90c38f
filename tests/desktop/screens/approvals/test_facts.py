"""What the desk says of a request, from the request alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from care_console.contract.approvals import ApprovalKind, Decision
from care_console.desktop.screens.approvals import facts
from tests.support.fake_approvals import a_request

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": Decision.APPROVE, "decided_by": "sue"}, "sue approved it. It sends after"),
        (
            {"decision": Decision.DECLINE, "decided_by": "sue", "note": "no"},
            "sue declined it. No money moved.",
        ),
        ({"withdrawn_at": NOW, "withdrawn_by": "ben"}, "ben took it back. No money moved."),
        ({"withdrawn_at": NOW, "withdrawn_by": "ana"}, "ana took it back. No money moved."),
        ({"withdrawn_at": NOW, "withdrawn_by": "system"}, "Nobody decided in time, so it ended."),
    ],
)
def test_how_it_ended_and_whether_money_moved(changes: dict[str, Any], words: str) -> None:
    ended = facts.outcome(a_request("1", **changes))
    assert ended is not None
    assert ended[0].startswith(words)
    own = changes.get("withdrawn_by") == "ben"
    assert (facts.news_for_asker(a_request("1", **changes)) is None) is own


def test_while_it_is_open_nothing_is_over() -> None:
    assert facts.outcome(a_request("1")) is None
    assert facts.news_for_asker(a_request("1")) is None


def test_a_correction_says_that_texts_stay_off() -> None:
    gone = {"kind": ApprovalKind.CORRECTION, "decision": Decision.DECLINE, "decided_by": "sue"}
    told = facts.outcome(a_request("1", **gone))
    assert told is not None
    assert "Texts stay off" in told[0]


def test_a_number_stands_for_who_has_no_name() -> None:
    assert facts.who(a_request("1", recipient_name="")) == "(214) 555-0142"
