"""What the facts say of a message before anybody listens to it, in a few words each. No Qt."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from care_console.contract.messages import ChargedTwice, Diagnosis, LouderCopy, Message, Verdict
from care_console.contract.money import dollars
from care_console.desktop.screens.preview.levels import Check, recording
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.when import age

_VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    Verdict.NEVER_TEXTED: ("No text with the link ever went out", Tone.BAD),
    Verdict.NOT_DELIVERED: ("The text was not delivered", Tone.BAD),
    Verdict.NEVER_OPENED: ("The page was never opened", Tone.WARN),
    Verdict.OPENED_NOT_PAID: ("Page opened, not paid", Tone.WARN),
    Verdict.PAID_NEVER_PLAYED: ("Paid; play never began", Tone.WARN),
    Verdict.PLAYED_LITTLE: ("Only the beginning was played", Tone.WARN),
    Verdict.RECORDING_SILENT: ("The recording is silent", Tone.BAD),
    Verdict.RECORDING_QUIET: ("The recording is too quiet", Tone.BAD),
    Verdict.RECORDING_CLIPPED: ("The recording is distorted", Tone.BAD),
    Verdict.EXPIRED_UNHEARD: ("It expired before it was heard", Tone.BAD),
    Verdict.CHARGED_TWICE: ("Charged more than once", Tone.BAD),
    Verdict.OPTED_OUT: ("Texts are off for this number", Tone.WARN),
    Verdict.REFUNDED: ("Refunded", Tone.GOOD),
    Verdict.DISPUTED: ("The bank is deciding a dispute", Tone.WARN),
    Verdict.FINE: ("Nothing wrong is on record", Tone.GOOD),
}


def verdict(diagnosis: Diagnosis) -> Check:
    """The verdict in words, with what kind of double charge it is."""
    if diagnosis.sub_kind is not None:
        return _charged_twice(diagnosis.sub_kind)
    return Check(*_VERDICTS[diagnosis.verdict])


def _charged_twice(kind: ChargedTwice) -> Check:
    match kind:
        case ChargedTwice.SAME_MESSAGE_TWICE:
            return Check("The same message was charged twice", Tone.BAD)
        case ChargedTwice.RETRY_AFTER_FAILURE:
            return Check("A charge failed, and its retry was charged twice", Tone.BAD)
        case ChargedTwice.CARD_AND_PREPAID:
            return Check("Paid by card and by prepaid for one message", Tone.BAD)
        case ChargedTwice.TWO_MESSAGES:
            return Check("Two messages, one charge each: no duplicate", Tone.GOOD)
        case _:
            assert_never(kind)


def louder(message: Message) -> Check | None:
    """What to offer where the recording is too quiet: its louder copy, if there is one; None elsewhere."""
    if message.diagnosis.verdict is not Verdict.RECORDING_QUIET or message.louder is LouderCopy.NONE:
        return None
    if message.louder is LouderCopy.BEING_MADE:
        return Check("Offer the louder copy soon: it is being made", Tone.WARN)
    if message.louder is LouderCopy.CANNOT_BE_MADE:
        return Check("No louder copy of it can be made", Tone.WARN)
    return Check("Offer the louder copy: on their page, “The same message, louder”", Tone.ACCENT)


def heard(message: Message, now: datetime) -> Check:
    """How much of it was played, and when last."""
    if not message.plays:
        return Check("Play never began", Tone.WARN)
    longest = max(play.seconds_played for play in message.plays)
    last = max(play.played_at for play in message.plays)
    tone = Tone.GOOD if longest * 2 >= message.seconds else Tone.WARN
    return Check(f"Played {longest} of {message.seconds} s, last {age(last, now)}", tone)


def paid(message: Message) -> Check | None:
    """What was paid and what went back; None where nothing was ever charged."""
    if not message.charges:
        return None
    taken = sum(charge.amount_cents for charge in message.charges if charge.state == "succeeded")
    back = sum(charge.refunded_cents for charge in message.charges)
    if not taken:
        return Check("No charge went through", Tone.WARN)
    text = f"Paid {dollars(taken)}" + (f", {dollars(back)} refunded or on its way" if back else "")
    return Check(text, Tone.PLAIN)


def of_message(message: Message, now: datetime) -> list[Check]:
    """Everything there is to say, most telling first."""
    found = [
        verdict(message.diagnosis),
        recording(message.levels, message.has_sound),
        louder(message),
        heard(message, now),
        paid(message),
    ]
    return [check for check in found if check is not None]
