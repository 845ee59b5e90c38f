"""What a recorder was answered, numbers out of reach, links given more time, and sound that is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("intakes", sa.Column("answer", sa.Text(), nullable=False))
    op.add_column("links", sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_texts_withheld", "texts", ["id"], postgresql_where=sa.text("status = 'withheld'"))
    op.create_index(
        "ix_recordings_with_sound",
        "recordings",
        ["measured_at"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "undeliverable_numbers",
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone", name=op.f("pk_undeliverable_numbers")),
    )
    op.create_table(
        "sound_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_sound_holds_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sound_holds")),
    )
    op.create_index(
        "uq_sound_holds_message_id_now", "sound_holds", ["message_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
