"""The links of a recipient that still live, by an index of their own."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_links_recipient_id_expires_at", "links", ["recipient_id", "expires_at"])
