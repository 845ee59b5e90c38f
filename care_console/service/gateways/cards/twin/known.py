"""Payments that were made before the twin's time: read, and only read, from the service's own database."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from care_console.service.gateways.cards.twin.wire import Params, Refusal

_FIND = """
SELECT c.processor_ref,
       c.amount_cents::bigint AS amount_cents,
       lower(coalesce(c.currency, 'usd')) AS currency,
       c.status::text AS status,
       coalesce(nullif(c.brand::text, ''), 'visa') AS brand,
       coalesce(nullif(c.last4, ''), '0000') AS last4,
       coalesce((SELECT sum(r.amount_cents) FROM refunds r
                  WHERE r.charge_id = c.id AND r.imported_id IS NOT NULL
                    AND r.state::text IN ('succeeded', 'pending')), 0)::bigint AS refunded_cents
  FROM charges c
 WHERE c.processor_ref = %s
 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class KnownCharge:
    """A charge as the service has it; `refunded_cents` is what was refunded before it was brought over."""

    processor_ref: str
    amount_cents: int
    currency: str
    status: str
    brand: str
    last4: str
    refunded_cents: int


class KnownCharges:
    """A read-only connection, made at the first question and again after it was lost."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection | None = None

    async def find(self, processor_ref: str) -> KnownCharge | None:
        """The charge with this reference, or None. A 503 where the database cannot be asked."""
        try:
            connection = await self._open()
            async with connection.cursor(row_factory=class_row(KnownCharge)) as cursor:
                await cursor.execute(_FIND, (processor_ref,))
                return await cursor.fetchone()
        except psycopg.Error as away:
            raise Refusal(503, f"The known charges cannot be asked for: {away}", type="api_error") from away

    async def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _open(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, options="-c default_transaction_read_only=on"
            )
        return self._connection


def intents_named(path: str, params: Params) -> set[str]:
    """The payment intents that a request names, itself or by the charge that carries its name."""
    last = path.rsplit("/", 1)[-1]
    names = [last, params.get("payment_intent", ""), params.get("charge", "")]
    return {f"pi_{name[3:]}" for name in names if name.startswith(("pi_", "ch_"))}
