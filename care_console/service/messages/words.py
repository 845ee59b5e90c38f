"""The words for each verdict, in English and Spanish: plain, short, and true of this message's facts."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.base import Bilingual
from care_console.contract.hours import EASTERN
from care_console.contract.messages import ChargedTwice, Offer, OfferKind, Verdict
from care_console.contract.money import dollars
from care_console.service.messages.facts import MessageFacts

_DAYS_ES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip

_WORDS: dict[Verdict, tuple[str, str]] = {
    Verdict.NEVER_TEXTED: (
        "No text with this message has gone to your phone. I can make you a link now.",
        "No se ha enviado ningún texto con este mensaje a su teléfono. Puedo hacerle un enlace ahora.",
    ),
    Verdict.NOT_DELIVERED: (
        "Your carrier did not deliver our text. I can make you a new link and read it to you.",
        "Su compañía telefónica no entregó nuestro texto. Puedo hacerle un enlace nuevo y leérselo.",
    ),
    Verdict.NEVER_OPENED: (
        "The text reached your phone, and the page behind it has not been opened yet.",
        "El texto llegó a su teléfono, y la página todavía no se ha abierto.",
    ),
    Verdict.OPENED_NOT_PAID: (
        "The page was opened, and the {price} was not paid, so the message could not play.",
        "La página se abrió, pero no se pagaron los {price}, por eso el mensaje no pudo sonar.",
    ),
    Verdict.PAID_NEVER_PLAYED: (
        "It is paid, and play was never pressed. Open the link and press play; it works until {until_en}.",
        "Está pagado, y nunca se tocó reproducir. Abra el enlace y toque reproducir; "
        "funciona hasta el {until_es}.",
    ),
    Verdict.PLAYED_LITTLE: (
        "It played for {heard} of {seconds} seconds. Turn the volume up and try another browser.",
        "Sonó {heard} de {seconds} segundos. Suba el volumen y pruebe con otro navegador.",
    ),
    Verdict.RECORDING_SILENT: (
        "The recording itself is silent: there was nothing to hear, whatever phone you use.",
        "La grabación está en silencio: no había nada que oír, con ningún teléfono.",
    ),
    Verdict.RECORDING_QUIET: (
        "The recording itself is very quiet. It was not your phone.",
        "La grabación tiene el volumen muy bajo. No fue su teléfono.",
    ),
    Verdict.RECORDING_CLIPPED: (
        "The recording itself is distorted. It was not your phone.",
        "La grabación está distorsionada. No fue su teléfono.",
    ),
    Verdict.EXPIRED_UNHEARD: (
        "It was paid and never heard before the link ended on {ended_en}. I can make you a new link, free.",
        "Se pagó y no se escuchó antes de que el enlace venciera el {ended_es}. "
        "Puedo hacerle un enlace nuevo, gratis.",
    ),
    Verdict.OPTED_OUT: (
        "Texts to this number are stopped, so no link was sent. To get them again, text START to 33297.",
        "Los textos a este número están detenidos, por eso no se envió el enlace. Para recibirlos otra vez, "
        "mande START al 33297.",
    ),
    Verdict.REFUNDED: (
        "All that was paid for this message, {paid}, has been refunded or is on its way back.",
        "Todo lo que se pagó por este mensaje, {paid}, se devolvió o está en camino.",
    ),
    Verdict.DISPUTED: (
        "Your bank is looking into this charge, so the bank decides, and we do not refund on top of it.",
        "Su banco está revisando este cargo; el banco decide, y nosotros no lo devolvemos además.",
    ),
    Verdict.FINE: (
        "The message was paid, and it played for {heard} of {seconds} seconds. All looks well from here.",
        "El mensaje se pagó y sonó {heard} de {seconds} segundos. Desde aquí todo se ve bien.",
    ),
}

_TWICE: dict[ChargedTwice, tuple[str, str]] = {
    ChargedTwice.SAME_MESSAGE_TWICE: (
        "You were charged {count} times for the same message. I can refund {back} now.",
        "Se le cobró {count} veces por el mismo mensaje. Puedo devolverle {back} ahora.",
    ),
    ChargedTwice.RETRY_AFTER_FAILURE: (
        "A payment failed, was tried again, and then went through {count} times. I can refund {back} now.",
        "Un pago falló, se intentó otra vez y luego se cobró {count} veces. Puedo devolverle {back} ahora.",
    ),
    ChargedTwice.CARD_AND_PREPAID: (
        "This message was paid by card and from your prepaid account. I can refund {back} to the card now.",
        "Este mensaje se pagó con tarjeta y de su cuenta prepagada. Puedo devolver {back} a la tarjeta.",
    ),
    ChargedTwice.TWO_MESSAGES: (
        "These are two charges for two messages, so neither is a duplicate.",
        "Son dos cargos por dos mensajes, así que ninguno está duplicado.",
    ),
}

_REFUND = (" I can refund {back} now.", " Puedo devolverle {back} ahora.")
_ENDED = (" The link has ended; I can make you a new one.", " El enlace ya venció; puedo hacerle uno nuevo.")


def words_for(
    facts: MessageFacts, verdict: Verdict, sub_kind: ChargedTwice | None, offer: Offer
) -> Bilingual:
    """What to say of a message whose verdict and offer are known."""
    english, spanish = _TWICE[sub_kind] if sub_kind else _WORDS[verdict]
    if verdict is not Verdict.CHARGED_TWICE and offer.do is OfferKind.REFUND:
        english, spanish = english + _REFUND[0], spanish + _REFUND[1]
    had_ended = verdict in (Verdict.NEVER_OPENED, Verdict.OPENED_NOT_PAID, Verdict.FINE)
    if had_ended and offer.do is OfferKind.REISSUE:
        english, spanish = english + _ENDED[0], spanish + _ENDED[1]
    blanks = _blanks(facts, offer)
    return Bilingual(en=english.format(**blanks), es=spanish.format(**blanks))


def day_en(at: datetime) -> str:
    """A day and hour as an English speaker hears it, Eastern: ``Tuesday, November 24, 9 PM``."""
    local = at.astimezone(EASTERN)
    return f"{local:%A, %B} {local.day}, {hour_en(at)}"


def day_es(at: datetime) -> str:
    """The same in Spanish: ``martes 24 de noviembre a las 9 PM``."""
    local = at.astimezone(EASTERN)
    return f"{_DAYS_ES[local.weekday()]} {local.day} de {_MONTHS_ES[local.month - 1]} a las {hour_en(at)}"


def hour_en(at: datetime) -> str:
    """An hour on the twelve-hour clock, Eastern: ``9 PM``, ``9:05 PM``."""
    local = at.astimezone(EASTERN)
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'PM' if local.hour >= 12 else 'AM'}"


def _blanks(facts: MessageFacts, offer: Offer) -> dict[str, object]:
    ended = max((link.ends_at() for link in facts.links), default=facts.recorded_at)
    until = facts.live_until or ended
    left = [charge for charge in facts.paid if charge.left_cents > 0]
    return {
        "price": dollars(facts.price_cents),
        "paid": dollars(sum(charge.amount_cents for charge in facts.paid)),
        "back": dollars(sum(charge.amount_cents for charge in offer.charges)),
        "count": len(left),
        "heard": max(facts.seconds_played, default=0),
        "seconds": facts.seconds,
        "until_en": day_en(until),
        "until_es": day_es(until),
        "ended_en": day_en(ended),
        "ended_es": day_es(ended),
    }
