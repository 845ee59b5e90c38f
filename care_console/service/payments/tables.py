"""Charges: what was paid for a message, the payment pages on which that happens, and the disputes of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

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
    # The last four digits of the recipient's phone, written by a trigger: for finding, and for nothing else.
    Column("phone_ending", Text, nullable=True),
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
    Index("ix_charges_phone_ending_amount_at", "phone_ending", "amount_cents", "charged_at"),
)

# A payment page at the processor: an intent first, under our own id, then what the processor says of it.
checkouts = Table(
    "checkouts",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, index=True),
    Column("link_id", BigInteger, ForeignKey("links.id"), nullable=False),
    Column("amount_cents", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    at_column("opened_at"),
    at_column("ends_at"),
    at_column("read_at", nullable=True),
    at_column("settled_at", nullable=True),
    Column("processor_id", Text, nullable=True, unique=True),
    Column("url", Text, nullable=True),
    Column("charge_id", BigInteger, ForeignKey("charges.id"), nullable=True),
    CheckConstraint("amount_cents > 0", name="amount_cents"),
    CheckConstraint("state IN ('opening', 'open', 'paid', 'expired', 'failed')", name="state"),
    # The lock against two pages for one message, whatever else goes wrong.
    Index(
        "uq_checkouts_open",
        "message_id",
        unique=True,
        postgresql_where=text("state IN ('opening', 'open')"),
    ),
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
