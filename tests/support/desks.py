"""Desks without a window for tests: put together on a real store and keychain, and run on the test's loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.wire import Timeouts
from care_console.desktop.desk import Desk, assemble
from care_console.desktop.keychain import Keychain
from tests.support.keyring_session import keyring_session, missing_tools

QUICK = Backoff(first_seconds=0.02, most_seconds=0.1)
SHORT = Timeouts(connect=2, read=1.0, events=5)


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for a condition, no longer than needed and no longer than the limit."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is of many kinds
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def a_desk(
    server: str, folder: Path, *, works: bool = True, listens: bool = False, keychain: Keychain | None = None
) -> AsyncIterator[Desk]:
    """A desk; `works`: its outbox runs, `listens`: so does its event stream."""
    desk = await assemble(server, folder, keychain=keychain, timeouts=SHORT, backoff=QUICK)
    tasks = [asyncio.create_task(desk.outbox.run())] if works else []
    tasks += [asyncio.create_task(desk.backend.events())] if listens else []
    try:
        yield desk
        assert not any(task.done() for task in tasks), "the outbox or the event stream ended by itself"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await desk.close()


@pytest.fixture(scope="session")
def keyring_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One unlocked keychain for the run, for this process and for those that it starts."""
    missing = missing_tools()
    if missing:
        pytest.fail(f"install {' and '.join(missing)}: these tests use a real keychain")
    import keyring.core

    before = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    with keyring_session(tmp_path_factory.mktemp("keyring")) as environment:
        os.environ.update(environment)
        keyring.core.init_backend()
        yield environment
        os.environ.pop("DBUS_SESSION_BUS_ADDRESS")
        if before is not None:
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = before


@pytest.fixture
def folder(keyring_environment: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    """Where a test's desk keeps its file; the keychain is there too, with nobody's session in it."""
    yield tmp_path / "desk"
    _forget_sessions()


def _forget_sessions() -> None:
    """Sessions are kept by the service's address, and a later test's service may get this one's port."""
    import keyring
    from keyring.backends.SecretService import Keyring

    backend = keyring.get_keyring()
    assert isinstance(backend, Keyring), f"these tests use a Secret Service, and this is {backend}"
    for item in backend.get_preferred_collection().search_items({"service": "care-console"}):
        if item.get_attributes()["username"].startswith("session "):
            item.delete()
