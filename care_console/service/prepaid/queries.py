"""Reading an account's ledger, a page at a time, with what the account held after each entry."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from care_console.contract.prepaid import LedgerEntry, LedgerKind, PrepaidAccount, PrepaidLedger
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges
from care_console.service.prepaid.tables import ledger_accounts, ledger_transactions
from care_console.service.prepaid.tables import ledger_entries as entries
from care_console.service.refunds.tables import refunds


async def ledger_page(ctx: Context, phone: str, cursor: str | None, limit: int) -> PrepaidLedger:
    """One page of the ledger of a phone's account, newest first; of no account, nothing."""
    found = await ctx.connection.execute(select(ledger_accounts).where(ledger_accounts.c.phone == phone))
    account = found.first()
    if account is None:
        return PrepaidLedger(items=[])
    query = _entries(account.id).limit(limit + 1)
    if cursor is not None:
        query = query.where(entries.c.id < decode_cursor(cursor, int)[1])
    rows = (await ctx.connection.execute(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return PrepaidLedger(
        items=await _with_balances(ctx, account.id, rows[:limit]),
        next_cursor=encode_cursor(last.at, last.id) if last is not None else None,
        account=PrepaidAccount(
            balance_cents=await _held(ctx, account.id, None),
            opened_at=account.opened_at,
            has_pin=account.pin_hash is not None,
        ),
    )


def _entries(account_id: int) -> Any:
    """An entry is of a charge by itself (a spend), or by the refund that gave back of one."""
    moved = ledger_transactions
    charge_id = func.coalesce(moved.c.charge_id, refunds.c.charge_id)
    return (
        select(
            entries.c.id,
            entries.c.transaction_id,
            entries.c.amount_cents,
            moved.c.kind,
            moved.c.at,
            moved.c.refund_id,
            moved.c.reverses_id,
            charges.c.id.label("charge_id"),
            charges.c.message_id,
            senders.c.name.label("sender"),
        )
        .join(moved, moved.c.id == entries.c.transaction_id)
        .outerjoin(refunds, refunds.c.id == moved.c.refund_id)
        .outerjoin(charges, charges.c.id == charge_id)
        .outerjoin(messages, messages.c.id == charges.c.message_id)
        .outerjoin(senders, senders.c.id == messages.c.sender_id)
        .where(entries.c.account_id == account_id)
        .order_by(entries.c.id.desc())
    )


async def _with_balances(ctx: Context, account_id: int, rows: Any) -> list[LedgerEntry]:
    """The entries; the first one's balance is the fold up to it, each next one's is less by the one above."""
    if not rows:
        return []
    held = await _held(ctx, account_id, rows[0].id)
    told = []
    for row in rows:
        told.append(_entry(row, held))
        held -= row.amount_cents
    return told


async def _held(ctx: Context, account_id: int, up_to: int | None) -> int:
    query = select(func.coalesce(func.sum(entries.c.amount_cents), 0)).where(
        entries.c.account_id == account_id
    )
    if up_to is not None:
        query = query.where(entries.c.id <= up_to)
    return int((await ctx.connection.execute(query)).scalar_one())


def _entry(row: Any, balance_cents: int) -> LedgerEntry:
    return LedgerEntry(
        id=str(row.id),
        transaction_id=str(row.transaction_id),
        kind=LedgerKind(row.kind),
        at=row.at,
        amount_cents=row.amount_cents,
        balance_cents=balance_cents,
        charge_id=_id(row.charge_id),
        refund_id=_id(row.refund_id),
        reverses=_id(row.reverses_id),
        message_id=_id(row.message_id),
        sender_name=row.sender,
    )


def _id(value: object) -> str | None:
    return None if value is None else str(value)
