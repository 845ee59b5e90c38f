"""How a text of a number reads: one line of the list, and all that is known of it when its row is open."""

from __future__ import annotations

from datetime import UTC, datetime

from care_console.contract.texts import NumberText, OutOfReach, TextState
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.rows import Details, Row
from care_console.desktop.widgets.when import day, in_full

_STATES: dict[TextState, tuple[str, Tone]] = {
    TextState.RECEIVED: ("received", Tone.PLAIN),
    TextState.QUEUED: ("queued", Tone.ACCENT),
    TextState.WITHHELD: ("waits for an answer", Tone.WARN),
    TextState.IN_DOUBT: ("in doubt", Tone.WARN),
    TextState.HANDED_OVER: ("handed over", Tone.PLAIN),
    TextState.DELIVERED: ("delivered", Tone.GOOD),
    TextState.UNDELIVERED: ("not delivered", Tone.BAD),
    TextState.FAILED: ("failed", Tone.BAD),
    TextState.EXPIRED: ("expired", Tone.WARN),
    TextState.SUPPRESSED: ("suppressed", Tone.WARN),
    TextState.CANCELLED: ("cancelled", Tone.PLAIN),
}
_TOLD: dict[TextState, str] = {
    TextState.QUEUED: "It waits for its turn, for the hours in which texts may go, or for a pause to end.",
    TextState.WITHHELD: "Earlier ones of this sender were not answered; it goes once one is.",
    TextState.IN_DOUBT: "It may be at the carrier: a receipt, or the end of its validity, decides.",
    TextState.HANDED_OVER: "The carrier has it; no receipt has come yet.",
    TextState.EXPIRED: "It could not go in time, and was worth nothing any more.",
    TextState.SUPPRESSED: "The number was opted out or held before it could go. It never went.",
}
_KINDS = {
    "link": "Link",
    "reminder": "Reminder",
    "stop_confirmation": "Confirms the opt-out",
    "help": "Answers HELP",
    "start": "Confirms START",
    "receipt": "Receipt",
}
_READ: dict[str, tuple[str, Tone]] = {
    "stop": ("read as STOP", Tone.BAD),
    "hold": ("held", Tone.WARN),
    "help": ("read as HELP", Tone.ACCENT),
    "start": ("read as START", Tone.GOOD),
    "none": ("asks nothing", Tone.PLAIN),
}


def row_of(text: NumberText) -> Row:
    """A text as a row of the list."""
    badge, tone = _STATES[text.state]
    if text.reading is not None:
        badge, tone = _READ[text.reading.outcome]
    comes = text.direction == "in"
    lead = "They wrote" if comes else kind_of(text)
    return Row(
        key=f"text:{text.id}",
        at=text.at,
        kind="Text in" if comes else "Text out",
        icon="text_in" if comes else "text_out",
        line=f"{lead}: {text.body or '(no words)'}",
        badge=badge,
        tone=tone,
        origin=text,
        tell=_details,
    )


def kind_of(text: NumberText) -> str:
    """What a text of ours is for."""
    return _KINDS.get(text.kind, text.kind.replace("_", " ").capitalize())


def reach_in_words(reach: OutOfReach) -> str:
    """What "out of reach" means here: what failed, what the carrier said, and until when it counts."""
    now = datetime.now(UTC)
    said = f" The carrier said: “{reach.answer}”." if reach.answer else ""
    return (
        f"Out of reach: the last {reach.failures} texts did not arrive, the last on {day(reach.at, now)}."
        f"{said} No recording is taken for this number until {day(reach.until, now)}, unless it shows life."
    )


def _details(text: NumberText) -> Details:
    now = datetime.now(UTC)
    details: list[tuple[str, str]] = [("Words", text.body or "(none)")]
    if text.reading is not None:
        read = text.reading
        details.append(("Read as", f"{read.outcome.upper()}, rule {read.rule}, rule set {read.rule_set}"))
    elif text.direction == "in":
        details.append(("Read as", "by the old system; how is not on file"))
    else:
        details.append(("For", kind_of(text)))
    if text.state in _TOLD:
        details.append(("State", _TOLD[text.state]))
    for label, value in (
        ("Why", text.why),
        ("Goes", in_full(text.goes_at, now) if text.goes_at else None),
        ("Not after", in_full(text.not_after, now) if text.not_after else None),
        ("Handed over", in_full(text.handed_at, now) if text.handed_at else None),
        ("Message of", text.sender_name),
    ):
        if value:
            details.append((label, value))
    return (*details, ("Reference", text.id))
