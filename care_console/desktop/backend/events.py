"""Reading the lines of a stream of server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, its data, and the id to go on from."""

    name: str
    data: str
    id: str | None


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Events as they come. Comments (the service's signs of life) and unknown fields are put aside."""
    name, data, last_id = "", list[str](), None
    async for line in lines:
        if line == "":
            if data:
                yield Event(name or "message", "\n".join(data), last_id)
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            last_id = value
