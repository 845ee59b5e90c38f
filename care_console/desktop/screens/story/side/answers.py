"""What the column answers to each reason that callers give: the checks, and the words to say. No Qt.

A reason without a rule of its own gets the diagnosis of the message at hand. A rule is one function from what
is known to an `Answer`; put it into `_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from care_console.contract.base import Bilingual
from care_console.contract.messages import Message
from care_console.contract.recipients import OpenMessage, RecipientStory
from care_console.contract.timeline import TimelineEntry
from care_console.desktop.screens.preview.levels import Check
from care_console.desktop.screens.story.side import checks
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


Rule = Callable[[Known], Answer]


def of_the_message(known: Known) -> Answer:
    """The diagnosis of the message at hand, and what else the facts say of it."""
    if known.message is not None:
        found = tuple(checks.of_message(known.message, known.now))
        return Answer(found, known.message.diagnosis.say)
    if known.summary is not None:
        diagnosis = known.summary.diagnosis
        return Answer((checks.verdict(diagnosis),), diagnosis.say)
    return Answer()


_RULES: dict[CallReason, Rule] = {}


def answer(known: Known) -> Answer:
    """What to show for the caller's reason."""
    rule = _RULES.get(known.reason) if known.reason is not None else None
    return (rule or of_the_message)(known)
