"""The contract does not change by accident, and says everything that a caller must know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.snapshot import FILE, document

FOR_FACILITIES = {"/v1/recordings"}
OPEN = {"/v1/session", "/v1/session/refresh"}
SESSION_OF_ONES_OWN = {("/v1/session", "get"), ("/v1/session", "delete")}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    read = json.loads(document())
    return [
        (path, method, told) for path, methods in read["paths"].items() for method, told in methods.items()
    ]


def test_the_document_is_the_one_that_was_decided() -> None:
    assert document() == FILE.read_text(encoding="utf-8"), (
        "the API changed; if that is meant, run `python -m tests.contract.snapshot` and write down why"
    )


@pytest.mark.parametrize(
    "call",
    [
        "POST /v1/session",
        "GET /v1/session",
        "DELETE /v1/session",
        "POST /v1/session/refresh",
        "GET /v1/search",
        "GET /v1/recipients/{recipient_id}",
        "GET /v1/recipients/{recipient_id}/timeline",
        "POST /v1/recipients/{recipient_id}/notes",
        "GET /v1/messages/{message_id}",
        "POST /v1/messages/{message_id}/previews",
        "POST /v1/messages/{message_id}/links",
        "POST /v1/charges/{charge_id}/refunds",
        "GET /v1/refunds/{refund_id}",
        "DELETE /v1/refunds/{refund_id}",
        "POST /v1/opt-outs",
        "GET /v1/opt-outs",
        "GET /v1/opt-outs.csv",
        "GET /v1/opt-outs.xlsx",
        "GET /v1/opt-outs/{opt_out_id}",
        "GET /v1/approvals",
        "POST /v1/approvals/{approval_id}/decision",
        "GET /v1/facilities",
        "GET /v1/pauses",
        "POST /v1/pauses",
        "POST /v1/recordings",
        "GET /v1/events",
        "POST /gateways/cards/stripe/webhook",
    ],
)
def test_every_call_is_in_it(call: str) -> None:
    assert call in {f"{method.upper()} {path}" for path, method, _ in operations()}


def test_each_call_says_its_problems_its_session_and_its_key() -> None:
    for path, method, told in operations():
        call = f"{method} {path}"
        problems = {status: answer for status, answer in told["responses"].items() if status >= "400"}
        for answer in problems.values():
            assert list(answer["content"]) == ["application/problem+json"], call
        assert "default" in problems, call
        assert ("404" in problems) == ("{" in path), call
        is_for_staff = path.startswith("/v1/") and (path not in OPEN or (path, method) in SESSION_OF_ONES_OWN)
        is_for_staff &= path not in FOR_FACILITIES
        scheme = "session" if is_for_staff else "facility" if path in FOR_FACILITIES else None
        assert told.get("security") == ([{scheme: []}] if scheme else None), call
        assert ({"401", "403"} <= set(problems)) == bool(scheme), call
        keys = [one for one in told.get("parameters", []) if one["name"].lower() == "idempotency-key"]
        assert len(keys) == (is_for_staff and method == "post"), call
        assert ("400" in problems) == bool(keys), call


@pytest.mark.parametrize(
    ("call", "status", "media_type"),
    [
        ("get /v1/events", "200", "text/event-stream"),
        ("get /v1/previews/{preview_id}/sound", "206", "audio/mp4"),
        ("get /metrics", "200", "text/plain"),
        ("post /v1/opt-outs", "201", "application/json"),
        ("get /v1/opt-outs.csv", "200", "text/csv"),
        ("post /v1/charges/{charge_id}/refunds", "202", "application/json"),
    ],
)
def test_each_answer_says_what_it_is_made_of(call: str, status: str, media_type: str) -> None:
    [told] = [told for path, method, told in operations() if f"{method} {path}" == call]
    assert media_type in told["responses"][status]["content"]
