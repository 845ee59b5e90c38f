"""One statement that looks up every reading of the words: a part for each, each by an index and bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from care_console.contract.hours import EASTERN
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.cards import ChargeSaid
from care_console.service.recipients.search.found import MOST_CALLED, MOST_ENDINGS, MOST_FOUND
from care_console.service.recipients.search.hits import LAST_HEARD
from care_console.service.recipients.search.reading import Reading

# A bank may show a charge days after it was made; a caller may read the day before the desk's.
DAYS_BEFORE, DAYS_AFTER = 5, 1

# A sender's newest messages tell whom they write to.
_OF_SENDER = """
    CROSS JOIN LATERAL (
        SELECT DISTINCT recipient_id AS id FROM (
            SELECT recipient_id FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT {most}) AS newest) AS r
"""
_OF_FACILITY = """
    CROSS JOIN LATERAL (
        SELECT m.recipient_id AS id, max(m.recorded_at) AS at
        FROM (SELECT id FROM senders WHERE facility_id = f.id ORDER BY id DESC LIMIT 150) AS s
        CROSS JOIN LATERAL (
            SELECT recipient_id, recorded_at FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT 2) AS m
        GROUP BY m.recipient_id ORDER BY 2 DESC LIMIT 30) AS r
"""
# Where no name has a word that begins as one of these, nobody's begins as all of them: to find that out from
# those who have the others took 2.6 ms for "María Jamfs" in a million. U+10FFFF comes behind every letter.
_ASKED = """
    asked AS MATERIALIZED (
        SELECT name_query(:typed, '') AS whole,
               CASE WHEN NOT EXISTS (
                   SELECT FROM unnest(words_of_name(:typed)) AS one (typed)
                   WHERE NOT EXISTS (SELECT FROM name_words
                                     WHERE word ~>=~ one.typed AND word ~<~ (one.typed || chr(1114111)))
               ) THEN name_query(:typed, ':*') END AS begun)
