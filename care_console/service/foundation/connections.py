"""What every rule speaks to the database through: in the service over pools, in an import over its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from care_console.service.foundation.rows import Rows
from care_console.service.foundation.statements import Asked, Statement, Values


class Connection(Protocol):
    """A connection in a transaction, or one for reading, of which each round trip is one."""

    async def execute(self, statement: Statement, values: Values = None) -> Rows:
        """What one statement gives; with several sets of values, what it gives with each."""

    async def together(self, *asked: Asked) -> list[Rows]:
        """What several statements give, in their order; in one round trip where that can be."""

    async def write(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Do what gives nothing. It may wait for the next round trip, at the latest for the commit."""
