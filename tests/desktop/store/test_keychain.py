"""Which keychains are good enough to hold a token or a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from care_console.desktop.keychain import MemoryKeychain, SystemKeychain, open_keychain
from care_console.desktop.store.store import open_store

pytestmark = pytest.mark.asyncio


class Plain(KeyringBackend):
    """As the backends that keep plain text rate themselves."""

    priority = 0.5  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("nobody may ask it")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nobody may tell it")


class Locked(KeyringBackend):
    """Good enough, open at first, then locked by its owner."""

    priority = 5  # type: ignore[assignment]
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


# keyring finds every backend that is defined: these two are for the tests that choose them, and for no other.
KeyringBackend._classes -= {Plain, Locked}  # type: ignore[attr-defined]


@pytest.fixture
def chosen(keyring_environment: dict[str, str]) -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize("backend", [Plain(), null.Keyring(), fail.Keyring()], ids=["plain", "null", "fail"])
async def test_what_keeps_secrets_badly_or_not_at_all_is_refused(
    chosen: None, backend: KeyringBackend
) -> None:
    keyring.set_keyring(backend)
    assert isinstance(await open_keychain(), MemoryKeychain)


async def test_a_keychain_locked_meanwhile_leaves_the_desk_working_in_memory(
    chosen: None, tmp_path: Path
) -> None:
    backend = Locked()
    keyring.set_keyring(backend)
    keychain = await open_keychain()
    assert isinstance(keychain, SystemKeychain)
    assert not await keychain.write("token", "t")
    assert await keychain.read("token") == "t"
    store = await open_store(tmp_path / "desk", keychain)
    assert "nothing is kept on disk" in (store.notice or "")
    await store.close()
    backend.locked = True
    store = await open_store(tmp_path / "desk", keychain)
    assert "nothing is kept on disk" in (store.notice or "")
    await store.close()
