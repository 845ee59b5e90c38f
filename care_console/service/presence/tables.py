"""Who has which story open. Not logged by the database: after a crash the desks tell it again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from care_console.service.foundation.database import at_column, metadata

presences = Table(
    "presences",
    metadata,
    Column("session_id", BigInteger, nullable=False),
    Column("recipient_id", BigInteger, nullable=False, index=True),
    Column("doing", Text, nullable=False),
    at_column("since"),
    at_column("seen_at"),
    PrimaryKeyConstraint("session_id", "recipient_id"),
    prefixes=["UNLOGGED"],
)
