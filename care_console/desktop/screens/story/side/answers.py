"""What the column answers to each reason that callers give: the checks, and the words to say. No Qt.

A reason without a rule of its own gets the diagnosis of the message at hand. A rule is one function from what
is known to an `Answer`; put it into `_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable

from care_console.desktop.screens.story.side import charges_beside, checks
from care_console.desktop.screens.story.side.known import Answer, Known
from care_console.desktop.screens.story.side.reasons import CallReason

__all__ = ["Answer", "Known", "answer", "of_the_message"]

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


def _told_by_the_exhibit(known: Known) -> Answer:
    del known
    return Answer()


_RULES: dict[CallReason, Rule] = {
    CallReason.CHARGED_TWICE: charges_beside.answer,
    CallReason.WHAT_CHARGE: _told_by_the_exhibit,
}


def answer(known: Known) -> Answer:
    """What to show for the caller's reason."""
    rule = _RULES.get(known.reason) if known.reason is not None else None
    return (rule or of_the_message)(known)
