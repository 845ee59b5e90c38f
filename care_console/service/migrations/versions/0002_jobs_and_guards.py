"""The job queue's own tables, and guards that hold whatever the code above them does."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entries", "consent_events", "ledger_transactions", "ledger_entries")


def upgrade() -> None:
    """Go forward."""
    _run(SchemaManager.get_schema())
    _run(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in APPEND_ONLY:
        _run(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    _guard_ledger()


def _guard_ledger() -> None:
    # Deferred to the commit: a transaction's entries come one after the other, and must sum to zero then.
    _run(
        """
        CREATE FUNCTION check_ledger_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries
                WHERE transaction_id = NEW.transaction_id) <> 0 THEN
                RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF EXISTS (SELECT FROM ledger_accounts WHERE id = NEW.account_id AND kind = 'recipient')
               AND (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries
                    WHERE account_id = NEW.account_id) < 0 THEN
                RAISE EXCEPTION 'ledger account % would fall below zero', NEW.account_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    _run(
        "CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_transaction()"
    )


def _run(statement: str) -> None:
    # Straight to the driver, with no parameters: the text may hold percent signs and colons.
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
