"""The SMS gateway's twin as a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.twin_process import TwinProcess


class SmsTwin(TwinProcess):
    """A running twin."""

    module = "care_console.service.gateways.sms.twin"

    async def behave(self, phone: str, answer: str) -> None:
        """What the carrier answers for a number: delivered, undelivered, refused, unsubscribed, nothing."""
        await self.tell(f"/numbers/{phone}", answer=answer)

    async def say(self, phone: str, words: str) -> int:
        """Somebody texts the short code; the status of the service's answer."""
        return int((await self.tell("/say", **{"from": phone, "text": words}))["status"])


@asynccontextmanager
async def sms_twin(*, incoming_url: str = "") -> AsyncIterator[SmsTwin]:
    """A twin on a free port, ended afterwards."""
    options = ["--incoming-url", incoming_url] if incoming_url else []
    with tempfile.TemporaryDirectory() as folder:
        twin = SmsTwin(Path(folder) / "twin.sqlite", options)
        try:
            await twin.start()
            yield twin
        finally:
            await twin.close()
