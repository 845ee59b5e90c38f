"""A real Kannel for tests: bearerbox and smsbox, with a carrier behind them that speaks SMPP."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import carrier

_CONF = """
group = core
admin-port = {admin}
admin-password = none
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
store-type = spool
store-location = {folder}/spool
dlr-storage = spool
dlr-spool = {folder}/receipts
log-file = {folder}/bearerbox.log
log-level = 1

group = smsc
smsc = smpp
smsc-id = carrier
host = 127.0.0.1
port = {carrier}
smsc-username = care
smsc-password = carrier
system-type = none
transceiver-mode = true
reconnect-delay = 1
enquire-link-interval = 2

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-file = {folder}/smsbox.log
log-level = 1
http-request-retry = 30
http-queue-delay = 1

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
    boxes = [tool for tool in ("bearerbox", "smsbox") if shutil.which(tool) is None]
    return boxes + carrier.missing_tools()


@dataclass
class Kannels:
    """A running Kannel, and the carrier behind it."""

    folder: Path
    ports: dict[str, int]
    carrier: carrier.Carrier
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _kept: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where its smsbox takes texts."""
        return f"http://127.0.0.1:{self.ports['sendsms']}"

    @property
    def handed(self) -> list[dict[str, Any]]:
        """What the carrier took: `to`, `from`, `text`, in the order of taking."""
        return self.carrier.lines("text")

    async def start(self) -> None:
        """Both boxes."""
        await self._box("bearerbox", self.ports["boxes"])
        await self._box("smsbox", self.ports["sendsms"])

    async def kill(self) -> None:
        """kill -9 both boxes. What they had taken is on their disk."""
        for name in ("smsbox", "bearerbox"):
            await self._end(name, signal.SIGKILL)

    async def start_smsbox(self) -> None:
        """The box that takes texts, after it was killed."""
        await self._box("smsbox", self.ports["sendsms"])

    async def kill_smsbox(self) -> None:
        """kill -9 the box that takes texts."""
        await self._end("smsbox", signal.SIGKILL)

    async def say(self, phone: str, words: str) -> None:
        """Somebody texts the short code."""
        await self.carrier.say(phone, words)

    async def close(self) -> None:
        """End all of it."""
        await self.kill()
        await self.carrier.close()

    async def _box(self, name: str, port: int) -> None:
        await self._begin(name)
        self._kept[name] = asyncio.create_task(self._keep(name), name=f"keeping {name}")
        async with asyncio.timeout(START_SECONDS):
            while not await _answers(port):  # noqa: ASYNC110 - it is another process that begins to listen
                await asyncio.sleep(0.05)

    async def _begin(self, name: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as out:
            self._running[name] = await asyncio.create_subprocess_exec(
                name, str(self.folder / "kannel.conf"), stdout=out, stderr=out
            )

    async def _keep(self, name: str) -> None:
        """Begin it anew whenever it ends by itself, as whatever keeps Kannel running does: a smsbox that is
        asked for a text before it has its bearerbox panics (gwlib/conn.c, `conn != NULL`)."""
        while True:
            await self._running[name].wait()
            await asyncio.sleep(0.1)  # as often, and no oftener
            await self._begin(name)

    async def _end(self, name: str, how: signal.Signals) -> None:
        keeping = self._kept.pop(name, None)
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        process = self._running.pop(name, None)
        if process is not None:
            with suppress(ProcessLookupError):
                process.send_signal(how)
            await process.wait()


@asynccontextmanager
async def kannel(folder: Path, service: str) -> AsyncIterator[Kannels]:
    """A Kannel that calls `service` back."""
    behind = carrier.Carrier(folder)
    ports = {name: free_port() for name in ("admin", "boxes", "sendsms")}
    for name in ("spool", "receipts"):
        (folder / name).mkdir()
    running = Kannels(folder, ports, behind)
    try:
        await behind.start()
        told = ports | {"carrier": behind.port}
        (folder / "kannel.conf").write_text(_CONF.format(folder=folder, service=service, **told))
        await running.start()
        yield running
    finally:
        await running.close()


def free_port() -> int:
    """A port that nobody listens on just now."""
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
