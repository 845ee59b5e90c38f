"""What can hardly mean anything else: a whole phone, its last four, a reference, a card with amount and day.

It is looked up first and by itself: one statement finds, tells of it and writes the entry, in one round trip.
Only where it finds nothing is every reading of the words looked up (`lookups`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from care_console.contract.audit import Action
from care_console.contract.search import HitKind, SearchHit
from care_console.evidence.entries import Json
from care_console.service.audit.rules import counted_entry, counted_values
from care_console.service.foundation.context import Context
from care_console.service.recipients.search import hits, lookups
from care_console.service.recipients.search.cards import ChargeSaid, read_charge
from care_console.service.recipients.search.found import MOST_FOUND, Found, Rank, merged
from care_console.service.recipients.search.numbers import Numbers, read_numbers
from care_console.service.recipients.search.reading import Reading, cleaned
from care_console.service.recipients.search.reasons import LAST_DIGITS, as_found, charge_of_person
from care_console.service.recipients.search.words import AROUND

_PHONE = re.compile(r"(?:\+?1[ .-]?)?(?:\(([2-9]\d\d)\)|([2-9]\d\d))[ .-]{0,2}([2-9]\d\d)[ .-]{0,2}(\d{4})")
_FOUR_DIGITS = re.compile(r"\d{4}")
# Letters and digits, and never a code read aloud in pieces: nobody's phone, name or card is written so.
_REFERENCE = re.compile(r"(?=.*(?:\d{3}|_))[A-Za-z]{2}[\w-]{4,62}", re.ASCII)
# Four digits, an amount in some form of digits, and at least one more thing.
_MAY_BE_CHARGE = re.compile(r"^(?=.*\d{4}(?!\d))(?=.*(?:[$.,]|\d{3}|[a-z])).*\S \S+ \S", re.IGNORECASE)

# `wanted` names `r`, the recipient, and `last`, of whom and when something was heard last.
_PERSON = """
    SELECT {also}'recipient' AS kind, r.id, r.id AS recipient_id, r.phone, r.name, r.language,
           last.at, s.name AS sender, NULL::text AS facility, NULL::int AS seconds,
           NULL::int AS cents, NULL::text AS method, NULL::text AS brand, NULL::text AS last4,
           NULL::text AS status, 0::bigint AS place
    FROM {wanted} LEFT JOIN senders AS s ON s.id = last.sender_id
"""
_OF_PHONE = _PERSON.format(
    also="'phone' AS how, false AS named, r.phone AS said, ",
    wanted=f"recipients AS r {hits.LAST_HEARD.format(of='r.id')}",
) + (" WHERE r.phone = :phone ORDER BY last.at DESC NULLS LAST, r.id DESC LIMIT :limit")
_REFERENCES = """
    SELECT 'message reference' AS how, 'message' AS kind, id, '' AS said
    FROM messages WHERE imported_id = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'recipient reference', 'recipient', id, ''
    FROM recipients WHERE imported_id = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'link reference', 'message', message_id, ''
    FROM links WHERE imported_id = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'text reference', 'message', message_id, ''
    FROM texts WHERE imported_id = ANY(CAST(:refs AS text[])) AND message_id IS NOT NULL
    UNION ALL SELECT 'charge reference', 'charge', id, ''
    FROM charges WHERE imported_id = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'processor reference', 'charge', id, ''
    FROM charges WHERE processor_ref = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'refund reference', 'charge', charge_id, ''
    FROM refunds WHERE imported_id = ANY(CAST(:refs AS text[]))
    UNION ALL SELECT 'processor reference of a refund', 'charge', charge_id, ''
    FROM refunds WHERE processor_ref = ANY(CAST(:refs AS text[]))
