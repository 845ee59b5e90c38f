"""The small service's texts of a number, and the mark on one that is out of reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from care_console.contract.base import Reply
from care_console.contract.messages import TextPlan
from care_console.contract.pauses import Pause
from care_console.contract.prepaid import PrepaidLedger
from care_console.contract.statements import ReceiptSent
from care_console.contract.texts import (
    NumberText,
    NumberTexts,
    OutOfReach,
    ReachCleared,
    TextReading,
    TextState,
)
from tests.support.fake_wire import Endpoint, Problem, as_response

RULES = "2026-11"
NUMBER = "+12145550142"


def a_text(id: str, at: datetime, state: TextState, body: str, **given: object) -> NumberText:
    """A text out with a link, unless told otherwise."""
    told: dict[str, object] = {
        "id": id,
        "direction": "out",
        "kind": "link",
        "state": state,
        "body": body,
        "at": at,
    }
    return NumberText.model_validate(told | given)


def a_reply(id: str, at: datetime, body: str, outcome: str, rule: str) -> NumberText:
    """A text in, and how it was read."""
    reading = TextReading.model_validate({"outcome": outcome, "rule": rule, "rule_set": RULES})
    return a_text(id, at, TextState.RECEIVED, body, direction="in", kind="other", reading=reading)


def some_texts(now: datetime) -> list[NumberText]:
    """Every state once, and replies in each reading, newest first."""
    wanted = "Javier Delgado left you a voice message: mvm.example/m/K7Q28WXMR4TCY Reply STOP to opt out"
    hours = [timedelta(hours=number * 7) for number in range(20)]
    answer = "Mobile Voice Messaging: you are opted out and will get no more texts. Care (844) 777-0710."
    return [
        a_text("91", now - hours[0], TextState.QUEUED, wanted, goes_at=now + timedelta(hours=9)),
        a_reply("90", now - hours[1], "hola no puedo escuchar el mensaje 😕 <b>ayuda</b>", "none", "no-rule"),
        a_text("89", now - hours[2], TextState.HANDED_OVER, wanted, sender_name="Javier Delgado"),
        a_text("88", now - hours[3], TextState.IN_DOUBT, wanted),
        a_text("87", now - hours[4], TextState.UNDELIVERED, wanted, why="absent subscriber (27)"),
        a_text("86", now - hours[5], TextState.EXPIRED, wanted, why="too late", kind="reminder"),
        a_text("85", now - hours[6], TextState.SUPPRESSED, wanted, why="the number is opted_out"),
        a_reply("84", now - hours[7], "START", "start", "start-words"),
        a_text("83", now - hours[8], TextState.DELIVERED, answer, kind="stop_confirmation"),
        a_reply("82", now - hours[9], "ALTO!! por favor", "stop", "stop-words"),
        a_reply("81", now - hours[10], "quit texting me <i>please</i>", "hold", "refusal"),
        a_text("80", now - hours[11], TextState.FAILED, wanted, why="no such number"),
        a_text("79", now - hours[12], TextState.WITHHELD, wanted),
        a_text("78", now - hours[13], TextState.DELIVERED, wanted, sender_name="Javier Delgado"),
    ]


@dataclass
class FakeTexts:
    """`texts` by recipient, newest first; `reach`: whose number is out of it; `text_reads`: what was read."""

    texts: dict[str, list[NumberText]] = field(default_factory=dict)
    reach: dict[str, OutOfReach] = field(default_factory=dict)
    text_reads: list[str] = field(default_factory=list)
    no_texts: Problem | None = None
    ledgers: dict[str, PrepaidLedger] = field(default_factory=dict)

    def _who(self, request: Request) -> str:
        raise NotImplementedError

    async def _once(
        self, request: Request, body: bytes, do: Any, what: str | None = None, login: str = ""
    ) -> Response:
        raise NotImplementedError

    def lasting(self, **whose: str) -> list[Pause]:
        raise NotImplementedError

    def text_routes(self, as_json: Callable[[Endpoint], Endpoint]) -> list[Route]:
        """The routes."""
        return [
            Route("/v1/recipients/{id}/texts", as_json(self._texts)),
            Route("/v1/recipients/{id}/reach", as_json(self._reach), methods=["POST"]),
            Route("/v1/charges/{id}/receipts", as_json(self._receipt), methods=["POST"]),
            Route("/v1/recipients/{id}/prepaid", as_json(self._prepaid)),
        ]

    async def _texts(self, request: Request) -> Response:
        self._who(request)
        if self.no_texts is not None:
            raise self.no_texts
        id, asked = request.path_params["id"], request.query_params
        self.text_reads.append(f"{id} {asked}")
        of_number = self.texts.get(id, [])
        start = int(asked.get("cursor", 0))
        end = start + int(asked["limit"])
        cursor = str(end) if end < len(of_number) else None
        return as_response(
            NumberTexts(
                items=of_number[start:end],
                next_cursor=cursor,
                phone=NUMBER,
                out_of_reach=self.reach.get(id),
                paused=next(iter(self.lasting(phone=NUMBER)), None),
            )
        )

    async def _prepaid(self, request: Request) -> Response:
        self._who(request)
        return as_response(self.ledgers.get(request.path_params["id"], PrepaidLedger(items=[])))

    async def _receipt(self, request: Request) -> Response:
        login, id = self._who(request), request.path_params["id"]

        async def do() -> tuple[int, Reply]:
            plan = TextPlan(goes=True, at=datetime.now(UTC))
            return 202, ReceiptSent(charge_id=id, words=f"Receipt {id}: $3.99, Visa 4242", text=plan)

        return await self._once(request, await request.body(), do, "receipt", login)

    async def _reach(self, request: Request) -> Response:
        login, id = self._who(request), request.path_params["id"]

        async def do() -> tuple[int, Reply]:
            return 200, ReachCleared(recipient_id=id, was_marked=self.reach.pop(id, None) is not None)

        return await self._once(request, await request.body(), do, "clear_reach", login)
