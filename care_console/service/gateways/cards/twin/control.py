"""What tests and the demo tell the twin to do, and what they read of what it did. No part of Stripe's API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care_console.service.gateways.cards.twin import faults, payments, refunds, webhooks
from care_console.service.gateways.cards.twin.known import KnownCharges
from care_console.service.gateways.cards.twin.state import State
from care_console.service.gateways.cards.twin.webhooks import Postman
from care_console.service.gateways.cards.twin.wire import Refusal

Told = dict[str, Any]


class Control:
    """The control endpoints over a state file."""

    def __init__(self, state: State, postman: Postman, known: KnownCharges | None) -> None:
        self._state = state
        self._postman = postman
        self._known = known

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/journal", self._journal, methods=["GET"]),
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/faults", self._post(lambda told, _: faults.order(self._state, told)), methods=["POST"]),
            Route("/faults", self._clear_faults, methods=["DELETE"]),
            Route("/clock", self._post(self._advance), methods=["POST"]),
            Route(
                "/refunds/behaviour",
                self._post(lambda told, _: refunds.behave(self._state, told)),
                methods=["POST"],
            ),
            Route("/refunds/{id}/settle", self._post(self._settle), methods=["POST"]),
            Route("/disputes", self._post(self._dispute), methods=["POST"]),
            Route("/disputes/{id}/close", self._post(self._close_dispute), methods=["POST"]),
            Route("/webhooks", self._post(self._shape), methods=["POST"]),
            Route("/webhooks/release", self._post(self._release), methods=["POST"]),
        ]

    def _post(self, act: Callable[[Told, str], Any]) -> Callable[[Request], Any]:
        """An endpoint that takes an object and answers what was done; a 4xx says what is wrong with it."""

        async def endpoint(request: Request) -> Response:
            try:
                told = await request.json()
                done = act(told, request.path_params.get("id", ""))
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)
            except (ValueError, KeyError, TypeError, AttributeError) as wrong:
                return JSONResponse({"error": {"message": f"Not understood: {wrong!r}"}}, 400)
            self._postman.wake()
            return JSONResponse(done)

        return endpoint

    async def _journal(self, request: Request) -> Response:
        """One JSON line each, oldest first; `?after=N` only those past line N."""
        after = int(request.query_params.get("after", "0"))
        return Response("".join(self._state.journal_lines(after)), media_type="application/x-ndjson")

    async def _healthz(self, _: Request) -> Response:
        return JSONResponse({"ok": True, "knows_database": self._known is not None})

    async def _clear_faults(self, _: Request) -> Response:
        faults.clear(self._state)
        return Response(status_code=204)

    def _advance(self, told: Told, _: str) -> Told:
        with self._state.transaction():
            ahead = float(self._state.setting("clock_ahead", 0.0)) + float(told["advance_seconds"])
            self._state.set_setting("clock_ahead", ahead)
            self._state.journal("clock", ahead_seconds=ahead)
        return {"ahead_seconds": ahead, "now": self._state.now()}

    def _settle(self, told: Told, id: str) -> Told:
        with self._state.transaction():
            return refunds.settle(self._state, id, str(told["status"]), told.get("failure_reason"))

    def _dispute(self, told: Told, _: str) -> Told:
        with self._state.transaction():
            return payments.open_dispute(self._state, told)

    def _close_dispute(self, told: Told, id: str) -> Told:
        with self._state.transaction():
            return payments.close_dispute(self._state, id, str(told["status"]))

    def _shape(self, told: Told, _: str) -> Told:
        return webhooks.shape(self._state, told)

    def _release(self, told: Told, _: str) -> Told:
        count = webhooks.release(self._state, str(told.get("order", "given")), int(told.get("seed", 0)))
        return {"released": count}