"""
# Of many whose phones end so, those last heard of: by an index in that order, however many they are.
_OF_ENDING = _PERSON.format(
    also="'ending' AS how, false AS named, CAST(:ending AS text) || ' ' AS said, ",
    wanted="""(
        SELECT recipient_id, at, sender_id FROM last_heard WHERE phone_ending = :ending
        ORDER BY at DESC NULLS LAST, recipient_id DESC LIMIT :limit) AS last
        JOIN recipients AS r ON r.id = last.recipient_id""",
)
# Of whoever was found otherwise, too: a booking number's sender writes to many.
_OF_OTHERS = _PERSON.format(
    also="last.how, false AS named, last.said, ",
    wanted=f"""(
        SELECT how, wanted.id, said, last.at, last.sender_id
        FROM found AS wanted {hits.LAST_HEARD.format(of="wanted.id")} WHERE kind = 'recipient'
        ORDER BY last.at DESC NULLS LAST, wanted.id DESC LIMIT :limit) AS last
        JOIN recipients AS r ON r.id = last.id""",
)
_FOUR = ("code", "booking", "our id", "reference")
# Four digits beside an amount and a day are a card's, or those of the phone that was charged. Each charge is
# read once, by the index that finds it.
_CHARGED = """
    SELECT * FROM (
        SELECT '{how}' AS how, {said} AS said, charges.* FROM charges
        WHERE {digits} AND amount_cents = :amount AND charged_at >= :since AND charged_at < :until
        ORDER BY charged_at DESC LIMIT {most}) AS {how}
"""
_CHARGES = " UNION ALL ".join(
    _CHARGED.format(how=how, said=said, digits=digits, most=MOST_FOUND)
    for how, said, digits in (
        ("card", "coalesce(brand, '') || ' ' || last4", "last4 = ANY(CAST(:last4s AS text[]))"),
        ("ending", "''", "phone_ending = ANY(CAST(:endings AS text[]))"),
    )
)
_OF_CHARGES = hits.told_from(HitKind.CHARGE, f"({_CHARGES}) AS c", "c.how, false AS named, c.said, ")


def read_surely(typed: str, today: date, descriptor: str = "") -> Reading | None:
    """The one reading of the words, where they can hardly mean anything else; None where they can."""
    said = cleaned(typed)
    phone = _PHONE.fullmatch(said)
    if phone:
        return Reading(numbers=Numbers(whole=("+1" + "".join(filter(None, phone.groups())),)))
    if _FOUR_DIGITS.fullmatch(said):
        return _four(said)
    if _REFERENCE.fullmatch(said):
        return Reading(references=tuple(dict.fromkeys((said, said.upper()))))
    return _card(said, today, descriptor)


def _four(said: str) -> Reading:
    """All that four digits may mean, which is not much: what `read` makes of them, in a tenth of its time."""
    return Reading(
        numbers=Numbers(endings=(said,)),
        references=(said,),
        codes=(said,),
        our_ids=() if said.startswith("0") else (int(said),),
    )


def _card(said: str, today: date, descriptor: str) -> Reading | None:
    """A card's last four, an amount and a day, and nothing else."""
    if not _MAY_BE_CHARGE.search(said):
        return None
    charge, rest = read_charge(said, today, descriptor)
    if charge is None or charge.amount_cents is None or charge.days is None or len(charge.last4s) != 1:
        return None
    if rest.strip(AROUND + "xX") != charge.last4s[0]:
        return None
    return Reading(numbers=read_numbers(rest), charge=charge)


async def find_surely(ctx: Context, sure: Reading, limit: int) -> list[SearchHit]:
    """What a sure reading finds, best first, at most `limit`, with its entry written; nothing, and none."""
    subject = f"session:{ctx.actor.session_id}"
    details: dict[str, Json] = {"kinds": sure.kinds()}
    values = {"limit": limit, **_values(ctx, sure)}
    values |= counted_values(ctx, Action.SEARCHED, subject, "hits", details)
    rows: Sequence[Any] = ()
    for only in _mostly(_kind(sure)):
        rows = rows or (await ctx.connection.execute(_statement(_kind(sure), only), values)).all()
    return hits.arranged(ctx, merged(_found(row, sure) for row in rows), _once(rows), limit)


