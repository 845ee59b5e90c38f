"""Signing in, staying signed in, and who one is."""

from __future__ import annotations

from pydantic import Field

from care_console.contract.base import Instant, Reply, Request
from care_console.contract.roles import Permission, Role


class SignIn(Request):
    """`POST /v1/session`."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024, repr=False)


class RefreshSession(Request):
    """`POST /v1/session/refresh`: a refresh token is good once."""

    refresh_token: str = Field(min_length=1, max_length=256, repr=False)


class Staff(Reply):
    """A person at the desk."""

    login: str
    role: Role


class SignedIn(Reply):
    """The tokens of a session. The access token ends at `expires_at`, the session at `session_ends_at`."""

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    expires_at: Instant
    session_ends_at: Instant
    staff: Staff


class WhoAmI(Reply):
    """`GET /v1/session`: who is signed in, and what they may do."""

    staff: Staff
    may: list[Permission]
    session_ends_at: Instant
