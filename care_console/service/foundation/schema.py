"""Brings a database to the schema that this version expects."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from care_console.service.foundation.database import sqlalchemy_url

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_MIGRATION_LOCK = 0x63617265  # "care": one process migrates, the others wait for it


def is_ours(name: str | None, kind: str, _parents: MutableMapping[Any, Any]) -> bool:
    """Whether a table is one of ours; the job queue brings and migrates its own."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


def config_for(connection: Any) -> Config:
    """Alembic's configuration for migrating on a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(database_url: str) -> None:
    """Apply every migration that the database has not had, in one transaction, one process at a time."""
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(config_for(connection), "head")
    engine.dispose()
