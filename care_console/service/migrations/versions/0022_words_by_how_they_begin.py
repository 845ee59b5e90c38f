"""Whether any name has a word that begins so, an index tells, before all who have the other words are read."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By pattern: a beginning is a range of it whatever the server's locale."""
    op.create_index(
        "ix_name_words_begin", "name_words", ["word"], postgresql_ops={"word": "text_pattern_ops"}
    )


def downgrade() -> None:
    """Without it, everybody whose name begins as one of the words is read."""
    op.drop_index("ix_name_words_begin", "name_words")
