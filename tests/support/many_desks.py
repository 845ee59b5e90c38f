"""Many desks on one folder at once, each a process of its own: opens, writes, and closes or just dies.

``python -m tests.support.many_desks FOLDER KEYCHAIN SEED SLOTS LIVES`` forks them, and prints what each life
said as a line of JSON: what it wrote, what notice it had, and why it failed if it did.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from care_console.desktop.store.store import open_store
from tests.campaigns.stop_desk import FileKeychain

_DIES = 0.3


async def _live(folder: Path, keychain: Path, chance: random.Random, name: str) -> None:
    told: dict[str, Any] = {"written": [], "notice": None, "failure": None}
    dies = chance.random() < _DIES
    try:
        store = await open_store(folder, FileKeychain(keychain))
        told["notice"] = store.notice
        for number in range(chance.randint(0, 4)):
            subject = f"{name}.{number}"
            await store.save_draft("note", subject, {"text": "x" * chance.randint(1, 9000)})
            told["written"].append(subject)
            await store.keep("story", f"r{chance.randint(0, 9)}", "y" * 2000, datetime.now(UTC))
        if not dies:
            await store.close()
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is told
        told["failure"] = f"{type(failure).__name__}: {failure}"
    os.write(1, json.dumps(told).encode() + b"\n")
    os._exit(0)  # as a kill: nothing is closed that was not


def _slot(folder: Path, keychain: Path, seed: int, lives: int) -> None:
    for life in range(lives):
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            chance = random.Random(seed * 1000 + life)
            asyncio.run(_live(folder, keychain, chance, f"{seed}.{life}"))


def main() -> None:
    """Fork the slots, and wait for all."""
    folder, keychain = Path(sys.argv[1]), Path(sys.argv[2])
    seed, slots, lives = (int(word) for word in sys.argv[3:6])
    children = []
    for slot in range(slots):
        child = os.fork()
        if not child:
            _slot(folder, keychain, seed * 100 + slot, lives)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
