"""The card processor's twin as a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.twin_process import TwinProcess

SECRET = "whsec_of_the_tests"


class CardTwin(TwinProcess):
    """A running twin."""

    module = "care_console.service.gateways.cards.twin"
    secret = SECRET

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
    options = ["--webhook-secret", SECRET, "--refunds", refunds]
    options += ["--webhook-url", webhook_url] if webhook_url else []
    options += ["--knows-database", knows_database] if knows_database else []
    with tempfile.TemporaryDirectory() as folder:
        twin = CardTwin(state or Path(folder) / "twin.sqlite", options)
        try:
            await twin.start()
            yield twin
        finally:
            await twin.close()
