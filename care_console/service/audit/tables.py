"""The audit log: entries that can be inserted and read, and never changed."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from care_console.service.foundation.database import at_column, id_column, metadata

# `leaf` is the canonical form that the Merkle tree hashes; the other columns repeat it for filters.
audit_entries = Table(
    "audit_entries",
    metadata,
    id_column(),
    Column("entry_id", UUID(as_uuid=True), nullable=False, unique=True),
    at_column("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Index("ix_audit_entries_subject_at", "subject", "at"),
)
