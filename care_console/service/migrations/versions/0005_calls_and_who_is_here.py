"""Calls to care that were wrapped up, and who has which story open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("began_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('cannot_hear', 'no_link', 'charged_twice', 'stop', 'what_charge', 'expired', 'other')",
            name=op.f("ck_contacts_reason"),
        ),
        sa.CheckConstraint(
            "disposition IN ('refund_asked', 'awaits_approval', 'link_sent', 'texts_stopped', 'explained', "
            "'unresolved')",
            name=op.f("ck_contacts_disposition"),
        ),
        sa.CheckConstraint("began_at <= ended_at", name=op.f("ck_contacts_in_order")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_contacts_recipient_id")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_contacts_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_recipient_id_ended_at",
        "contacts",
        ["recipient_id", sa.text("ended_at DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "presences",
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "recipient_id", name=op.f("pk_presences")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_presences_recipient_id"), "presences", ["recipient_id"])
