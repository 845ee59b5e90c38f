"""The ledger's moves. A balance is the fold of its entries; the database refuses a sum that is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Query
from care_console.service.prepaid.tables import ledger_accounts, ledger_entries, ledger_transactions

SALES = "house:sales"
DEPOSITS = "house:deposits"
LOSSES = "house:losses"


_LOCK = Query(
    select(ledger_accounts.c.id).where(ledger_accounts.c.id == bindparam("account")).with_for_update()
)
_NAMED = Query(select(ledger_accounts.c.id).where(ledger_accounts.c.name == bindparam("name")))
_TRANSACTION = Query(insert(ledger_transactions).returning(ledger_transactions.c.id))
_ENTRY = Query(insert(ledger_entries))
_BALANCE = Query(
    select(func.coalesce(func.sum(ledger_entries.c.amount_cents), 0)).where(
        ledger_entries.c.account_id == bindparam("account")
    )
)


class NotEnough(Exception):
    """The account holds less than is asked for. Nothing moved."""


class NotReversible(Exception):
    """There is no such deposit, or a bank took it back already. Nothing moved."""


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


async def deposit(ctx: Context, account_id: int, amount_cents: int) -> int:
    """Money that came in for an account; the transaction's id."""
    house = await house_account(ctx, DEPOSITS)
    return await post(ctx, "deposit", [Entry(account_id, amount_cents), Entry(house, -amount_cents)])


async def spend(ctx: Context, account_id: int, amount_cents: int, charge_id: int) -> int:
    """Pay a charge from an account. The account is locked, so two at once spend what one of them leaves."""
    await lock_account(ctx, account_id)
    if await balance_cents(ctx, account_id) < amount_cents:
        raise NotEnough
    sales = await house_account(ctx, SALES)
    entries = [Entry(account_id, -amount_cents), Entry(sales, amount_cents)]
    return await post(ctx, "spend", entries, charge_id=charge_id)


async def reverse(ctx: Context, deposit_id: int) -> int:
    """A bank took a deposit back: all of it leaves the account, and what was spent of it the house covers.

    Both are entries of the account, the cover first: its ledger tells of it, and never falls below zero.
    """
    query = (
        select(ledger_entries.c.account_id, ledger_entries.c.amount_cents)
        .join(ledger_transactions, ledger_transactions.c.id == ledger_entries.c.transaction_id)
        .where(
            ledger_transactions.c.id == deposit_id,
            ledger_transactions.c.kind == "deposit",
            ledger_entries.c.amount_cents > 0,
        )
    )
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise NotReversible
    await lock_account(ctx, row.account_id)
    done = select(ledger_transactions.c.id).where(ledger_transactions.c.reverses_id == deposit_id)
    if (await ctx.connection.execute(done)).first() is not None:
        raise NotReversible
    spent = max(0, row.amount_cents - await balance_cents(ctx, row.account_id))
    entries = []
    if spent:
        entries += [Entry(await house_account(ctx, LOSSES), -spent), Entry(row.account_id, spent)]
    entries += [
        Entry(row.account_id, -row.amount_cents),
        Entry(await house_account(ctx, DEPOSITS), row.amount_cents),
    ]
    return await post(ctx, "reversal", entries, reverses_id=deposit_id)


async def lock_account(ctx: Context, account_id: int) -> None:
    """Hold an account until the transaction ends."""
    await ctx.connection.execute(_LOCK, {"account": account_id})


async def account_of_phone(ctx: Context, phone: str) -> int:
    """The account of a phone, opened where there is none, held until the transaction ends."""
    values = {"kind": "recipient", "name": f"recipient:{phone}", "phone": phone, "opened_at": ctx.now}
    return await _find_or_open(ctx, values)


async def house_account(ctx: Context, name: str) -> int:
    """One of the house's own accounts. It is not locked: only recipients' must not fall below zero."""
    found = (await ctx.connection.execute(_NAMED, {"name": name})).scalar_one_or_none()
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
    reverses_id: int | None = None,
) -> int:
    """Post one transaction; its entries sum to zero, which the database checks again at commit."""
    if sum(entry.amount_cents for entry in entries) != 0:
        raise ValueError("a ledger transaction must sum to zero")
    values = {
        "kind": kind,
        "charge_id": charge_id,
        "refund_id": refund_id,
        "reverses_id": reverses_id,
        "at": ctx.now,
    }
    transaction_id: int = (await ctx.connection.execute(_TRANSACTION, values)).scalar_one()
    rows = [
        {"transaction_id": transaction_id, "account_id": entry.account_id, "amount_cents": entry.amount_cents}
        for entry in entries
    ]
    for row in rows:
        await ctx.connection.write(_ENTRY, row)
    return transaction_id


async def balance_cents(ctx: Context, account_id: int) -> int:
    """What an account holds, in cents."""
    return int((await ctx.connection.execute(_BALANCE, {"account": account_id})).scalar_one())


async def _find_or_open(ctx: Context, values: dict[str, object]) -> int:
    opened = await ctx.connection.execute(
        upsert(ledger_accounts)
        .values(values)
        .on_conflict_do_update(index_elements=["name"], set_={"name": values["name"]})
        .returning(ledger_accounts.c.id)
    )
    return int(opened.scalar_one())
