"""The carrier's side of the twin: receipts for what it was handed, and what people text back."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import httpx

from care_console.service.gateways.lost_lines import LINE_LOST
from care_console.service.gateways.sms.twin.book import Book

_LOOK_SECONDS = 0.5
_SECONDS = 10.0
# Kannel's report types, by what the carrier does with a text: 1 delivered, 2 not delivered, 16 refused.
_REPORTS = {
    "delivered": (1, "id:1 stat:DELIVRD err:000"),
    "undelivered": (2, "id:1 stat:UNDELIV err:001"),
    "refused": (16, "NACK/11 Invalid destination address"),
    "unsubscribed": (16, "NACK/1027 Number is unsubscribed from this short code"),
}
ANSWERS = (*_REPORTS, "nothing")


class Carrier:
    """Calls the service back, until it takes each call."""

    def __init__(self, book: Book, incoming_url: str) -> None:
        self._book = book
        self._incoming_url = incoming_url
        self._client = httpx.AsyncClient(timeout=_SECONDS, trust_env=False)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to report."""
        self._wake.set()

    async def run(self) -> None:
        """Reports, until cancelled."""
        while True:
            self._wake.clear()
            for seq, phone, url in self._book.unreported():
                await self._report(seq, phone, url)
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def say(self, phone: str, body: str) -> int:
        """Texts the service as a person would; the status of its answer, 0 for none."""
        seq = self._book.say(phone, body)
        params = {"from": phone, "to": "33297", "text": body, "id": f"twin-{seq}", "charset": "UTF-8"}
        return await self._call(self._incoming_url, params)

    async def close(self) -> None:
        """Closes every connection."""
        await self._client.aclose()

    async def _report(self, seq: int, phone: str, url: str) -> None:
        told = _REPORTS.get(self._book.behaviour(phone))
        if told is None:
            self._book.never_report(seq)
            return
        status, answer = told
        filled = url.replace("%d", str(status)).replace("%A", quote(answer))
        if await self._call(filled, {}) in range(200, 500):
            self._book.reported(seq, status)

    async def _call(self, url: str, params: dict[str, str]) -> int:
        try:
            answer = await self._client.get(url, params=params or None)
        except LINE_LOST:
            return 0
        return answer.status_code
