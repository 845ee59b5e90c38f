"""What can be corrected: an opt-out that somebody at the desk mistyped, or a held reply that is none."""

from __future__ import annotations

from dataclasses import dataclass

from care_console.contract.consent import ConsentChannel, ConsentState, OptOutEvidence
from care_console.contract.timeline import ConsentEntry

_TYPED = (ConsentChannel.CARE_CALL, ConsentChannel.COMPLAINT)
_OWN_WORDS = "That opt-out came from the number itself; only its own START opts it back in."


@dataclass(frozen=True, slots=True)
class Mistake:
    """One event of the opt-out log, as it stands on file."""

    opt_out_id: str
    is_held: bool
    actor: str
    words: str


def of_entry(entry: object) -> Mistake | str:
    """The selected row of a timeline, or the sentence that says why it cannot be corrected."""
    if not isinstance(entry, ConsentEntry) or entry.event not in ("opt_out", "hold"):
        return "Select the opt-out that was a mistake, or the held reply, in the timeline first."
    if entry.event == "opt_out" and entry.channel not in _TYPED:
        return _OWN_WORDS
    return Mistake(entry.id, entry.event == "hold", entry.actor, entry.words)


def of_evidence(found: OptOutEvidence) -> Mistake | str:
    """A row of the opt-out log, or the sentence that says why it cannot be corrected."""
    row, stands, asked = found.opt_out, found.stands.state, found.correction
    is_held = row.state is ConsentState.HELD
    if asked is not None and asked.decision is None:
        return "Its correction is asked for already, and waits for another person."
    if is_held and stands is not ConsentState.HELD:
        return "This reply holds its number no more, so there is nothing to let go."
    if not is_held and row.channel not in _TYPED:
        return _OWN_WORDS
    if stands is ConsentState.OPTED_IN:
        return "Texts to this number are on, so there is nothing to correct."
    return Mistake(row.id, is_held, row.actor, row.words)
