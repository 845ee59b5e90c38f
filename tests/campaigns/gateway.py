"""The campaigns' side of an SMS gateway: it calls the service until each call is taken, as gateways do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

_TRIES = 1200


@dataclass
class Gateway:
    """Calls the web processes at `urls`, the next one where one does not answer. `seen` counts answers."""

    client: httpx.AsyncClient
    urls: list[str]
    seen: Counter[str] = field(default_factory=Counter)

    async def hear(
        self, phone: str, words: str, id: str, first: int = 0, received: float | None = None
    ) -> str:
        """Somebody texts the short code; how the service read it. `received`: seconds since 1970."""
        told = {"from": phone, "to": "33297", "text": words, "id": id, "charset": "UTF-8"}
        if received is not None:
            told["time"] = str(int(received))
        answer = await self.call("GET", "/gateways/sms/kannel/inbound", first, params=told)
        return answer.headers["care-read-as"]

    async def call(self, method: str, path: str, first: int = 0, **more: Any) -> httpx.Response:
        """Call until there is an answer that is no failure of the service."""
        for tries in range(_TRIES):
            url = self.urls[(first + tries) % len(self.urls)]
            try:
                answer = await self.client.request(method, url + path, **more)
            except httpx.TransportError:
                self.seen["not answered"] += 1
                await asyncio.sleep(0.1)
                continue
            if answer.status_code < 500:
                assert answer.is_success, answer.text
                self.seen["taken"] += 1
                return answer
            self.seen[f"answered {answer.status_code}"] += 1
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no answer from {path}")
