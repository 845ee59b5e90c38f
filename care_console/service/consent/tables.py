"""Consent: what each number said, as events that are never changed, and where it stands now."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from care_console.service.foundation.database import at_column, id_column, metadata

consent_events = Table(
    "consent_events",
    metadata,
    id_column(),
    Column("phone", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default="all"),
    Column("words", Text, nullable=False),
    at_column("received_at"),
    at_column("effective_at"),
    Column("actor", Text, nullable=False),
    Column("call_id", Text, nullable=True),
    Column("texts_cancelled", Integer, nullable=False, server_default="0"),
    Column("imported_id", Text, nullable=True, unique=True),
    # Of a correction alone: which opt-out never was, who approved that, and where it put the number.
    Column("corrects_id", BigInteger, ForeignKey("consent_events.id"), nullable=True),
    Column("approved_by", Text, nullable=True),
    Column("state_after", Text, nullable=True),
    CheckConstraint("approved_by <> actor", name="not_ones_own"),
    CheckConstraint("kind IN ('opt_out', 'opt_in', 'hold', 'correction')", name="kind"),
    Index(
        "uq_consent_events_corrects_id",
        "corrects_id",
        unique=True,
        postgresql_where=text("corrects_id IS NOT NULL"),
    ),
    Index("ix_consent_events_phone_at", "phone", text("effective_at DESC"), text("id DESC")),
    Index(
        "ix_consent_events_log",
        text("effective_at DESC"),
        text("id DESC"),
        postgresql_where=text("kind IN ('opt_out', 'hold')"),
    ),
)

# One row a number, locked before a text to it is handed over: the lock under which consent is asked.
consent_states = Table(
    "consent_states",
    metadata,
    Column("phone", Text, primary_key=True),
    Column("state", Text, nullable=False),
    at_column("since"),
    Column("channel", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default="all"),
    Column("event_id", BigInteger, ForeignKey("consent_events.id"), nullable=False),
    CheckConstraint("state IN ('opted_in', 'opted_out', 'held')", name="state"),
)
