"""Stripes that other people wrote, each a process of its own: what our adapter sends has to suit them, too.

Neither is whole, so each has a door that puts what it does not know into words that it does (decision 0030):
`localstripe` knows no `reason` of a refund, `stripe-stateful-mock` no payment intents, only charges.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.card_twin import SECRET, card_twin
from tests.support.kannel import free_port
from tests.support.served import served

_HERE = Path(__file__).parent
_START_SECONDS = 30.0
# Where localstripe leaves what it knows, whatever it is told; begun from scratch it never reads it.
_LEFT_BEHIND = Path("/tmp/localstripe.pickle")
_LOCALSTRIPE = ("-m", "localstripe", "--from-scratch", "--port")
_KEY = {"Authorization": "Bearer sk_test_tests"}

Fields = dict[str, str]


@dataclass(frozen=True)
class Peer:
    """A running one: where our adapter reaches it, how somebody pays there, where its webhooks go."""

    url: str
    pay: Callable[[int], Awaitable[str]]
    tell_webhooks: Callable[[str], Awaitable[None]] | None = None


def missing_tools() -> list[str]:
    """What of the machine is missing for them."""
    missing = [] if shutil.which("node") else ["node"]
    there = (_HERE / "node_modules" / "stripe-stateful-mock").is_dir()
    return missing if there else [*missing, "npm's stripe-stateful-mock (make setup-test)"]


@asynccontextmanager
async def twin() -> AsyncIterator[Peer]:
    """Our own, for what holds of all of them."""
    async with card_twin() as running:
        yield Peer(running.url, running.paid)


@asynccontextmanager
async def localstripe() -> AsyncIterator[Peer]:
    """PyPI's localstripe: payment intents and signed webhooks; no limits, and keys that mean nothing."""
    port = free_port()
    with _nothing_left(_LEFT_BEHIND):
        async with _localstripe(port) as running:
            yield running


@asynccontextmanager
async def _localstripe(port: int) -> AsyncIterator[Peer]:
    async with (
        _process(sys.executable, *_LOCALSTRIPE, str(port), path=_HERE / "here_alone"),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=_KEY, trust_env=False) as http,
    ):
        await _answers(http)

        async def pay(cents: int) -> str:
            card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050", "cvc": "123"}
            method = await _made(http, "/v1/payment_methods", type="card", **_nested("card", card))
            wanted = {"amount": str(cents), "currency": "usd", "payment_method": method["id"]}
            intent = await _made(http, "/v1/payment_intents", **wanted)
            await _made(http, f"/v1/payment_intents/{intent['id']}/confirm")
            return str(intent["id"])

        async def tell_webhooks(url: str) -> None:
            told = await http.post("/_config/webhooks/ours", json={"url": url, "secret": SECRET})
            assert told.status_code == 200, told.text

        async with served(_door(http, lambda fields: _without(fields, "reason"), dict)) as url:
            yield Peer(url, pay, tell_webhooks)


@contextmanager
def _nothing_left(file: Path) -> Iterator[None]:
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


@asynccontextmanager
async def stripe_stateful_mock() -> AsyncIterator[Peer]:
    """npm's stripe-stateful-mock: idempotency and limits as Stripe has them; charges alone, no webhooks."""
    async with _process("node", str(_HERE / "stripe_mock.js")) as process:
        assert process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on "), line
        base = line.removeprefix("listening on ").strip()
        async with httpx.AsyncClient(base_url=base, headers=_KEY, trust_env=False) as http:

            async def pay(cents: int) -> str:
                wanted = {"amount": str(cents), "currency": "usd", "source": "tok_visa"}
                return str((await _made(http, "/v1/charges", **wanted))["id"])

            async with served(_door(http, _by_charge, _by_intent)) as url:
                yield Peer(url, pay)


PEERS = {"twin": twin, "localstripe": localstripe, "stripe-stateful-mock": stripe_stateful_mock}


def _door(
    http: httpx.AsyncClient,
    asked: Callable[[Fields], Fields],
    answered: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> Starlette:
    """What passes: fields and the objects of an answer put into other words, all else as it is."""

    async def pass_on(request: Request) -> JSONResponse:
        fields = dict(parse_qsl((await request.body()).decode() or request.url.query))
        kept = {name: value for name, value in request.headers.items() if name == "idempotency-key"}
        how = {"params" if request.method == "GET" else "data": asked(fields)}
        answer = await http.request(request.method, request.url.path, headers=kept, **how)  # type: ignore[arg-type]
        body = answer.json()
        if isinstance(body.get("data"), list):
            body["data"] = [answered(one) for one in body["data"]]
        elif body.get("object") == "refund":
            body = answered(body)
        return JSONResponse(body, answer.status_code)

    return Starlette(routes=[Route("/{rest:path}", pass_on, methods=["GET", "POST"])])


def _without(fields: Fields, name: str) -> Fields:
    return {key: value for key, value in fields.items() if key != name}


def _by_charge(fields: Fields) -> Fields:
    return {"charge" if name == "payment_intent" else name: value for name, value in fields.items()}


def _by_intent(refund: Mapping[str, Any]) -> dict[str, Any]:
    return {**refund, "payment_intent": refund["charge"]}


def _nested(name: str, fields: Fields) -> Fields:
    return {f"{name}[{key}]": value for key, value in fields.items()}


async def _made(http: httpx.AsyncClient, path: str, **fields: str) -> dict[str, Any]:
    # Told as a form even where it is empty, as Stripe's own library does.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post(path, content=urlencode(fields), headers=form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _answers(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            with suppress(httpx.TransportError):
                await http.get("/v1/refunds")
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _process(*command: str, path: Path | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """`path`: where Python looks for modules first."""
    running = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ if path is None else os.environ | {"PYTHONPATH": str(path)},
    )
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.send_signal(signal.SIGKILL)
        await running.wait()
