"""The account of a demo with nobody at the keys: each step, what was checked, and a picture of it."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from care_console.demo.hands import Hands, NotSeen


@dataclass(slots=True)
class Checked:
    """The facts of one step as they were read, and those that should have been others."""

    facts: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)

    def equal(self, name: str, found: object, expected: object) -> None:
        """Note a fact, and whether it is as it must be."""
        self.facts[name] = found
        if found != expected:
            self.expected[name] = expected

    def as_told(self) -> dict[str, Any]:
        """For the report: the facts, and under `expected` what those should have been that are not."""
        return {**self.facts, **({"expected": self.expected} if self.expected else {})}


@dataclass(frozen=True, slots=True)
class Step:
    """One job at the desk. `needs`: the steps without which it makes no sense."""

    name: str
    act: Callable[[Checked], Awaitable[None]]
    needs: tuple[str, ...] = ()


async def carry_out(steps: Sequence[Step], hands: Hands, folder: Path, tell: Callable[[str], None]) -> bool:
    """Do the steps in order, write `report.json` and the pictures into `folder`. Whether all was as it must be.

    A step that fails is written down with what was expected, and the next one begins with a clean screen.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told: list[dict[str, Any]] = []
    for number, step in enumerate(steps, 1):
        lacking = [one["name"] for one in told if one["name"] in step.needs and not one["ok"]]
        checked, began = Checked(), time.monotonic()
        if lacking:
            checked.equal("done", False, f"after {', '.join(lacking)}")
        else:
            await _try(step, checked)
        picture = f"{number:02d}-{step.name}.png"
        hands.picture(folder / picture)
        ok, seconds = not checked.expected, round(time.monotonic() - began, 2)
        told.append(
            {
                "name": step.name,
                "ok": ok,
                "seconds": seconds,
                "screenshot": picture,
                "checked": checked.as_told(),
            }
        )
        tell(f"{'done ' if ok else 'FAILED'} {step.name} ({seconds:.1f} s)")
        if not ok:
            tell(f"       expected {json.dumps(checked.expected, default=str)}")
            await hands.press("Escape", "Escape", "Escape")
        _write(folder, told, len(steps))
    return all(one["ok"] for one in told)


async def _try(step: Step, checked: Checked) -> None:
    try:
        await step.act(checked)
    except NotSeen as not_seen:
        checked.expected["seen"] = str(not_seen)
    except Exception as trouble:  # noqa: BLE001 - whatever it was belongs in the report, and the rest goes on
        checked.expected["no trouble"] = f"{type(trouble).__name__}: {trouble}"


def _write(folder: Path, told: list[dict[str, Any]], wanted: int) -> None:
    whole = {"steps": told, "ok": len(told) == wanted and all(one["ok"] for one in told)}
    text = json.dumps(whole, indent=2, ensure_ascii=False, default=str)
    (folder / "report.json").write_text(f"{text}\n", encoding="utf-8")
