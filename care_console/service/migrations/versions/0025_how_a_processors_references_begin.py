"""How the references begin by which a card processor knows our charges and refunds, noted as they come.

A message's reference is then known to be nobody else's by one look at these, in place of one at each index.
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TABLES = ("charges", "refunds")
# One for each statement, however many rows it stores.
_NOTE = """
    CREATE FUNCTION note_processor_beginnings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO reference_beginnings (beginning, table_name)
        SELECT beginning, TG_TABLE_NAME
        FROM (SELECT DISTINCT left(processor_ref, 3) AS beginning FROM stored) AS one
        WHERE beginning IS NOT NULL AND NOT EXISTS (
            SELECT FROM reference_beginnings AS known
            WHERE known.beginning = one.beginning AND known.table_name = TG_TABLE_NAME)
        ORDER BY beginning ON CONFLICT DO NOTHING;
        RETURN NULL;
    END
    $$
"""


def upgrade() -> None:
    """Of what is there, too."""
    op.execute(_NOTE)
    for table in _TABLES:
        for event in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER {table}_beginnings_{event.lower()} AFTER {event} ON {table} "
                "REFERENCING NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION note_processor_beginnings()"
            )
        op.execute(
            f"INSERT INTO reference_beginnings SELECT DISTINCT left(processor_ref, 3), '{table}' FROM {table} "
            "WHERE processor_ref IS NOT NULL ON CONFLICT DO NOTHING"
        )


def downgrade() -> None:
    """What was noted stays: a reference that begins so is looked up among all kinds of things."""
    for table in _TABLES:
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER {table}_beginnings_{event} ON {table}")
    op.execute("DROP FUNCTION note_processor_beginnings()")
