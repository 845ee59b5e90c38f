"""What can hardly mean anything else: a whole phone, its last four, a reference, a card with amount and day.

It is looked up first and by itself: one statement finds, tells of it and writes the entry, in one round trip.
Only where it finds nothing is every reading of the words looked up (`lookups`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from care_console.contract.audit import Action
from care_console.contract.search import HitKind, SearchHit
from care_console.service.audit.rules import counted_entry, counted_values
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Checkable
from care_console.service.recipients.search import hits, lookups
from care_console.service.recipients.search.cards import ChargeSaid, read_charge, read_plain_charge
from care_console.service.recipients.search.found import MOST_FOUND, Found, Rank, merged
from care_console.service.recipients.search.numbers import Numbers, read_numbers
from care_console.service.recipients.search.reading import Reading, cleaned
from care_console.service.recipients.search.reasons import LAST_DIGITS, as_found, charge_of_person
from care_console.service.recipients.search.words import AROUND
from care_console.service.recipients.tables import BEGINNING

_PHONE = re.compile(r"(?:\+?1[ .-]?)?(?:\(([2-9]\d\d)\)|([2-9]\d\d))[ .-]{0,2}([2-9]\d\d)[ .-]{0,2}(\d{4})")
_FOUR_DIGITS = re.compile(r"\d{4}")
# Letters and digits, and never a code read aloud in pieces: nobody's phone, name or card is written so.
_REFERENCE = re.compile(r"(?=.*(?:\d{3}|_))[A-Za-z]{2}[\w-]{4,62}", re.ASCII)
# Four digits, an amount in some form of digits, and at least one more thing.
_MAY_BE_CHARGE = re.compile(r"^(?=.*\d{4}(?!\d))(?=.*(?:[$.,]|\d{3}|[a-z])).*\S \S+ \S", re.IGNORECASE)

_OF_PHONE = (
    hits.told_from(
        HitKind.RECIPIENT,
        f"recipients AS r {hits.LAST_HEARD.format(of='r.id')}",
        "'phone' AS how, false AS named, r.phone AS said, ",
        is_alone=True,
    )
    + " WHERE r.phone = :phone ORDER BY last.at DESC NULLS LAST, r.id DESC LIMIT :limit"
)
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
# A reference is nearly always a message's: asked first is whether it is one's and nothing else's. To look
# among all kinds of things takes the database longer than all the rest.
_OF_MESSAGE = (
    hits.told_from(
        HitKind.MESSAGE, "messages AS m", "'message reference' AS how, '' AS said, ", is_alone=True
    )
    + """
    WHERE m.imported_id = ANY(CAST(:refs AS text[]))
        AND NOT EXISTS (SELECT FROM reference_beginnings
                        WHERE beginning = ANY(CAST(:beginnings AS text[])) AND table_name <> 'messages')
    LIMIT :limit
