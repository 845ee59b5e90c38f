"""The facts of a story, twice: asked of the database in plain SQL, and read back out of the sentence.

Neither knows anything of the code that tells the story. What the words mean is written down here once more:
a message counts where it is of the last 30 days, can still be had, ended unheard in the last 30 days, was
paid more than once in the last 90, or has money that a bank or a refund still moves.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from care_console.service.foundation.connections import Connection

EASTERN = ZoneInfo("America/New_York")
Facts = dict[str, Any]

# One row a message: what it is worth knowing, in columns. `net` is what the caller has paid to this day.
_MESSAGES = """
WITH money AS (
    SELECT c.*, coalesce((SELECT bool_or(d.status IN ('lost', 'charge_refunded')) FROM disputes d
                          WHERE d.charge_id = c.id), false) AS returned,
        coalesce((SELECT bool_or(d.status NOT IN ('lost', 'charge_refunded', 'won', 'warning_closed'))
                  FROM disputes d WHERE d.charge_id = c.id), false) AS disputed,
        coalesce((SELECT sum(r.amount_cents) FROM refunds r WHERE r.charge_id = c.id
                  AND r.state NOT IN ('withdrawn', 'failed', 'declined')), 0) AS back
    FROM charges c WHERE c.recipient_id = :recipient AND c.status = 'succeeded'
), worth AS (
    SELECT *, CASE WHEN returned THEN 0 ELSE greatest(0, amount_cents - back) END AS net FROM money
), seen AS (
    SELECT m.id, m.recorded_at, m.seconds, m.price_cents,
        EXISTS (SELECT FROM pauses p, recipients r, senders s WHERE p.ended_at IS NULL
                AND r.id = m.recipient_id AND s.id = m.sender_id
                AND (p.phone = r.phone OR p.facility_id = s.facility_id)) AS paused,
        (SELECT max(least(l.expires_at, l.revoked_at)) FROM links l WHERE l.message_id = m.id) AS ends_at,
        (SELECT max(l.issued_at) FROM links l WHERE l.message_id = m.id) AS linked_at,
        EXISTS (SELECT FROM visits v WHERE v.message_id = m.id)
            OR EXISTS (SELECT FROM charges c WHERE c.message_id = m.id)
            OR EXISTS (SELECT FROM plays p WHERE p.message_id = m.id) AS opened,
        EXISTS (SELECT FROM charges c WHERE c.message_id = m.id AND c.status = 'failed') AS declined,
        coalesce((SELECT max(p.seconds_played) FROM plays p WHERE p.message_id = m.id), 0) AS played,
        (SELECT count(*) FROM worth w WHERE w.message_id = m.id) AS went_through,
        coalesce((SELECT sum(w.net) FROM worth w WHERE w.message_id = m.id), 0) AS net,
        (SELECT array_agg(w.amount_cents ORDER BY w.charged_at, w.id) FROM worth w
         WHERE w.message_id = m.id AND w.net > 0 AND NOT w.disputed) AS kept,
        (SELECT sum(w.net) FROM worth w WHERE w.message_id = m.id AND NOT w.disputed) AS kept_net,
        (SELECT min(w.charged_at) FROM worth w
         WHERE w.message_id = m.id AND w.net > 0 AND NOT w.disputed) AS first_at,
        (SELECT max(w.charged_at) FROM worth w
         WHERE w.message_id = m.id AND w.net > 0 AND NOT w.disputed) AS last_at,
        EXISTS (SELECT FROM worth w WHERE w.message_id = m.id AND w.disputed) AS disputed,
        (SELECT count(*) FROM refunds r JOIN charges c ON c.id = r.charge_id WHERE c.message_id = m.id
         AND (r.requested_at > :month OR r.state IN ('awaiting_approval', 'waiting', 'submitted', 'unknown',
              'pending'))) AS moving,
        (SELECT count(*) FROM worth w WHERE w.message_id = m.id AND w.charged_at > :quarter) AS lately,
        rec.message_id IS NOT NULL AS measured, rec.loudness_lufs, rec.silence_share, rec.clipping_share
    FROM messages m LEFT JOIN recordings rec ON rec.message_id = m.id WHERE m.recipient_id = :recipient
), judged AS (
    SELECT *, coalesce(cardinality(kept) > 1 AND kept_net > kept[1], false) AS doubled,
        coalesce(ends_at > :now, false) AS live,
        ARRAY(SELECT t.status FROM texts t WHERE t.message_id = seen.id AND t.direction = 'out'
              AND t.kind IN ('link', 'reminder') AND t.status <> 'cancelled'
              AND t.at >= seen.linked_at) AS texted
    FROM seen
)
SELECT * FROM judged WHERE recorded_at > :month OR live OR (ends_at > :month AND played = 0)
    OR (doubled AND lately > 1) OR disputed OR moving > 0
