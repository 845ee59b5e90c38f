"""Two desks in one process, a specialist's and a supervisor's, on the real service."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from care_console.contract.roles import Role
from care_console.desktop.app import DeskHandle, open_desk
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.shell import keys
from care_console.service.foundation.context import SYSTEM, Context
from care_console.service.settings import Settings
from care_console.service.staff.rules import add_staff
from care_console.service.wiring import wired
from tests.desktop.screens.care import Care
from tests.support.desks import until

_PASSWORD = "correct horse battery"
PATIENT = 60
"""Seconds: two processes and two windows share what the machine has."""


@contextlib.asynccontextmanager
async def staffed(database_url: str, folder: Path) -> AsyncIterator[Context]:
    """A database in which ana (a specialist) and sue (a supervisor) work, in a transaction for the rest."""
    async with (
        wired(Settings(data_dir=folder), database_url) as services,
        services.database.begin() as connection,
    ):
        ctx = services.context(connection, SYSTEM, "test")
        await add_staff(ctx, "ana", Role.SPECIALIST, _PASSWORD)
        await add_staff(ctx, "sue", Role.SUPERVISOR, _PASSWORD)
        yield ctx


@contextlib.asynccontextmanager
async def desk_of(url: str, login: str, folder: Path) -> AsyncIterator[DeskHandle]:
    """The desk of one of them, at the least size that it is made for."""
    handle = await open_desk(
        url, login, _PASSWORD, data_dir=folder, keychain=MemoryKeychain(), size=QSize(1366, 768)
    )
    try:
        yield handle
    finally:
        await handle.close()


async def turn_to(handle: DeskHandle) -> Care:
    """Have the keys go to this desk, whose person has not just committed anything."""
    keys.forget_commits()
    handle.window.activateWindow()
    await until(lambda: QApplication.activeWindow() is handle.window, PATIENT)
    return Care(handle, None)  # type: ignore[arg-type]
