"""The double-entry ledger of prepaid AdvanceConnect accounts: append only, each transaction sums to zero."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from care_console.service.foundation.database import at_column, id_column, metadata

# An account of a recipient's phone (kind 'recipient'), or one of the house's own (kind 'house').
ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("phone", Text, nullable=True, unique=True),
    Column("pin_hash", Text, nullable=True),
    at_column("opened_at"),
    CheckConstraint("kind IN ('recipient', 'house')", name="kind"),
    CheckConstraint("(kind = 'recipient') = (phone IS NOT NULL)", name="phone"),
)

ledger_transactions = Table(
    "ledger_transactions",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("charge_id", BigInteger, ForeignKey("charges.id"), nullable=True),
    Column("refund_id", UUID(as_uuid=True), ForeignKey("refunds.id"), nullable=True, unique=True),
    # The deposit that this one takes back, since a bank did; once each.
    Column("reverses_id", BigInteger, ForeignKey("ledger_transactions.id"), nullable=True, unique=True),
    at_column("at"),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    id_column(),
    Column("transaction_id", BigInteger, ForeignKey("ledger_transactions.id"), nullable=False, index=True),
    Column("account_id", BigInteger, ForeignKey("ledger_accounts.id"), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    CheckConstraint("amount_cents <> 0", name="amount_cents"),
    Index("ix_ledger_entries_account_id", "account_id", postgresql_include=["amount_cents"]),
)
