"""Who somebody is stands in the index of those last heard of, too: a page of it is read without reading them.

Twenty people are forty pages, each somewhere else: half of what a page of them took of 2 million messages.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_INDEX = "ix_last_heard_phone_ending_at"
_ORDER: list[str | sa.TextClause] = [
    "phone_ending",
    sa.text("at DESC NULLS LAST"),
    sa.text("recipient_id DESC"),
]
_WHO = ("phone", "name", "language")
# An entry of an index has 2,704 bytes at most: a name of more characters than these is read where it stands.
_NAME = "CASE WHEN length(name) <= 200 THEN name END"
_NEWCOMERS = """
    CREATE OR REPLACE FUNCTION tell_of_newcomers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO last_heard (recipient_id, phone_ending{columns})
        SELECT id, right(phone, 4){values} FROM added ORDER BY id;
        RETURN NULL;
    END
    $$
"""
# In the order of their rows, as all that changes these.
_CHANGED = f"""
    CREATE FUNCTION tell_of_changed_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM last_heard WHERE recipient_id IN (SELECT id FROM changed) ORDER BY recipient_id FOR UPDATE;
        UPDATE last_heard AS known
        SET phone_ending = right(now.phone, 4), phone = now.phone, name = now.name, language = now.language
        FROM (SELECT id, phone, {_NAME} AS name, language FROM changed) AS now
        WHERE now.id = known.recipient_id
            AND (known.phone, known.name, known.language) IS DISTINCT FROM (now.phone, now.name, now.language);
        RETURN NULL;
    END
    $$
"""


def upgrade() -> None:
    """With a trigger for who is called otherwise than before."""
    for column in _WHO:
        op.add_column("last_heard", sa.Column(column, sa.Text, nullable=True))
    op.drop_index(_INDEX, "last_heard")
    op.execute(
        "UPDATE last_heard AS known SET phone = r.phone, name = r.name, language = r.language "
        f"FROM (SELECT id, phone, {_NAME} AS name, language FROM recipients) AS r WHERE r.id = known.recipient_id"
    )
    for column in ("phone", "language"):
        op.alter_column("last_heard", column, nullable=False)
    op.create_index(_INDEX, "last_heard", _ORDER, postgresql_include=["sender_id", *_WHO])
    op.execute(_NEWCOMERS.format(columns=", phone, name, language", values=f", phone, {_NAME}, language"))
    op.execute(_CHANGED)
    op.execute(
        "CREATE TRIGGER recipients_changed AFTER UPDATE ON recipients REFERENCING NEW TABLE AS changed "
        "FOR EACH STATEMENT EXECUTE FUNCTION tell_of_changed_recipients()"
    )


def downgrade() -> None:
    """Without it, each of a page is looked up."""
    op.execute("DROP TRIGGER recipients_changed ON recipients")
    op.execute("DROP FUNCTION tell_of_changed_recipients()")
    op.execute(_NEWCOMERS.format(columns="", values=""))
    op.drop_index(_INDEX, "last_heard")
    for column in _WHO:
        op.drop_column("last_heard", column)
    op.create_index(_INDEX, "last_heard", _ORDER, postgresql_include=["sender_id"])
