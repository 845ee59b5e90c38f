"""Brings a database to the schema that this version expects."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from care_console.service.foundation.database import sqlalchemy_url
from care_console.service.foundation.trouble import Trouble

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
    """Apply every migration that the database has not had, in one transaction, one process at a time.

    Raises Trouble where it has had one of a newer version.
    """
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        config = config_for(connection)
        _refuse_what_is_newer(connection, ScriptDirectory.from_config(config))
        command.upgrade(config, "head")
    engine.dispose()


def _refuse_what_is_newer(connection: Any, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    newer = sorted(set(MigrationContext.configure(connection).get_current_heads()) - known)
    if newer:
        raise Trouble(
            f"The database was brought to version {newer[0]} by a newer Care Console; this one knows none "
            f"behind {scripts.get_current_head()}. Nothing was changed. Start the newer one on it."
        )
