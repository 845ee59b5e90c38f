"""The small service's pauses: begun once, ended once, and shown in the story of whoever has the number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from care_console.contract.base import Page, Reply
from care_console.contract.facilities import ListedFacility
from care_console.contract.pauses import Pause, PauseRequest
from care_console.contract.problems import ProblemType
from tests.support.fake_wire import Endpoint, Problem, as_response

ALREADY = "It is paused already. Nothing was changed. Look at the pause that lasts."
LONG = "O'Nguyễn-Smith County Justice Center & Annex <b>of the Very Long Double-Barrelled Name</b>, North"


def some_facilities() -> list[ListedFacility]:
    """A hundred by name, two of one name, one with a name as long as names get."""
    named = [(f"Unit {number:03}", "TX") for number in range(96)]
    named += [("Dallas County Jail", "TX"), ("Jackson County Jail", "MO"), ("Jackson County Jail", "TX")]
    named.append((LONG, "CA"))
    return [
        ListedFacility(id=str(id), name=name, state=state, timezone="America/Chicago")
        for id, (name, state) in enumerate(sorted(named, key=lambda one: one[0].lower()), start=1)
    ]


def _paged(kind: type[Any], found: list[Any], request: Request) -> Any:
    start = int(request.query_params.get("cursor", 0))
    end = start + int(request.query_params.get("limit", 50))
    return kind(items=found[start:end], next_cursor=str(end) if end < len(found) else None)


@dataclass
class FakePauses:
    """`pauses`: all that ever began, the oldest first; `facilities` by name. `no_pauses`: why none is told.

    `pause_reads`: the words of each asking for facilities; they wait for `hold_facilities`.
    """

    pauses: list[Pause] = field(default_factory=list)
    facilities: list[ListedFacility] = field(default_factory=some_facilities)
    pause_reads: list[str] = field(default_factory=list)
    no_pauses: Problem | None = None
    hold_facilities: asyncio.Event | None = None

    def _who(self, request: Request) -> str:
        raise NotImplementedError

    async def _once(
        self, request: Request, body: bytes, do: Any, what: str | None = None, login: str = ""
    ) -> Response:
        raise NotImplementedError

    def lasting(self, **whose: str) -> list[Pause]:
        """What is paused now, the newest first; `whose` picks by fields."""
        return [
            one
            for one in reversed(self.pauses)
            if one.ended_at is None and all(getattr(one, name) == wanted for name, wanted in whose.items())
        ]

    def pause(self, reason: str, by: str, **what: str) -> Pause:
        """Pause a `phone`, or a `facility_id`, as somebody else would."""
        facility = next((one for one in self.facilities if one.id == what.get("facility_id")), None)
        made = Pause(
            id=str(len(self.pauses) + 1),
            phone=what.get("phone"),
            facility_id=what.get("facility_id"),
            facility_name=facility.name if facility else None,
            facility_state=facility.state if facility else None,
            reason=reason,
            since=datetime.now(UTC),
            actor=by,
        )
        self.pauses.append(made)
        return made

    def end(self, pause_id: str, by: str) -> Pause:
        """End a pause; one that has ended stays as it was."""
        for place, one in enumerate(self.pauses):
            if one.id == pause_id:
                if one.ended_at is None:
                    ended = {"ended_at": datetime.now(UTC), "ended_by": by}
                    self.pauses[place] = one.model_copy(update=ended)
                return self.pauses[place]
        raise Problem(404, ProblemType.NOT_FOUND, f"There is no pause {pause_id!r}. Find it again.")

    def pause_routes(self, as_json: Callable[[Endpoint], Endpoint]) -> list[Route]:
        """The routes."""
        return [
            Route("/v1/facilities", as_json(self._facilities)),
            Route("/v1/pauses", as_json(self._pauses), methods=["GET", "POST"]),
            Route("/v1/pauses/{id}", as_json(self._end_pause), methods=["DELETE"]),
        ]

    async def _pauses(self, request: Request) -> Response:
        login = self._who(request)
        if request.method == "GET" and self.no_pauses is not None:
            raise self.no_pauses
        if request.method == "GET":
            asked = request.query_params
            whose = {name: asked[name] for name in ("phone", "facility_id") if name in asked}
            return as_response(_paged(Page[Pause], self.lasting(**whose), request))
        body = await request.body()
        asked = PauseRequest.model_validate_json(body)
        fields = asked.model_dump(exclude_none=True)
        whose = {name: fields[name] for name in ("phone", "facility_id") if name in fields}

        async def do() -> tuple[int, Reply]:
            if self.lasting(**whose):
                raise Problem(409, ProblemType.ALREADY_PAUSED, ALREADY)
            return 201, self.pause(asked.reason, login, **whose)

        return await self._once(request, body, do, "pause", login)

    async def _facilities(self, request: Request) -> Response:
        self._who(request)
        words = request.query_params.get("q", "").lower().split()
        self.pause_reads.append(" ".join(words))
        if self.hold_facilities is not None:
            await self.hold_facilities.wait()
        if self.no_pauses is not None:
            raise self.no_pauses
        found = [
            one.model_copy(update={"paused": next(iter(self.lasting(facility_id=one.id)), None)})
            for one in self.facilities
            if all(any(part.startswith(word) for part in one.name.lower().split()) for word in words)
        ]
        return as_response(_paged(Page[ListedFacility], found, request))

    async def _end_pause(self, request: Request) -> Response:
        login = self._who(request)

        async def do() -> tuple[int, Reply]:
            return 200, self.end(request.path_params["id"], login)

        return await self._once(request, b"{}", do, "resume", login)
