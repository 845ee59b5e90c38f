"""Refunds: an intent with its own id first, then what the processor said of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from care_console.service.foundation.database import at_column, metadata

refunds = Table(
    "refunds",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("charge_id", BigInteger, ForeignKey("charges.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("amount_cents", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    at_column("requested_at"),
    at_column("sends_at", nullable=True),
    at_column("submitted_at", nullable=True),
    # The last time that the processor was asked to do it, and to say what became of it.
    at_column("attempted_at", nullable=True),
    at_column("read_at", nullable=True),
    at_column("settled_at", nullable=True),
    Column("processor_ref", Text, nullable=True),
    Column("failure", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
    # An old system may have written down a refund of nothing; ours are of something.
    CheckConstraint(
        "amount_cents > 0 OR (amount_cents = 0 AND imported_id IS NOT NULL)", name="amount_cents"
    ),
    Index("ix_refunds_recipient_id_at", "recipient_id", text("requested_at DESC"), text("id DESC")),
    Index("ix_refunds_requested_by_at", "requested_by", "requested_at"),
    Index("ix_refunds_processor_ref", "processor_ref", postgresql_where=text("processor_ref IS NOT NULL")),
    # The few that something may still happen to: what reconciliation walks.
    Index(
        "ix_refunds_open",
        "state",
        "submitted_at",
        postgresql_where=text("state IN ('waiting', 'submitted', 'unknown', 'pending')"),
    ),
)
