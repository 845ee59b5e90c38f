"""Facilities, and the senders in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Computed, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from care_console.service.foundation.database import id_column, metadata


def _name_lexemes() -> Column[Any]:
    """The words of a name as search has them (words_of_name: migration 0003)."""
    words = Computed("array_to_tsvector(words_of_name(name))", persisted=True)
    return Column("name_lexemes", TSVECTOR, words)


facilities = Table(
    "facilities",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("key_hash", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
    _name_lexemes(),
    Index("ix_facilities_name_lexemes", "name_lexemes", postgresql_using="gin"),
)

senders = Table(
    "senders",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("booking_number", Text, nullable=False, index=True),
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), nullable=False),
    Column("imported_id", Text, nullable=True, unique=True),
    _name_lexemes(),
    Index("ix_senders_facility_id", "facility_id", "id"),
    Index("ix_senders_name_lexemes", "name_lexemes", postgresql_using="gin"),
    Index("ix_senders_folded_booking_number", text("folded_code(booking_number)")),
)
