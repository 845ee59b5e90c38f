"""Starts, seeks and stops the preview player many times, in a process of its own: its failure is a hang.

Usage: endurance.py ROUNDS. Prints one JSON line: how many rounds of each format were done, the most sounds
that were in memory at once, and any file that appeared.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")

import qasync
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))
from sounds import FORMATS, make_sound

from care_console.desktop.screens.preview.player import RATES, PlayerState, PreviewPlayer

STEP_LIMIT_SECONDS = 10
SEEK_TO_MS = 500


class Watch:
    """Waits for what the player says, each time with a limit."""

    def __init__(self, player: PreviewPlayer) -> None:
        self.player = player
        self.position = 0
        self._changed = asyncio.Event()
        player.state_changed.connect(lambda _state: self._changed.set())
        player.position_changed.connect(self._moved)
        player.forgotten.connect(self._changed.set)

    def _moved(self, position: int) -> None:
        self.position = position
        self._changed.set()

    async def until(self, holds: Any, what: str) -> None:
        async def wait() -> None:
            while not holds():
                self._changed.clear()
                await self._changed.wait()

        try:
            await asyncio.wait_for(wait(), STEP_LIMIT_SECONDS)
        except TimeoutError:
            raise SystemExit(
                f"{what}: not within {STEP_LIMIT_SECONDS} s, state {self.player.state}"
            ) from None


async def one_round(watch: Watch, number: int, sound: bytes) -> None:
    player = watch.player
    player.load(sound)
    await watch.until(lambda: player.state is PlayerState.READY, "loading")
    player.set_rate(RATES[number % len(RATES)])
    watch.position = 0
    player.play()
    await watch.until(lambda: player.state is PlayerState.PLAYING and watch.position > 0, "playing")
    player.seek(SEEK_TO_MS)
    await watch.until(lambda: watch.position >= SEEK_TO_MS, "seeking")
    if number % 3 == 0:
        player.pause()
        await watch.until(lambda: player.state is PlayerState.PAUSED, "pausing")
    if number % 4 == 1:
        return  # the next sound takes this one's place while it plays
    player.stop()
    await watch.until(lambda: player.state is PlayerState.READY, "stopping")


def open_files_under(folder: str) -> set[str]:
    """The files in a folder that this process holds open, deleted ones too."""
    names = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            names.add(str(descriptor.readlink()))
    return {name for name in names if name.startswith(folder)} | {
        str(file) for file in Path(folder).iterdir()
    }


async def run(rounds: int) -> dict[str, Any]:
    sounds = {name: make_sound(name) for name in FORMATS}
    player = PreviewPlayer()
    watch = Watch(player)
    done: Counter[str] = Counter()
    most_held = 0
    on_disk: set[str] = set()
    for number in range(rounds):
        name = tuple(sounds)[number % len(sounds)]
        await one_round(watch, number, sounds[name])
        done[name] += 1
        most_held = max(most_held, player.sounds_held)
        # libpulse makes a folder for its socket, whoever plays; it holds no sound.
        opened = open_files_under(tempfile.gettempdir())
        on_disk |= {one for one in opened if not Path(one).name.startswith("pulse-")}
    player.unload()
    await watch.until(lambda: player.sounds_held == 0, "forgetting the last sound")
    return {"done": done, "most_held": most_held, "on_disk": sorted(on_disk)}


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        print(json.dumps(runner.run(run(int(sys.argv[1])))), flush=True)
