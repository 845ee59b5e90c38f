"""Find the links that end soon, among all that ever were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_links_ending", "links", ["expires_at"],
        postgresql_where=sa.text("revoked_at IS NULL AND extended_at IS NULL"),
    )  # fmt: skip
