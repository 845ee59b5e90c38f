"""The one sentence of a story, in English and Spanish, from facts alone.

It begins with how much was recorded; then comes, in parts, what a caller may be calling about: what is paid
and not heard, what got stuck, what is wrong with a recording, money, and where the texts stand. Days and
hours are US Eastern, as everywhere at the desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from care_console.contract.base import Bilingual
from care_console.contract.consent import Consent, ConsentState
from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars
from care_console.contract.pauses import Pause
from care_console.service.messages.facts import MessageFacts
from care_console.service.recipients.moments import dated, soon_said
from care_console.service.recipients.tally import Tally, Twice, tally
from care_console.service.recipients.who import Recorded

MOST_TWICE = 3
"""So many messages charged twice are told of one by one."""

_COUNTS: tuple[tuple[str, tuple[str, str, str, str]], ...] = (
    # what is counted: English singular and plural, Spanish singular and plural
    (
        "expired_unheard",
        (
            "1 paid, expired unheard",
            "{n} paid, expired unheard",
            "1 pagado, vencido sin oírse",
            "{n} pagados, vencidos sin oírse",
        ),
    ),
    (
        "free_unheard",
        ("1 free, not heard", "{n} free, not heard", "1 gratis, sin oír", "{n} gratis, sin oír"),
    ),
    ("no_link", ("1 paid, no link", "{n} paid, no link", "1 pagado, sin enlace", "{n} pagados, sin enlace")),
    ("not_texted", ("1 not texted", "{n} not texted", "1 sin enviar", "{n} sin enviar")),
    ("not_delivered", ("1 not delivered", "{n} not delivered", "1 no entregado", "{n} no entregados")),
    (
        "paused",
        (
            "1 not texted yet, paused",
            "{n} not texted yet, paused",
            "1 sin enviar aún, suspendido",
            "{n} sin enviar aún, suspendidos",
        ),
    ),
    ("not_opened", ("1 not opened", "{n} not opened", "1 sin abrir", "{n} sin abrir")),
    (
        "not_paid",
        ("1 opened, not paid", "{n} opened, not paid", "1 abierto, sin pagar", "{n} abiertos, sin pagar"),
    ),
    (
        "payment_failed",
        (
            "1 not paid, payment failed",
            "{n} not paid, payment failed",
            "1 sin pagar, falló el pago",
            "{n} sin pagar, falló el pago",
        ),
    ),
    (
        "expired_unpaid",
        (
            "1 expired, not paid",
            "{n} expired, not paid",
            "1 vencido, sin pagar",
            "{n} vencidos, sin pagar",
        ),
    ),
    ("silent", ("1 is silent", "{n} are silent", "1 sin sonido", "{n} sin sonido")),
    (
        "quiet",
        ("1 is very quiet", "{n} are very quiet", "1 casi no se oye", "{n} casi no se oyen"),
    ),
    ("distorted", ("1 is distorted", "{n} are distorted", "1 con distorsión", "{n} con distorsión")),
)

_SUMS: tuple[tuple[str, str, str], ...] = (
    ("refunded_cents", "{amount} refunded", "{amount} devueltos"),
    ("on_its_way_cents", "{amount} on its way back", "{amount} en camino de vuelta"),
    ("awaiting_cents", "{amount} refund waits for approval", "devolución de {amount} espera aprobación"),
    ("failed_cents", "{amount} refund failed", "devolución de {amount} falló"),
    ("disputed_cents", "{amount} disputed", "{amount} en disputa"),
    ("given_back_cents", "{amount} given back by the bank", "{amount} devueltos por el banco"),
)


def tell_story(
    now: datetime,
    recorded: Recorded,
    messages: Sequence[MessageFacts],
    consent: Consent,
    paused: Pause | None,
) -> Bilingual:
    """The sentence. `messages` are all of the recipient's open ones, `paused` the pause of the number."""
    told = tally(messages)
    parts = [_how_many(now, recorded), *_ways(now, told), *_money(now, told)]
    parts += [*_consent(now, consent), *_pause(now, paused)]
    english = "; ".join(part.en for part in parts)
    spanish = "; ".join(part.es for part in parts)
    return Bilingual(en=f"{english}.", es=f"{spanish}.")


def _how_many(now: datetime, recorded: Recorded) -> Bilingual:
    if recorded.newest_at is None:
        return Bilingual(en="No message yet", es="Ningún mensaje todavía")
    if recorded.this_week:
        return _number(
            recorded.this_week,
            (
                "1 message this week",
                "{n} messages this week",
                "1 mensaje esta semana",
                "{n} mensajes esta semana",
            ),
        )
    if recorded.recent:
        return _number(
            recorded.recent,
            (
                "1 message in 30 days, none this week",
                "{n} messages in 30 days, none this week",
                "1 mensaje en 30 días, ninguno esta semana",
                "{n} mensajes en 30 días, ninguno esta semana",
            ),
        )
    english = f"No message in 30 days, the last on {dated(recorded.newest_at, now)}"
    spanish = f"Ningún mensaje en 30 días, el último el {dated(recorded.newest_at, now, 'es')}"
    return Bilingual(en=english, es=spanish)


