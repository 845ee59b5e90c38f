"""Events and their way to the service: signed, tried again; late, twice or out of order on request."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time

import httpx

from care_console.service.gateways.cards.twin.refunds import settle_due
from care_console.service.gateways.cards.twin.sessions import end_due
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import Refusal
from care_console.service.gateways.lost_lines import LINE_LOST

GIVE_UP_SECONDS = 3 * 86400
"""Stripe tries for up to three days, docs.stripe.com/webhooks."""

_LOOK_SECONDS = 0.5
_BATCH = 50


def signature(body: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `TIME.BODY`, docs.stripe.com/webhooks."""
    mac = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


class Postman:
    """Delivers what is due, and settles the refunds whose time has come. Its list is in the state file."""

    def __init__(self, state: State, url: str, secret: str) -> None:
        self._state = state
        self._url = url
        self._secret = secret
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something due."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(timeout=10.0, trust_env=False) as client:
            while True:
                self._wake.clear()
                settle_due(self._state)
                end_due(self._state)
                if not await self._deliver_due(client):
                    await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver_due(self, client: httpx.AsyncClient) -> bool:
        if not self._url:
            return False
        rows = self._state.db.execute(
            "SELECT seq, event, copy, attempt FROM delivery WHERE done = 0 AND held = 0 AND due <= ?"
            " ORDER BY due, seq LIMIT ?",
            (self._state.now(), _BATCH),
        ).fetchall()
        for seq, event_id, copy, attempt in rows:
            event = self._state.get("event", event_id)
            if event is not None:
                answer = await self._post(client, event)
                self._note(seq, event, copy, attempt + 1, answer)
        return bool(rows)

    async def _post(self, client: httpx.AsyncClient, event: Body) -> int | str:
        """The answer's status, or the name of what went wrong."""
        body = json.dumps(event, separators=(",", ":")).encode()
        # The signature's time is the true time, whatever tests have made of the clock: receivers compare it.
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            return (await client.post(self._url, content=body, headers=headers)).status_code
        except LINE_LOST as lost:
            return type(lost).__name__

    def _note(self, seq: int, event: Body, copy: int, attempt: int, answer: int | str) -> None:
        taken = isinstance(answer, int) and 200 <= answer < 300
        now = self._state.now()
        over = taken or now - event["created"] > GIVE_UP_SECONDS
        # Stripe's pauses grow to hours; these grow from a quarter of a second to half a minute.
        pause = min(0.25 * 2 ** min(attempt - 1, 10), 30.0)
        with self._state.transaction():
            self._state.db.execute(
                "UPDATE delivery SET attempt = ?, done = ?, due = ? WHERE seq = ?",
                (attempt, int(over), now + pause, seq),
            )
            self._state.journal(
                "webhook",
                event=event["id"],
                type=event["type"],
                object=event["data"]["object"]["id"],
                copy=copy,
                attempt=attempt,
                answer=answer,
            )


def shape(state: State, wanted: Body) -> Body:
    """How the events made from now on travel: {"copies": 2, "delay_seconds": 1.5, "hold": true}."""
    kept = {
        "copies": int(wanted.get("copies", 1)),
        "delay_seconds": float(wanted.get("delay_seconds", 0)),
        "hold": bool(wanted.get("hold", False)),
    }
    with state.transaction():
        state.set_setting("webhook_shape", kept)
        state.journal("webhooks", **kept)
    return kept


def release(state: State, order: str, seed: int) -> int:
    """Lets the held ones go, `given`, `reversed` or `shuffled`; how many."""
    with state.transaction():
        held = [row[0] for row in state.db.execute("SELECT seq FROM delivery WHERE held = 1 ORDER BY seq")]
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311
        elif order != "given":
            raise Refusal(400, "order is one of given, reversed, shuffled")
        first = state.now() - len(held)
        for place, seq in enumerate(held):
            state.db.execute("UPDATE delivery SET held = 0, due = ? WHERE seq = ?", (first + place, seq))
        state.journal("webhooks_released", count=len(held), order=order)
    return len(held)
