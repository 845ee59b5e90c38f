"""Accounts of the people at the desk, and their sessions. Tokens and passwords only as hashes."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, Table, Text

from care_console.service.foundation.database import at_column, id_column, metadata

staff = Table(
    "staff",
    metadata,
    id_column(),
    Column("login", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    at_column("created_at"),
    at_column("disabled_at", nullable=True),
    CheckConstraint("role IN ('specialist', 'supervisor', 'auditor', 'administrator')", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("staff_id", BigInteger, ForeignKey("staff.id"), nullable=False, index=True),
    Column("access_hash", LargeBinary, nullable=False, unique=True),
    Column("refresh_hash", LargeBinary, nullable=False, unique=True),
    Column("refreshed_hash", LargeBinary, nullable=True, index=True),
    at_column("refreshed_at", nullable=True),
    at_column("opened_at"),
    at_column("access_expires_at"),
    at_column("ends_at"),
    at_column("closed_at", nullable=True),
)
