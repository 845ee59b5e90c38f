"""The one sentence of a story, in English and Spanish, from facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care_console.contract.base import Bilingual
from care_console.contract.consent import Consent, ConsentState
from care_console.contract.hours import EASTERN
from care_console.contract.messages import Diagnosis, Verdict
from care_console.contract.money import dollars
from care_console.service.messages.facts import MessageFacts
from care_console.service.messages.words import hour_en

WEEK = timedelta(days=7)
_DAYS_ES = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_MONTHS_ES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")

_STUCK: dict[Verdict, tuple[str, str, str, str]] = {
    # verdict: English singular and plural, Spanish singular and plural
    Verdict.RECORDING_SILENT: ("1 is silent", "{n} are silent", "1 sin sonido", "{n} sin sonido"),
    Verdict.RECORDING_QUIET: (
        "1 is very quiet",
        "{n} are very quiet",
        "1 casi no se oye",
        "{n} casi no se oyen",
    ),
    Verdict.RECORDING_CLIPPED: (
        "1 is distorted",
        "{n} are distorted",
        "1 con distorsión",
        "{n} con distorsión",
    ),
    Verdict.EXPIRED_UNHEARD: (
        "1 paid, ended unheard",
        "{n} paid, ended unheard",
        "1 pagado, venció sin oírse",
        "{n} pagados, vencieron sin oírse",
    ),
    Verdict.NOT_DELIVERED: (
        "1 text not delivered",
        "{n} texts not delivered",
        "1 texto no entregado",
        "{n} textos no entregados",
    ),
    Verdict.DISPUTED: ("1 disputed", "{n} disputed", "1 en disputa", "{n} en disputa"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A message's facts and what they come to."""

    facts: MessageFacts
    diagnosis: Diagnosis


def tell_story(now: datetime, told: Sequence[Told], consent: Consent) -> Bilingual:
    """The sentence: how many messages, what is paid and unheard, what is wrong, what was charged twice."""
    parts = [_count(now, told), *_unheard(told), *_stuck(told), *_twice(told), *_consent(consent)]
    english = "; ".join(part.en for part in parts)
    spanish = "; ".join(part.es for part in parts)
    return Bilingual(en=f"{english}.", es=f"{spanish}.")


def _count(now: datetime, told: Sequence[Told]) -> Bilingual:
    week = sum(1 for one in told if one.facts.recorded_at > now - WEEK)
    if week:
        return _number(
            week,
            (
                "1 message this week",
                "{n} messages this week",
                "1 mensaje esta semana",
                "{n} mensajes esta semana",
            ),
        )
    if told:
        month = len(told)
        return _number(
            month,
            (
                "1 message this month, none this week",
                "{n} messages this month, none this week",
                "1 mensaje este mes, ninguno esta semana",
                "{n} mensajes este mes, ninguno esta semana",
            ),
        )
    return Bilingual(en="No message in the last 30 days", es="Ningún mensaje en los últimos 30 días")


def _unheard(told: Sequence[Told]) -> list[Bilingual]:
    waiting = [one.facts for one in told if one.facts.paid and not one.facts.seconds_played]
    ends = [facts.live_until for facts in waiting if facts.live_until is not None]
    if not ends:
        return []
    count, first = len(ends), min(ends)
    ending_en = f"{'expires' if count == 1 else 'the first expires'} {_day_en(first)}"
    ending_es = f"{'vence' if count == 1 else 'el primero vence'} {_day_es(first)}"
    paid_es = "pagado, sin oír" if count == 1 else "pagados, sin oír"
    return [Bilingual(en=f"{count} paid, not heard, {ending_en}", es=f"{count} {paid_es}, {ending_es}")]


def _stuck(told: Sequence[Told]) -> list[Bilingual]:
    parts = []
    for verdict, words in _STUCK.items():
        count = sum(1 for one in told if one.diagnosis.verdict is verdict)
        if count:
            parts.append(_number(count, words))
    return parts


def _twice(told: Sequence[Told]) -> list[Bilingual]:
    parts = []
    for one in told:
        if one.diagnosis.verdict is not Verdict.CHARGED_TWICE:
            continue
        charges = [charge for charge in one.facts.paid if charge.left_cents > 0]
        amount = dollars(charges[0].amount_cents)
        times_en = "twice" if len(charges) == 2 else f"{len(charges)} times"
        times_es = "dos veces" if len(charges) == 2 else f"{len(charges)} veces"
        day = charges[-1].charged_at.astimezone(EASTERN)
        parts.append(
            Bilingual(
                en=f"{amount} {times_en} on {day:%b} {day.day}",
                es=f"{amount} {times_es} el {day.day} {_MONTHS_ES[day.month - 1]}",
            )
        )
    return parts


def _consent(consent: Consent) -> list[Bilingual]:
    if consent.state is ConsentState.OPTED_IN or consent.since is None:
        return []
    since = consent.since.astimezone(EASTERN)
    day_en, day_es = f"{since:%b} {since.day}", f"{since.day} {_MONTHS_ES[since.month - 1]}"
    if consent.state is ConsentState.HELD:
        return [Bilingual(en=f"texts held since {day_en}", es=f"textos en pausa desde el {day_es}")]
    return [Bilingual(en=f"texts stopped on {day_en}", es=f"textos detenidos el {day_es}")]


def _number(count: int, words: tuple[str, str, str, str]) -> Bilingual:
    one_en, many_en, one_es, many_es = words
    if count == 1:
        return Bilingual(en=one_en, es=one_es)
    return Bilingual(en=many_en.format(n=count), es=many_es.format(n=count))


def _day_en(at: datetime) -> str:
    local = at.astimezone(EASTERN)
    return f"{local:%a %b} {local.day} {hour_en(at)}"


def _day_es(at: datetime) -> str:
    local = at.astimezone(EASTERN)
    return f"{_DAYS_ES[local.weekday()]} {local.day} {_MONTHS_ES[local.month - 1]} {hour_en(at)}"
