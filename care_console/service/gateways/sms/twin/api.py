"""Kannel's sendsms, a page that shows every text, and what tests tell the twin to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from care_console.service.gateways.sms.twin.book import FAULTS, Book, Kept
from care_console.service.gateways.sms.twin.carrier import ANSWERS, Carrier
from care_console.service.gateways.twins.connections import NoAnswer

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Texts of the trial</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5"><style>
body{{font:16px/1.4 system-ui,sans-serif;max-width:40em;margin:1em auto;padding:0 1em;color:#1b1f24}}
li{{list-style:none;border:1px solid #c9ced6;border-radius:8px;padding:.5em .8em;margin:.5em 0}}
ul{{padding:0}}.in{{background:#e8f1fb}}small{{color:#57606a}}input{{font:inherit;padding:.3em}}</style>
<h1>Texts of the trial</h1><p>Nothing here leaves this machine.</p>
<form method="post" action="/say"><label>From <input name="from" value="+12145550142"></label>
<label>Text <input name="text" value="STOP"></label> <button>Send to 33297</button></form>
<ul>{rows}</ul></html>"""


class Twin:
    """The twin's endpoints over its book."""

    def __init__(self, book: Book, carrier: Carrier, password: str) -> None:
        self._book = book
        self._carrier = carrier
        self._password = password

    def application(self) -> Starlette:
        """All of it, with the carrier at work while it runs."""

        @asynccontextmanager
        async def life(_: Starlette) -> AsyncIterator[None]:
            rounds = asyncio.create_task(self._carrier.run())
            yield
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds
            await self._carrier.close()
            self._book.close()

        routes = [
            Route("/cgi-bin/sendsms", self._sendsms, methods=["GET"]),
            Route("/", self._page, methods=["GET"]),
            Route("/say", self._say, methods=["POST"]),
            Route("/journal", self._journal, methods=["GET"]),
            Route("/faults", self._order_fault, methods=["POST"]),
            Route("/numbers/{phone}", self._behave, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=life)

    async def _sendsms(self, request: Request) -> Response:
        asked = request.query_params
        if not asked.get("username") or self._password not in ("", asked.get("password")):
            return PlainTextResponse("Authorization failed for sendsms", 403)
        if not asked.get("to") or "text" not in asked:
            return PlainTextResponse("Missing receiver number or text, rejected", 400)
        fault = self._book.fault()
        if fault is not None and fault["next"] == "503":
            return PlainTextResponse("Temporal failure, try again later.", 503)
        if fault is not None and fault["next"] == "500":
            return PlainTextResponse("Internal error", 500)
        self._book.take(asked["to"], asked["text"], asked.get("dlr-url"), validity=asked.get("validity", ""))
        self._carrier.wake()
        if fault is not None and fault["next"] == "delay":
            await asyncio.sleep(fault["seconds"])
        if fault is not None and fault["next"] == "drop_reply":
            return NoAnswer()
        return PlainTextResponse("0: Accepted for delivery", 202)

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(_PAGE.format(rows="".join(map(_row, self._book.texts()))))

    async def _say(self, request: Request) -> Response:
        """A person's text: a form of the page, or JSON {"from", "text"}."""
        is_page = not request.headers.get("content-type", "").startswith("application/json")
        told = await request.form() if is_page else await request.json()
        status = await self._carrier.say(str(told["from"]), str(told["text"]))
        return RedirectResponse("/", 303) if is_page else JSONResponse({"status": status})

    async def _journal(self, request: Request) -> Response:
        """One JSON line each, oldest first; `?after=N` only those past line N."""
        after = int(request.query_params.get("after", "0"))
        return Response("".join(self._book.journal_lines(after)), media_type="application/x-ndjson")

    async def _order_fault(self, request: Request) -> Response:
        told = await request.json()
        if told.get("next") not in FAULTS:
            return JSONResponse({"error": f"next is one of {', '.join(FAULTS)}"}, 400)
        self._book.order_fault(told["next"], int(told.get("count", 1)), float(told.get("seconds", 1.0)))
        return JSONResponse(told)

    async def _behave(self, request: Request) -> Response:
        told = await request.json()
        if told.get("answer") not in ANSWERS:
            return JSONResponse({"error": f"answer is one of {', '.join(ANSWERS)}"}, 400)
        self._book.behave(request.path_params["phone"], told["answer"])
        return JSONResponse(told)


def _row(text: Kept) -> str:
    way = "from" if text.incoming else "to"
    shown = f"<small>{way} {escape(text.phone)}, {escape(text.at[:19])}Z</small><br>{escape(text.body)}"
    return f'<li class="{"in" if text.incoming else "out"}">{shown}</li>'
