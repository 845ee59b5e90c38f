"""What to say of a message's charges, in English and Spanish: twice or not, and why not."""

from __future__ import annotations

from collections.abc import Sequence

from care_console.contract.base import Bilingual
from care_console.contract.charges import RefundState
from care_console.contract.messages import ChargedTwice
from care_console.contract.money import dollars
from care_console.service.messages.duplicates import Judged
from care_console.service.messages.facts import ChargeFact, MessageFacts

Pair = tuple[str, str]

_SAME_MESSAGE: Pair = (
    "You were charged {count} for the same message. I can refund {back} now.",
    "Se le cobró {veces} por el mismo mensaje. Puedo devolverle {back} ahora.",
)
_RETRY: Pair = (
    "A payment failed, was tried again, and then went through {count}. I can refund {back} now.",
    "Un pago falló, se intentó otra vez y luego se cobró {veces}. Puedo devolverle {back} ahora.",
)
_CARD_AND_PREPAID: Pair = (
    "This message was paid by card and from your prepaid account. I can refund {back} to the card now.",
    "Este mensaje se pagó con tarjeta y de su cuenta prepagada. Puedo devolver {back} a la tarjeta ahora.",
)
_CARD_AND_PREPAID_BOTH: Pair = (
    "This message was paid {count}, by card and from your prepaid account. I can refund {back} now.",
    "Este mensaje se pagó {veces}, con tarjeta y de su cuenta prepagada. Puedo devolverle {back} ahora.",
)
_TWO_MESSAGES: Pair = (
    "These are two charges for two messages, so neither is a duplicate.",
    "Son dos cargos por dos mensajes, así que ninguno está duplicado.",
)
_AND_HEARD: Pair = (
    " This one was paid, and it played for {heard} of {seconds} seconds.",
    " Este se pagó y sonó {heard} de {seconds} segundos.",
)
_REFUNDED_ALREADY: Pair = (
    "This message was charged {count}, and {back} of it has gone back or is on its way, so it is paid once.",
    "Este mensaje se cobró {veces}, y {back} ya se devolvió o está en camino, así que queda pagado una vez.",
)
_ALL_BACK: Pair = (
    "Of the {taken} that was charged for this message, all has gone back or is on its way.",
    "De los {taken} que se cobraron por este mensaje, todo se devolvió o está en camino.",
)
_ASKED_BACK: Pair = (
    "Of the {taken} that was charged for this message, a refund of {back} is asked for and waits for "
    "approval.",
    "De los {taken} que se cobraron por este mensaje, se pidió devolver {back}, y espera aprobación.",
)
_FAILED_THEN_PAID: Pair = (
    "One payment of {taken} went through. The try that failed took no money; a bank may show it for some "
    "days, and then it goes away.",
    "Se completó un solo pago de {taken}. El intento que falló no cobró nada; el banco puede mostrarlo unos "
    "días, y luego desaparece.",
)
_ONLY_FAILED: Pair = (
    "The payment did not go through, so no money was taken. A bank may show the try for some days, and then "
    "it goes away.",
    "El pago no se completó, así que no se cobró nada. El banco puede mostrar el intento unos días, y luego "
    "desaparece.",
)
_ONCE: Pair = (
    "There is one charge for this message, {taken}. It was not taken twice.",
    "Hay un solo cargo por este mensaje, {taken}. No se cobró dos veces.",
)
BANK_DECIDES: Pair = (
    "Your bank is looking into this charge, so the bank decides, and we do not refund on top of it.",
    "Su banco está revisando este cargo; el banco decide, y nosotros no lo devolvemos además.",
)
GIVEN_BACK: Pair = (
    "Your bank has given this charge back to you, so there is nothing left to refund.",
    "Su banco ya le devolvió este cargo, así que no queda nada por devolver.",
)
_ALSO_DISPUTED: Pair = (
    " One more is with your bank, which decides on it.",
    " Otro cargo está con su banco, que decide sobre él.",
)


def words_for_kind(facts: MessageFacts, judged: Judged) -> Bilingual:
    """What to say where a message looks like being charged twice."""
    pairs = [_of_kind(judged)]
    if judged.kind is ChargedTwice.TWO_MESSAGES and facts.seconds_played:
        pairs.append(_AND_HEARD)
    if judged.duplicates and any(charge.is_disputed for charge in facts.charges):
        pairs.append(_ALSO_DISPUTED)
    counted = 1 + len(judged.duplicates)
    return _said(pairs, facts, counted, sum(charge.left_cents for charge in judged.duplicates))


def words_for_charges(facts: MessageFacts, judged: Judged) -> Bilingual:
    """What to say to "I was charged twice", of a message that has charges, whether it was or not."""
    if judged.kind is not None:
        return words_for_kind(facts, judged)
    succeeded = facts.succeeded
    back = sum(charge.amount_cents - charge.left_cents for charge in succeeded)
    return _said([_not_twice(facts, succeeded)], facts, len(succeeded), back)


def _of_kind(judged: Judged) -> Pair:
    if judged.kind is ChargedTwice.TWO_MESSAGES:
        return _TWO_MESSAGES
    if judged.kind is ChargedTwice.CARD_AND_PREPAID:
        to_card = all(charge.method == "card" for charge in judged.duplicates)
        return _CARD_AND_PREPAID if to_card else _CARD_AND_PREPAID_BOTH
    return _RETRY if judged.kind is ChargedTwice.RETRY_AFTER_FAILURE else _SAME_MESSAGE


def _not_twice(facts: MessageFacts, succeeded: Sequence[ChargeFact]) -> Pair:
    if any(charge.is_disputed for charge in succeeded):
        return BANK_DECIDES
    if not succeeded:
        return _ONLY_FAILED
    if not facts.paid:
        if any(charge.is_given_back for charge in succeeded):
            return GIVEN_BACK
        return _ASKED_BACK if _waits_for_approval(succeeded) else _ALL_BACK
    if len(succeeded) > 1:
        return _ASKED_BACK if _waits_for_approval(succeeded) else _REFUNDED_ALREADY
    return _FAILED_THEN_PAID if len(facts.charges) > len(succeeded) else _ONCE


def _waits_for_approval(charges: Sequence[ChargeFact]) -> bool:
    states = (refund.state for charge in charges for refund in charge.refunds)
    return RefundState.AWAITING_APPROVAL in states


def _said(pairs: list[Pair], facts: MessageFacts, counted: int, back_cents: int) -> Bilingual:
    blanks = {
        "count": "twice" if counted == 2 else f"{counted} times",
        "veces": "dos veces" if counted == 2 else f"{counted} veces",
        "back": dollars(back_cents),
        "taken": dollars(sum(charge.amount_cents for charge in facts.succeeded)),
        "heard": facts.heard_seconds,
        "seconds": facts.seconds,
    }
    english = "".join(pair[0] for pair in pairs).format(**blanks)
    return Bilingual(en=english, es="".join(pair[1] for pair in pairs).format(**blanks))
