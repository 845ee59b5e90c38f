"""Running an import in a test, and looking at the whole of what it left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from care_console.service.gateways.storage.files import open_storage
from care_console.service.imports.run import ImportReport, import_folder
from tests.support.postgres import Cluster

Import = Callable[..., Awaitable[ImportReport]]
Ask = Callable[[str], list[Any]]

# Every imported row without what is otherwise in each database: our ids and the moment of the import.
CONTENT = (
    "SELECT imported_id, name, state, timezone FROM facilities ORDER BY 1",
    "SELECT s.imported_id, s.name, booking_number, f.imported_id FROM senders s "
    "JOIN facilities f ON f.id = facility_id ORDER BY 1",
    "SELECT imported_id, phone, name, language, created_at FROM recipients ORDER BY 1",
    "SELECT m.imported_id, s.imported_id, r.imported_id, recorded_at, seconds, price_cents, privileged "
    "FROM messages m JOIN senders s ON s.id = sender_id JOIN recipients r ON r.id = recipient_id ORDER BY 1",
    "SELECT l.imported_id, m.imported_id, l.recipient_id = m.recipient_id, code, issued_at, expires_at, "
    "revoked_at, issued_by FROM links l JOIN messages m ON m.id = message_id ORDER BY 1",
    "SELECT t.imported_id, phone, m.imported_id, direction, kind, body, at, status, provider_id FROM texts t "
    "LEFT JOIN messages m ON m.id = message_id ORDER BY 1",
    "SELECT c.imported_id, m.imported_id, c.recipient_id = m.recipient_id, charged_at, amount_cents, method, "
    "brand, last4, status, processor_ref FROM charges c JOIN messages m ON m.id = message_id ORDER BY 1",
    "SELECT r.imported_id, c.imported_id, r.recipient_id = c.recipient_id, r.amount_cents, reason, state, "
    "requested_by, requested_at, r.processor_ref FROM refunds r JOIN charges c ON c.id = charge_id "
    "ORDER BY 1",
    "SELECT m.imported_id, p.recipient_id = m.recipient_id, played_at, seconds_played FROM plays p "
    "JOIN messages m ON m.id = message_id ORDER BY 1, 3, 4",
    "SELECT imported_id, phone, kind, channel, words, effective_at, actor FROM consent_events ORDER BY 1",
    "SELECT c.phone, state, since, c.channel, e.imported_id FROM consent_states c "
    "JOIN consent_events e ON e.id = event_id ORDER BY 1",
    "SELECT e.imported_id, reason FROM import_reviews r JOIN consent_events e ON e.id = consent_event_id "
    "ORDER BY 1",
    "SELECT m.imported_id, source_key, playable_key, codec FROM recordings r "
    "JOIN messages m ON m.id = message_id ORDER BY 1",
)


@pytest.fixture
def ask(database_url: str) -> Ask:
    """`ask("SELECT ...")`: the rows, from a connection of its own."""

    def rows(statement: str) -> list[Any]:
        with psycopg.connect(database_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    return rows


@pytest.fixture
def cluster_copy(cluster: Cluster) -> Iterator[str]:
    """A second new database, to compare with."""
    url = cluster.database()
    yield url
    cluster.drop(url)


@pytest.fixture
def run_import(database_url: str, tmp_path: Path) -> Import:
    """`await run_import(folder, ...)`: with sound kept in the test's own folder."""

    async def run(folder: Path, *, database: str = database_url, **arguments: Any) -> ImportReport:
        return await import_folder(database, folder, storage=open_storage(tmp_path / "kept"), **arguments)

    return run


def content(database_url: str) -> list[list[Any]]:
    """All that an import leaves, as it would be in any other database."""
    with psycopg.connect(database_url) as connection:
        return [connection.execute(statement.encode()).fetchall() for statement in CONTENT]
