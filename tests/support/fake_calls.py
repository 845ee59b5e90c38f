"""The small service's calls to care, and who else is at a story."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from care_console.contract.base import Reply
from care_console.contract.contacts import Contact, ContactRequest
from care_console.contract.presence import Here, Presence, PresenceRequest


@dataclass
class FakeCalls:
    """`here`: who else is where, for tests to set; `told`: what each desk told last, in its order."""

    here: list[Here] = field(default_factory=list)
    told: list[PresenceRequest] = field(default_factory=list)

    def _who(self, request: Request) -> str:
        raise NotImplementedError

    async def _once(
        self, request: Request, body: bytes, do: Any, what: str | None = None, login: str = ""
    ) -> Response:
        raise NotImplementedError

    async def _contact(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        asked = ContactRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            fields = json.loads(asked.model_dump_json())
            place = request.path_params["id"]
            made = {"id": uuid4().hex, "recipient_id": place, "note_id": None, "actor": login}
            return 201, Contact.model_validate(fields | made)

        return await self._once(request, body, do, "contact", login)

    async def _presence(self, request: Request) -> Response:
        self._who(request)
        asked = PresenceRequest.model_validate_json(await request.body())
        self.told.append(asked)
        open_here = {one.recipient_id for one in asked.open}
        found = Presence(items=[one for one in self.here if one.recipient_id in open_here])
        return Response(found.model_dump_json(), media_type="application/json")
