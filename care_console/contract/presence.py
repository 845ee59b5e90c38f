"""Who else has a story open: told by each desk every few seconds, forgotten a minute after the last time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from care_console.contract.base import Instant, Reply, Request
from care_console.contract.roles import Role

TELL_EVERY_SECONDS = 20
GONE_AFTER_SECONDS = 60


class Doing(StrEnum):
    """What somebody does with a story that they have open."""

    VIEWING = "viewing"
    ON_CALL = "on_call"
    REFUNDING = "refunding"


class OpenStory(Request):
    """One story that is open at a desk."""

    recipient_id: Annotated[str, Field(max_length=40)]
    doing: Doing


class PresenceRequest(Request):
    """`PUT /v1/presence`: all stories that are open at this desk now, and no others."""

    open: Annotated[list[OpenStory], Field(max_length=10)]


class Here(Reply):
    """Somebody else who has a story open."""

    recipient_id: str
    login: str
    role: Role
    doing: Doing
    since: Instant


class Presence(Reply):
    """Who else is at the stories that were told of, longest there first."""

    items: list[Here]
