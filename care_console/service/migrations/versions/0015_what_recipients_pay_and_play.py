"""Payment pages, what a page calls a play, and deposits that a bank took back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "checkouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("processor_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_checkouts_amount_cents")),
        sa.CheckConstraint(
            "state IN ('opening', 'open', 'paid', 'expired', 'failed')", name=op.f("ck_checkouts_state")
        ),
        sa.ForeignKeyConstraint(["charge_id"], ["charges.id"], name=op.f("fk_checkouts_charge_id_charges")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_checkouts_link_id_links")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_checkouts_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkouts")),
        sa.UniqueConstraint("processor_id", name=op.f("uq_checkouts_processor_id")),
    )
    op.create_index(op.f("ix_checkouts_message_id"), "checkouts", ["message_id"])
    op.create_index(
        "uq_checkouts_open",
        "checkouts",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('opening', 'open')"),
    )
    op.add_column("plays", sa.Column("report_key", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_plays_report_key"), "plays", ["report_key"])
    op.add_column("ledger_transactions", sa.Column("reverses_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_ledger_transactions_reverses_id"), "ledger_transactions", ["reverses_id"]
    )
    op.create_foreign_key(
        op.f("fk_ledger_transactions_reverses_id_ledger_transactions"),
        "ledger_transactions",
        "ledger_transactions",
        ["reverses_id"],
        ["id"],
    )
