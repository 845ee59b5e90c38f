"""Recordings: one a message, its sound in storage, what was measured of it here; and how each came in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from care_console.service.foundation.database import at_column, id_column, metadata

WAITS_FOR_COPIES = text(
    "copy_lufs IS NOT NULL AND deleted_at IS NULL AND copies_given_up_at IS NULL "
    "AND (mp3_key IS NULL OR louder_key IS NULL)"
)
"""What a facility sent, while its other copies are still to be made."""

recordings = Table(
    "recordings",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id"), primary_key=True),
    Column("source_key", Text, nullable=False),
    Column("source_sha256", LargeBinary, nullable=False, index=True),
    Column("playable_key", Text, nullable=False),
    Column("playable_media_type", Text, nullable=False),
    # More copies of what a facility sent; an imported sound has the one above alone.
    Column("mp3_key", Text, nullable=True),
    Column("louder_key", Text, nullable=True),
    # When it was found that one of them, or both, cannot be made.
    at_column("copies_given_up_at", nullable=True),
    Column("codec", Text, nullable=False),
    Column("duration_seconds", Double, nullable=False),
    Column("loudness_lufs", Double, nullable=True),
    Column("true_peak_dbfs", Double, nullable=True),
    Column("silence_share", Double, nullable=False),
    Column("clipping_share", Double, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    # Of the copy that is heard, once its level was set; the others are of the sound as it came.
    Column("copy_lufs", Double, nullable=True),
    Column("copy_true_peak_dbfs", Double, nullable=True),
    at_column("measured_at"),
    # When its sound was deleted; what was measured of it stays.
    at_column("deleted_at", nullable=True),
    Index("ix_recordings_with_sound", "measured_at", postgresql_where=text("deleted_at IS NULL")),
    Index("ix_recordings_without_copies", "message_id", postgresql_where=WAITS_FOR_COPIES),
)

# Sound that is being stored for a message that is not there yet: what stays here is an orphan.
sound_uploads = Table(
    "sound_uploads",
    metadata,
    Column("id", Uuid, primary_key=True),
    at_column("at", index=True),
)

# What a facility's recorder sent, by the recorder's own id: the same again is the same message.
intakes = Table(
    "intakes",
    metadata,
    Column("facility_id", BigInteger, ForeignKey("facilities.id"), primary_key=True),
    Column("recorder_id", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False, unique=True),
    at_column("at"),
    # What was answered, word for word: the same again is answered the same.
    Column("answer", Text, nullable=False),
)

# Sound that must not be deleted, whatever its age: a court's order, a complaint. A dispute holds it too.
sound_holds = Table(
    "sound_holds",
    metadata,
    id_column(),
    Column("message_id", BigInteger, ForeignKey("messages.id"), nullable=False),
    Column("reason", Text, nullable=False),
    at_column("since"),
    Column("actor", Text, nullable=False),
    at_column("ended_at", nullable=True),
    Column("ended_by", Text, nullable=True),
    Index(
        "uq_sound_holds_message_id_now", "message_id", unique=True, postgresql_where=text("ended_at IS NULL")
    ),
)
