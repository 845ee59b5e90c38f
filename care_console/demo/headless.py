"""The demo with nobody at the keys: every step driven, pictured and checked, and a report of all of it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from care_console.demo.facts import read_facts
from care_console.demo.hands import Hands, NotSeen
from care_console.demo.line import line_to
from care_console.demo.running import Running
from care_console.demo.steps import STEPS, Checked, NotAsItShouldBe, Scene, Step
from care_console.desktop import app as desk


async def drive(running: Running, folder: Path) -> bool:
    """Do every step on a desk of its own; whether each did what it should. Leaves `report.json`."""
    facts = read_facts(running.url, running.data_dir)
    with line_to(running.url) as line:
        handle = await desk.open_desk(line.url, data_dir=running.data_dir / "desk")
        try:
            handle.window.activateWindow()
            hands = Hands(handle.window, folder)
            await hands.in_front()
            scene = Scene(hands, facts, running, line)
            steps = [await _do(number, name, step, scene) for number, (name, step) in enumerate(STEPS, 1)]
        finally:
            await handle.close()
    ok = all(step["ok"] for step in steps)
    report = json.dumps({"steps": steps, "ok": ok}, indent=2, default=str, ensure_ascii=False)
    (folder / "report.json").write_text(report + "\n", encoding="utf-8")
    return ok


async def _do(number: int, name: str, step: Step, scene: Scene) -> dict[str, Any]:
    began = time.monotonic()
    checked: Checked
    try:
        checked, ok = await step(scene), True
    except (NotSeen, NotAsItShouldBe) as wrong:
        checked, ok = {"expected": str(wrong)}, False
    except Exception as trouble:  # noqa: BLE001 - it belongs in the report, and the other steps go on
        checked, ok = {"expected": f"no trouble; there was {type(trouble).__name__}: {trouble}"}, False
    seconds = round(time.monotonic() - began, 2)
    told = "done" if ok else f"NOT done: {checked['expected']}"
    sys.stdout.write(f"{number} {name}: {told} ({seconds:.1f} s)\n")
    sys.stdout.flush()
    picture = scene.hands.picture(f"{number}-{name}")
    if not ok:
        await scene.hands.step_back()
    return {"name": name, "ok": ok, "seconds": seconds, "screenshot": picture, "checked": checked}
