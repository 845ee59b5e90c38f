"""Whatever is sent, the answer is an answer or a problem with a sentence: never a 500, never a traceback."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from care_console.contract.problems import ProblemReply
from tests.contract.test_openapi import operations
from tests.service.conftest import SignIn, anonymous, app, clock, services, settings, sign_in

__all__ = ["app", "clock", "services", "settings", "sign_in"]
pytestmark = pytest.mark.asyncio

BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"\xff\xfe",
    b'{"text": "\\u0000", "words": "\\u0000", "phone": "+12145550142", "login": "\\u0000", "password": "x"}',
    b'{"text": "\\ud800", "reason": "\\ud800"}',
    b'{"amount_cents": 1e400, "expected_refunded_cents": 0, "reason": "other"}',
    b'{"amount_cents": 999999999999999999999, "expected_refunded_cents": 0, "reason": "other"}',
    b'{"amount_cents": true, "expected_refunded_cents": "0", "reason": 5}',
    b'{"words": "' + b"x" * 100_000 + b'"}',
    b'{"decision": "approve", "note": "\\u0000"}',
    b"[" * 5000,
)
PLACES = (
    "1",
    "0",
    "-1",
    "999999999999999999",
    "9" * 40,
    "%00",
    "a%00b",
    "'; DROP TABLE staff; --",
    "é" * 200,
)
QUERIES = (
    "",
    "?q=%00",
    "?q=" + "a" * 9000,
    "?limit=-1",
    "?limit=x",
    "?cursor=%00",
    "?since=nonsense",
    "?kinds=%00,",
)


@pytest.mark.timeout(300)
async def test_no_request_is_answered_by_a_bug(app: FastAPI, sign_in: SignIn) -> None:
    client = await sign_in()
    for path, method, _ in operations():
        if path == "/v1/events" or (path, method) == ("/v1/session", "delete"):
            continue  # a stream that does not end; and the session is still needed
        hole = path[path.find("{") : path.find("}") + 1] if "{" in path else None
        for place in PLACES if hole else ("",):
            call = path.replace(hole, place) if hole else path
            for ending in QUERIES if method == "get" else ("",):
                for body in BODIES if method == "post" else (b"",):
                    answer = await client.request(
                        method, call + ending, content=body, headers={"Content-Type": "application/json"}
                    )
                    told = f"{method} {call + ending} {body[:60]!r}: {answer.status_code} {answer.text[:200]}"
                    assert answer.status_code < 500, told
                    if answer.status_code >= 400:
                        assert answer.headers["content-type"] == "application/problem+json", told
                        assert ProblemReply.model_validate(answer.json()).detail, told


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer \x7f", "Bearer " + "x" * 5000]
)
async def test_nobody_gets_anything_without_a_session(app: FastAPI, header: str) -> None:
    async with anonymous(app) as client:
        for path, method, told in operations():
            if "security" in told:
                answer = await client.request(method, path, headers={"Authorization": header})
                assert answer.status_code == 401, f"{method} {path}"
