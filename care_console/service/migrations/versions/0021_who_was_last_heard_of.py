"""Of whom something was heard last stands in an index by the end of the phone: a page of it is read, not all.

Four digits end a hundred of a million phones: to look up the newest message of each, and rank them, took
11 ms of the 12 that such a find took.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_FILL = """
    INSERT INTO last_heard (recipient_id, phone_ending, at, message_id, sender_id)
    SELECT r.id, right(r.phone, 4), newest.recorded_at, newest.id, newest.sender_id
    FROM recipients AS r LEFT JOIN (
        SELECT DISTINCT ON (recipient_id) recipient_id, recorded_at, id, sender_id FROM messages
        ORDER BY recipient_id, recorded_at DESC, id DESC) AS newest ON newest.recipient_id = r.id
    ORDER BY r.id
"""
# In the order of their rows, so that two who tell of the same people wait for each other in the same order.
_NEWCOMERS = """
    CREATE FUNCTION tell_of_newcomers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO last_heard (recipient_id, phone_ending) SELECT id, right(phone, 4) FROM added ORDER BY id;
        RETURN NULL;
    END
    $$
"""
_NEWEST = """
    CREATE FUNCTION tell_of_the_newest_message() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE last_heard AS known
        SET at = newest.recorded_at, message_id = newest.id, sender_id = newest.sender_id
        FROM (SELECT DISTINCT ON (recipient_id) recipient_id, recorded_at, id, sender_id FROM added
              ORDER BY recipient_id, recorded_at DESC, id DESC) AS newest
        WHERE known.recipient_id = newest.recipient_id
            AND (known.at IS NULL OR (known.at, known.message_id) < (newest.recorded_at, newest.id));
        RETURN NULL;
    END
    $$
"""
_TRIGGERS = {"recipients": "tell_of_newcomers", "messages": "tell_of_the_newest_message"}


def upgrade() -> None:
    """The table, filled for what is there, and kept by triggers, one for each statement that adds."""
    op.create_table(
        "last_heard",
        sa.Column("recipient_id", sa.BigInteger, nullable=False),
        sa.Column("phone_ending", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("sender_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("recipient_id", name="pk_last_heard"),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name="fk_last_heard_recipient_id"),
    )
    op.execute(_FILL)
    op.create_index(
        "ix_last_heard_phone_ending_at",
        "last_heard",
        ["phone_ending", sa.text("at DESC NULLS LAST"), sa.text("recipient_id DESC")],
        postgresql_include=["sender_id"],
    )
    op.execute(_NEWCOMERS)
    op.execute(_NEWEST)
    for table, function in _TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {table}_last_heard AFTER INSERT ON {table} "
            f"REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Without it, the newest message of each whose phone ends so is looked up."""
    for table, function in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER {table}_last_heard ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("last_heard")
