"""What every action and query works with, and how it is put together and taken apart again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.client import Backend
from care_console.desktop.backend.session import Session
from care_console.desktop.backend.wire import Timeouts, Wire
from care_console.desktop.changes import Changes
from care_console.desktop.keychain import Keychain, open_keychain
from care_console.desktop.outbox.outbox import Outbox
from care_console.desktop.store.store import Store, open_store


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
        await self.backend.close()
        await self.store.close()


async def assemble(
    server: str,
    folder: Path,
    *,
    keychain: Keychain | None = None,
    timeouts: Timeouts | None = None,
    backoff: Backoff | None = None,
) -> Desk:
    """Open the store in a folder, take up the session in the keychain, load the outbox.

    Runs nothing by itself: start ``desk.outbox.run()`` and ``desk.backend.events()`` as tasks. `keychain`:
    the system's where none is given. Raises OSError for an unusable folder.
    """
    keychain = keychain or await open_keychain()
    changes = Changes()
    wire = Wire(server, timeouts=timeouts)
    session = Session(wire, keychain, changes)
    backend = Backend(wire, session, changes, backoff=backoff)
    store = await open_store(folder, keychain)
    outbox = Outbox(backend, store, changes, **({"backoff": backoff} if backoff else {}))
    await outbox.load()
    await session.restore()
    return Desk(backend, store, outbox, changes, session)
