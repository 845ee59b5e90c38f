"""Which copy a preview plays: the usual one, or the louder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was heard before was the usual copy."""
    op.add_column("previews", sa.Column("louder", sa.Boolean(), nullable=False, server_default=sa.false()))
