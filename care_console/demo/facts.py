"""What really happened: read from the service's database and the processor's journal, never the screen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """The database (by its URL), and the twins of card processor and SMS gateway (by their addresses)."""

    database: str
    processor: str
    texts: str

    def rows(self, query: str, *values: object) -> list[Row]:
        """What a query of ours finds."""
        with psycopg.connect(self.database, row_factory=dict_row, connect_timeout=10) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The first column of the one row that a query finds; None where it finds none."""
        found = self.rows(query, *values)
        return next(iter(found[0].values())) if found else None

    def entries(self, action: str, subject: str) -> int:
        """How many entries of the audit log there are of an action on something."""
        return int(
            self.one("SELECT count(*) FROM audit_entries WHERE action = %s AND subject = %s", action, subject)
        )

    def journal(self, what: str) -> list[Row]:
        """The processor's own lines of one kind."""
        answer = httpx.get(f"{self.processor}/journal", timeout=10, trust_env=False)
        lines = (json.loads(line) for line in answer.raise_for_status().text.splitlines())
        return [line for line in lines if what in (line.get("what"), line.get("kind"), line.get("event"))]


def read_facts(service_url: str, data_dir: Path) -> Facts:
    """Find the embedded database's socket in its own note, and the twins where the service says they are."""
    socket_folder = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    ready = httpx.get(f"{service_url}/readyz", timeout=10, trust_env=False).raise_for_status().json()
    twins = ready["twins"]
    return Facts(f"postgresql://postgres@/care?host={socket_folder}", twins["cards"], twins["sms"])
