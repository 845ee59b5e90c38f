"""The ledger's moves. A balance is the fold of its entries; the database refuses a sum that is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.service.foundation.context import Context
from care_console.service.prepaid.tables import ledger_accounts, ledger_entries, ledger_transactions

SALES = "house:sales"


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a transaction, in cents: above zero it adds to the account."""

    account_id: int
    amount_cents: int


async def give_back(ctx: Context, phone: str, amount_cents: int, refund_id: UUID) -> None:
    """Return money of a prepaid charge to the AdvanceConnect account of a phone, once for each refund."""
    account = await account_of_phone(ctx, phone)
    sales = await house_account(ctx, SALES)
    await post(
        ctx, "refund", [Entry(account, amount_cents), Entry(sales, -amount_cents)], refund_id=refund_id
    )


async def account_of_phone(ctx: Context, phone: str) -> int:
    """The account of a phone, opened where there is none, held until the transaction ends."""
    values = {"kind": "recipient", "name": f"recipient:{phone}", "phone": phone, "opened_at": ctx.now}
    return await _find_or_open(ctx, values)


async def house_account(ctx: Context, name: str) -> int:
    """One of the house's own accounts. It is not locked: only recipients' must not fall below zero."""
    query = select(ledger_accounts.c.id).where(ledger_accounts.c.name == name)
    found = (await ctx.connection.execute(query)).scalar_one_or_none()
    if found is not None:
        return int(found)
    return await _find_or_open(ctx, {"kind": "house", "name": name, "opened_at": ctx.now})


async def post(
    ctx: Context,
    kind: str,
    entries: list[Entry],
    *,
    charge_id: int | None = None,
    refund_id: UUID | None = None,
) -> int:
    """Post one transaction; its entries sum to zero, which the database checks again at commit."""
    if sum(entry.amount_cents for entry in entries) != 0:
        raise ValueError("a ledger transaction must sum to zero")
    values = {"kind": kind, "charge_id": charge_id, "refund_id": refund_id, "at": ctx.now}
    posted = await ctx.connection.execute(
        insert(ledger_transactions).values(values).returning(ledger_transactions.c.id)
    )
    transaction_id: int = posted.scalar_one()
    rows = [
        {"transaction_id": transaction_id, "account_id": entry.account_id, "amount_cents": entry.amount_cents}
        for entry in entries
    ]
    await ctx.connection.execute(insert(ledger_entries), rows)
    return transaction_id


async def balance_cents(ctx: Context, account_id: int) -> int:
    """What an account holds, in cents."""
    query = select(func.coalesce(func.sum(ledger_entries.c.amount_cents), 0)).where(
        ledger_entries.c.account_id == account_id
    )
    return int((await ctx.connection.execute(query)).scalar_one())


async def _find_or_open(ctx: Context, values: dict[str, object]) -> int:
    opened = await ctx.connection.execute(
        upsert(ledger_accounts)
        .values(values)
        .on_conflict_do_update(index_elements=["name"], set_={"name": values["name"]})
        .returning(ledger_accounts.c.id)
    )
    return int(opened.scalar_one())
