"""Recordings that wait for their other copies are found by an index: there is no job for each any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The jobs that wait go, and what they were to do is found."""
    op.create_index(
        "ix_recordings_without_copies",
        "recordings",
        ["message_id"],
        postgresql_where=sa.text(
            "copy_lufs IS NOT NULL AND deleted_at IS NULL AND copies_given_up_at IS NULL "
            "AND (mp3_key IS NULL OR louder_key IS NULL)"
        ),
    )
    op.execute(
        "DELETE FROM procrastinate_jobs WHERE task_name = 'recordings:make_more_copies' AND status = 'todo'"
    )
