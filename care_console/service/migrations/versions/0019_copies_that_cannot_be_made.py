"""When it was found that a copy of what a facility sent cannot be made, so that nobody waits for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Where one is there and the other is not, it was tried: the two were named together. And so it was where
    neither is there, nor a job that makes them."""
    op.add_column("recordings", sa.Column("copies_given_up_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE recordings SET copies_given_up_at = measured_at
        WHERE copy_lufs IS NOT NULL AND deleted_at IS NULL AND (mp3_key IS NULL OR louder_key IS NULL)
            AND NOT EXISTS (SELECT FROM procrastinate_jobs j
                WHERE j.task_name = 'recordings:make_more_copies' AND j.status IN ('todo', 'doing')
                    AND (j.args ->> 'message_id')::bigint = recordings.message_id)
        """
    )
