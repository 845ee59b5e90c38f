"""Rows for what a person did here and the service has not answered yet. Never says "done", nor "failed"."""

from __future__ import annotations

from typing import assert_never

from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.rows import Row


def row_of_pending(action: PendingAction) -> Row:
    """The row on top of the timeline for one pending action."""
    badge, tone = _state(action)
    because = (("Because", action.problem),) if action.problem else ()
    can_be_done = _keys_for(action)
    details = (("State", badge), *because, *((("Keys", can_be_done),) if can_be_done else ()))
    return Row(
        key=f"pending:{action.id}",
        at=action.created_at,
        kind=_kind(action.verb),
        icon="on_its_way" if action.is_live else "bad",
        line=_line(action) + (f". {action.problem}" if action.problem else ""),
        badge=badge,
        tone=tone,
        told=details,
        pending=True,
        origin=action,
    )


def _keys_for(action: PendingAction) -> str:
    commit, undo = keys.shown("commit"), keys.shown("undo")
    back = "" if action.maybe_arrived else f" {undo} makes it a draft again."
    match action.state:
        case PendingState.NEEDS_CONFIRMATION:
            return f"{commit} sends it; nothing moves before that.{back}"
        case PendingState.REFUSED:
            return f"{commit} puts it away; what was written is kept as a draft."
        case PendingState.QUEUED | PendingState.PAUSED:
            return back.strip()
        case PendingState.SENDING | PendingState.CHECKING:
            return ""
        case _:
            assert_never(action.state)


def _kind(verb: Verb) -> str:
    return {
        Verb.REFUND: "Refund",
        Verb.WITHDRAW_REFUND: "Undo",
        Verb.OPT_OUT: "Consent",
        Verb.REISSUE: "Link",
        Verb.NOTE: "Note",
        Verb.CORRECT: "Consent",
        Verb.CONTACT: "Call",
        Verb.CLEAR_REACH: "Text",
        Verb.SEND_RECEIPT: "Text",
        Verb.PAUSE: "Pause",
        Verb.RESUME: "Pause",
    }[verb]


def _line(action: PendingAction) -> str:
    match action.verb:
        case Verb.REFUND:
            return f"Refund of {dollars(int(action.body.get('amount_cents', 0)))}"
        case Verb.WITHDRAW_REFUND:
            return "The refund is being taken back"
        case Verb.OPT_OUT:
            return f"Stop texts to {display_phone(action.subject_id)}"
        case Verb.REISSUE:
            return "A new link is being made"
        case Verb.CORRECT:
            return f"A correction is asked for: {action.body.get('reason', '')}"
        case Verb.NOTE:
            return str(action.body.get("text", "A note"))
        case Verb.CONTACT:
            ended = str(action.body.get("disposition", "")).replace("_", " ")
            return f"Call to care, {ended}: {action.body.get('note', '')}".rstrip(": ")
        case Verb.SEND_RECEIPT:
            return "A receipt is to be texted"
        case Verb.CLEAR_REACH:
            return "The number is said to work again"
        case Verb.PAUSE:
            return f"The number is to be paused: {action.body.get('reason', '')}"
        case Verb.RESUME:
            return "The number is to be resumed"
        case _:
            assert_never(action.verb)


def _state(action: PendingAction) -> tuple[str, Tone]:
    match action.state:
        case PendingState.QUEUED | PendingState.SENDING:
            return "on its way", Tone.ACCENT
        case PendingState.CHECKING:
            return "checking", Tone.WARN
        case PendingState.PAUSED:
            return "waits for sign-in", Tone.WARN
        case PendingState.NEEDS_CONFIRMATION:
            return "waits for your word", Tone.WARN
        case PendingState.REFUSED:
            return "refused", Tone.BAD
        case _:
            assert_never(action.state)
