"""The card processor's twin as a process of its own: where it is, what it did, what it is to do wrong."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

SECRET = "whsec_of_the_tests"
MODULE = "care_console.service.gateways.cards.twin"
START_SECONDS = 20.0


class CardTwin:
    """A running twin. `url` stays the same through `kill` and `start`."""

    def __init__(self, state: Path, options: list[str]) -> None:
        self.url = ""
        self.secret = SECRET
        self._state = state
        self._options = options
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._http = httpx.AsyncClient(timeout=30, trust_env=False)

    async def start(self) -> None:
        """Starts it on its state file, at the address it had before where it had one."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULE,
            *("--port", str(self._port), "--state", str(self._state), "--webhook-secret", SECRET),
            *self._options,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = (await self._process.stdout.readline()).decode()
        assert line.startswith("listening on "), f"the twin did not start: {line!r}"
        self.url = line.removeprefix("listening on ").strip()
        self._port = int(self.url.rsplit(":", 1)[1])

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def close(self) -> None:
        """Ends it, if it still runs."""
        await self._end(signal.SIGTERM)
        await self._http.aclose()

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def journal(self, what: str | None = None) -> list[dict[str, Any]]:
        """What it was asked and did, oldest first; `what` picks one kind: request, refund, webhook, ..."""
        answer = await self._http.get(f"{self.url}/journal")
        lines = [json.loads(line) for line in answer.text.splitlines()]
        return [line for line in lines if what in (None, line["what"])]

    async def tell(self, path: str, /, **what: Any) -> dict[str, Any]:
        """A control endpoint."""
        answer = await self._http.post(f"{self.url}{path}", json=what)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def faults(self, next: str, count: int = 1, **more: Any) -> None:
        """What goes wrong next, in the words of the twin's faults.py (seconds=, path=, method=)."""
        await self.tell("/faults", next=next, count=count, **more)

    async def clock(self, advance_seconds: float) -> None:
        """Its clock goes on."""
        await self.tell("/clock", advance_seconds=advance_seconds)

    async def call(
        self, method: str, path: str, key: str | None = None, **fields: str | int
    ) -> httpx.Response:
        """A raw request to its Stripe side, for what the adapter would never send. `a__b` means `a[b]`."""
        data = {f"{n.split('__')[0]}[{n.split('__')[1]}]" if "__" in n else n: v for n, v in fields.items()}
        headers = {"Authorization": "Bearer sk_test_tests"} | ({"Idempotency-Key": key} if key else {})
        how: dict[str, Any] = {"params": data} if method == "GET" else {"data": data}
        return await self._http.request(method, f"{self.url}{path}", headers=headers, **how)

    async def paid(self, amount_cents: int, payment_method: str = "pm_card_visa") -> str:
        """A payment of this many cents; its reference."""
        answer = await self.call(
            "POST",
            "/v1/payment_intents",
            amount=amount_cents,
            currency="usd",
            confirm="true",
            payment_method=payment_method,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


@asynccontextmanager
async def card_twin(
    *, state: Path | None = None, webhook_url: str = "", knows_database: str = "", refunds: str = "succeed"
) -> AsyncIterator[CardTwin]:
    """A twin on a free port, ended afterwards. Its state is gone with it unless `state` names a file."""
    options = ["--refunds", refunds]
    options += ["--webhook-url", webhook_url] if webhook_url else []
    options += ["--knows-database", knows_database] if knows_database else []
    with tempfile.TemporaryDirectory() as folder:
        twin = CardTwin(state or Path(folder) / "twin.sqlite", options)
        try:
            await twin.start()
            yield twin
        finally:
            await twin.close()
