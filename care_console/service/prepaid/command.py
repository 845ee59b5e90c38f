"""`care-console service prepaid ...`: accounts opened and filled from the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import phonenumbers

from care_console.contract.money import dollars
from care_console.service.at_hand import database_at_hand
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.trouble import Trouble
from care_console.service.prepaid.ledger import NotReversible, balance_cents
from care_console.service.prepaid.rules import (
    PIN_LENGTHS,
    AlreadyOpen,
    deposit_to,
    find_account,
    open_account,
    take_back,
)
from care_console.service.settings import Settings
from care_console.service.wiring import wired


def open_command(settings: Settings, phone: str, pin: str, deposit_cents: int) -> int:
    """Open an account for a phone."""
    if not (pin.isascii() and pin.isdecimal() and len(pin) in PIN_LENGTHS):
        raise Trouble("The PIN must be 4 to 8 digits. Nothing was opened.", 2)
    number = _checked(phone, deposit_cents)

    async def act(ctx: Context) -> str:
        try:
            account_id = await open_account(ctx, number, pin, deposit_cents)
        except AlreadyOpen as error:
            raise Trouble(
                "This phone has an account already; add to it with: prepaid deposit. Nothing moved."
            ) from error
        return f"Account {account_id} is open; it holds {dollars(await balance_cents(ctx, account_id))}."

    return _run(settings, act)


def deposit_command(settings: Settings, phone: str, amount_cents: int) -> int:
    """Add a deposit to a phone's account."""
    number = _checked(phone, amount_cents)

    async def act(ctx: Context) -> str:
        account_id = await find_account(ctx, number)
        if account_id is None or not amount_cents:
            raise Trouble("There is no account of this phone, or no amount. Nothing moved.")
        transaction_id = await deposit_to(ctx, account_id, amount_cents)
        return f"Deposit {transaction_id}; it holds {dollars(await balance_cents(ctx, account_id))}."

    return _run(settings, act)


def reverse_command(settings: Settings, deposit_id: int) -> int:
    """A bank took a deposit back."""

    async def act(ctx: Context) -> str:
        try:
            transaction_id = await take_back(ctx, deposit_id)
        except NotReversible as error:
            raise Trouble("There is no such deposit, or it was taken back already. Nothing moved.") from error
        return f"Deposit {deposit_id} is taken back by transaction {transaction_id}."

    return _run(settings, act)


def _checked(phone: str, cents: int) -> str:
    if not 0 <= cents <= 100_000:
        raise Trouble("A deposit is of 0 to 100000 cents. Nothing moved.", 2)
    number = as_us_phone(phone)
    if number is None:
        raise Trouble("This is no US phone number. Nothing moved.", 2)
    return number


def as_us_phone(text: str) -> str | None:
    """A US number in E.164, from however it was written; None for what is none."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if number.country_code == 1 and len(written) == 12 else None


def _run(settings: Settings, act: Callable[[Context], Awaitable[str]]) -> int:
    async def one(url: str) -> str:
        async with wired(settings, url) as services, services.database.begin() as connection:
            return await act(services.context(connection, SYSTEM, "command line"))

    with database_at_hand(settings) as url:
        told = asyncio.run(one(url))
    sys.stdout.write(f"{told}\n")
    return 0
