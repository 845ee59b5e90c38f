"""What can be paused, and what is paused now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from care_console.contract.base import Page
from care_console.contract.facilities import ListedFacility
from care_console.contract.pauses import Pause
from care_console.contract.phone import display_phone
from care_console.contract.recipients import RecipientStory
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk


@dataclass(frozen=True, slots=True)
class Pausable:
    """A number (E.164) or a facility (by its id), one of both, and how it is shown.

    `recipient_id`: whose story a number is paused from.
    """

    title: str
    phone: str | None = None
    facility_id: str | None = None
    recipient_id: str | None = None

    @property
    def subject_id(self) -> str:
        """What tells it from all others."""
        return self.phone or self.facility_id or ""

    @classmethod
    def of_story(cls, story: RecipientStory) -> Self:
        """The number of a caller."""
        return cls(display_phone(story.phone), phone=story.phone, recipient_id=story.id)

    @classmethod
    def of_facility(cls, facility: ListedFacility) -> Self:
        """A facility of the list."""
        return cls(f"{facility.name}, {facility.state}", facility_id=facility.id)

    @classmethod
    def of_pause(cls, pause: Pause) -> Self:
        """What a pause is of."""
        if pause.phone is not None:
            return cls(display_phone(pause.phone), phone=pause.phone)
        title = ", ".join(part for part in (pause.facility_name, pause.facility_state) if part)
        return cls(title, facility_id=pause.facility_id)


async def pause_of(desk: Desk, thing: Pausable) -> Pause | None:
    """The pause of it that lasts; None where it is not paused. Raises BackendFailure."""
    asked = {"phone": thing.phone, "facility_id": thing.facility_id}
    page = await desk.backend.get(path("pauses"), Page[Pause], asked)
    return page.items[0] if page.items else None


async def pauses_page(desk: Desk, cursor: str | None, limit: int) -> Page[Pause]:
    """One page of what is paused now, the newest first. Raises BackendFailure."""
    return await desk.backend.get(path("pauses"), Page[Pause], {"cursor": cursor, "limit": limit})


async def facilities_page(desk: Desk, words: str, cursor: str | None, limit: int) -> Page[ListedFacility]:
    """One page of the facilities whose names the words begin, by name. Raises BackendFailure."""
    asked = {"q": words, "cursor": cursor, "limit": limit}
    return await desk.backend.get(path("facilities"), Page[ListedFacility], asked)
