"""The tables of the desk's file."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text, TypeDecorator
from sqlalchemy.engine import Dialect

metadata = MetaData()
LAYOUT = 2
"""Grows with every change below, and ``layouts`` then has a step from the one before. A file of a later
layout is set aside like a damaged one, and what can be read of its drafts and outbox taken over."""


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as RFC 3339 text in UTC (SQLite has no type for it)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To text."""
        return None if value is None else value.astimezone(UTC).isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From text."""
        return None if value is None else datetime.fromisoformat(value)


drafts = Table(
    "drafts",
    metadata,
    Column("kind", String, primary_key=True),
    Column("subject_id", String, primary_key=True),
    Column("fields", JSON, nullable=False),
    Column("problem", Text),
    Column("saved_at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("verb", String, nullable=False),
    Column("recipient_id", String),
    Column("subject_id", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("problem", Text),
    Column("maybe_arrived", Boolean, nullable=False),
)

kept = Table(
    "kept",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("read_at", Moment, nullable=False, index=True),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
