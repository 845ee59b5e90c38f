"""Corrections of opt-outs, what was written when asking for an approval, and one open request about a thing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = "decision IS NULL AND withdrawn_at IS NULL"


def upgrade() -> None:
    """Go forward."""
    op.add_column("approvals", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.execute("UPDATE approvals SET withdrawn_by = requested_by WHERE withdrawn_at IS NOT NULL")
    op.add_column("approvals", sa.Column("asked_note", sa.Text(), server_default="", nullable=False))
    op.drop_index("uq_approvals_kind_subject", "approvals")
    for name, columns, unique in (
        ("uq_approvals_open_subject", ["kind", "subject"], True),
        ("ix_approvals_open_recipient_id", ["recipient_id"], False),
    ):
        op.create_index(name, "approvals", columns, unique=unique, postgresql_where=sa.text(_OPEN))
    op.create_index("ix_approvals_kind_subject", "approvals", ["kind", "subject"])
    _corrections()


def _corrections() -> None:
    for column in (
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("state_after", sa.Text(), nullable=True),
    ):
        op.add_column("consent_events", column)
    op.create_foreign_key(
        op.f("fk_consent_events_corrects_id"), "consent_events", "consent_events", ["corrects_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_consent_events_not_ones_own"), "consent_events", "approved_by <> actor"
    )
    op.create_index(
        "uq_consent_events_corrects_id",
        "consent_events",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
