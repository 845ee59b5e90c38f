"""Which of Stripe's endpoints the twin has, and what does the work of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from care_console.service.gateways.cards.twin import payments, refunds, sessions
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import Params, Refusal, only

Work = Callable[[State, str, Params, Body], dict[str, Any]]
"""The state, the id in the path, the fields, and the request as events tell of it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of Stripe's endpoints. `matches` is the whole path, with at most one id in it."""

    method: str
    matches: re.Pattern[str]
    work: Work


def _read(find: Callable[[State, str], Body]) -> Work:
    def work(state: State, id: str, params: Params, request: Body) -> Body:  # noqa: ARG001
        only(params)
        return find(state, id)

    return work


def _list(find: Callable[[State, Params], dict[str, Any]]) -> Work:
    return lambda state, _id, params, _request: find(state, params)


def _create(make: Callable[[State, Params, Body], Body]) -> Work:
    return lambda state, _id, params, request: make(state, params, request)


_ENDPOINTS = [
    Endpoint(method, re.compile(path.replace("{id}", "(?P<id>[A-Za-z0-9_]+)")), work)
    for method, path, work in (
        ("POST", "/v1/refunds", _create(refunds.create)),
        ("GET", "/v1/refunds", _list(refunds.listed)),
        ("GET", "/v1/refunds/{id}", _read(refunds.found)),
        ("POST", "/v1/refunds/{id}/cancel", lambda state, id, params, _: refunds.cancel(state, id, params)),
        ("POST", "/v1/payment_intents", _create(payments.create)),
        ("GET", "/v1/payment_intents/{id}", _read(payments.intent)),
        ("GET", "/v1/charges", _list(payments.charges)),
        ("GET", "/v1/charges/{id}", _read(payments.charge)),
        ("POST", "/v1/checkout/sessions", _create(sessions.create)),
        ("GET", "/v1/checkout/sessions/{id}", _read(sessions.session)),
        (
            "POST",
            "/v1/checkout/sessions/{id}/expire",
            lambda state, id, params, _: sessions.end(state, id, params),
        ),
        ("GET", "/v1/disputes/{id}", _read(payments.dispute)),
        ("GET", "/v1/events", _list(payments.events)),
        ("GET", "/v1/events/{id}", _read(payments.event)),
    )
]


def endpoint(method: str, path: str) -> tuple[Work, str]:
    """The work of a request and the id in its path; a 404 in Stripe's shape where it is not one of these."""
    for one in _ENDPOINTS:
        match = one.matches.fullmatch(path)
        if match is not None and one.method == method:
            return one.work, match.groupdict().get("id", "")
    raise Refusal(404, f"Unrecognized request URL ({method}: {path}).")
