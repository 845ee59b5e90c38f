"""What one row of the timeline shows. Plain data: its maker knows the business, the list does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care_console.desktop.shell.tokens import Tone

Details = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened. `key` is unique in the list and stays when the thing changes.

    `badge` is its state in few words, in `tone`. `origin` is whatever the row was made from, handed back on
    selection. What an open row shows is `told`, or what `tell` makes of the origin: a story has some ten
    thousand rows, and next to none is ever opened.
    """

    key: str
    at: datetime
    kind: str
    icon: str
    line: str
    badge: str = ""
    tone: Tone = Tone.PLAIN
    told: Details = ()
    pending: bool = False
    origin: object = None
    tell: Callable[[Any], Details] | None = None

    @property
    def details(self) -> Details:
        """Label and value of each line below, shown when the row is open."""
        return self.told if self.tell is None else self.tell(self.origin)

    def spoken(self) -> str:
        """The row in one sentence, for a screen reader."""
        return ", ".join(part for part in (self.kind, self.line, self.badge) if part)
