"""Texts, out and in."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from care_console.service.foundation.database import at_column, id_column, metadata

ANSWERS = ("stop_confirmation", "help", "start")
"""Kinds of texts that answer what a person texted; they leave at any hour."""

TOO_LATE, NUMBER_IS = "too late", "the number is"
"""Why a text never went, as `failure` has it: whoever reads it tells by these words what became of it."""

texts = Table(
    "texts",
    metadata,
    id_column(),
    Column("phone", Text, nullable=False),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=True),
    Column("link_id", BigInteger, ForeignKey("links.id"), nullable=True),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    at_column("at"),
    at_column("send_after", nullable=True),
    # Later than this it is worth nothing: a confirmation is good for five minutes, a link until it ends.
    at_column("not_after", nullable=True),
    at_column("handed_at", nullable=True),
    Column("status", Text, nullable=False),
    Column("failure", Text, nullable=True),
    Column("provider_id", Text, nullable=True),
    Column("imported_id", Text, nullable=True, unique=True),
    Column("cancelled_by", BigInteger, ForeignKey("consent_events.id"), nullable=True),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    Index("ix_texts_phone_at", "phone", text("at DESC"), text("id DESC")),
    Index("ix_texts_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index("ix_texts_cancelled_by", "cancelled_by", postgresql_where=text("cancelled_by IS NOT NULL")),
    Index("ix_texts_queued", "send_after", postgresql_where=text("status = 'queued'")),
    Index("ix_texts_withheld", "id", postgresql_where=text("status = 'withheld'")),
    # The gateway's id of what came in: the same text again is the same row.
    Index(
        "uq_texts_received",
        "provider_id",
        unique=True,
        postgresql_where=text("direction = 'in' AND imported_id IS NULL"),
    ),
)

# How each text that came in was read. What it says is in `texts`: the rule set's words stay apart from it.
replies = Table(
    "replies",
    metadata,
    Column("text_id", BigInteger, ForeignKey("texts.id"), primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_set", Text, nullable=False),
)

# Numbers that a text last failed to reach, how often in a row, what the carrier said, and when.
undeliverable_numbers = Table(
    "undeliverable_numbers",
    metadata,
    Column("phone", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    at_column("at"),
)

# When the next text may be handed over, across all workers: one row, moved on by whoever takes a turn.
text_turns = Table(
    "text_turns",
    metadata,
    Column("id", Integer, primary_key=True),
    at_column("next_at"),
    CheckConstraint("id = 1", name="one_row"),
)
