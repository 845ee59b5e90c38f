"""What one row of the timeline shows. Plain data: its maker knows the business, the list does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from care_console.desktop.shell.tokens import Tone


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened. `key` is unique in the list and stays when the thing changes.

    `details` are label and value, shown when the row is open. `badge` is its state in few words, in `tone`.
    `origin` is whatever the row was made from, handed back on selection.
    """

    key: str
    at: datetime
    kind: str
    icon: str
    line: str
    badge: str = ""
    tone: Tone = Tone.PLAIN
    details: tuple[tuple[str, str], ...] = ()
    pending: bool = False
    origin: object = None

    def spoken(self) -> str:
        """The row in one sentence, for a screen reader."""
        return ", ".join(part for part in (self.kind, self.line, self.badge) if part)
