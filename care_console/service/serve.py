"""Serving: the socket first, then the database, the twins, the parts, and only then `listening on`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from types import FrameType

import uvicorn

from care_console.service.app import make_app
from care_console.service.at_hand import database_at_hand
from care_console.service.foundation.http_protocol import QuickHttpProtocol
from care_console.service.foundation.logging import set_up_logging
from care_console.service.foundation.loop import run_loop
from care_console.service.foundation.niceness import give_way
from care_console.service.foundation.services import Services
from care_console.service.foundation.trouble import Trouble
from care_console.service.own_address import told_address
from care_console.service.processes import Several, share_of, until_alone
from care_console.service.settings import Settings
from care_console.service.twins import card_twin, sms_twin, with_card_twin, with_sms_twin
from care_console.service.wiring import wired
from care_console.service.worker import run_worker

_STOP_SECONDS = 10
_NICE = 5
"""A third of the weight of a process that answers requests (Linux gives 335 to its 1024)."""
_OBJECTS_BETWEEN_LOOKS = 20_000
"""A request makes hundreds that free themselves; by Python's own 700 every second request pays for a look."""


def serve(settings: Settings, host: str, port: int, *, with_jobs: bool, processes: int = 1) -> int:
    """Serve until told to stop (SIGINT, SIGTERM), in this process or in several of its own.

    The jobs are done in this process, so with them it is the only one.
    """
    set_up_logging()
    stop = _Stop()
    with _bound(host, port) as listening, database_at_hand(settings) as database_url:
        address = "http://{}:{}".format(*listening.getsockname()[:2])
        with told_address(settings, address), _with_twins(settings, database_url, address) as (told, twins):
            if processes > 1:
                stop.is_answered = True
                share = share_of(told, processes)
                several = Several(processes, _serve_as_one, (share, database_url, listening, twins))
                several.run(lambda: _say_listening(address))
            else:
                say_ready = partial(_say_listening, address)
                run_loop(_serve(told, database_url, listening, twins, stop.answered(say_ready), with_jobs))
    return 0


def _serve_as_one(
    ready: Connection,
    settings: Settings,
    database_url: str,
    listening: socket.socket,
    twins: dict[str, str],
) -> None:
    """One process of several: serves until it is told to stop, or until whoever began it is gone."""
    set_up_logging()
    say_ready = _Stop().answered(partial(ready.send, True))
    run_loop(_serve(settings, database_url, listening, twins, say_ready, with_jobs=False))


def _say_listening(address: str) -> None:
    sys.stdout.write(f"listening on {address}\n")
    sys.stdout.flush()


def work(settings: Settings) -> int:
    """Do jobs until told to stop."""
    give_way(_NICE)  # requests go before jobs: a STOP is waited for, a queued text is not
    set_up_logging()
    _Stop()
    with database_at_hand(settings) as database_url, _with_twins(settings, database_url, None) as (told, _):
        run_loop(_work(told, database_url))
    return 0


class _Stop:
    """SIGTERM and SIGINT end the process by unwinding it, so that the twin and the database are stopped too.

    The web server answers them itself while it serves, and raises them again afterwards: then they are spent.
    """

    def __init__(self) -> None:
        self.is_answered = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    def answered(self, say_ready: Callable[[], None]) -> Callable[[], None]:
        """Say that it is ready, since when the web server answers signals."""

        def said() -> None:
            self.is_answered = True
            say_ready()

        return said

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if not self.is_answered:
            sys.exit(128 + number)


@contextlib.contextmanager
def _with_twins(
    settings: Settings, database_url: str, service_url: str | None
) -> Iterator[tuple[Settings, dict[str, str]]]:
    """On an embedded database a twin stands in for each outside party that is not set."""
    twins: dict[str, str] = {}
    if settings.database_url is not None:
        yield settings, twins
        return
    settings = _reached_at(settings, service_url)
    with contextlib.ExitStack() as stack:
        if not settings.stripe_key.get_secret_value():
            cards = stack.enter_context(card_twin(settings.data_dir, database_url, service_url))
            settings, twins["cards"] = with_card_twin(settings, cards), cards.url
        if settings.kannel_url is None:
            sms = stack.enter_context(sms_twin(settings.data_dir, service_url))
            settings, twins["sms"] = with_sms_twin(settings, sms, service_url), sms.url
        yield settings, twins


def _reached_at(settings: Settings, service_url: str | None) -> Settings:
    """To try it out, links lead to this very service, unless an address is set for them."""
    if service_url is None or "public_url" in settings.model_fields_set:
        return settings
    told = settings.on_statements
    return settings.model_copy(update={"public_url": service_url, "statement_descriptor": told})


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would leave Nagle's delay on: 40 ms for each answer of more than one segment.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except (OSError, OverflowError) as error:
            told = (
                f"Cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}".rstrip(".")
                + "."
            )
            raise Trouble(f"{told} Choose another --port; 0 picks a free one.") from error
        yield listening


async def _serve(
    settings: Settings,
    database_url: str,
    listening: socket.socket,
    twins: dict[str, str],
    say_ready: Callable[[], None],
    with_jobs: bool,
) -> None:
    async with wired(settings, database_url, twins=twins) as services, _jobs(services, with_jobs):
        app = make_app(services)
        _spare_what_stays()
        config = uvicorn.Config(
            app,
            http=QuickHttpProtocol,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        server = _Server(config, services, say_ready)
        async with until_alone(server.stop):
            await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Says when it is ready, and ends the event streams before it waits for the rest."""

    def __init__(self, config: uvicorn.Config, services: Services, say_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._services = services
        self._say_ready = say_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say_ready()

    def stop(self) -> None:
        """As a signal would."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._services.events.close()
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def _jobs(services: Services, wanted: bool) -> AsyncIterator[None]:
    if not wanted:
        yield
        return
    working = asyncio.create_task(run_worker(services), name="worker")
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _spare_what_stays() -> None:
    """Not look through what stays for good, again and again, for what has become garbage.

    With everything imported one such look takes a tenth of a second, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)


async def _work(settings: Settings, database_url: str) -> None:
    async with wired(settings, database_url) as services:
        _spare_what_stays()
        working = asyncio.create_task(run_worker(services), name="worker")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, working.cancel)
        sys.stdout.write("working\n")
        sys.stdout.flush()
        await asyncio.gather(working, return_exceptions=True)