def _kind(sure: Reading) -> str:
    if sure.charge:
        return "charge"
    return "phone" if sure.numbers.whole else "four digits" if sure.numbers.endings else "reference"


def _mostly(kind: str) -> Sequence[HitKind | None]:
    """What alone is told of first: a reference is nearly always a message's.

    To tell of every kind takes the database as long again as to find. (Four digits are, beside the end of
    many a phone, the number of some message: there it would be asked twice.)
    """
    return (HitKind.MESSAGE, None) if kind == "reference" else (None,)


@cache
def _statement(kind: str, only: HitKind | None) -> TextClause:
    """One statement: what is found, what tells of it, and the entry.

    With `only` it gives nothing unless all that was found is of that kind.
    """
    kinds = [only] if only else list(HitKind)
    if kind == "phone":
        found, told = "", _OF_PHONE
    elif kind == "reference":
        found, told = _REFERENCES, " UNION ALL ".join(f"({_told(kind, only)})" for kind in kinds)
    elif kind == "four digits":
        union = " UNION ALL ".join(map(lookups.written, _FOUR))
        found = f"SELECT how, kind, id, said FROM ({union}) AS found (how, kind, id, named, said, at, cents)"
        others = (_told(kind) for kind in kinds if kind is not HitKind.RECIPIENT)
        told = " UNION ALL ".join(f"({one})" for one in (_OF_ENDING, _OF_OTHERS, *others))
    else:
        found, told = "", _OF_CHARGES
    parts = [f"found AS MATERIALIZED ({found})"] if found else []
    parts.append(f"told AS MATERIALIZED ({told})")
    # Not `count(DISTINCT (kind, id))`: to sort rows made of two columns takes longer than to find them.
    # Of those on one phone each is found once.
    once = "told" if kind == "phone" else "(SELECT FROM told GROUP BY kind, id) AS one"
    count = f"SELECT least(:limit, count(*)) FROM {once}"
    parts.append(f"entry AS ({counted_entry(count)})")
    return text(f"WITH {', '.join(parts)} SELECT * FROM told")


def _told(kind: HitKind, only: HitKind | None = None) -> str:
    alone = f" AND NOT EXISTS (SELECT FROM found WHERE kind <> '{kind.value}')" if only else ""
    found = f"(SELECT how, id, said FROM found WHERE kind = '{kind.value}'{alone}) AS wanted"
    also = "wanted.how, false AS named, wanted.said, "
    if kind is HitKind.RECIPIENT:
        last = hits.LAST_HEARD.format(of="r.id")
        return _PERSON.format(also=also, wanted=f"{found} JOIN recipients AS r USING (id) {last}")
    return hits.written(kind, found, also)


def _values(ctx: Context, sure: Reading) -> dict[str, Any]:
    if sure.numbers.whole:
        return {"phone": sure.numbers.whole[0]}
    if sure.numbers.endings and not sure.charge:
        return {**lookups.values_of(ctx, sure), "ending": sure.numbers.endings[0]}
    if sure.references:
        return {"refs": list(sure.references)}
    charge = sure.charge or ChargeSaid()
    return {
        "last4s": list(charge.last4s),
        "endings": list(sure.numbers.endings),
        "amount": charge.amount_cents,
        **lookups.window(charge),
    }


def _found(row: Any, sure: Reading) -> Found:
    if row.how == "ending" and sure.charge:
        person = Found(HitKind.RECIPIENT, row.recipient_id, Rank.LAST_DIGITS, LAST_DIGITS.format(4))
        return charge_of_person(row, person, sure.charge or ChargeSaid())
    return as_found(row, sure)


def _once(rows: Sequence[Any]) -> list[Any]:
    return list({(row.kind, row.id): row for row in rows}.values())
