"""Facilities, the senders in them, their keys and prices, and what is paused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from care_console.service.foundation.database import at_column, id_column, metadata


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

# The keys of a facility's recorders: 256 random bits, kept as their SHA-256. `allowance`: how many recordings
# it might have sent at once at `allowance_at`; it grows with time, by the key's rate.
facility_keys = Table(
    "facility_keys",
    metadata,
    id_column(),
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), nullable=False, index=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    at_column("created_at"),
    at_column("revoked_at", nullable=True),
    Column("allowance", Double, nullable=False),
    at_column("allowance_at"),
)

# A facility's price lists: the steps that begin on one day (its own, by its time zone) are one list.
price_steps = Table(
    "price_steps",
    metadata,
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("up_to_seconds", SmallInteger, primary_key=True),
    Column("price_cents", Integer, nullable=False),
    CheckConstraint("up_to_seconds BETWEEN 1 AND 120", name="up_to_seconds"),
    CheckConstraint("price_cents >= 0", name="price_cents"),
)

# A facility, or a number, that a supervisor paused: nothing is taken from the one, or sent to the other.
pauses = Table(
    "pauses",
    metadata,
    id_column(),
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), nullable=True),
    Column("phone", Text, nullable=True),
    Column("reason", Text, nullable=False),
    at_column("since"),
    Column("actor", Text, nullable=False),
    at_column("ended_at", nullable=True),
    Column("ended_by", Text, nullable=True),
    CheckConstraint("(facility_id IS NULL) <> (phone IS NULL)", name="facility_or_number"),
    Index("uq_pauses_facility_id_now", "facility_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("uq_pauses_phone_now", "phone", unique=True, postgresql_where=text("ended_at IS NULL")),
)
