"""Recordings: one a message, its sound in storage, what was measured of it here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, LargeBinary, Table, Text

from care_console.service.foundation.database import at_column, metadata

recordings = Table(
    "recordings",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id"), primary_key=True),
    Column("source_key", Text, nullable=False),
    Column("source_sha256", LargeBinary, nullable=False, index=True),
    Column("playable_key", Text, nullable=False),
    Column("playable_media_type", Text, nullable=False),
    Column("codec", Text, nullable=False),
    Column("duration_seconds", Double, nullable=False),
    Column("loudness_lufs", Double, nullable=True),
    Column("true_peak_dbfs", Double, nullable=True),
    Column("silence_share", Double, nullable=False),
    Column("clipping_share", Double, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    at_column("measured_at"),
)
