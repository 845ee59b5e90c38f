"""The small service with an opt-out log in it, and the window open on it as a supervisor or an auditor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from care_console.contract.base import CountedPage
from care_console.contract.consent import (
    CancelledText,
    Consent,
    ConsentChannel,
    ConsentEvent,
    ConsentState,
    CorrectionAsked,
    OptOut,
    OptOutEvidence,
)
from care_console.contract.problems import ProblemType
from care_console.desktop.app import open_desk
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Look
from tests.support import fake_service as plain_service
from tests.support.desks import until
from tests.support.fake_service import PASSWORD, Problem
from tests.support.fake_wire import as_json, as_response
from tests.support.story_service import StoryService
from tests.support.windows import Opened

LONG_WORDS = (
    "Ya no me manden mensajes por favor 🙏🙏 es la tercera vez que se los pido y me siguen llegando, mi hijo "
    "ya salió y este número es de mi trabajo. ¡BASTA YA! 😡 =HYPERLINK(\"http://evil\") <b>quítenme</b>"
)  # fmt: skip
_WORDS = ("STOP", "Stop texting me", "ALTO", "no más", "Unsubscribe me", "quit", "STOP STOP STOP")
_CHANNELS = (ConsentChannel.SMS, ConsentChannel.SMS, ConsentChannel.CARE_CALL, ConsentChannel.WEB)


def a_row(number: int, now: datetime, **given: Any) -> OptOut:
    """The row with a number, the higher the older."""
    at = now - timedelta(minutes=7 * number + 3)
    channel = _CHANNELS[number % len(_CHANNELS)]
    by_text = channel is ConsentChannel.SMS
    told: dict[str, Any] = {
        "id": str(900_000 - number),
        "phone": f"+1214555{number % 10_000:04}",
        "state": ConsentState.HELD if number % 11 == 5 else ConsentState.OPTED_OUT,
        "channel": channel,
        "words": _WORDS[number % len(_WORDS)],
        "received_at": at - timedelta(seconds=number % 3),
        "effective_at": at,
        "actor": "recipient" if by_text else "ana",
        "texts_cancelled": number % 3,
        "call_id": None if by_text else f"call-{number}",
        "provider_message_id": f"SM{number:08x}" if by_text else None,
        "confirmation_id": f"SC{number:08x}" if by_text else None,
        "confirmation_seconds": 2 if by_text else None,
    }
    return OptOut(**(told | given))


@dataclass
class LogService(StoryService):
    """`rows`, newest first; `asked`: the query of each page; `break_exports`: they end in the middle."""

    rows: list[OptOut] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    exports: list[dict[str, str]] = field(default_factory=list)
    break_exports: bool = False
    hold_exports: asyncio.Event | None = None
    total: int | None = None

    def app(self) -> Starlette:
        made = super().app()
        routes = [
            Route("/v1/opt-outs", as_json(self._log), methods=["GET"]),
            Route("/v1/opt-outs.{suffix}", as_json(self._export), methods=["GET"]),
            Route("/v1/opt-outs/{id}", as_json(self._evidence), methods=["GET"]),
        ]
        made.router.routes[0:0] = routes
        return made

    def fill(self, count: int) -> None:
        """So many rows, one of them with a lot of words."""
        self.rows = [a_row(number, self.now) for number in range(count)]
        if count > 2:
            self.rows[2] = a_row(2, self.now, words=LONG_WORDS, state=ConsentState.HELD)

    def _wanted(self, request: Request) -> list[OptOut]:
        asked = request.query_params
        rows = self.rows
        for name in ("channel", "actor", "state", "phone"):
            if name in asked:
                rows = [row for row in rows if getattr(row, name) == asked[name]]
        if "since" in asked:
            rows = [row for row in rows if row.effective_at >= datetime.fromisoformat(asked["since"])]
        if "until" in asked:
            rows = [row for row in rows if row.effective_at < datetime.fromisoformat(asked["until"])]
        if asked.get("waiting") == "true":
            rows = [row for row in rows if row.state is ConsentState.HELD and not self._decided(row)]
        return rows

    def _decided(self, row: OptOut) -> bool:
        return any(deed.fields["phone"] == row.phone for deed in self.done("opt_out"))

    async def _log(self, request: Request) -> Response:
        self._who(request)
        self.asked.append(dict(request.query_params))
        rows = self._wanted(request)
        start, limit = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 100))
        cursor = str(start + limit) if start + limit < len(rows) else None
        total = (
            self.total if self.total is not None and not request.query_params.get("waiting") else len(rows)
        )
        page = CountedPage[OptOut](items=rows[start : start + limit], next_cursor=cursor, total=total)
        return as_response(page)

    async def _export(self, request: Request) -> Response:
        self._who(request)
        self.exports.append(dict(request.query_params) | {"suffix": request.path_params["suffix"]})
        return StreamingResponse(self._bytes(len(self._wanted(request))), media_type="text/csv")

    async def _bytes(self, count: int) -> AsyncIterator[bytes]:
        yield b"id,phone\n"
        if self.hold_exports is not None:
            await self.hold_exports.wait()
        for number in range(count):
            if self.break_exports and number == count // 2:
                raise ConnectionError("broken off, as a test asked for")
            yield b"%d,+12145550142\n" % number

    async def _evidence(self, request: Request) -> Response:
        self._who(request)
        row = next((row for row in self.rows if row.id == request.path_params["id"]), None)
        if row is None:
            raise Problem(404, ProblemType.NOT_FOUND, "There is no such opt-out.")
        state = ConsentState.OPTED_OUT if self._decided(row) else row.state
        said = ConsentEvent(
            id=row.id,
            event="hold" if row.state is ConsentState.HELD else "opt_out",
            channel=row.channel,
            words=row.words,
            at=row.effective_at,
            actor=row.actor,
        )
        before = said.model_copy(
            update={
                "id": "1",
                "event": "opt_in",
                "words": "START",
                "at": row.effective_at - timedelta(days=90),
            }
        )
        return as_response(
            OptOutEvidence(
                opt_out=row,
                stands=Consent(state=state, since=row.effective_at, channel=row.channel),
                history=[said, before],
                history_total=2,
                cancelled_texts=[
                    CancelledText(id=f"7{n}", kind="link", queued_at=row.received_at, message_id="m28")
                    for n in range(row.texts_cancelled)
                ],
                correction=self._asked(row),
                recipient_id="r1",
            )
        )

    def _asked(self, row: OptOut) -> CorrectionAsked | None:
        """What somebody asked for of a row, from the requests for approval."""
        found = next((one for one in self.approvals.requests.values() if one.subject == row.id), None)
        if found is None:
            return None
        return CorrectionAsked(
            approval_id=found.id,
            requested_by=found.requested_by,
            requested_at=found.requested_at,
            why=found.asked_note or "",
            decision=found.decision.value if found.decision else None,
            decided_by=found.decided_by,
        )


@contextlib.asynccontextmanager
async def a_log_window(
    folder: Path,
    service: LogService,
    *,
    login: str = "sue",
    look: Look = Look.LIGHT,
    size: tuple[int, int] = (1366, 768),
) -> AsyncIterator[Opened]:
    """The real window on a service with a log, with `login` signed in."""
    keys.forget_commits()
    async with plain_service.fake_service(service):
        handle = await open_desk(
            service.url,
            login,
            PASSWORD,
            data_dir=folder,
            look=look,
            keychain=MemoryKeychain(),
            size=QSize(*size),
        )
        try:
            handle.window.activateWindow()
            await until(handle.window.isActiveWindow)
            handle.window.frame.notices.put_away("store")
            await until(lambda: handle.window.queues.queues.front_key)  # where this person begins
            yield Opened(handle, service)
        finally:
            await handle.close()


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
