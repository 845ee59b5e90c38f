"""The words for each verdict, in English and Spanish: plain, short, and true of this message's facts.

They are read aloud to the caller. Each says what is known and no more: that a carrier took a text is not that
it arrived, and that a refund waits for somebody's approval is not that it is on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from care_console.contract.base import Bilingual
from care_console.contract.charges import RefundState
from care_console.contract.consent import ConsentState
from care_console.contract.hours import EASTERN, SHORT_CODE
from care_console.contract.messages import Offer, OfferKind, Verdict
from care_console.contract.money import dollars
from care_console.service.messages.charge_words import BANK_DECIDES, GIVEN_BACK, words_for_kind
from care_console.service.messages.duplicates import Judged
from care_console.service.messages.facts import ARRIVED, NOT_ARRIVED, MessageFacts

Pair = tuple[str, str]
"""English and Spanish, with blanks."""

_DAYS_ES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip

_WORDS: dict[Verdict, Pair] = {
    Verdict.NEVER_TEXTED: (
        "No text with this message has gone to your phone. I can make you a link now.",
        "No se ha enviado ningún texto con este mensaje a su teléfono. Puedo hacerle un enlace ahora.",
    ),
    Verdict.NOT_DELIVERED: (
        "Your carrier did not deliver our text. I can make you a new link and read it to you.",
        "Su compañía telefónica no entregó nuestro texto. Puedo hacerle un enlace nuevo y leérselo.",
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
    Verdict.FINE: (
        "The message was paid, and it played for {heard} of {seconds} seconds. All looks well from here.",
        "El mensaje se pagó y sonó {heard} de {seconds} segundos. Desde aquí todo se ve bien.",
    ),
}

_FREE_AND_FINE: Pair = (
    "The message costs nothing, and it played for {heard} of {seconds} seconds. All looks well from here.",
    "El mensaje no cuesta nada y sonó {heard} de {seconds} segundos. Desde aquí todo se ve bien.",
)
_REACHED: Pair = (
    "The text reached your phone, and the page behind it has not been opened yet.",
    "El texto llegó a su teléfono, y la página todavía no se ha abierto.",
)
_TAKEN: Pair = (
    "Your carrier took our text but has not told us that it arrived; the page has not been opened yet.",
    "Su compañía telefónica recibió nuestro texto, pero no nos ha dicho que llegó; la página todavía no se "
    "ha abierto.",
)
_WAITS: Pair = (
    "The text with the link has not left yet; texts go out from 9 AM to 8 PM at your place.",
    "El texto con el enlace todavía no ha salido; los textos salen de 9 AM a 8 PM, hora de donde usted está.",
)
_NUMBER_PAUSED: Pair = (
    "Texts to this number are paused by somebody here, so the text with the link waits. I can make you a new "
    "link and read it to you.",
    "Alguien de aquí suspendió los textos a este número, por eso el texto con el enlace espera. Puedo "
    "hacerle un enlace nuevo y leérselo.",
)
_FACILITY_PAUSED: Pair = (
    "Texts about messages from {facility} are paused for now, so the text with the link waits. I can make "
    "you a new link and read it to you.",
    "Los textos sobre mensajes de {facility} están suspendidos por ahora, por eso el texto con el enlace "
    "espera. Puedo hacerle un enlace nuevo y leérselo.",
)
_NOT_PAID: Pair = (
    "The page was opened, and the {price} was not paid, so the message could not play.",
    "La página se abrió, pero no se pagaron los {price}, por eso el mensaje no pudo sonar.",
)
_PAYMENT_FAILED: Pair = (
    "The page was opened, and the payment did not go through: no money was taken, and the message could not "
    "play.",
    "La página se abrió, pero el pago no se completó: no se cobró nada, y el mensaje no pudo sonar.",
)
_PLAY_IT: Pair = (
    "It is paid, and play was never pressed. Open the link and press play; it works until {until_en}.",
    "Está pagado, y nunca se tocó reproducir. Abra el enlace y toque reproducir; funciona hasta el "
    "{until_es}.",
)
_PLAY_IT_FREE: Pair = (
    "It costs nothing, and play was never pressed. Open the link and press play; it works until {until_en}.",
    "No cuesta nada, y nunca se tocó reproducir. Abra el enlace y toque reproducir; funciona hasta el "
    "{until_es}.",
)
_NO_LINK: Pair = (
    "It is paid and was never played, and there is no link to it now. I can make you one, free.",
    "Está pagado y nunca se escuchó, y ahora no hay enlace. Puedo hacerle uno, gratis.",
)
_STOPPED: Pair = (
    "Texts to this number are stopped, so no link was sent. To get them again, text START to {short_code}.",
    "Los textos a este número están detenidos, por eso no se envió el enlace. Para recibirlos otra vez, "
    "mande START al {short_code}.",
)
_STOPPED_SINCE: Pair = (
    "A link was sent, and since then texts to this number are stopped. To get them again, text START to "
    "{short_code}.",
    "Se envió un enlace, y desde entonces los textos a este número están detenidos. Para recibirlos otra "
    "vez, mande START al {short_code}.",
)
_HELD: Pair = (
    "Texts to this number are on hold until somebody here has read the reply that came from it.",
    "Los textos a este número están en pausa hasta que alguien de aquí lea la respuesta que llegó de él.",
)
_REFUNDED: Pair = (
    "All that was paid for this message, {was_paid}, has been refunded.",
    "Todo lo que se pagó por este mensaje, {was_paid}, se devolvió.",
)
_ON_ITS_WAY: Pair = (
    "All that was paid for this message, {was_paid}, has been refunded or is on its way back.",
    "Todo lo que se pagó por este mensaje, {was_paid}, se devolvió o está en camino.",
)
_WAITS_FOR_APPROVAL: Pair = (
    "A refund of all that was paid for this message, {was_paid}, is asked for and waits for approval.",
    "Se pidió devolver todo lo que se pagó por este mensaje, {was_paid}, y espera aprobación.",
)

_REFUND: Pair = (" I can refund {back} now.", " Puedo devolverle {back} ahora.")
_NOTHING_PAID: Pair = (" Nothing was paid for it.", " No se ha pagado nada por ella.")
_ENDED: Pair = (
    " The link has ended; I can make you a new one.",
    " El enlace ya venció; puedo hacerle uno nuevo.",
)
_FLAWS = (Verdict.RECORDING_SILENT, Verdict.RECORDING_QUIET, Verdict.RECORDING_CLIPPED)


def words_for(facts: MessageFacts, verdict: Verdict, judged: Judged, offer: Offer) -> Bilingual:
    """What to say of a message whose verdict and offer are known."""
    if verdict is Verdict.CHARGED_TWICE and judged.kind is not None:
        return words_for_kind(facts, judged)
    pairs = [_main(facts, verdict)]
    if verdict in _FLAWS:
        pairs.append(_REFUND if offer.do is OfferKind.REFUND else _NOTHING_PAID)
    has_ended = verdict in _MAY_HAVE_ENDED and facts.links and not facts.waits_for_pause
    if offer.do is OfferKind.REISSUE and has_ended:
        pairs.append(_ENDED)
    blanks = _Blanks(facts, offer)
    english = "".join(pair[0] for pair in pairs).format_map(blanks)
    return Bilingual(en=english, es="".join(pair[1] for pair in pairs).format_map(blanks))


_MAY_HAVE_ENDED = (Verdict.NEVER_OPENED, Verdict.OPENED_NOT_PAID, Verdict.PLAYED_LITTLE, Verdict.FINE)


def _main(facts: MessageFacts, verdict: Verdict) -> Pair:
    match verdict:
        case Verdict.NEVER_OPENED:
            return _how_far(facts)
        case Verdict.OPENED_NOT_PAID:
            return _PAYMENT_FAILED if facts.charges else _NOT_PAID
        case Verdict.PAID_NEVER_PLAYED if facts.live_until is None:
            return _NO_LINK
        case Verdict.PAID_NEVER_PLAYED:
            return _PLAY_IT if facts.paid else _PLAY_IT_FREE
        case Verdict.OPTED_OUT if facts.consent is ConsentState.HELD:
            return _HELD
        case Verdict.OPTED_OUT:
            return _STOPPED_SINCE if facts.text_statuses & (ARRIVED | NOT_ARRIVED | {"sent"}) else _STOPPED
        case Verdict.REFUNDED:
            return _how_refunded(facts)
        case Verdict.DISPUTED:
            return GIVEN_BACK if not any(one.is_disputed for one in facts.charges) else BANK_DECIDES
        case Verdict.FINE if not facts.paid:
            return _FREE_AND_FINE
        case _:
            return _WORDS[verdict]


def _how_far(facts: MessageFacts) -> Pair:
    if facts.waits_for_pause:
        return _NUMBER_PAUSED if facts.number_paused else _FACILITY_PAUSED
    if facts.text_statuses & ARRIVED:
        return _REACHED
    return _TAKEN if "sent" in facts.text_statuses else _WAITS


def _how_refunded(facts: MessageFacts) -> Pair:
    states = {refund.state for one in facts.charges for refund in one.refunds if refund.state.holds_money}
    if RefundState.AWAITING_APPROVAL in states:
        return _WAITS_FOR_APPROVAL
    return _REFUNDED if states <= {RefundState.SUCCEEDED} else _ON_ITS_WAY


def day_en(at: datetime) -> str:
    """A day and hour as an English speaker hears it: ``Tuesday, November 24, 9 PM Eastern``."""
    local = at.astimezone(EASTERN)
    return f"{local:%A, %B} {local.day}, {_hour(local)} Eastern"


def day_es(at: datetime) -> str:
    """The same in Spanish: ``martes 24 de noviembre a las 9 PM, hora del Este``."""
    local = at.astimezone(EASTERN)
    day = f"{_DAYS_ES[local.weekday()]} {local.day} de {_MONTHS_ES[local.month - 1]}"
    return f"{day} a {'la' if local.hour % 12 == 1 else 'las'} {_hour(local)}, hora del Este"


def _hour(local: datetime) -> str:
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'PM' if local.hour >= 12 else 'AM'}"


class _Blanks(dict[str, object]):
    """What goes into the blanks, each worked out when a sentence has it: most have none or one."""

    def __init__(self, facts: MessageFacts, offer: Offer) -> None:
        super().__init__()
        self._facts, self._offer = facts, offer

    def __missing__(self, name: str) -> object:
        return _IN_BLANKS[name](self._facts, self._offer)


def _ended(facts: MessageFacts) -> datetime:
    return max((link.ends_at() for link in facts.links), default=facts.recorded_at)


def _until(facts: MessageFacts) -> datetime:
    return facts.live_until or _ended(facts)


_IN_BLANKS: dict[str, Callable[[MessageFacts, Offer], object]] = {
    "facility": lambda facts, _offer: facts.facility_name,
    "price": lambda facts, _offer: dollars(facts.price_cents),
    "was_paid": lambda facts, _offer: dollars(sum(charge.amount_cents for charge in facts.succeeded)),
    "back": lambda _facts, offer: dollars(sum(charge.amount_cents for charge in offer.charges)),
    "heard": lambda facts, _offer: facts.heard_seconds,
    "seconds": lambda facts, _offer: facts.seconds,
    "until_en": lambda facts, _offer: day_en(_until(facts)),
    "until_es": lambda facts, _offer: day_es(_until(facts)),
    "ended_en": lambda facts, _offer: day_en(_ended(facts)),
    "ended_es": lambda facts, _offer: day_es(_ended(facts)),
    "short_code": lambda _facts, _offer: SHORT_CODE,
}
