"""The small service's pauses: begun once, ended once, and shown in the story of whoever has the number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from care_console.contract.base import Page, Reply
from care_console.contract.pauses import Pause, PauseRequest
from care_console.contract.problems import ProblemType
from tests.support.fake_wire import Endpoint, Problem, as_response

ALREADY = "It is paused already. Nothing was changed. Look at the pause that lasts."


@dataclass
class FakePauses:
    """`pauses`: all that ever began, the oldest first."""

    pauses: list[Pause] = field(default_factory=list)

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
        made = Pause.model_validate(
            {"id": str(len(self.pauses) + 1), "reason": reason, "since": datetime.now(UTC), "actor": by}
            | what
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
            Route("/v1/pauses", as_json(self._pauses), methods=["GET", "POST"]),
            Route("/v1/pauses/{id}", as_json(self._end_pause), methods=["DELETE"]),
        ]

    async def _pauses(self, request: Request) -> Response:
        login = self._who(request)
        if request.method == "GET":
            phone = request.query_params.get("phone")
            return as_response(Page[Pause](items=self.lasting(**({"phone": phone} if phone else {}))))
        body = await request.body()
        asked = PauseRequest.model_validate_json(body)
        fields = asked.model_dump(exclude_none=True)
        whose = {name: fields[name] for name in ("phone", "facility_id") if name in fields}

        async def do() -> tuple[int, Reply]:
            if self.lasting(**whose):
                raise Problem(409, ProblemType.ALREADY_PAUSED, ALREADY)
            return 201, self.pause(asked.reason, login, **whose)

        return await self._once(request, body, do, "pause", login)

    async def _end_pause(self, request: Request) -> Response:
        login = self._who(request)

        async def do() -> tuple[int, Reply]:
            return 200, self.end(request.path_params["id"], login)

        return await self._once(request, b"{}", do, "resume", login)
