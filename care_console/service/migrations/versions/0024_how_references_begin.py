"""How the references of each kind of thing begin: a message's is then looked up among messages alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLES = ("recipients", "messages", "links", "texts", "charges", "refunds")


def upgrade() -> None:
    """Of what was imported before, too."""
    op.create_table(
        "reference_beginnings",
        sa.Column("beginning", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("beginning", "table_name", name=op.f("pk_reference_beginnings")),
    )
    for table in _TABLES:
        op.execute(
            f"INSERT INTO reference_beginnings SELECT DISTINCT left(imported_id, 3), '{table}' FROM {table} "
            "WHERE imported_id IS NOT NULL"
        )


def downgrade() -> None:
    """Without it, each reference is looked up among all kinds of things."""
    op.drop_table("reference_beginnings")
