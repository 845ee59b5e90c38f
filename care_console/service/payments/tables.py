"""Charges: what was paid for a message, and the disputes of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from care_console.service.foundation.database import at_column, id_column, metadata

charges = Table(
    "charges",
    metadata,
    id_column(),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    at_column("charged_at"),
    Column("amount_cents", Integer, nullable=False),
    Column("currency", Text, nullable=False, server_default="USD"),
    Column("method", Text, nullable=False),
    Column("brand", Text, nullable=True),
    Column("last4", Text, nullable=True),
    Column("status", Text, nullable=False),
    Column("processor_ref", Text, nullable=True, index=True),
    Column("imported_id", Text, nullable=True, unique=True),
    CheckConstraint("amount_cents >= 0", name="amount_cents"),
    CheckConstraint("method IN ('card', 'prepaid')", name="method"),
    CheckConstraint("status IN ('succeeded', 'failed')", name="status"),
    # Ours, once each. In an imported history a declined try and the one that went through may share it.
    Index(
        "uq_charges_processor_ref_ours",
        "processor_ref",
        unique=True,
        postgresql_where=text("imported_id IS NULL"),
    ),
    Index("ix_charges_recipient_id_at", "recipient_id", text("charged_at DESC"), text("id DESC")),
    Index("ix_charges_last4_amount_at", "last4", "amount_cents", "charged_at"),
    Index("ix_charges_amount_cents_at", "amount_cents", "charged_at"),
)

disputes = Table(
    "disputes",
    metadata,
    id_column(),
    Column("charge_id", BigInteger, ForeignKey("charges.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("amount_cents", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("processor_ref", Text, nullable=False, unique=True),
    at_column("at"),
    Index("ix_disputes_recipient_id_at", "recipient_id", text("at DESC"), text("id DESC")),
)
