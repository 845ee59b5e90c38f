"""A request to Stripe's API, from door to answer; its work, key and journal are one commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from care_console.service.gateways.cards.twin import faults, idempotency, objects
from care_console.service.gateways.cards.twin.endpoints import Work, endpoint
from care_console.service.gateways.cards.twin.idempotency import Remembered
from care_console.service.gateways.cards.twin.known import KnownCharge, KnownCharges, intents_named
from care_console.service.gateways.cards.twin.payments import adopt
from care_console.service.gateways.cards.twin.state import Body, State, new_id
from care_console.service.gateways.cards.twin.webhooks import Postman
from care_console.service.gateways.cards.twin.wire import Params, Refusal, decoded
from care_console.service.gateways.twins.connections import NoAnswer

_BROKEN: Body = {
    "error": {
        "type": "api_error",
        "message": "Sorry! There was an error while talking to one of our backends.",
    }
}


@dataclass(slots=True)
class Call:
    """A request under way, and what came of it."""

    id: str
    method: str
    path: str
    key: str | None
    params: Params
    first_used: float
    version: str | None
    fault: Body | None = None
    status: int = 0
    body: dict[str, Any] | None = None
    outcome: str = ""
    replay_of: str | None = None

    def fails(self, *kinds: str) -> bool:
        """Whether it is to go wrong in one of these ways."""
        return self.fault is not None and self.fault["next"] in kinds


class Api:
    """Stripe's API on a state file."""

    def __init__(self, state: State, known: KnownCharges | None, postman: Postman) -> None:
        self._state = state
        self._known = known
        self._postman = postman
        self._at_work: set[str] = set()

    async def answer(self, request: Request) -> Response:
        """The handler of everything under /v1/. A caller who leaves does not stop what was begun."""
        call = Call(
            id=new_id("req"),
            method=request.method,
            path=request.url.path,
            key=request.headers.get("idempotency-key") if request.method == "POST" else None,
            params={},
            first_used=self._state.now(),
            version=request.headers.get("stripe-version"),
        )
        try:
            _authenticated(request)
            # Where its pages are is where it is called: known only once somebody has.
            self._state.set_setting("own_url", str(request.base_url).rstrip("/"))
            body = (await request.body()).decode() if request.method == "POST" else ""
            call.params = decoded(body or request.url.query)
            await self._handle(call)
        except Refusal as refusal:
            self._turned_away(call, refusal)
        self._postman.wake()
        if call.fault is not None and call.fails("delay_after"):
            await asyncio.sleep(call.fault["seconds"])
        return _response(call)

    async def _handle(self, call: Call) -> None:
        work, id = endpoint(call.method, call.path)
        kept = None
        if call.key is not None:
            if call.key in self._at_work:
                raise idempotency.in_use(call.key)
            kept = idempotency.look_up(self._state, call.key, call.path, call.params)
        call.fault = faults.take(self._state, call.method, call.path, replay=kept is not None)
        if call.fails("429"):
            raise Refusal(429, "Too many requests made to the API too quickly.", code="rate_limit")
        if call.fails("503"):
            raise Refusal(503, "The service is not available for now.", type="api_error")
        if kept is not None:
            await self._replay(call, kept)
            return
        await self._begin(call, work, id)

    async def _begin(self, call: Call, work: Work, id: str) -> None:
        if call.key is not None:
            self._at_work.add(call.key)
        try:
            if call.fault is not None and call.fails("delay"):
                await asyncio.sleep(call.fault["seconds"])
            known = await self._ask_known(call)
            with self._state.transaction():
                for charge in known:
                    adopt(self._state, charge)
                self._work(call, work, id)
                self._journal(call)
        finally:
            if call.key is not None:
                self._at_work.discard(call.key)

    def _work(self, call: Call, work: Work, id: str) -> None:
        remembered = True
        told = {"id": call.id, "idempotency_key": call.key}
        try:
            if call.fails("500"):
                call.status, call.body, call.outcome = 500, _BROKEN, "broken_before"
            else:
                with self._state.part():
                    call.body = work(self._state, id, call.params, told)
                call.status, call.outcome = 200, "done"
        except Refusal as refusal:
            call.status, call.body, call.outcome = refusal.status, refusal.body, "refused"
            remembered = refusal.remembered
        if call.fails("500_after"):
            call.status, call.body, call.outcome = 500, _BROKEN, f"{call.outcome}_then_broken"
        if call.key is not None and remembered and call.body is not None:
            answer = Remembered(call.status, call.body, call.id)
            idempotency.remember(self._state, call.key, call.path, call.params, answer, call.first_used)

    async def _replay(self, call: Call, kept: Remembered) -> None:
        call.status, call.body, call.replay_of = kept.status, kept.body, kept.request
        call.outcome = "replayed"
        if call.fault is not None and call.fails("delay"):
            await asyncio.sleep(call.fault["seconds"])
        with self._state.transaction():
            self._journal(call)

    async def _ask_known(self, call: Call) -> list[KnownCharge]:
        if self._known is None:
            return []
        missing = [
            ref
            for ref in intents_named(call.path, call.params)
            if self._state.get("payment_intent", ref) is None
        ]
        found = [await self._known.find(ref) for ref in missing]
        return [charge for charge in found if charge is not None]

    def _turned_away(self, call: Call, refusal: Refusal) -> None:
        call.status, call.body, call.outcome = refusal.status, refusal.body, "turned_away"
        with self._state.transaction():
            self._journal(call)

    def _journal(self, call: Call) -> None:
        body = call.body or {}
        self._state.journal(
            "request",
            id=call.id,
            method=call.method,
            path=call.path,
            key=call.key,
            version=call.version,
            params=call.params,
            status=call.status,
            outcome=call.outcome,
            replayed=call.replay_of is not None,
            replay_of=call.replay_of,
            object=body.get("id"),
            error=body.get("error", {}).get("code") or body.get("error", {}).get("message"),
            fault=None if call.fault is None else call.fault["next"],
        )


def _authenticated(request: Request) -> None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    bearer = scheme.lower() == "bearer" and credentials.startswith("sk_test_")
    if not bearer and not (scheme.lower() == "basic" and credentials):
        raise Refusal(
            401,
            "You did not provide an API key. Provide a test key: 'Authorization: Bearer sk_test_...'.",
        )


def _response(call: Call) -> Response:
    if call.fails("drop_reply"):
        return NoAnswer()
    headers = {"Request-Id": call.id, "Stripe-Version": objects.API_VERSION}
    if call.key is not None:
        headers |= {"Idempotency-Key": call.key, "Original-Request": call.replay_of or call.id}
    if call.replay_of is not None:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(call.body, call.status, headers)
