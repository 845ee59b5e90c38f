"""For each operation, requests nobody would write: known fields and parameters with values of every kind.

Hypothesis makes them and, where one is answered by a bug, finds the smallest that still is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from care_console.contract.problems import ProblemReply
from care_console.contract.roles import Role
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.contract.snapshot import document
from tests.contract.test_openapi import operations
from tests.service.conftest import SignIn, anonymous, app, clock, services, settings, sign_in
from tests.support import builders

__all__ = ["app", "clock", "services", "settings", "sign_in"]
pytestmark = pytest.mark.asyncio

EXAMPLES = limits(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
NOT_HERE = {"GET /v1/events", "DELETE /v1/session"}  # a stream; and the session is needed
OPERATIONS = operations()
SCHEMAS = json.loads(document())["components"]["schemas"]
CALLS = sorted({f"{method.upper()} {path}" for path, method, _ in OPERATIONS} - NOT_HERE)

ODD_TEXT = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(categories=["Cc", "Cs", "Co", "Zl"]), min_size=1, max_size=5),
    st.sampled_from(
        ["\x00", "a\x00b", "\ud800", "x" * 5000, "'; DROP TABLE staff; --", "%s%(x)s", "{}", "null"]
    ),
)
ODD_NUMBER = st.one_of(
    st.integers(),
    st.sampled_from([-1, 0, 1, 2**31, 2**63, 2**64, 10**30, -(10**30)]),
    st.floats(),
)
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | ODD_NUMBER | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXT, inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.sampled_from(
    [
        "2026-11-20T17:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-11-20",
        0,
        1e20,
        -1,
    ]
)


def as_cursor(at: Any, row: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([at, row]).encode()).decode().rstrip("=")


MEANT: dict[str, st.SearchStrategy[Any]] = {
    "phone": st.sampled_from(["+12145550142", "+1214555014", "+1214555014\u0662"]),
    "received_at": MOMENTS,
    "since": MOMENTS,
    "until": MOMENTS,
    "reason": st.sampled_from(["lost", "could_not_hear", "goodwill", "duplicate"]),
    "amount_cents": st.sampled_from([1, 399, 400]),
    "expected_refunded_cents": st.just(0),
    "decision": st.sampled_from(["approve", "decline"]),
    "channel": st.sampled_from(["care_call", "sms"]),
    "limit": st.sampled_from([1, 50]),
    "cursor": st.builds(
        as_cursor,
        st.sampled_from(["2026-11-20T17:00:00+00:00", "2026-11-20", "0001-01-01T00:00:00+23:59", 7]),
        st.sampled_from([1, "note/1", "x", "\x00", 2**70, None]),
    ),
    "text": st.just("called"),
    "words": st.just("stop"),
    "note": st.just(""),
    "login": st.just("specialist"),
    "kinds": st.sampled_from(["message", "message,note"]),
}  # fmt: skip


def value_of(name: str) -> st.SearchStrategy[Any]:
    return MEANT.get(name, ODD) | ODD


def fields_of(told: dict[str, Any]) -> list[str]:
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return sorted(SCHEMAS.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {}))


def bodies(names: list[str]) -> st.SearchStrategy[bytes]:
    known = st.fixed_dictionaries({}, optional={name: value_of(name) for name in names})
    whole = st.fixed_dictionaries({name: value_of(name) for name in names})
    more = st.builds(lambda one, other: one | other, known, st.dictionaries(ODD_TEXT, ODD, max_size=2))
    return st.one_of(st.one_of(whole, known, more, ODD).map(as_json), st.binary(max_size=50))


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def queries(told: dict[str, Any]) -> st.SearchStrategy[str]:
    names = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
    pairs = st.fixed_dictionaries({}, optional={name: value_of(name) for name in [*names, "unknown"]})
    return pairs.map(
        lambda given: "&".join(
            f"{name}={quote(str(value), errors='replace')}" for name, value in given.items()
        )
    )


HEADERS = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "Range", "Content-Type", "Stripe-Signature", "Accept", "X-Other"]),
    st.one_of(
        st.sampled_from(
            ["", "bytes=0-", "bytes=-0", "bytes=9-1", "text/plain", "application/json", "k" * 300]
        ),
        st.binary(min_size=1, max_size=20).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b"")),
    ),
    max_size=2,
)


@dataclass
class World:
    """Ids that are somebody's, a client of a supervisor, and one of nobody."""

    ids: list[str]
    supervisor: httpx.AsyncClient
    nobody: httpx.AsyncClient


@pytest_asyncio.fixture
async def world(app: FastAPI, sign_in: SignIn, services: Services) -> AsyncIterator[World]:
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone="+12145550142")
        message = await builders.a_message(ctx, recipient_id=recipient)
        await builders.a_link(ctx, message)
        await builders.a_recording(ctx, message)
        charge = await builders.a_charge(ctx, message)
    async with anonymous(app) as nobody:
        yield World([str(recipient), str(message), str(charge)], await sign_in(Role.SUPERVISOR), nobody)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("call", CALLS)
@EXAMPLES
@given(data=st.data())
async def test_any_request_is_answered_by_an_answer_or_a_problem(
    call: str, world: World, data: st.DataObject
) -> None:
    method, path = call.split(" ")
    [told] = [told for where, how, told in OPERATIONS if (where, how.upper()) == (path, method)]
    hole = path[path.find("{") : path.find("}") + 1]
    place = quote(data.draw(st.sampled_from(world.ids) | ODD_TEXT), safe="", errors="replace")
    client = world.supervisor if "security" in told else world.nobody
    answer = await client.request(
        method,
        f"{path.replace(hole, place or '-') if hole else path}?{data.draw(queries(told))}",
        content=data.draw(bodies(fields_of(told))) if method == "POST" else b"",
        headers={"Content-Type": "application/json"} | data.draw(HEADERS),
    )
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
        problem = ProblemReply.model_validate(answer.json())
        assert problem.detail
        assert problem.status == answer.status_code
        assert problem.kind is not None
    assert answer.status_code < 500, answer.text[:300]
