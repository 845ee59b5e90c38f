"""A program that ends by an error without closing its desk has lost nothing, and nothing is thought lost."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from care_console.desktop.store.opening import new_key
from care_console.desktop.store.store import open_store
from tests.campaigns.store import FixedKeychain

_CODE = """
import asyncio, sys
from pathlib import Path
from care_console.desktop.store.store import open_store
from tests.campaigns.store import FixedKeychain

async def main():
    store = await open_store(Path(sys.argv[1]), FixedKeychain(sys.argv[2]))
    await store.save_draft("note", "r1", {"text": "half"})
    raise RuntimeError("ended by an error")

asyncio.run(main())
"""


@pytest.mark.asyncio
async def test_it_opens_plainly_afterwards(tmp_path: Path) -> None:
    key = new_key()
    done = await asyncio.create_subprocess_exec(sys.executable, "-c", _CODE, tmp_path, key, stderr=-1)
    assert b"ended by an error" in (await asyncio.wait_for(done.communicate(), 60))[1]
    store = await open_store(tmp_path, FixedKeychain(key))
    assert store.notice is None
    assert len(await store.drafts()) == 1
    await store.close()
