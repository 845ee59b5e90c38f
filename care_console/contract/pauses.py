"""Pausing a facility or a number: nothing is taken from the one, no text goes to the other, until it ends."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from care_console.contract.base import E164, Instant, Reply, Request, WrittenText


class PauseRequest(Request):
    """`POST /v1/pauses`: what to pause, a facility (by its id) or a number, and why."""

    facility_id: str | None = None
    phone: E164 | None = None
    reason: WrittenText

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.facility_id is None) == (self.phone is None):
            raise ValueError("name a facility or a number, one of both")
        return self


class Pause(Reply):
    """A pause, and who ended it when; both null while it lasts. `facility_state`: two letters."""

    id: str
    facility_id: str | None = None
    facility_name: str | None = None
    facility_state: str | None = None
    phone: str | None = None
    reason: str
    since: Instant
    actor: str
    ended_at: Instant | None = None
    ended_by: str | None = None
