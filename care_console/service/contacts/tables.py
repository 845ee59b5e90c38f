"""Calls to care."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from care_console.contract.contacts import CallReason, Disposition
from care_console.service.foundation.database import at_column, id_column, metadata


def _one_of(column: str, words: type[CallReason] | type[Disposition]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("note_id", BigInteger, ForeignKey("notes.id"), nullable=True),
    at_column("began_at"),
    at_column("ended_at"),
    Column("call_id", Text, nullable=True),
    Column("actor", Text, nullable=False),
    _one_of("reason", CallReason),
    _one_of("disposition", Disposition),
    CheckConstraint("began_at <= ended_at", name="in_order"),
    Index("ix_contacts_recipient_id_ended_at", "recipient_id", text("ended_at DESC"), text("id DESC")),
)
