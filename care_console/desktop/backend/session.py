"""Who is signed in, with the tokens in the system's keychain, and one refresh however many calls need it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from care_console.contract.roles import Permission
from care_console.contract.session import Staff


class SessionState(StrEnum):
    """Whether somebody is signed in. `expired`: somebody was, and their work is kept until they are again."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"


class Session:
    """The signed-in person. Every change of `state` is announced (SESSION, id = the state's word)."""

    @property
    def state(self) -> SessionState:
        """Whether somebody is signed in."""
        raise NotImplementedError

    @property
    def staff(self) -> Staff | None:
        """Who is, or (expired) was, signed in."""
        raise NotImplementedError

    @property
    def ends_at(self) -> datetime | None:
        """When the session ends whatever happens."""
        raise NotImplementedError

    def may(self, permission: Permission) -> bool:
        """Whether the person's role holds a permission; only for what to show, the service decides."""
        raise NotImplementedError

    async def restore(self) -> SessionState:
        """Take up the session that the keychain holds, if any."""
        raise NotImplementedError

    async def sign_in(self, login: str, password: str) -> Staff:
        """Open a session. Raises Refused (wrong login or password, too many tries), NotSent, ..."""
        raise NotImplementedError

    async def sign_out(self) -> None:
        """End the session here, and at the service where it can be reached."""
        raise NotImplementedError
