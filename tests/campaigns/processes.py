"""The service's web and workers, each dying at one numbered point after another and started again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from tests.campaigns.fault_proxy import FaultProxy
from tests.campaigns.points import PROCESSOR, WEB, WEBHOOK, WORKER, Tally
from tests.campaigns.zygote import Incarnation, Zygote

Kind = tuple[list[str], tuple[str, ...]]
DOORS = 5
_PATIENCE_SECONDS = 60.0
"""How long a process is waited for to come by its points, before it dies where it happens to be."""


def kinds_for_refunds(ports: tuple[int, int]) -> list[Kind]:
    """Two web processes, one of which the card processor calls, and three workers."""
    first, second = (["web", "--processes", "1", "--port", str(port)] for port in ports)
    return [(first, WEB + WEBHOOK), (second, WEB), *[(["worker"], WORKER + PROCESSOR)] * 3]


class Undertaker:
    """Keeps processes running, and lets them die until there were enough deaths.

    `kinds`: the words of each, and the points at which it may die; `proxy`: what stands between them and the
    card processor, where anything does.
    """

    def __init__(
        self,
        zygote: Zygote,
        environment: Mapping[str, str],
        folder: Path,
        tally: Tally,
        kinds: Sequence[Kind],
        proxy: FaultProxy | None = None,
    ) -> None:
        self.tally = tally
        self.elsewhere = 0
        self._kinds = kinds
        self._zygote = zygote
        self._proxy = proxy
        self._environment = dict(environment)
        self._folder = folder  # of the logs, by which each tells where it died
        self._peace = asyncio.Event()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """The processes, for as long as the block lasts."""
        # One that ends by itself ends the campaign at once: with none left to ask, it would only wait.
        async with asyncio.TaskGroup() as group:
            slots = [
                group.create_task(self._keep(words, points, door))
                for door, (words, points) in enumerate(self._kinds)
            ]
            try:
                yield
            finally:
                for slot in slots:
                    slot.cancel()

    def make_peace(self) -> None:
        """From now on nobody dies any more."""
        self._peace.set()

    async def _keep(self, words: list[str], points: tuple[str, ...], door: int) -> None:
        log = self._folder / f"slot{door}.log"
        common = {"CAMPAIGN_LOG": str(log)}
        if self._proxy is not None:
            common["CARE_STRIPE_URL"] = self._proxy.doors[door]
        life: Incarnation | None = None
        try:
            while True:
                aims, passes = self.tally.aim(() if self._peace.is_set() else points)
                armed = {"CARE_DIE_AT": f"{','.join(aims.difference(PROCESSOR))}:{passes}"}
                life = await self._zygote.spawn(words, self._environment | common | armed)
                if self._proxy is not None:
                    self._proxy.watch(door, aims.intersection(PROCESSOR), life)
                await self._until_its_end(life, bool(aims), log)
        finally:
            if life is not None:
                await life.end(signal.SIGTERM)

    async def _until_its_end(self, life: Incarnation, is_to_die: bool, log: Path) -> None:
        peace = asyncio.create_task(self._peace.wait())
        try:
            limits = {life.ended, peace} if is_to_die else {life.ended}
            patience = _PATIENCE_SECONDS if is_to_die else None
            await asyncio.wait(limits, timeout=patience, return_when="FIRST_COMPLETED")
        finally:
            peace.cancel()
        if not life.is_over:
            self.elsewhere += 1
            await life.end(signal.SIGKILL)
            return
        last = _last_line(log)
        by_proxy = {} if self._proxy is None else self._proxy.killed
        point = by_proxy.pop(life.pid, last.removeprefix("dies at "))
        assert life.ended.result() == -signal.SIGKILL, f"ended by itself: {life.ended.result()}, {last}"
        self.tally.deaths[point] += 1


def _last_line(log: Path) -> str:
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines[-1] if lines else ""


@contextlib.contextmanager
def kept_port() -> Iterator[int]:
    """A port that is ours as long as the block lasts, whoever of ours listens on it, also while nobody does.

    The socket is bound here and never listens. Who binds it too, with SO_REUSEADDR as the service does, may
    listen; no other gets the port meanwhile, neither by binding to 0 nor as the near end of a connection.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
