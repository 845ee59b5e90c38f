"""Reading the lines of a stream of server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name and its data."""

    name: str
    data: str


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Events as they come. Comments (the service's signs of life) and other fields are put aside."""
    name, data = "", list[str]()
    async for line in lines:
        if line == "":
            if data:
                yield Event(name or "message", "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
