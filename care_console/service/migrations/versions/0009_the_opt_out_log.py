"""The opt-out log: its orders, how many rows it holds, held numbers, and which texts an opt-out cancelled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_IN_THE_LOG = "kind IN ('opt_out', 'hold')"
_ORDERS = {
    "ix_consent_events_log_channel": ["channel", "kind"],
    "ix_consent_events_log_actor": ["actor", "channel", "kind"],
}


def upgrade() -> None:
    """Go forward."""
    for name, columns in _ORDERS.items():
        order: list[str | sa.TextClause] = [*columns, sa.text("effective_at DESC"), sa.text("id DESC")]
        op.create_index(name, "consent_events", order, postgresql_where=sa.text(_IN_THE_LOG))
    op.create_index(
        "ix_consent_states_held", "consent_states", ["event_id"], postgresql_where=sa.text("state = 'held'")
    )
    _tallies()
    op.add_column("texts", sa.Column("cancelled_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_texts_cancelled_by"), "texts", "consent_events", ["cancelled_by"], ["id"])
    op.create_index(
        "ix_texts_cancelled_by",
        "texts",
        ["cancelled_by"],
        postgresql_where=sa.text("cancelled_by IS NOT NULL"),
    )


def _tallies() -> None:
    columns = ("kind", "channel", "actor")
    for table, grouped in (("opt_out_tallies", columns[:2]), ("opt_out_tallies_by_actor", columns)):
        op.create_table(
            table,
            sa.Column("day", sa.Date(), nullable=False),
            *(sa.Column(name, sa.Text(), nullable=False) for name in grouped),
            sa.Column("n", sa.BigInteger(), nullable=False),
        )
    op.create_index("ix_opt_out_tallies_day", "opt_out_tallies", ["day"])
    op.create_index("ix_opt_out_tallies_by_actor_actor_day", "opt_out_tallies_by_actor", ["actor", "day"])
    # Once a statement, not once a row: an import inserts millions. Rows of the log are never changed or deleted
    # (migration 0002), so inserts are all there is to count.
    _run(
        f"""
        CREATE FUNCTION tally_opt_outs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {_counting("inserted")}
            RETURN NULL;
        END $$
        """
    )
    _run(
        "CREATE TRIGGER consent_events_tally AFTER INSERT ON consent_events REFERENCING NEW TABLE AS inserted "
        "FOR EACH STATEMENT EXECUTE FUNCTION tally_opt_outs()"
    )
    # The trigger's lock keeps everybody else from inserting until this commits, so nothing is counted twice.
    _run(_counting("consent_events"))


def _counting(table: str) -> str:
    day = "(effective_at AT TIME ZONE 'UTC')::date"
    return f"""
        INSERT INTO opt_out_tallies (day, kind, channel, n)
        SELECT {day}, kind, channel, count(*) FROM {table} WHERE {_IN_THE_LOG} GROUP BY 1, 2, 3;
        INSERT INTO opt_out_tallies_by_actor (day, kind, channel, actor, n)
        SELECT {day}, kind, channel, actor, count(*) FROM {table} WHERE {_IN_THE_LOG} GROUP BY 1, 2, 3, 4;
    """


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
