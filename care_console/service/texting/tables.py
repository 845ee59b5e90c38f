"""Texts, out and in."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from care_console.service.foundation.database import at_column, id_column, metadata

texts = Table(
    "texts",
    metadata,
    id_column(),
    Column("phone", Text, nullable=False),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=True),
    Column("link_id", BigInteger, ForeignKey("links.id"), nullable=True),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    at_column("at"),
    at_column("send_after", nullable=True),
    Column("status", Text, nullable=False),
    Column("provider_id", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
    Column("cancelled_by", BigInteger, ForeignKey("consent_events.id"), nullable=True),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    Index("ix_texts_phone_at", "phone", text("at DESC"), text("id DESC")),
    Index("ix_texts_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index("ix_texts_cancelled_by", "cancelled_by", postgresql_where=text("cancelled_by IS NOT NULL")),
    Index("ix_texts_queued", "send_after", postgresql_where=text("status = 'queued'")),
)
