"""Visits of a link's page, and plays of the sound behind it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Uuid,
    text,
)

from care_console.service.foundation.database import at_column, id_column, metadata

visits = Table(
    "visits",
    metadata,
    id_column(),
    Column("link_id", BigInteger, ForeignKey("links.id"), nullable=False),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    at_column("at"),
    Index("ix_visits_recipient_id_at", "recipient_id", text("at DESC"), text("id DESC")),
)

plays = Table(
    "plays",
    metadata,
    id_column(),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    at_column("played_at"),
    Column("seconds_played", SmallInteger, nullable=False),
    # What the page calls this play, so that what it reports later is of the same one.
    Column("report_key", Uuid, nullable=True, unique=True),
    Column("imported", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("seconds_played >= 0", name="seconds_played"),
    Index("ix_plays_recipient_id_at", "recipient_id", text("played_at DESC"), text("id DESC")),
    # A play of the data set has no identifier of its own: its message, moment and length are it.
    Index(
        "uq_plays_imported",
        "message_id",
        "played_at",
        "seconds_played",
        unique=True,
        postgresql_where=text("imported"),
    ),
)