"""
)
# Of many whose phones end so, those last heard of: by an index in that order, however many they are, and who
# they are from that index, too.
_OF_ENDING = hits.told_from(
    HitKind.RECIPIENT,
    """(
        SELECT recipient_id AS id, at, sender_id, phone, language,
               coalesce(name, (SELECT name FROM recipients WHERE id = recipient_id)) AS name
        FROM last_heard
        WHERE phone_ending = :ending ORDER BY at DESC NULLS LAST, recipient_id DESC LIMIT :limit) AS r
        CROSS JOIN LATERAL (SELECT r.at, r.sender_id) AS last""",
    "'ending' AS how, false AS named, CAST(:ending AS text) || ' ' AS said, ",
)
# Of whoever was found otherwise, too: a booking number's sender writes to many.
_OF_OTHERS = hits.told_from(
    HitKind.RECIPIENT,
    f"""(
        SELECT how, wanted.id, said, last.at, last.sender_id
        FROM found AS wanted {hits.LAST_HEARD.format(of="wanted.id")} WHERE kind = 'recipient'
        ORDER BY last.at DESC NULLS LAST, wanted.id DESC LIMIT :limit) AS last
        JOIN recipients AS r ON r.id = last.id""",
    "last.how, false AS named, last.said, ",
)
_Parts = tuple[str, str, tuple[str, ...]]
# Not `count(DISTINCT (kind, id))`: to sort rows made of two columns takes longer than to find them.
_ONCE = ("(SELECT FROM told GROUP BY kind, id LIMIT :limit) AS shown",)
_JOINED = {
    HitKind.RECIPIENT: f"JOIN recipients AS r USING (id) {hits.LAST_HEARD.format(of='r.id')}",
    HitKind.MESSAGE: "JOIN messages AS m USING (id)",
    HitKind.CHARGE: "JOIN charges AS c USING (id)",
}
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
        ("card", "coalesce(brand, '') || ' ' || last4", "last4 = :last4"),
        ("ending", "''", "phone_ending = :ending"),
    )
)
_OF_CHARGES = hits.told_from(HitKind.CHARGE, f"({_CHARGES}) AS c", "c.how, c.said, ", is_alone=True)


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
    plain = read_plain_charge(said, today, descriptor)
    if plain is not None:
        return Reading(numbers=Numbers(endings=plain.last4s), charge=plain)
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
    values = {"limit": limit, **_values(ctx, sure)}
    values |= counted_values(ctx, Action.SEARCHED, subject, "hits", {"kinds": sure.kinds()})
    rows: Sequence[Any] = ()
    for way in _ways(sure):
        rows = rows or (await ctx.connection.execute(_statement(way), values)).all()
    if len(rows) == 1:  # nothing to merge or to sort, as nearly always
        return [hits.told(ctx, _found(rows[0], sure), rows[0])]
    return hits.arranged(ctx, merged(_found(row, sure) for row in rows), _once(rows), limit)


def _ways(sure: Reading) -> Sequence[str]:
    """How it is looked up; where that finds nothing, how then."""
    if sure.charge:
        return ("charge",)
    if sure.numbers.whole:
        return ("phone",)
    return ("four digits",) if sure.numbers.endings else ("message reference", "reference")


@cache
def _statement(way: str) -> Checkable:
    """One statement: what is found, what tells of it, and the entry; and whether whoever asks may."""
    found, told, counted = _PARTS[way]()
    parts = [f"found AS MATERIALIZED ({found})"] if found else []
    parts.append(f"told AS MATERIALIZED ({told})")
    parts.append(f"entry AS ({counted_entry(Action.SEARCHED, *counted)})")
    found_and_told = f"WITH {', '.join(parts)} SELECT * FROM told"
    return Checkable(lambda condition: f"{found_and_told} WHERE {condition}")


def _four_digits() -> _Parts:
    union = " UNION ALL ".join(map(lookups.written, _FOUR))
    found = f"SELECT how, kind, id, said FROM ({union}) AS found (how, kind, id, named, said, at, cents)"
    others = (_told(kind) for kind in HitKind if kind is not HitKind.RECIPIENT)
    return (
        found,
        " UNION ALL ".join(f"({one})" for one in (_OF_ENDING, _OF_OTHERS, *others)),
        _ONCE,
    )


def _any_reference() -> _Parts:
    told = " UNION ALL ".join(f"({_told(kind)})" for kind in HitKind)
    return _REFERENCES, told, _ONCE


_PARTS: dict[str, Callable[[], _Parts]] = {
    "phone": lambda: ("", _OF_PHONE, ("told",)),
    "four digits": _four_digits,
    "message reference": lambda: ("", _OF_MESSAGE, ("told",)),
    "reference": _any_reference,
    "charge": lambda: ("", _OF_CHARGES, ("told", "least(count(DISTINCT id), :limit)")),
}
"""By way: what finds, what tells of it, and what counts each thing once and no more than the limit."""


def _told(kind: HitKind) -> str:
    wanted = f"(SELECT how, id, said FROM found WHERE kind = '{kind.value}') AS wanted {_JOINED[kind]}"
    return hits.told_from(kind, wanted, "wanted.how, false AS named, wanted.said, ")


def _values(ctx: Context, sure: Reading) -> dict[str, Any]:
    if sure.numbers.whole:
        return {"phone": sure.numbers.whole[0]}
    if sure.numbers.endings and not sure.charge:
        return {**lookups.values_of(ctx, sure), "ending": sure.numbers.endings[0]}
    if sure.references:
        beginnings = {reference[:BEGINNING] for reference in sure.references}
        return {"refs": list(sure.references), "beginnings": list(beginnings)}
    charge = sure.charge or ChargeSaid()
    return {
        "last4": charge.last4s[0],
        "ending": next(iter(sure.numbers.endings), None),
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
