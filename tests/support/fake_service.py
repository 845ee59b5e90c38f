"""A small service on a real socket that speaks the contract, for tests of the desk alone.

It holds to the contract's models and to its rules on keys and tokens, and journals what it really did. What
the real service decides (limits, diagnosis, who may) is not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from care_console.contract.base import Reply
from care_console.contract.charges import Refund, RefundRequest, RefundState
from care_console.contract.consent import ConsentState, OptOut, OptOutRequest
from care_console.contract.messages import (
    Preview,
    PreviewRequest,
    ReissuedLink,
    ReissueRequest,
    TextPlan,
)
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import Note, NoteRequest
from care_console.contract.roles import PERMISSIONS, Role
from care_console.contract.search import SearchReply
from care_console.contract.session import RefreshSession, SignedIn, SignIn, Staff, WhoAmI
from care_console.contract.timeline import NoteEntry, TimelinePage
from tests.support.fake_approvals import HasApprovals
from tests.support.fake_calls import FakeCalls
from tests.support.fake_charges import FakeCharges
from tests.support.fake_pauses import FakePauses
from tests.support.fake_stories import a_message, a_story
from tests.support.fake_texts import FakeTexts
from tests.support.fake_wire import Problem, as_json, as_response

SOUND = b"ID3" + bytes(range(256)) * 40
PASSWORD = "a good long one"
STAFF = {
    "ana": Role.SPECIALIST,
    "ben": Role.SPECIALIST,
    "sue": Role.SUPERVISOR,
    "ava": Role.AUDITOR,
}


@dataclass(frozen=True)
class Deed:
    """One thing that was really done: what, for which key, with which fields, by whom."""

    what: str
    key: str
    fields: dict[str, Any]
    login: str


@dataclass
class FakeService(FakeCalls, FakeCharges, FakePauses, FakeTexts, HasApprovals):
    """Its state, open for tests to look at and to change."""

    url: str = ""
    deeds: list[Deed] = field(default_factory=list)
    refunds: dict[UUID, Refund] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, str] = field(default_factory=dict)
    refreshes: int = 0
    signs_of_life: float = 1.0
    refuse_next: list[Problem] = field(default_factory=list)
    _answers: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    _listeners: set[asyncio.Queue[str | None]] = field(default_factory=set)

    @property
    def listeners(self) -> int:
        """How many event streams stand."""
        return len(self._listeners)

    def done(self, what: str) -> list[Deed]:
        """The deeds of one kind, in their order."""
        return [deed for deed in self.deeds if deed.what == what]

    def expire_access(self) -> None:
        """Every access token ends; refresh tokens stay good."""
        self.access.clear()

    def end_sessions(self) -> None:
        """Every token ends."""
        self.access.clear()
        self.refresh.clear()

    def tell(
        self, kind: str, id: str, version: int = 1, recipient_id: str | None = None, *, yours: bool = False
    ) -> None:
        """Send an event to all who listen."""
        data = json.dumps({"id": id, "version": version, "recipient_id": recipient_id, "yours": yours})
        for listener in self._listeners:
            listener.put_nowait(f"event: {kind}\ndata: {data}\n\n")

    def cut_events(self) -> None:
        """End every event stream."""
        for listener in self._listeners:
            listener.put_nowait(None)

    def settle(self, refund_id: UUID, state: RefundState) -> None:
        """Move a refund, and say so."""
        self.refunds[refund_id] = self.refunds[refund_id].model_copy(update={"state": state})
        self.tell("refund", str(refund_id))

    def app(self) -> Starlette:
        """The routes."""
        routes = [
            Route("/v1/session", as_json(self._session), methods=["GET", "POST", "DELETE"]),
            Route("/v1/session/refresh", as_json(self._refresh), methods=["POST"]),
            Route("/v1/search", as_json(self._search)),
            Route("/v1/recipients/{id}", as_json(self._story)),
            Route("/v1/recipients/{id}/timeline", as_json(self._timeline)),
            Route("/v1/recipients/{id}/notes", as_json(self._note), methods=["POST"]),
            Route("/v1/recipients/{id}/contacts", as_json(self._contact), methods=["POST"]),
            Route("/v1/presence", as_json(self._presence), methods=["PUT"]),
            Route("/v1/recipients/{id}/charges", as_json(self._charges)),
            Route("/v1/charges/{id}", as_json(self._charge_alone)),
            Route("/v1/messages/{id}", as_json(self._message)),
            Route("/v1/messages/{id}/previews", as_json(self._preview), methods=["POST"]),
            Route("/v1/messages/{id}/links", as_json(self._link), methods=["POST"]),
            Route("/v1/previews/{id}/sound", as_json(self._sound)),
            Route("/v1/charges/{id}/refunds", as_json(self._ask_refund), methods=["POST"]),
            Route("/v1/refunds/{id}", as_json(self._refund), methods=["GET", "DELETE"]),
            Route("/v1/opt-outs", as_json(self._opt_out), methods=["POST"]),
            Route("/v1/events", as_json(self._events)),
            *self.text_routes(as_json),
            *self.pause_routes(as_json),
            *self.approvals.routes(as_json),
        ]
        return Starlette(routes=routes)

    # who asks

    def _who(self, request: Request) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.access:
            raise Problem(401, ProblemType.SESSION_EXPIRED, "Your session has ended.")
        return self.access[token]

    def _open(self, login: str) -> SignedIn:
        now = datetime.now(UTC)
        tokens = SignedIn(
            access_token=uuid4().hex,
            refresh_token=uuid4().hex,
            expires_at=now + timedelta(minutes=15),
            session_ends_at=now + timedelta(hours=12),
            staff=Staff(login=login, role=STAFF[login]),
        )
        self.access[tokens.access_token] = login
        self.refresh[tokens.refresh_token] = login
        self.pairs[tokens.access_token] = tokens.refresh_token
        return tokens

    async def _session(self, request: Request) -> Response:
        if request.method == "POST":
            asked = SignIn.model_validate_json(await request.body())
            if asked.login not in STAFF or asked.password != PASSWORD:
                raise Problem(401, ProblemType.SIGN_IN_FAILED, "That login and password do not fit.")
            return as_response(self._open(asked.login))
        login = self._who(request)
        if request.method == "DELETE":
            token = request.headers["authorization"].removeprefix("Bearer ")
            self.access.pop(token)
            self.refresh.pop(self.pairs.pop(token), None)
            return Response(status_code=204)
        staff = Staff(login=login, role=STAFF[login])
        may = sorted(PERMISSIONS[staff.role])
        return as_response(
            WhoAmI(staff=staff, may=may, session_ends_at=datetime.now(UTC) + timedelta(hours=1))
        )

    async def _refresh(self, request: Request) -> Response:
        body = await request.body()
        asked = RefreshSession.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            if asked.refresh_token not in self.refresh:
                raise Problem(401, ProblemType.SESSION_EXPIRED, "Your session has ended.")
            self.refreshes += 1
            return 200, self._open(self.refresh.pop(asked.refresh_token))

        return await self._once(request, body, do)

    # what is read

    async def _search(self, request: Request) -> Response:
        self._who(request)
        return as_response(SearchReply(items=[], understood=[f"the words {request.query_params['q']}"]))

    async def _story(self, request: Request) -> Response:
        self._who(request)
        return as_response(a_story(request.path_params["id"]))

    async def _timeline(self, request: Request) -> Response:
        self._who(request)
        words = f"a note, kinds={request.query_params.get('kinds', '')}"
        entry = NoteEntry(id="n1", at=datetime.now(UTC), text=words, actor="ana")
        return as_response(TimelinePage(items=[entry], next_cursor="more"))

    async def _message(self, request: Request) -> Response:
        self._who(request)
        return as_response(a_message(request.path_params["id"]))

    async def _refund(self, request: Request) -> Response:
        self._who(request)
        id = UUID(request.path_params["id"])
        refund = self.refunds.get(id)
        if refund is None:
            raise Problem(404, ProblemType.NOT_FOUND, "There is no such refund.")
        if request.method == "DELETE":
            if refund.state is not RefundState.WAITING:
                raise Problem(409, ProblemType.TOO_LATE_TO_WITHDRAW, "It is on its way to the bank already.")
            self.deeds.append(Deed("withdraw", str(id), {}, self._who(request)))
            refund = self.refunds[id] = refund.model_copy(update={"state": RefundState.WITHDRAWN})
        return as_response(refund)

    # what is done

    async def _ask_refund(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        asked = RefundRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            key = UUID(request.headers["idempotency-key"])
            refund = Refund(
                id=key,
                charge_id=request.path_params["id"],
                recipient_id="r1",
                amount_cents=asked.amount_cents,
                reason=asked.reason,
                note=asked.note,
                state=RefundState.WAITING,
                requested_by=login,
                requested_at=datetime.now(UTC),
                sends_at=datetime.now(UTC) + timedelta(seconds=10),
            )
            self.refunds[key] = refund
            return 202, refund

        return await self._once(request, body, do, "refund", login)

    async def _opt_out(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        asked = OptOutRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            return 201, OptOut(
                id=uuid4().hex,
                phone=asked.phone,
                state=ConsentState.OPTED_OUT,
                channel=asked.channel,
                words=asked.words,
                received_at=asked.received_at,
                effective_at=datetime.now(UTC),
                actor=login,
            )

        return await self._once(request, body, do, "opt_out", login)

    async def _link(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        ReissueRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            return 201, ReissuedLink(
                id=uuid4().hex,
                url="https://mvm.example/m/H7K2",
                code="H7K2",
                spelled="H as in Hotel, 7, K as in Kilo, 2",
                expires_at=datetime.now(UTC) + timedelta(days=7),
                text=TextPlan(goes=True, at=datetime.now(UTC)),
            )

        return await self._once(request, body, do, "reissue", login)

    async def _note(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        asked = NoteRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            place = request.path_params["id"]
            return 201, Note(
                id=uuid4().hex, recipient_id=place, text=asked.text, at=datetime.now(UTC), actor=login
            )

        return await self._once(request, body, do, "note", login)

    async def _preview(self, request: Request) -> Response:
        login, body = self._who(request), await request.body()
        PreviewRequest.model_validate_json(body)

        async def do() -> tuple[int, Reply]:
            url = f"/v1/previews/{uuid4().hex}/sound"
            ends = datetime.now(UTC) + timedelta(seconds=60)
            return 201, Preview(id=uuid4().hex, url=url, media_type="audio/mp4", expires_at=ends)

        return await self._once(request, body, do, "preview", login)

    async def _sound(self, request: Request) -> Response:
        self._who(request)
        return Response(SOUND, media_type="audio/mp4")

    async def _once(
        self, request: Request, body: bytes, do: Any, what: str | None = None, login: str = ""
    ) -> Response:
        """Do it for the first request with a key; the same answer for the next, another body refused."""
        key = request.headers.get("idempotency-key")
        if key is None:
            raise Problem(400, ProblemType.KEY_MISSING, "The request carries no Idempotency-Key.")
        known = self._answers.get(key)
        mark = request.url.path + body.decode()
        if known is not None:
            if known[0] != mark:
                raise Problem(422, ProblemType.KEY_REUSED, "That key was used for something else.")
            return Response(known[2], known[1], media_type="application/json")
        if what is not None and self.refuse_next:
            raise self.refuse_next.pop(0)
        status, reply = await do()
        if what is not None:
            subject = {"id": request.path_params.get("id")}
            self.deeds.append(Deed(what, key, {**subject, **json.loads(body)}, login))
        answer = as_response(reply, status)
        self._answers[key] = (mark, status, bytes(answer.body))
        return answer

    async def _events(self, request: Request) -> Response:
        self._who(request)
        mine: asyncio.Queue[str | None] = asyncio.Queue()

        async def stream() -> AsyncIterator[str]:
            self._listeners.add(mine)
            try:
                yield ": hello\n\n"
                while True:
                    try:
                        told = await asyncio.wait_for(mine.get(), self.signs_of_life)
                    except TimeoutError:
                        told = ": still here\n\n"
                    if told is None:
                        return
                    yield told
            finally:
                self._listeners.discard(mine)

        return StreamingResponse(stream(), media_type="text/event-stream")


@contextlib.asynccontextmanager
async def fake_service(service: FakeService | None = None) -> AsyncIterator[FakeService]:
    """Run one (a plain one, where none is given) on a free port, on this loop."""
    service = service or FakeService()
    config = uvicorn.Config(
        service.app(),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
            await asyncio.sleep(0.01)
    service.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        service.cut_events()
        server.should_exit = True
        await serving