def _ways(now: datetime, told: Tally) -> Iterator[Bilingual]:
    if told.is_empty and told.heard:
        yield _number(told.heard, ("1 heard", "{n} heard", "1 oído", "{n} oídos"))
    yield from _unheard(now, told.unheard_ends)
    yield from _little(told.played_little)
    for name, words in _COUNTS:
        count = getattr(told, name)
        if count:
            yield _number(count, words)


def _unheard(now: datetime, ends: Sequence[datetime]) -> Iterator[Bilingual]:
    if not ends:
        return
    count, first = len(ends), min(ends)
    english, spanish = soon_said(first, now), soon_said(first, now, "es")
    if count == 1:
        yield Bilingual(
            en=f"1 paid, not heard, expires {english}", es=f"1 pagado, sin oír, vence el {spanish}"
        )
    else:
        yield Bilingual(
            en=f"{count} paid, not heard, the first expires {english}",
            es=f"{count} pagados, sin oír, el primero vence el {spanish}",
        )


def _little(played: Sequence[tuple[int, int]]) -> Iterator[Bilingual]:
    if len(played) == 1:
        heard, seconds = played[0]
        yield Bilingual(en=f"1 played {heard} of {seconds} s only", es=f"1 sonó solo {heard} de {seconds} s")
    elif played:
        count = len(played)
        yield Bilingual(en=f"{count} played a little only", es=f"{count} sonaron solo un poco")


def _money(now: datetime, told: Tally) -> Iterator[Bilingual]:
    yield from (_charged_twice(now, twice) for twice in told.twice[:MOST_TWICE])
    more = len(told.twice) - MOST_TWICE
    if more > 0:
        yield _number(
            more,
            (
                "1 more charged twice",
                "{n} more charged twice",
                "1 más cobrado dos veces",
                "{n} más cobrados dos veces",
            ),
        )
    for name, english, spanish in _SUMS:
        cents = getattr(told, name)
        if cents:
            amount = dollars(cents)
            yield Bilingual(en=english.format(amount=amount), es=spanish.format(amount=amount))


def _charged_twice(now: datetime, twice: Twice) -> Bilingual:
    """``$3.99 twice on Nov 20``; differing amounts are named: ``$3.99 and $4.99 for 1 message on Nov 20``."""
    count = len(twice.amounts)
    if len(set(twice.amounts)) == 1:
        amount = dollars(twice.amounts[0])
        english = f"{amount} {'twice' if count == 2 else f'{count} times'}"
        spanish = f"{amount} {'dos' if count == 2 else count} veces"
    else:
        amounts = [dollars(cents) for cents in twice.amounts]
        english = f"{', '.join(amounts[:-1])} and {amounts[-1]} for 1 message"
        spanish = f"{', '.join(amounts[:-1])} y {amounts[-1]} por 1 mensaje"
    days_en, days_es = _days(now, twice, "en"), _days(now, twice, "es")
    return Bilingual(en=f"{english} {days_en}", es=f"{spanish} {days_es}")


def _days(now: datetime, twice: Twice, language: str) -> str:
    first, last = (dated(at, now, language) for at in (twice.first_at, twice.last_at))
    if twice.first_at.astimezone(EASTERN).date() == twice.last_at.astimezone(EASTERN).date():
        return f"el {last}" if language == "es" else f"on {last}"
    return f"del {first} al {last}" if language == "es" else f"from {first} to {last}"


def _consent(now: datetime, consent: Consent) -> Iterator[Bilingual]:
    if consent.state is ConsentState.OPTED_IN or consent.since is None:
        return
    day_en, day_es = dated(consent.since, now), dated(consent.since, now, "es")
    if consent.state is ConsentState.HELD:
        yield Bilingual(en=f"texts held since {day_en}", es=f"textos en pausa desde el {day_es}")
    else:
        yield Bilingual(en=f"texts stopped on {day_en}", es=f"textos detenidos el {day_es}")


def _pause(now: datetime, paused: Pause | None) -> Iterator[Bilingual]:
    if paused is not None:
        day_en, day_es = dated(paused.since, now), dated(paused.since, now, "es")
        yield Bilingual(en=f"texts paused since {day_en}", es=f"textos suspendidos desde el {day_es}")


def _number(count: int, words: tuple[str, str, str, str]) -> Bilingual:
    one_en, many_en, one_es, many_es = words
    if count == 1:
        return Bilingual(en=one_en, es=one_es)
    return Bilingual(en=many_en.format(n=count), es=many_es.format(n=count))
