"""Facilities, and the senders in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from care_console.service.foundation.database import id_column, metadata

facilities = Table(
    "facilities",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("key_hash", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
)

senders = Table(
    "senders",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("booking_number", Text, nullable=False, index=True),
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), nullable=False, index=True),
    Column("imported_id", Text, nullable=True, unique=True),
)
