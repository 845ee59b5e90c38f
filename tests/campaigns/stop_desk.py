"""The desk of the campaign of STOPs: takes them as it is told, and says what it has on disk and what is done.

One word a line on its standard input: a phone to stop. It says ``taken ID PHONE`` once the STOP is on disk,
``done ID OPT_OUT`` once it would show that the service has done it, and first of all ``notice SENTENCE``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from care_console.contract.consent import OptOut
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.backend.wire import Timeouts
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk, assemble
from care_console.desktop.keychain import MemoryKeychain

_QUICK = Backoff(first_seconds=0.02, most_seconds=0.3)
_PATIENCE = Timeouts(connect=3, read=3, events=10)


class FileKeychain(MemoryKeychain):
    """A keychain that outlives the desk, as the system's does."""

    durable = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._look()

    async def read(self, name: str) -> str | None:
        self._look()
        return await super().read(name)

    def _look(self) -> None:
        """Other desks write too."""
        self._secrets = json.loads(self._path.read_text()) if self._path.exists() else {}

    async def write(self, name: str, secret: str) -> bool:
        await super().write(name, secret)
        self._keep()
        return True

    async def forget(self, name: str) -> None:
        await super().forget(name)
        self._keep()

    def _keep(self) -> None:
        new = self._path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(self._secrets))
        os.replace(new, self._path)


def main(words: list[str]) -> int:
    """``SERVER FOLDER LOGIN PASSWORD``: run until killed."""
    asyncio.run(_run(words[0], Path(words[1]), words[2], words[3]))
    return 0


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def _run(server: str, folder: Path, login: str, password: str) -> None:
    keychain = FileKeychain(folder.with_name(f"{folder.name}.keychain"))
    desk = await assemble(server, folder, keychain=keychain, timeouts=_PATIENCE, backoff=_QUICK)
    _say(f"notice {desk.store.notice or ''}")
    desk.changes.subscribe(lambda change: _tell(desk, change))
    sending = asyncio.create_task(desk.outbox.run())
    while desk.session.staff is None:
        try:
            await sign_in(desk, login, password)
        except BackendFailure:
            await asyncio.sleep(0.1)
    _say("ready")
    lines: asyncio.StreamReader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(0, "rb", 0)
    )
    stops = set()
    while phone := (await lines.readline()).decode().strip():
        stop = asyncio.create_task(_stop(desk, phone))
        stops.add(stop)
        stop.add_done_callback(stops.discard)
    await sending


async def _stop(desk: Desk, phone: str) -> None:
    row = await stop_texts(
        desk,
        phone=phone,
        words=f"stop texting {phone}",
        received_at=datetime.now(UTC),
        call_id=None,
        recipient_id=None,
    )
    _say(f"taken {row.id} {phone}")


def _tell(desk: Desk, change: Announcement) -> None:
    """What a window would show as done, at the moment at which it would."""
    if change.kind is not LocalKind.OUTBOX:
        return
    answer = desk.outbox.answer(UUID(change.id))
    if isinstance(answer, OptOut):
        _say(f"done {change.id} {answer.id}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
