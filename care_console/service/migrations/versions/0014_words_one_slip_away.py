"""Words one slip of the finger away are found by an index: two such words share one with a letter left out.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The word and each form of it without one letter, and the index of those."""
    op.execute(
        text(
            """
            CREATE FUNCTION word_deletions(word text) RETURNS text[]
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT array_agg(DISTINCT overlay(word PLACING '' FROM place FOR 1)) || word
                FROM generate_series(1, length(word)) AS place
            $$
            """
        )
    )
    op.execute(text("CREATE INDEX ix_name_words_deletions ON name_words USING gin (word_deletions(word))"))


def downgrade() -> None:
    """Without them, misspelled names are found by trigrams alone."""
    op.execute(text("DROP INDEX ix_name_words_deletions"))
    op.execute(text("DROP FUNCTION word_deletions(text)"))
