"""Runs of the import, and what was refused or left for a supervisor to look at."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from care_console.service.foundation.database import at_column, id_column, metadata

import_runs = Table(
    "import_runs",
    metadata,
    id_column(),
    Column("folder", Text, nullable=False),
    at_column("started_at"),
    at_column("finished_at", nullable=True),
)

import_files = Table(
    "import_files",
    metadata,
    id_column(),
    Column("run_id", BigInteger, ForeignKey("import_runs.id"), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_loaded", BigInteger, nullable=False),
    Column("rows_refused", BigInteger, nullable=False),
    at_column("finished_at"),
    Index("ix_import_files_file_sha256", "file", "sha256"),
)

# Imported opt-ins that our rules do not take (by a channel that does not lift an opt-out), for a supervisor.
import_reviews = Table(
    "import_reviews",
    metadata,
    id_column(),
    Column("consent_event_id", BigInteger, ForeignKey("consent_events.id"), nullable=False, unique=True),
    at_column("at"),
    Column("reason", Text, nullable=False),
)
