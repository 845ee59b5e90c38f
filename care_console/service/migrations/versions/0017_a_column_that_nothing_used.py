"""A facility's keys have a table of their own; the column that was meant for them was never written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without it."""
    op.drop_column("facilities", "key_hash")


def downgrade() -> None:
    """Empty, as it always was."""
    op.add_column("facilities", sa.Column("key_hash", sa.Text(), nullable=True))
