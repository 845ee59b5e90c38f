"""When a refund was last tried and read, approvals taken back, and a ledger that two spenders cannot overdraw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    for name in ("attempted_at", "read_at"):
        op.add_column("refunds", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE refunds SET attempted_at = submitted_at")
    op.add_column("approvals", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_approvals_open", "approvals")
    op.create_index(
        "ix_approvals_open",
        "approvals",
        ["requested_at", "id"],
        postgresql_where=sa.text("decision IS NULL AND withdrawn_at IS NULL"),
    )
    _guard_balances()


def _guard_balances() -> None:
    # Each of two spenders sees only its own entries until it commits: the account's row is the lock, so
    # that the second adds up after the first is done.
    op.get_bind().exec_driver_sql(
        """
        CREATE OR REPLACE FUNCTION check_ledger_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            account_kind text;
        BEGIN
            IF (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries
                WHERE transaction_id = NEW.transaction_id) <> 0 THEN
                RAISE EXCEPTION 'ledger transaction %% does not sum to zero', NEW.transaction_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            SELECT kind INTO account_kind FROM ledger_accounts WHERE id = NEW.account_id;
            IF account_kind = 'recipient' AND NEW.amount_cents < 0 THEN
                PERFORM FROM ledger_accounts WHERE id = NEW.account_id FOR NO KEY UPDATE;
                IF (SELECT coalesce(sum(amount_cents), 0) FROM ledger_entries
                    WHERE account_id = NEW.account_id) < 0 THEN
                    RAISE EXCEPTION 'ledger account %% would fall below zero', NEW.account_id
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
            RETURN NULL;
        END $$
        """
    )
