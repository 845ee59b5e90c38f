"""Texts go out and come in: until when each is worth sending, how each reply was read, and the short code's rate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    for name in ("not_after", "handed_at"):
        op.add_column("texts", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("texts", sa.Column("failure", sa.Text(), nullable=True))
    op.create_index(
        "uq_texts_received",
        "texts",
        ["provider_id"],
        unique=True,
        postgresql_where=sa.text("direction = 'in' AND imported_id IS NULL"),
    )
    op.create_table(
        "replies",
        sa.Column("text_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_replies_text_id_texts")),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_replies")),
    )
    op.create_table(
        "text_turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_text_turns_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_turns")),
    )
