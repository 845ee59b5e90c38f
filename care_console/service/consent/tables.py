"""Consent: what each number said, as events that are never changed, and where it stands now."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from care_console.service.foundation.database import at_column, id_column, metadata

_IN_THE_LOG = text("kind IN ('opt_out', 'hold')")
_NEWEST_FIRST = (text("effective_at DESC"), text("id DESC"))

consent_events = Table(
    "consent_events",
    metadata,
    id_column(),
    Column("phone", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default="all"),
    Column("words", Text, nullable=False),
    at_column("received_at"),
    at_column("effective_at"),
    Column("actor", Text, nullable=False),
    Column("call_id", Text, nullable=True),
    Column("texts_cancelled", Integer, nullable=False, server_default="0"),
    Column("imported_id", Text, nullable=True, unique=True),
    # Of a correction alone: which opt-out never was, who approved that, and where it put the number.
    Column("corrects_id", BigInteger, ForeignKey("consent_events.id"), nullable=True),
    Column("approved_by", Text, nullable=True),
    Column("state_after", Text, nullable=True),
    CheckConstraint("approved_by <> actor", name="not_ones_own"),
    CheckConstraint("kind IN ('opt_out', 'opt_in', 'hold', 'correction')", name="kind"),
    Index(
        "uq_consent_events_corrects_id",
        "corrects_id",
        unique=True,
        postgresql_where=text("corrects_id IS NOT NULL"),
    ),
    Index("ix_consent_events_phone_at", "phone", *_NEWEST_FIRST),
    # The log's three orders: a page of any filter reads from them only what it shows (see `log.py`).
    Index("ix_consent_events_log", *_NEWEST_FIRST, postgresql_where=_IN_THE_LOG),
    Index("ix_consent_events_log_channel", "channel", "kind", *_NEWEST_FIRST, postgresql_where=_IN_THE_LOG),
    Index(
        "ix_consent_events_log_actor",
        "actor",
        "channel",
        "kind",
        *_NEWEST_FIRST,
        postgresql_where=_IN_THE_LOG,
    ),
)

# How many rows of the log each UTC day holds, by what the log is filtered by. A trigger adds a line for each
# insert's groups, in its transaction, and never changes one, so that no opt-out waits for another; `tasks.py`
# makes one line of those of the same group. Their sum is exact in every snapshot. Two tables: hundreds of
# people a day would make the count of everybody's as long as the log.
opt_out_tallies = Table(
    "opt_out_tallies",
    metadata,
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
    Index("ix_opt_out_tallies_day", "day"),
)
opt_out_tallies_by_actor = Table(
    "opt_out_tallies_by_actor",
    metadata,
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
    Index("ix_opt_out_tallies_by_actor_actor_day", "actor", "day"),
)

# One row a number, locked before a text to it is handed over: the lock under which consent is asked.
consent_states = Table(
    "consent_states",
    metadata,
    Column("phone", Text, primary_key=True),
    Column("state", Text, nullable=False),
    at_column("since"),
    Column("channel", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default="all"),
    Column("event_id", BigInteger, ForeignKey("consent_events.id"), nullable=False),
    CheckConstraint("state IN ('opted_in', 'opted_out', 'held')", name="state"),
    Index("ix_consent_states_held", "event_id", postgresql_where=text("state = 'held'")),
)
