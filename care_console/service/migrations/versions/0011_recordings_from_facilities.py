"""Recordings from facilities: their keys, prices and pauses, what a recorder sent, and the copies of a sound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    for name in ("mp3_key", "louder_key"):
        op.add_column("recordings", sa.Column(name, sa.Text(), nullable=True))
    for name in ("copy_lufs", "copy_true_peak_dbfs"):
        op.add_column("recordings", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("recordings", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    _facilities()
    _intake()


def _facilities() -> None:
    op.create_table(
        "facility_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allowance", sa.Double(), nullable=False),
        sa.Column("allowance_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_facility_keys_facility_id_facilities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_facility_keys_key_hash")),
    )
    op.create_index(op.f("ix_facility_keys_facility_id"), "facility_keys", ["facility_id"])
    op.create_table(
        "price_steps",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("up_to_seconds", sa.SmallInteger(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_price_steps_facility_id_facilities")
        ),
        sa.CheckConstraint("up_to_seconds BETWEEN 1 AND 120", name=op.f("ck_price_steps_up_to_seconds")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_price_steps_price_cents")),
        sa.PrimaryKeyConstraint(
            "facility_id", "effective_from", "up_to_seconds", name=op.f("pk_price_steps")
        ),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_pauses_facility_id_facilities")
        ),
        sa.CheckConstraint(
            "(facility_id IS NULL) <> (phone IS NULL)", name=op.f("ck_pauses_facility_or_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    for name in ("facility_id", "phone"):
        op.create_index(
            f"uq_pauses_{name}_now", "pauses", [name], unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        )  # fmt: skip


def _intake() -> None:
    op.create_table(
        "sound_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sound_uploads")),
    )
    op.create_index(op.f("ix_sound_uploads_at"), "sound_uploads", ["at"])
    op.create_table(
        "intakes",
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("recorder_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_intakes_facility_id_facilities")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_intakes_message_id_messages")),
        sa.PrimaryKeyConstraint("facility_id", "recorder_id", name=op.f("pk_intakes")),
        sa.UniqueConstraint("message_id", name=op.f("uq_intakes_message_id")),
    )
