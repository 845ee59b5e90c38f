"""Secrets in the system's keychain, by keyring; with none worth the name, in memory alone."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from care_console.desktop.one_thread import OneThread

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)
_APP = "care-console"
_PATIENCE_SECONDS = 20.0
"""How long a keychain may take, a prompt to unlock it included, before the desk goes on without it."""


class KeychainUnavailable(Exception):
    """The keychain is there and gives nothing out: locked, its prompt dismissed, or gone."""


class Keychain(Protocol):
    """Where secrets are. `durable`: whether they are there after a restart."""

    @property
    def durable(self) -> bool:
        """Whether secrets outlive this program."""

    async def read(self, name: str) -> str | None:
        """The secret, or None where there is none. Raises KeychainUnavailable where that cannot be told."""

    async def write(self, name: str, secret: str) -> bool:
        """Put a secret in the place of the one before. False where it will not outlive the program."""

    async def forget(self, name: str) -> None:
        """Remove a secret; none is fine."""


class MemoryKeychain:
    """For a machine with no keychain: nothing outlives the program."""

    durable = False

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    async def read(self, name: str) -> str | None:
        """The secret, or None."""
        return self._secrets.get(name)

    async def write(self, name: str, secret: str) -> bool:
        """Hold a secret."""
        self._secrets[name] = secret
        return False

    async def forget(self, name: str) -> None:
        """Drop a secret."""
        self._secrets.pop(name, None)


class SystemKeychain:
    """The system's own. Once it fails (locked, gone), what is written is held in memory from then on."""

    durable = True

    def __init__(self, backend: KeyringBackend, thread: OneThread) -> None:
        self._backend = backend
        self._thread = thread
        self._memory = MemoryKeychain()

    async def read(self, name: str) -> str | None:
        """The secret, or None."""
        held = await self._memory.read(name)
        if held is not None:
            return held
        try:
            return await asyncio.wait_for(
                self._thread.run(self._backend.get_password, _APP, name), _PATIENCE_SECONDS
            )
        except Exception as failure:
            raise KeychainUnavailable(type(failure).__name__) from failure

    async def write(self, name: str, secret: str) -> bool:
        """Write a secret; one that the system will not take is held in memory."""
        try:
            await asyncio.wait_for(
                self._thread.run(self._backend.set_password, _APP, name, secret), _PATIENCE_SECONDS
            )
        except Exception as failure:  # noqa: BLE001 - each system's keychain fails with errors of its own
            _log.warning("the keychain took no secret (%s); it is held in memory", type(failure).__name__)
            return await self._memory.write(name, secret)
        await self._memory.forget(name)
        return True

    async def forget(self, name: str) -> None:
        """Remove a secret."""
        from keyring.errors import KeyringError, PasswordDeleteError

        await self._memory.forget(name)
        try:
            await self._thread.run(self._backend.delete_password, _APP, name)
        except PasswordDeleteError:
            _log.debug("nothing under that name in the keychain")
        except KeyringError as failure:
            _log.warning("the keychain forgot nothing (%s)", type(failure).__name__)


async def open_keychain() -> Keychain:
    """The system's keychain where it works and is safe, else one in memory."""
    thread = OneThread("keychain")
    try:
        backend = await asyncio.wait_for(thread.run(_working_backend), _PATIENCE_SECONDS)
    except Exception as failure:  # noqa: BLE001 - each system's keychain fails with errors of its own
        _log.warning("no keychain: %s", type(failure).__name__)
        backend = None
    if backend is None:
        thread.stop(patience_seconds=0)
        return MemoryKeychain()
    return SystemKeychain(backend, thread)


def _working_backend() -> KeyringBackend | None:
    """The backend to use, having answered once. None below keyring's "recommended" priority of 1: those

    keep secrets in plain text or not at all.
    """
    import keyring
    from keyring.backend import get_all_keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    several = isinstance(chosen, ChainerBackend)
    candidates = (
        [one for one in get_all_keyring() if not isinstance(one, ChainerBackend)] if several else [chosen]
    )
    safe = [one for one in candidates if _priority(one) >= 1]
    if not safe:
        return None
    best = max(safe, key=_priority)
    best.get_password(_APP, "probe")
    return best


def _priority(backend: KeyringBackend) -> float:
    try:
        return float(backend.priority)
    except RuntimeError:
        return 0.0
