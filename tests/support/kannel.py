"""A real Kannel for tests: bearerbox and smsbox, with the carrier behind them played by the test.

The carrier's side is Kannel's own `fake` connection: lines of text over TCP, `from to text WORDS`.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_CONF = """
group = core
admin-port = {admin}
admin-password = none
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
store-type = spool
store-location = {folder}/spool
dlr-storage = internal
log-file = {folder}/bearerbox.log
log-level = 1

group = smsc
smsc = fake
host = 127.0.0.1
port = {carrier}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-file = {folder}/smsbox.log
log-level = 1

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{service}/gateways/sms/kannel/inbound?from=%p&to=%P&text=%b&id=%I&time=%T&coding=%c&charset=%C"

group = sendsms-user
username = care-console
password = of-the-tests
"""
START_SECONDS = 30.0


def missing_tools() -> list[str]:
    """What of the machine is missing for it."""
    return [tool for tool in ("bearerbox", "smsbox") if shutil.which(tool) is None]


@dataclass
class Kannels:
    """A running Kannel, and what its carrier was handed."""

    folder: Path
    ports: dict[str, int]
    handed: list[str] = field(default_factory=list)
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _carrier: asyncio.StreamWriter | None = None
    _listening: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where its smsbox takes texts."""
        return f"http://127.0.0.1:{self.ports['sendsms']}"

    async def start(self) -> None:
        """Both boxes, and the carrier's connection."""
        await self._box("bearerbox", self.ports["boxes"])
        await self._box("smsbox", self.ports["sendsms"])
        reader, self._carrier = await asyncio.open_connection("127.0.0.1", self.ports["carrier"])
        self._listening = asyncio.create_task(self._take(reader))

    async def start_smsbox(self) -> None:
        """The box that takes texts, after it was killed."""
        await self._box("smsbox", self.ports["sendsms"])

    async def kill_smsbox(self) -> None:
        """kill -9 the box that takes texts."""
        await self._end("smsbox", signal.SIGKILL)

    async def say(self, phone: str, words: str) -> None:
        """Somebody texts the short code."""
        assert self._carrier is not None
        self._carrier.write(f"{phone} 33297 text {words}\n".encode())
        await self._carrier.drain()

    async def close(self) -> None:
        """End all of it."""
        if self._carrier is not None:
            self._carrier.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        for name in ("smsbox", "bearerbox"):
            await self._end(name, signal.SIGKILL)

    async def _take(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            self.handed.append(line.decode(errors="replace").rstrip("\n"))

    async def _box(self, name: str, port: int) -> None:
        out = (self.folder / f"{name}.out").open("ab")
        self._running[name] = await asyncio.create_subprocess_exec(
            name, str(self.folder / "kannel.conf"), stdout=out, stderr=out
        )
        out.close()
        async with asyncio.timeout(START_SECONDS):
            while not await _answers(port):  # noqa: ASYNC110 - it is another process that begins to listen
                await asyncio.sleep(0.05)

    async def _end(self, name: str, how: signal.Signals) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            with suppress(ProcessLookupError):
                process.send_signal(how)
            await process.wait()


@asynccontextmanager
async def kannel(folder: Path, service: str) -> AsyncIterator[Kannels]:
    """A Kannel that calls `service` back."""
    ports = {name: _free_port() for name in ("admin", "boxes", "carrier", "sendsms")}
    (folder / "spool").mkdir()
    (folder / "kannel.conf").write_text(_CONF.format(folder=folder, service=service, **ports))
    running = Kannels(folder, ports)
    try:
        await running.start()
        yield running
    finally:
        await running.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
