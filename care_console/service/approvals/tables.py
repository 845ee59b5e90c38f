"""Approvals: asked by one person, decided by another, once."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from care_console.service.foundation.database import at_column, id_column, metadata

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=True),
    Column("why", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    at_column("requested_at"),
    Column("decision", Text, nullable=True),
    Column("decided_by", Text, nullable=True),
    at_column("decided_at", nullable=True),
    at_column("withdrawn_at", nullable=True),
    Column("withdrawn_by", Text, nullable=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("asked_note", Text, nullable=False, server_default=""),
    CheckConstraint("decided_by <> requested_by", name="not_ones_own"),
    Index(
        "ix_approvals_open",
        "requested_at",
        "id",
        postgresql_where=text("decision IS NULL AND withdrawn_at IS NULL"),
    ),
    # One open request about a thing; declined or taken back, it may be asked for again.
    Index(
        "uq_approvals_open_subject",
        "kind",
        "subject",
        unique=True,
        postgresql_where=text("decision IS NULL AND withdrawn_at IS NULL"),
    ),
    Index("ix_approvals_kind_subject", "kind", "subject"),
    Index(
        "ix_approvals_open_recipient_id",
        "recipient_id",
        postgresql_where=text("decision IS NULL AND withdrawn_at IS NULL"),
    ),
)
