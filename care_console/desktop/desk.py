"""What every action and query works with, and how it is put together and taken apart again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from care_console.desktop.backend.client import Backend
from care_console.desktop.backend.session import Session
from care_console.desktop.changes import Changes
from care_console.desktop.outbox.outbox import Outbox
from care_console.desktop.store.store import Store


@dataclass(frozen=True)
class Desk:
    """The parts below the screens."""

    backend: Backend
    store: Store
    outbox: Outbox
    changes: Changes
    session: Session

    async def close(self) -> None:
        """Close the connections and the store; what was not sent stays on disk. Cancel the tasks first."""
        raise NotImplementedError


async def assemble(server: str, data_dir: Path) -> Desk:
    """Open the store, take up the session in the keychain, load the outbox. Runs nothing by itself:

    start ``desk.outbox.run()`` and ``desk.backend.events()`` as tasks.
    """
    raise NotImplementedError
