"""Recipients: the friends and relatives whose phones the messages go to, and the desk's notes on them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from care_console.service.foundation.database import at_column, id_column, metadata

recipients = Table(
    "recipients",
    metadata,
    id_column(),
    Column("phone", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    at_column("created_at"),
    Column("imported_id", Text, nullable=True, unique=True),
    # The words of the name, as people type them: no accents, no capitals (words_of_name: migration 0003).
    Column("name_lexemes", TSVECTOR, Computed("array_to_tsvector(words_of_name(name))", persisted=True)),
    CheckConstraint("language IN ('en', 'es')", name="language"),
    Index("ix_recipients_name_lexemes", "name_lexemes", postgresql_using="gin"),
)

# Each word of any name once, for finding the misspelled ones; kept by a trigger for each statement.
name_words = Table(
    "name_words",
    metadata,
    Column("word", Text, primary_key=True),
    Index("ix_name_words_trigrams", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    Index("ix_name_words_begin", "word", postgresql_ops={"word": "text_pattern_ops"}),
)

# Two words that are one slip apart share one of these (word_deletions: migration 0014).
Index("ix_name_words_deletions", func.word_deletions(name_words.c.word), postgresql_using="gin")

# A caller gives the last digits; a prefix of the reversed number finds any count of them by one index.
Index(
    "ix_recipients_phone_reversed",
    func.reverse(recipients.c.phone).label("phone_reversed"),
    postgresql_ops={"phone_reversed": "text_pattern_ops"},
)

# Whom the newest message went to, and from whom it came; kept by triggers as messages come, and recipients
# come or change (migrations 0021, 0026). Of many whose phones end alike, those last heard of are read by the
# index alone.
last_heard = Table(
    "last_heard",
    metadata,
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), primary_key=True, autoincrement=False),
    Column("phone_ending", Text, nullable=False),
    at_column("at", nullable=True),
    Column("message_id", BigInteger, nullable=True),
    Column("sender_id", BigInteger, nullable=True),
    Column("phone", Text, nullable=False),
    Column("name", Text, nullable=True),  # NULL for one too long for an index
    Column("language", Text, nullable=False),
    Index(
        "ix_last_heard_phone_ending_at",
        "phone_ending",
        text("at DESC NULLS LAST"),
        text("recipient_id DESC"),
        postgresql_include=["sender_id", "phone", "name", "language"],
    ),
)

BEGINNING = 3
"""So many characters of a reference tell what kind of thing it may be of."""

# How the references begin by which things were imported, for each of `BY_REFERENCE`: written by the import.
# And those of a card processor for charges and refunds: by triggers as they come (migration 0025).
reference_beginnings = Table(
    "reference_beginnings",
    metadata,
    Column("beginning", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
)
BY_REFERENCE = frozenset(("recipients", "messages", "links", "texts", "charges", "refunds"))

notes = Table(
    "notes",
    metadata,
    id_column(),
    Column("recipient_id", BigInteger, ForeignKey("recipients.id"), nullable=False),
    Column("text", Text, nullable=False),
    at_column("at"),
    Column("actor", Text, nullable=False),
    Index("ix_notes_recipient_id_at", "recipient_id", text("at DESC"), text("id DESC")),
)
