"""`care-console service staff ...`: accounts from the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from care_console.contract.roles import Role
from care_console.service.at_hand import database_at_hand
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings
from care_console.service.staff.rules import (
    UnknownLogin,
    WeakPassword,
    accounts,
    add_staff,
    disable,
    enable,
)
from care_console.service.wiring import wired

T = TypeVar("T")


def add_command(settings: Settings, login: str, role: Role, password: str) -> int:
    """Add an account, or give an existing one this role and password."""
    if not login or len(login) > 64 or not login.isprintable() or login != login.strip():
        raise Trouble("The login must be 1 to 64 printable characters, with no spaces around it.", 2)
    with database_at_hand(settings) as url:
        try:
            is_new = asyncio.run(
                _in_transaction(settings, url, lambda ctx: add_staff(ctx, login, role, password))
            )
        except WeakPassword as error:
            raise Trouble(f"{error} It is read from the first line of standard input.", 2) from error
    sys.stdout.write(f"{login} is {'added' if is_new else 'changed'}: {role.value}.\n")
    return 0


def switch_command(settings: Settings, login: str, *, on: bool) -> int:
    """Switch an account off, which ends its sessions, or on again."""
    with database_at_hand(settings) as url:
        try:
            changed = asyncio.run(
                _in_transaction(settings, url, lambda ctx: (enable if on else disable)(ctx, login))
            )
        except UnknownLogin:
            raise Trouble(f"Nobody has the login {login!r}; `staff list` names everybody.") from None
    state = "enabled" if on else "disabled"
    sys.stdout.write(f"{login} is {state}.\n" if changed else f"{login} was {state} already.\n")
    return 0


def list_command(settings: Settings) -> int:
    """List the accounts: login, role, since when, and whether they are switched off."""
    with database_at_hand(settings) as url:
        found = asyncio.run(_in_transaction(settings, url, accounts))
    for one in found:
        off = f"  disabled since {one.disabled_at:%Y-%m-%d %H:%M} UTC" if one.disabled_at else ""
        sys.stdout.write(f"{one.login}  {one.role.value}  since {one.created_at:%Y-%m-%d}{off}\n")
    if not found:
        sys.stdout.write("There is nobody. Add somebody: care-console service staff add LOGIN --role ROLE\n")
    return 0


async def _in_transaction(settings: Settings, url: str, act: Callable[[Context], Awaitable[T]]) -> T:
    async with wired(settings, url) as services, services.database.begin() as connection:
        return await act(services.context(connection, SYSTEM, "command line"))
