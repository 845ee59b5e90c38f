"""Links: what a recipient's text leads to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, func, text

from care_console.service.foundation.database import at_column, id_column, metadata

links = Table(
    "links",
    metadata,
    id_column(),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, index=True),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    at_column("issued_at"),
    at_column("expires_at"),
    at_column("revoked_at", nullable=True),
    # When it was given more time, because what it leads to was paid for and not heard.
    at_column("extended_at", nullable=True),
    Column("issued_by", Text, nullable=False),
    Column("reason", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
    Index("ix_links_recipient_id_at", "recipient_id", text("issued_at DESC"), text("id DESC")),
    # Those that may need looking after before they end, among all that ever were.
    Index(
        "ix_links_ending", "expires_at", postgresql_where=text("revoked_at IS NULL AND extended_at IS NULL")
    ),
    # The few that still lead somewhere, of somebody with thousands.
    Index("ix_links_recipient_id_expires_at", "recipient_id", "expires_at"),
)

# How search reads a code, whole or its beginning: see migrations 0003 and 0008.
Index(
    "ix_links_folded_code",
    func.folded_code(links.c.code).label("folded_code"),
    postgresql_ops={"folded_code": "text_pattern_ops"},
)
