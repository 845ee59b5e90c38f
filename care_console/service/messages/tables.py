"""Messages, and the previews of them that the desk opened."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from care_console.service.foundation.database import at_column, id_column, metadata

messages = Table(
    "messages",
    metadata,
    id_column(),
    Column("sender_id", BigInteger, ForeignKey("senders.id"), nullable=False),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    at_column("recorded_at"),
    Column("seconds", SmallInteger, nullable=False),
    Column("price_cents", Integer, nullable=False),
    Column("privileged", Boolean, nullable=False),
    Column("imported_id", Text, nullable=True, unique=True),
    CheckConstraint("seconds BETWEEN 1 AND 120", name="seconds"),
    CheckConstraint("price_cents >= 0", name="price_cents"),
    Index("ix_messages_recipient_id_at", "recipient_id", text("recorded_at DESC"), text("id DESC")),
    # With whom they went to: a sender's name is looked up to find those who get messages from them.
    Index(
        "ix_messages_sender_id_at",
        "sender_id",
        text("recorded_at DESC"),
        text("id DESC"),
        postgresql_include=["recipient_id"],
    ),
)

previews = Table(
    "previews",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("session_id", BigInteger, ForeignKey("sessions.id"), nullable=False),
    at_column("at"),
    at_column("expires_at"),
    Column("louder", Boolean, nullable=False, server_default=false()),
    Index("ix_previews_recipient_id_at", "recipient_id", text("at DESC"), text("id DESC")),
)