"""

_REFUNDS = """
SELECT r.state, r.amount_cents, r.requested_at = max(r.requested_at) OVER (PARTITION BY r.charge_id) AS newest
FROM refunds r JOIN charges c ON c.id = r.charge_id
WHERE r.recipient_id = :recipient AND c.status = 'succeeded' AND (r.requested_at > :month
    OR r.state IN ('awaiting_approval', 'waiting', 'submitted', 'unknown', 'pending'))
"""

_DISPUTES = """
SELECT d.status, c.amount_cents FROM disputes d JOIN charges c ON c.id = d.charge_id
    JOIN messages m ON m.id = c.message_id
WHERE d.recipient_id = :recipient AND c.message_id = ANY (:open)
"""

_PAUSE = """
SELECT p.since FROM pauses p JOIN recipients r ON r.phone = p.phone
WHERE r.id = :recipient AND p.ended_at IS NULL
"""

_CONSENT = """
SELECT s.state, s.since FROM consent_states s JOIN recipients r ON r.phone = s.phone WHERE r.id = :recipient
"""


async def facts_in_database(connection: Connection, recipient: int, now: datetime) -> Facts:
    """What is so, by the tables."""
    asked = {
        "recipient": recipient,
        "now": now,
        "month": now - timedelta(days=30),
        "quarter": now - timedelta(days=90),
    }

    async def rows(query: str, **more: Any) -> list[Any]:
        bound = text(query).bindparams()
        wanted = {key: value for key, value in (asked | more).items() if f":{key}" in query}
        return list((await connection.execute(bound, wanted)).all())

    everything = await rows("SELECT recorded_at FROM messages WHERE recipient_id = :recipient")
    messages = await rows(_MESSAGES)
    facts = _recorded([row.recorded_at for row in everything], now)
    facts |= _ways(messages, now)
    facts |= _flaws(messages)
    facts |= _twice(messages)
    facts |= _refunds(await rows(_REFUNDS))
    facts |= _disputes(await rows(_DISPUTES, open=[row.id for row in messages]))
    for row in await rows(_CONSENT):
        if row.state != "opted_in":
            facts["stopped" if row.state == "opted_out" else "held"] = _day(row.since)
    for row in await rows(_PAUSE):
        facts["number_paused"] = _day(row.since)
    not_of_messages = {"week", "month", "newest", "never", "heard", "stopped", "held", "number_paused"}
    said_of_messages = set(facts) - not_of_messages
    if said_of_messages:
        facts.pop("heard", None)  # that all is well is said only where it is
    return facts


def _recorded(moments: list[datetime], now: datetime) -> Facts:
    week = sum(at > now - timedelta(days=7) for at in moments)
    month = sum(at > now - timedelta(days=30) for at in moments)
    if not moments:
        return {"never": True}
    if week:
        return {"week": week}
    return {"month": month} if month else {"newest": _day(max(moments))}


def _ways(messages: list[Any], now: datetime) -> Facts:
    facts: Facts = {}

    def one_more(name: str) -> None:
        facts[name] = facts.get(name, 0) + 1

    ends, little = [], []
    for row in messages:
        if row.net or (row.price_cents == 0 and row.opened):
            if row.played and row.played * 4 < row.seconds:
                little.append((row.played, row.seconds))
            elif row.played:
                one_more("heard")
            elif row.price_cents == 0:
                one_more("free_unheard")
            elif row.live:
                ends.append(row.ends_at)
            else:
                one_more("expired_unheard" if row.ends_at else "no_link")
        elif not row.went_through:
            one_more(_unpaid(row))
    if ends:
        facts["unheard"] = len(ends)
        facts["expires"] = min(ends).astimezone(EASTERN)
    if little:
        facts["little"] = little if len(little) == 1 else len(little)
    return facts


def _unpaid(row: Any) -> str:
    if not row.opened and not row.texted:
        return "not_texted"
    if not row.opened and not set(row.texted) - {"undelivered", "failed"}:
        return "not_delivered"
    if not row.live:
        return "expired_unpaid"
    if row.paused and not row.opened and set(row.texted) == {"queued"}:
        return "paused"
    if row.declined:
        return "payment_failed"
    return "not_paid" if row.opened else "not_opened"


def _flaws(messages: list[Any]) -> Facts:
    facts: Facts = {}
    for row in messages:
        if not row.measured or (row.went_through and not row.net):
            continue
        flaw = None
        if row.loudness_lufs is None or row.silence_share >= 0.97:
            flaw = "silent"
        elif row.loudness_lufs < -35:
            flaw = "quiet"
        elif row.clipping_share >= 0.01:
            flaw = "distorted"
        if flaw:
            facts[flaw] = facts.get(flaw, 0) + 1
    return facts


def _twice(messages: list[Any]) -> Facts:
    doubled = [row for row in messages if row.doubled]
    doubled.sort(key=lambda row: row.last_at, reverse=True)
    told = [(tuple(row.kept), _day(row.first_at), _day(row.last_at)) for row in doubled[:3]]
    facts: Facts = {"twice": told} if told else {}
    return facts | ({"more_twice": len(doubled) - 3} if len(doubled) > 3 else {})


def _refunds(rows: list[Any]) -> Facts:
    facts: Facts = {}
    for row in rows:
        name = {"succeeded": "refunded", "awaiting_approval": "awaiting", "failed": "refund_failed"}.get(
            row.state, "on_its_way" if row.state in ("waiting", "submitted", "unknown", "pending") else ""
        )
        if name and (name != "refund_failed" or row.newest):
            facts[name] = facts.get(name, 0) + row.amount_cents
    return facts


def _disputes(rows: list[Any]) -> Facts:
    facts: Facts = {}
    for row in rows:
        if row.status in ("won", "warning_closed"):
            continue
        name = "given_back" if row.status in ("lost", "charge_refunded") else "disputed"
        facts[name] = facts.get(name, 0) + row.amount_cents
    return facts


def _day(at: datetime) -> date:
    return at.astimezone(EASTERN).date()


# ---------------------------------------------------------------- the sentence, read back

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_DATE = {
    "en": r"(?:[A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)",
    "es": r"(?:\d{1,2} de [a-z]{3}(?: de \d{4})?)",
}
_SOON = {
    "en": rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{{1,2}}(?::\d\d)? [AP]M|{_DATE['en']})",
    "es": rf"(?:(?:lun|mar|mié|jue|vie|sáb|dom) \d{{1,2}}:\d\d|{_DATE['es']})",
}
_CENTS = r"\$[\d,]+\.\d\d"
_AMOUNTS = {"en": rf"{_CENTS}(?:, {_CENTS})* and {_CENTS}", "es": rf"{_CENTS}(?:, {_CENTS})* y {_CENTS}"}

# How each part reads: its name, English, Spanish. N a number, C an amount, D a day, S a moment soon.
_PARTS: tuple[tuple[str, str, str], ...] = (
    ("never", "No message yet", "Ningún mensaje todavía"),
    ("week", "N messages? this week", "N mensajes? esta semana"),
    ("month", "N messages? in 30 days, none this week", "N mensajes? en 30 días, ninguno esta semana"),
    ("newest", "No message in 30 days, the last on D", "Ningún mensaje en 30 días, el último el D"),
    ("heard", "N heard", "N oídos?"),
    ("free_unheard", "N free, not heard", "N gratis, sin oír"),
    (
        "unheard",
        "N paid, not heard,(?: the first)? expires S",
        "N pagados?, sin oír,(?: el primero)? vence el S",
    ),
    ("expired_unheard", "N paid, expired unheard", "N pagados?, vencidos? sin oírse"),
    ("no_link", "N paid, no link", "N pagados?, sin enlace"),
    ("little_one", r"1 played (\d+) of (\d+) s only", r"1 sonó solo (\d+) de (\d+) s"),
    ("little", "N played a little only", "N sonaron solo un poco"),
    ("not_texted", "N not texted", "N sin enviar"),
    ("not_delivered", "N not delivered", "N no entregados?"),
    ("paused", "N not texted yet, paused", "N sin enviar aún, suspendidos?"),
    ("not_opened", "N not opened", "N sin abrir"),
    ("not_paid", "N opened, not paid", "N abiertos?, sin pagar"),
    ("payment_failed", "N not paid, payment failed", "N sin pagar, falló el pago"),
    ("expired_unpaid", "N expired, not paid", "N vencidos?, sin pagar"),
    ("silent", "N (?:is|are) silent", "N sin sonido"),
    ("quiet", "N (?:is|are) very quiet", "N casi no se oyen?"),
    ("distorted", "N (?:is|are) distorted", "N con distorsión"),
    ("more_twice", "N more charged twice", "N más cobrados? dos veces"),
    ("refunded", "C refunded", "C devueltos"),
    ("on_its_way", "C on its way back", "C en camino de vuelta"),
    ("awaiting", "C refund waits for approval", "devolución de C espera aprobación"),
    ("refund_failed", "C refund failed", "devolución de C falló"),
    ("disputed", "C disputed", "C en disputa"),
    ("given_back", "C given back by the bank", "C devueltos por el banco"),
    ("stopped", "texts stopped on D", "textos detenidos el D"),
    ("held", "texts held since D", "textos en pausa desde el D"),
    ("number_paused", "texts paused since D", "textos suspendidos desde el D"),
)
_TWICE = {
    "en": rf"({_CENTS}) (twice|\d+ times) (.*)|({_AMOUNTS['en']}) for 1 message (.*)",
    "es": rf"({_CENTS}) (dos veces|\d+ veces) (.*)|({_AMOUNTS['es']}) por 1 mensaje (.*)",
}
_DAYS = {"en": r"on (D)|from (D) to (D)", "es": r"el (D)|del (D) al (D)"}


def facts_in_sentence(sentence: str, language: str, now: datetime) -> Facts:
    """What a sentence says. Raises where a part of it means nothing."""
    assert sentence.endswith(".")
    facts: Facts = {}
    for part in sentence[:-1].split("; "):
        _read_part(part, language, now, facts)
    return facts


def _read_part(part: str, language: str, now: datetime, facts: Facts) -> None:
    twice = re.fullmatch(_TWICE[language], part)
    if twice:
        facts.setdefault("twice", []).append(_read_twice(twice, language, now))
        return
    for name, *words in _PARTS:
        found = re.fullmatch(_pattern(words[language == "es"], language), part)
        if found is None:
            continue
        assert name not in facts, f"{part!r} is said twice"
        values = [value for value in found.groups() if value is not None]
        if name == "little_one":
            facts["little"] = [(int(values[0]), int(values[1]))]
        elif name == "unheard":
            facts["unheard"], facts["expires"] = int(values[0]), _soon(values[1], language, now)
        else:
            facts[name] = _value(values, language, now)
        return
    raise AssertionError(f"nothing is known of {part!r}")


def _pattern(words: str, language: str) -> str:
    named = {"N": r"(\d+)", "C": f"({_CENTS})", "D": f"({_DATE[language]})", "S": f"({_SOON[language]})"}
    return re.sub(r"\b[NCDS]\b", lambda found: named[found.group()], words)


def _value(values: list[str], language: str, now: datetime) -> Any:
    if not values:
        return True
    if values[0].startswith("$"):
        return _cents(values[0])
    return int(values[0]) if values[0].isdecimal() else _date(values[0], language, now)


def _read_twice(found: re.Match[str], language: str, now: datetime) -> tuple[tuple[int, ...], date, date]:
    amount, times, days_alike, several, days_several = found.groups()
    if amount:
        how_many = 2 if times in ("twice", "dos veces") else int(times.split()[0])
        amounts = (_cents(amount),) * how_many
    else:
        amounts = tuple(_cents(each) for each in re.findall(_CENTS, several))
    pattern = re.sub(r"\bD\b", _DATE[language].replace("\\", "\\\\"), _DAYS[language])
    days = re.fullmatch(pattern, days_alike or days_several)
    assert days, found.group()
    told = [_date(day, language, now) for day in days.groups() if day]
    return amounts, told[0], told[-1]


def _cents(words: str) -> int:
    return int(re.sub(r"\D", "", words))


def _date(words: str, language: str, now: datetime) -> date:
    month = next(
        number for number, name in enumerate(_MONTHS[language], 1) if re.search(rf"\b{name}\b", words)
    )
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    year = numbers[1] if len(numbers) > 1 else now.astimezone(EASTERN).year
    return date(year, month, numbers[0])


def _soon(words: str, language: str, now: datetime) -> date | datetime:
    """A day, or a weekday with its hour: the only such one within five days of now."""
    if words[:3] not in _WEEKDAYS[language]:
        return _date(words, language, now)
    weekday = _WEEKDAYS[language].index(words[:3])
    today = now.astimezone(EASTERN).date()
    near = (today + timedelta(days=away) for away in range(-5, 6))
    [day] = [each for each in near if each.weekday() == weekday and each >= today] or [today]
    hour, minute = (int(number) for number in [*re.findall(r"\d+", words), "0"][:2])
    if language == "en":
        hour = hour % 12 + (12 if "PM" in words else 0)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN)


def differences(said: Facts, so: Facts) -> list[str]:
    """The facts in which the two differ, in words; a day that is said of a moment is the day of it."""
    differ = []
    for name in sorted(said.keys() | so.keys()):
        one, other = said.get(name), so.get(name)
        if name == "expires" and one is not None and other is not None:
            if isinstance(one, datetime):
                alike = one == other.replace(second=0, microsecond=0)
            else:
                alike = one == other.date()
        else:
            alike = one == other
        if not alike:
            differ.append(f"{name}: said {one!r}, is {other!r}")
    return differ
