"""The migrations bring a database to exactly what the tables say."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from care_console.service.foundation.database import sqlalchemy_url
from care_console.service.foundation.schema import is_ours, migrate
from care_console.service.foundation.trouble import Trouble
from care_console.service.tables import metadata


def test_the_migrated_schema_is_what_the_tables_say(database_url: str) -> None:
    with create_engine(sqlalchemy_url(database_url)).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(context, metadata) == []


def test_what_a_newer_version_brought_forward_is_left_alone_and_told_of(database_url: str) -> None:
    with create_engine(sqlalchemy_url(database_url)).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Trouble, match="version 9999 by a newer Care Console"):
        migrate(database_url)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url)
