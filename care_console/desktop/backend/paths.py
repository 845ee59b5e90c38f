"""The service's addresses of things, with ids made safe to stand in a path."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID


def path(*parts: str | UUID) -> str:
    """``path("recipients", id)`` is ``/v1/recipients/<id>``; an id can never leave its place in it."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)
