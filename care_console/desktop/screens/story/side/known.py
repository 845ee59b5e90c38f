"""What is known while the caller speaks, and the answer to it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from care_console.contract.base import Bilingual
from care_console.contract.messages import Message
from care_console.contract.recipients import OpenMessage, RecipientStory
from care_console.contract.timeline import TimelineEntry
from care_console.desktop.screens.preview.levels import Check
from care_console.desktop.screens.story.side.reasons import CallReason


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known while the caller speaks.

    `summary` is the message at hand as the story has it, `message` all of it once it was read, `entry` the
    timeline's selected row.
    """

    reason: CallReason | None
    story: RecipientStory | None
    summary: OpenMessage | None
    message: Message | None
    entry: TimelineEntry | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """Checks, most telling first, and the sentence to say; None where there is none."""

    checks: tuple[Check, ...] = ()
    say: Bilingual | None = None
