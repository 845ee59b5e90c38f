"""`care-console service staff add`: an account from the command line."""

from __future__ import annotations

import asyncio
import sys

from care_console.contract.roles import Role
from care_console.service.at_hand import database_at_hand
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings
from care_console.service.staff.rules import WeakPassword, add_staff
from care_console.service.wiring import wired


def add_command(settings: Settings, login: str, role: Role, password: str) -> int:
    """Add an account, or give an existing one this role and password."""
    if not login or len(login) > 64 or not login.isprintable() or login != login.strip():
        raise Trouble("The login must be 1 to 64 printable characters, with no spaces around it.", 2)
    with database_at_hand(settings) as url:
        try:
            is_new = asyncio.run(_add(settings, url, login, role, password))
        except WeakPassword as error:
            raise Trouble(f"{error} It is read from the first line of standard input.", 2) from error
    sys.stdout.write(f"{login} is {'added' if is_new else 'changed'}: {role.value}.\n")
    return 0


async def _add(settings: Settings, url: str, login: str, role: Role, password: str) -> bool:
    async with wired(settings, url) as services, services.database.begin() as connection:
        return await add_staff(services.context(connection, SYSTEM, "command line"), login, role, password)
