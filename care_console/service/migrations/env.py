"""Runs the migrations on the connection that `schema.migrate` hands over."""

from __future__ import annotations

from alembic import context

from care_console.service.foundation.schema import is_ours
from care_console.service.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
