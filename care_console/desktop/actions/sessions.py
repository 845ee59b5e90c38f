"""Signing in and out, with what that means for what the desk keeps."""

from __future__ import annotations

from care_console.contract.session import Staff
from care_console.desktop.desk import Desk


async def sign_in(desk: Desk, login: str, password: str) -> Staff:
    """Sign in. Somebody else's drafts and stories are gone from the store before it returns.

    Raises BackendFailure; Refused for a wrong login or password.
    """
    staff = await desk.session.sign_in(login, password)
    if await desk.store.belongs_to(staff.login):
        await desk.outbox.forget_people()
    await desk.store.set_fact("locked", None)
    return staff


async def sign_out(desk: Desk) -> None:
    """Sign out. Only what is still to be sent stays on disk; money in it then waits for its person's word."""
    await desk.outbox.hold_money()
    await desk.session.sign_out()
    await desk.outbox.forget_people()
    await desk.store.forget_people()
