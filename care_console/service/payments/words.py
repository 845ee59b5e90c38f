"""The words that explain a charge, in English and Spanish, from its facts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from care_console.contract.base import Bilingual
from care_console.contract.money import dollars
from care_console.contract.statements import OnStatement
from care_console.service.recipients.moments import dated, hour_said, length_said

_BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
}
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_ES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


@dataclass(frozen=True, slots=True)
class ChargeTold:
    """What is known of a charge. Cents; `card` is its brand and last four, None for prepaid."""

    now: datetime
    charged_at: datetime
    amount_cents: int
    refunded_cents: int
    succeeded: bool
    brand: str | None
    last4: str | None
    by_card: bool
    sender_name: str
    facility_name: str
    recorded_at: datetime
    seconds: int
    reference: str
    statement: OnStatement | None


def explain(told: ChargeTold) -> Bilingual:
    """What it was for, how it was paid, and how a statement shows it."""
    what = _what(told)
    how = _how(told) if told.succeeded else _FAILED
    back = _back(told) if told.refunded_cents else Bilingual(en="", es="")
    return Bilingual(en=what.en + how.en + back.en, es=what.es + how.es + back.es)


def receipt(told: ChargeTold) -> Bilingual:
    """The facts of a receipt, in the order in which people write them down."""
    amount, length = dollars(told.amount_cents), length_said(told.seconds)
    paid_en, paid_es = (
        ("Paid", "Pagado") if told.succeeded else ("Not paid, the try failed", "No pagado, el intento falló")
    )
    made_en, made_es = (_moment(told.recorded_at, told.now, language) for language in ("en", "es"))
    when_en, when_es = (_moment(told.charged_at, told.now, language) for language in ("en", "es"))
    who = f"{told.sender_name}, {told.facility_name}"
    return Bilingual(
        en=(
            f"Voice message of {made_en}, {length} long, from {who}. {paid_en}: {amount} on {when_en}, "
            f"{_means(told, 'en')}. Reference {told.reference}."
        ),
        es=(
            f"Mensaje de voz del {made_es}, dura {length}, de {who}. {paid_es}: {amount} el {when_es}, "
            f"{_means(told, 'es')}. Referencia {told.reference}."
        ),
    )


def _what(told: ChargeTold) -> Bilingual:
    amount, length = dollars(told.amount_cents), length_said(told.seconds)
    verb_en, verb_es = ("was", "fue") if told.succeeded else ("would have been", "habría sido")
    return Bilingual(
        en=(
            f"The {amount} on {dated(told.charged_at, told.now)} {verb_en} for a voice message of {length} "
            f"from {told.sender_name} at {told.facility_name}."
        ),
        es=(
            f"El cargo de {amount} del {dated(told.charged_at, told.now, 'es')} {verb_es} por un mensaje de "
            f"voz de {length} de {told.sender_name}, {told.facility_name}."
        ),
    )


def _how(told: ChargeTold) -> Bilingual:
    if told.statement is None:
        return Bilingual(
            en=" It was paid from your prepaid AdvanceConnect account, so it is on no card statement.",
            es=" Se pagó de su cuenta prepagada AdvanceConnect, así que no está en ningún estado de tarjeta.",
        )
    first, last, name = told.statement.first_day, told.statement.last_day, told.statement.name
    return Bilingual(
        en=(
            f" It was paid {_means(told, 'en')}. The statement calls us {name}, and shows it between "
            f"{_day(first, 'en')} and {_day(last, 'en')}, since banks take some business days."
        ),
        es=(
            f" Se pagó {_means(told, 'es')}. El estado de cuenta nos llama {name}, y lo muestra entre el "
            f"{_day(first, 'es')} y el {_day(last, 'es')}, porque los bancos tardan unos días hábiles."
        ),
    )


_FAILED = Bilingual(
    en=" That try failed, so no money was taken; a bank may show it for some days, and then it goes.",
    es=" Ese intento falló, así que no se cobró nada; el banco puede mostrarlo unos días y luego desaparece.",
)


def _back(told: ChargeTold) -> Bilingual:
    amount = dollars(told.refunded_cents)
    return Bilingual(
        en=f" {amount} of it has been refunded or is on its way back.",
        es=f" De eso, {amount} se devolvió o está en camino de vuelta.",
    )


def _means(told: ChargeTold, language: str) -> str:
    if not told.by_card:
        return "from the prepaid account" if language == "en" else "de la cuenta prepagada"
    brand = _BRANDS.get(told.brand or "", "card" if language == "en" else "tarjeta")
    if not told.last4:
        return f"by {brand}" if language == "en" else f"con {brand}"
    if language == "en":
        return f"with the {brand} ending {told.last4}"
    return f"con la {brand} que termina en {told.last4}"


def _moment(at: datetime, now: datetime, language: str) -> str:
    if language == "es":
        return f"{dated(at, now, 'es')} a las {hour_said(at, 'es')}, hora del Este"
    return f"{dated(at, now)}, {hour_said(at)} Eastern"


def _day(day: date, language: str) -> str:
    if language == "es":
        return f"{day.day} de {_MONTHS_ES[day.month - 1]}"
    return f"{_MONTHS_EN[day.month - 1]} {day.day}"
