"""AdvanceConnect accounts: opening one, and letting in who knows its PIN, a few tries at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum

import argon2
from sqlalchemy import bindparam, func, select, update

from care_console.contract.audit import Action, Outcome
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Query
from care_console.service.prepaid.ledger import account_of_phone, deposit, lock_account, reverse
from care_console.service.prepaid.tables import ledger_accounts, ledger_entries
from care_console.service.recipients.news import announce_people_on

# A PIN of four digits has ten thousand values: fifteen tries a day leave a thief years, and its owner enough.
TRIES = ((timedelta(minutes=15), 5), (timedelta(days=1), 15))
"""So many wrong PINs within so long; then the right one is not heard either, until the time is over."""

PIN_LENGTHS = range(4, 9)

# All PINs there are can be tried against a stored hash, whatever one try costs: the count of tries above
# is what guards a PIN. So one costs what OWASP asks of argon2id at the least, not ten times that a payment.
_hasher = argon2.PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
_NOBODYS_HASH = _hasher.hash("no account, checked so that an unknown phone takes as long")

_OF_PHONE = Query(
    select(ledger_accounts.c.id, ledger_accounts.c.pin_hash).where(
        ledger_accounts.c.phone == bindparam("phone")
    )
)
_TRIES_SINCE = Query(
    select(func.count())
    .select_from(audit_entries)
    .where(
        audit_entries.c.subject == bindparam("subject"),
        audit_entries.c.at > bindparam("since"),
        audit_entries.c.action == Action.PREPAID_REFUSED,
    )
)


class PinAnswer(StrEnum):
    """What came of a PIN. Who asks is never told whether there is an account of that phone at all."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_MANY = "too_many"


class AlreadyOpen(Exception):
    """The phone has an account with a PIN already."""


async def open_account(ctx: Context, phone: str, pin: str, deposit_cents: int) -> int:
    """Open a phone's account, with its first deposit. One that a refund opened gets its PIN."""
    account_id = await account_of_phone(ctx, phone)
    query = select(ledger_accounts.c.pin_hash).where(ledger_accounts.c.id == account_id)
    if (await ctx.connection.execute(query)).scalar_one() is not None:
        raise AlreadyOpen
    await _keep_pin(ctx, account_id, pin)
    await record(ctx, Action.PREPAID_OPENED, _subject(account_id))
    if deposit_cents:
        await deposit_to(ctx, account_id, deposit_cents)
    return account_id


async def deposit_to(ctx: Context, account_id: int, amount_cents: int) -> int:
    """A deposit and its entry; the transaction's id."""
    transaction_id = await deposit(ctx, account_id, amount_cents)
    details: dict[str, Json] = {"transaction": str(transaction_id), "amount_cents": amount_cents}
    await record(ctx, Action.PREPAID_DEPOSITED, _subject(account_id), details=details)
    await announce_account(ctx, account_id)
    return transaction_id


async def take_back(ctx: Context, deposit_id: int) -> int:
    """A bank took a deposit back; the transaction's id, and its entry. Raises NotReversible."""
    transaction_id = await reverse(ctx, deposit_id)
    details: dict[str, Json] = {"transaction": str(transaction_id)}
    await record(ctx, Action.PREPAID_REVERSED, f"deposit:{deposit_id}", details=details)
    of_deposit = (
        select(ledger_entries.c.account_id)
        .join(ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id)
        .where(ledger_entries.c.transaction_id == deposit_id, ledger_accounts.c.phone.is_not(None))
    )
    await announce_account(ctx, (await ctx.connection.execute(of_deposit)).scalar_one())
    return transaction_id


async def announce_account(ctx: Context, account_id: int) -> None:
    """Tell the desks that money moved in an account, for each recipient on its phone."""
    its_phone = select(ledger_accounts.c.phone).where(ledger_accounts.c.id == account_id)
    phone = (await ctx.connection.execute(its_phone)).scalar_one_or_none()
    if phone is not None:
        await announce_people_on(ctx, phone)


async def find_account(ctx: Context, phone: str) -> int | None:
    """The account of a phone, where there is one."""
    account = (await ctx.connection.execute(_OF_PHONE, {"phone": phone})).first()
    return None if account is None else int(account.id)


async def account_by_pin(ctx: Context, phone: str, pin: str) -> tuple[PinAnswer, int]:
    """The account of a phone for who knows its PIN. A wrong one is an entry, by which tries are counted.

    The account's row is held: of many tries at once each counts those before it.
    """
    account = (await ctx.connection.execute(_OF_PHONE, {"phone": phone})).first()
    if account is None or account.pin_hash is None:
        await asyncio.to_thread(_matches, _NOBODYS_HASH, pin)
        await record(ctx, Action.PREPAID_REFUSED, "prepaid:none", outcome=Outcome.REFUSED)
        return PinAnswer.WRONG, 0
    await lock_account(ctx, account.id)
    if await _tried_too_often(ctx, account.id):
        return PinAnswer.TOO_MANY, 0
    if not await asyncio.to_thread(_matches, account.pin_hash, pin):
        await record(ctx, Action.PREPAID_REFUSED, _subject(account.id), outcome=Outcome.REFUSED)
        return PinAnswer.WRONG, 0
    if _hasher.check_needs_rehash(account.pin_hash):  # it was kept at another cost
        await _keep_pin(ctx, account.id, pin)
    return PinAnswer.RIGHT, int(account.id)


async def _keep_pin(ctx: Context, account_id: int, pin: str) -> None:
    pin_hash = await asyncio.to_thread(_hasher.hash, pin)
    await ctx.connection.execute(
        update(ledger_accounts).where(ledger_accounts.c.id == account_id).values(pin_hash=pin_hash)
    )


async def _tried_too_often(ctx: Context, account_id: int) -> bool:
    for window, most in TRIES:
        asked = {"subject": _subject(account_id), "since": ctx.now - window}
        if (await ctx.connection.execute(_TRIES_SINCE, asked)).scalar_one() >= most:
            return True
    return False


def _matches(stored: str, pin: str) -> bool:
    try:
        return _hasher.verify(stored, pin)
    except argon2.exceptions.VerificationError:
        return False


def _subject(account_id: int) -> str:
    return f"prepaid:{account_id}"
