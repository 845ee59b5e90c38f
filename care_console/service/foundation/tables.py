"""Tables of the foundation itself: answers by idempotency key, and what the outside world called us with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from care_console.service.foundation.database import at_column, id_column, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("staff_id", BigInteger, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=True),
    Column("body", LargeBinary, nullable=True),
    Column("media_type", Text, nullable=True),
    at_column("at", index=True),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    id_column(),
    Column("vendor", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    at_column("received_at"),
    at_column("handled_at", nullable=True),
    Index("uq_webhook_events_vendor_event_id", "vendor", "event_id", unique=True),
)