"""
_NAMED = "coalesce(name_lexemes @@ (SELECT begun FROM asked), false)"
_WORDS = "array_to_string(tsvector_to_array(name_lexemes), ' ')"


def _called(how: str, query: str) -> str:
    """Of many who are called so, those last heard of: the first that come have been here longest."""
    return f"""
        SELECT * FROM (
            SELECT '{how}', 'recipient', r.id, true, {{words}}, {{nothing}}
            FROM (SELECT id, name_lexemes FROM recipients
                  WHERE name_lexemes @@ (SELECT {query} FROM asked) LIMIT {{called}}) AS r
            {LAST_HEARD.format(of="r.id")}
            ORDER BY last.at DESC NULLS LAST, r.id DESC LIMIT {{most}}) AS found
    """


# Each part gives: how it was found, what, its id, whether the name that was typed fits, what tells of it, a
# moment, an amount. By ~>=~ and ~<~, the operators of the indexes of patterns, which serve them in a generic
# plan too (LIKE does not).
_PARTS = {
    "phone": """
        SELECT * FROM (SELECT 'phone', 'recipient', id, {named}, phone, {nothing}
        FROM recipients WHERE phone = ANY(CAST(:phones AS text[])) LIMIT {most}) AS found
    """,
    "ending": """
        SELECT 'ending', 'recipient', r.id, r.named, digits || ' ' || r.words, {nothing}
        FROM unnest(CAST(:endings AS text[]), CAST(:lows AS text[]), CAST(:highs AS text[]))
            AS part (digits, low, high)
        CROSS JOIN LATERAL (
            SELECT id, {named} AS named, {words} AS words FROM recipients
            WHERE reverse(phone) ~>=~ low AND reverse(phone) ~<~ high LIMIT {endings}) AS r
    """,
    "beginning": """
        SELECT 'beginning', 'recipient', r.id, false, digits, {nothing}
        FROM unnest(CAST(:beginnings AS text[]), CAST(:beginnings_after AS text[])) AS part (digits, after)
        CROSS JOIN LATERAL (
            SELECT id FROM recipients WHERE phone >= '+1' || digits AND phone < after LIMIT {most}) AS r
    """,
    "code": """
        SELECT CASE WHEN revoked_at IS NOT NULL THEN 'code replaced'
                    WHEN expires_at <= :now THEN 'code expired' ELSE 'code' END,
               'message', message_id, false, '', {nothing}
        FROM links WHERE folded_code(code) = ANY(CAST(:codes AS text[]))
    """,
    "code begins": """
        SELECT 'code begins', 'message', l.message_id, false, '', {nothing}
        FROM unnest(CAST(:code_lows AS text[]), CAST(:code_highs AS text[])) AS part (low, high)
        CROSS JOIN LATERAL (
            SELECT message_id FROM links
            WHERE folded_code(code) ~>=~ low AND folded_code(code) ~<~ high LIMIT 20) AS l
    """,
    "booking": """
        SELECT 'booking', 'recipient', r.id, false, s.booking_number || ' of ' || s.name, {nothing}
        FROM (SELECT id, name, booking_number FROM senders
              WHERE folded_code(booking_number) = ANY(CAST(:codes AS text[])) LIMIT 20) AS s
    """
    + _OF_SENDER.format(most=200),
    "our id": """
        SELECT 'our id', 'message', id, false, '', {nothing} FROM messages
        WHERE id = ANY(CAST(:our_ids AS bigint[]))
    """,
    "name": _called("name", "whole"),
    "name begins": _called("name begins", "begun"),
    "sender": """
        SELECT 'sender', 'recipient', r.id, false, s.name, {nothing}
        FROM (SELECT id, name FROM senders
              WHERE name_lexemes @@ (SELECT CASE WHEN :asked_sender THEN begun ELSE whole END FROM asked)
              LIMIT 12) AS s
    """
    + _OF_SENDER.format(most=20),
    "facility": """
        SELECT 'facility', 'recipient', r.id, false, f.name, r.at, NULL::int
        FROM (SELECT id, name FROM facilities WHERE name_lexemes @@ (SELECT begun FROM asked) LIMIT 3) AS f
    """
    + _OF_FACILITY,
    "reference": """
        SELECT * FROM (
            SELECT 'recipient reference', 'recipient', id, false, '', {nothing}
            FROM recipients WHERE imported_id = ANY({refs})
            UNION ALL SELECT 'message reference', 'message', id, false, '', {nothing}
            FROM messages WHERE imported_id = ANY({refs})
            UNION ALL SELECT 'link reference', 'message', message_id, false, '', {nothing}
            FROM links WHERE imported_id = ANY({refs})
            UNION ALL SELECT 'text reference', 'message', message_id, false, '', {nothing}
            FROM texts WHERE imported_id = ANY({refs}) AND message_id IS NOT NULL
            UNION ALL SELECT 'text reference', 'recipient', recipients.id, false, '', {nothing}
            FROM texts JOIN recipients USING (phone)
            WHERE texts.imported_id = ANY({refs}) AND message_id IS NULL
            UNION ALL SELECT 'consent reference', 'recipient', recipients.id, false, '', {nothing}
            FROM consent_events JOIN recipients USING (phone) WHERE consent_events.imported_id = ANY({refs})
            UNION ALL SELECT 'charge reference', 'charge', id, false, '', {nothing}
            FROM charges WHERE imported_id = ANY({refs})
            UNION ALL SELECT 'processor reference', 'charge', id, false, '', {nothing}
            FROM charges WHERE processor_ref = ANY({refs})
            UNION ALL SELECT 'refund reference', 'charge', charge_id, false, '', {nothing}
            FROM refunds WHERE imported_id = ANY({refs})
            UNION ALL SELECT 'processor reference of a refund', 'charge', charge_id, false, '', {nothing}
            FROM refunds WHERE processor_ref = ANY({refs})
            LIMIT {most}) AS found
        UNION ALL SELECT 'sender reference', 'recipient', r.id, false, s.name, {nothing}
        FROM (SELECT id, name FROM senders WHERE imported_id = ANY({refs}) LIMIT 3) AS s
    """
    + _OF_SENDER.format(most=200)
    + """
        UNION ALL SELECT 'facility reference', 'recipient', r.id, false, f.name, r.at, NULL::int
        FROM (SELECT id, name FROM facilities WHERE imported_id = ANY({refs}) LIMIT 3) AS f
    """
    + _OF_FACILITY,
    "refund id": """
        SELECT 'refund reference', 'charge', charge_id, false, '', {nothing}
        FROM refunds WHERE id = ANY(CAST(:refund_ids AS uuid[]))
    """,
    "card": """
        SELECT * FROM (
            SELECT 'card', 'charge', id, false, coalesce(brand, '') || ' ' || last4, charged_at, amount_cents
        FROM charges WHERE last4 = ANY(CAST(:last4s AS text[])){amount}{days}
        ORDER BY charged_at DESC LIMIT {most}) AS found
    """,
    "amount": """
        SELECT * FROM (SELECT 'amount', 'charge', id, false, '', charged_at, amount_cents
        FROM charges WHERE amount_cents = :amount{that_day}
        ORDER BY charged_at DESC LIMIT {most}) AS found
    """,
    "amount near": """
        SELECT * FROM (SELECT 'amount', 'charge', id, false, '', charged_at, amount_cents
        FROM charges WHERE amount_cents = :amount{days}
        ORDER BY charged_at DESC LIMIT {most}) AS found
    """,
}
_AMOUNT = " AND amount_cents = :amount"
_DAYS = " AND charged_at >= :since AND charged_at < :until"
_THAT_DAY = " AND charged_at >= :day_begins AND charged_at < :day_ends"


async def look_up(ctx: Context, reading: Reading) -> Sequence[Any]:
    """Whatever the database has for any reading: how, kind, id, named, said, at, cents."""
    parts = _parts(reading)
    if not parts:
        return ()
    charge = reading.charge
    has = (bool(reading.name), charge and charge.amount_cents is not None, charge and charge.days is not None)
    statement = _statement(tuple(parts), *map(bool, has))
    return (await ctx.connection.execute(statement, values_of(ctx, reading))).all()


def window(charge: ChargeSaid) -> dict[str, datetime]:
    """From when to when a charge may have been made that was said to be of these days."""
    if charge.days is None:
        return {}
    begins, ends = _midnight(charge.days.first), _midnight(charge.days.last + timedelta(days=1))
    before, after = timedelta(days=DAYS_BEFORE), timedelta(days=DAYS_AFTER)
    return {"since": begins - before, "until": ends + after, "day_begins": begins, "day_ends": ends}


def behind(text_: str) -> str:
    """The first text behind all that begin so."""
    return text_[:-1] + chr(ord(text_[-1]) + 1)


def _parts(reading: Reading) -> list[str]:
    numbers, charge = reading.numbers, reading.charge
    card = charge is not None and charge.is_card
    amount = charge is not None and charge.amount_cents is not None and not card
    wanted = {
        "phone": numbers.whole,
        "ending": numbers.endings,
        "beginning": numbers.beginnings,
        "code": reading.codes,
        "code begins": reading.code_beginnings,
        "booking": reading.codes,
        "our id": reading.our_ids,
        "reference": reading.references,
        "refund id": reading.refund_ids,
        "card": card,
        "amount": amount,
        "amount near": amount and charge is not None and charge.days,
        "name": reading.name,
        "name begins": reading.name,
        "sender": reading.name,
        "facility": reading.name,
    }
    return [part for part, value in wanted.items() if value]


@cache
def _statement(parts: tuple[str, ...], named: bool, amount: bool, days: bool) -> TextClause:
    """The parts as one statement; the same text for the same kinds of reading, so that it stays prepared."""
    union = " UNION ALL ".join(written(part, named=named, amount=amount, days=days) for part in parts)
    asked = f"WITH {_ASKED} " if named else ""
    return text(f"{asked}SELECT * FROM ({union}) AS found (how, kind, id, named, said, at, cents)")


def written(part: str, *, named: bool = False, amount: bool = False, days: bool = False) -> str:
    """A part's SQL, by whether a name, an amount and a day were said too."""
    return _PARTS[part].format(
        named=_NAMED if named else "false",
        words=_WORDS if named else "''",
        nothing="NULL::timestamptz, NULL::int",
        most=MOST_FOUND,
        called=MOST_CALLED,
        endings=MOST_ENDINGS,
        refs="CAST(:refs AS text[])",
        amount=_AMOUNT if amount else "",
        days=_DAYS if days else "",
        that_day=_THAT_DAY if days else "",
    )


def values_of(ctx: Context, reading: Reading) -> dict[str, Any]:
    """The values of every part that a reading may ask for."""
    numbers, charge = reading.numbers, reading.charge
    values = {
        "now": ctx.now,
        "typed": reading.name,
        "asked_sender": reading.names.is_sender,
        "phones": list(numbers.whole),
        "endings": list(numbers.endings),
        "lows": [digits[::-1] for digits in numbers.endings],
        "highs": [behind(digits[::-1]) for digits in numbers.endings],
        "beginnings": list(numbers.beginnings),
        "beginnings_after": [behind(f"+1{digits}") for digits in numbers.beginnings],
        "codes": list(reading.codes),
        "code_lows": list(reading.code_beginnings),
        "code_highs": list(map(behind, reading.code_beginnings)),
        "our_ids": list(reading.our_ids),
        "refs": list(reading.references),
        "refund_ids": list(reading.refund_ids),
    }
    if charge:
        values |= {"last4s": list(charge.last4s), "amount": charge.amount_cents, **window(charge)}
    return values


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), EASTERN)


def ids_of(rows: Iterable[Any]) -> list[int]:
    """The ids of rows."""
    return [row.id for row in rows]
