"""What the index of numbers, references, codes and cards finds for a reading."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.cards import CardSaid
from care_console.service.recipients.search.found import MOST_FOUND, Found, Rank
from care_console.service.recipients.search.names import beginning_query
from care_console.service.recipients.search.numbers import Numbers
from care_console.service.recipients.search.reading import Reading

# A bank may show a charge days after it was made; a caller may read the day before the desk's.
_DAYS_BEFORE, _DAYS_AFTER = 5, 1

_WHOLE = text(
    "SELECT id, phone, coalesce(name_lexemes @@ CAST(:names AS tsquery), false) AS named FROM recipients "
    "WHERE phone = ANY(CAST(:phones AS text[])) LIMIT 60"
)
# By ~>=~ and ~<~, the operators of the index, which serve it in a generic plan too (LIKE does not).
_ENDING = text(
    "SELECT id, coalesce(name_lexemes @@ CAST(:names AS tsquery), false) AS named FROM recipients "
    "WHERE reverse(phone) ~>=~ :low AND reverse(phone) ~<~ :high LIMIT :most"
)
_BEGINNING = text("SELECT id FROM recipients WHERE phone >= :low AND phone < :high LIMIT :most")
_REFERENCES = text(
    """
    SELECT 'recipient' AS kind, id, 'recipient reference' AS why FROM recipients
        WHERE imported_id = ANY(:refs)
    UNION ALL SELECT 'message', id, 'message reference' FROM messages WHERE imported_id = ANY(:refs)
    UNION ALL SELECT 'message', message_id, 'link reference' FROM links WHERE imported_id = ANY(:refs)
    UNION ALL SELECT 'message', message_id, 'text reference' FROM texts
        WHERE imported_id = ANY(:refs) AND message_id IS NOT NULL
    UNION ALL SELECT 'recipient', recipients.id, 'text reference' FROM texts
        JOIN recipients USING (phone) WHERE texts.imported_id = ANY(:refs) AND message_id IS NULL
    UNION ALL SELECT 'recipient', recipients.id, 'consent reference' FROM consent_events
        JOIN recipients USING (phone) WHERE consent_events.imported_id = ANY(:refs)
    UNION ALL SELECT 'charge', id, 'charge reference' FROM charges WHERE imported_id = ANY(:refs)
    UNION ALL SELECT 'charge', id, 'processor reference' FROM charges WHERE processor_ref = ANY(:refs)
    UNION ALL SELECT 'charge', charge_id, 'refund reference' FROM refunds WHERE imported_id = ANY(:refs)
    UNION ALL SELECT 'charge', charge_id, 'refund reference' FROM refunds WHERE id = ANY(:refund_ids)
    UNION ALL SELECT 'charge', charge_id, 'processor reference of a refund' FROM refunds
        WHERE processor_ref = ANY(:refs)
    LIMIT 60
    """.replace(":refs", "CAST(:refs AS text[])").replace(":refund_ids", "CAST(:refund_ids AS uuid[])")
)
_CODES = text(
    "SELECT message_id, revoked_at IS NOT NULL AS revoked, expires_at <= :now AS expired FROM links "
    "WHERE folded_code(code) = ANY(CAST(:codes AS text[])) LIMIT :most"
)
_OUR_IDS = text("SELECT id FROM messages WHERE id = ANY(CAST(:ids AS bigint[]))")
_CARD = """
    SELECT id, charged_at, amount_cents, brand FROM charges
    WHERE last4 = :last4{amount}{day} ORDER BY charged_at DESC LIMIT :most
"""


async def find_numbers(ctx: Context, numbers: Numbers, words: list[str]) -> list[Found]:
    """Everybody on these numbers; the ones whose name was typed beside them first."""
    names = beginning_query(words) or None
    found: list[Found] = []
    if numbers.whole:
        rows = await _rows(ctx, _WHOLE, phones=list(numbers.whole), names=names)
        found += [_on_number(row) for row in rows]
    for digits in numbers.endings:
        low = digits[::-1]
        rows = await _rows(ctx, _ENDING, low=low, high=_after(low), names=names, most=MOST_FOUND)
        found += [_ending(row, digits) for row in rows]
    for digits in numbers.beginnings:
        low = f"+1{digits}"
        rows = await _rows(ctx, _BEGINNING, low=low, high=_after(low), most=MOST_FOUND)
        why = f"phone begins with {digits}"
        found += [Found(HitKind.RECIPIENT, row.id, Rank.FIRST_DIGITS, why) for row in rows]
    return found


async def find_references(ctx: Context, reading: Reading) -> list[Found]:
    """Whatever carries one of these references, ours or those of where it was imported from."""
    found: list[Found] = []
    if reading.references or reading.refund_ids:
        given = {"refs": list(reading.references), "refund_ids": list(reading.refund_ids)}
        rows = await _rows(ctx, _REFERENCES, **given)
        found += [Found(HitKind(row.kind), row.id, Rank.REFERENCE, row.why) for row in rows]
    if reading.codes:
        rows = await _rows(ctx, _CODES, codes=list(reading.codes), now=ctx.now, most=MOST_FOUND)
        found += [Found(HitKind.MESSAGE, row.message_id, Rank.REFERENCE, _why_code(row)) for row in rows]
    if reading.our_ids:
        rows = await _rows(ctx, _OUR_IDS, ids=list(reading.our_ids))
        found += [Found(HitKind.MESSAGE, row.id, Rank.OUR_NUMBER, "message number") for row in rows]
    return found


async def find_charges(ctx: Context, card: CardSaid) -> list[Found]:
    """Charges of a card with these last four digits, of this amount, about this day."""
    given: dict[str, Any] = {"last4": card.last4, "most": MOST_FOUND}
    amount = day = ""
    if card.amount_cents is not None:
        amount, given["amount"] = " AND amount_cents = :amount", card.amount_cents
    if card.day is not None:
        midnight = datetime.combine(card.day, time(), EASTERN)
        day = " AND charged_at >= :since AND charged_at < :until"
        given["since"] = midnight - timedelta(days=_DAYS_BEFORE)
        given["until"] = midnight + timedelta(days=1 + _DAYS_AFTER)
    rows = await _rows(ctx, text(_CARD.format(amount=amount, day=day)), **given)
    return [_charge(row, card) for row in rows]


def _charge(row: Any, card: CardSaid) -> Found:
    charged = row.charged_at.astimezone(EASTERN).date()
    away = abs((charged - card.day).days) if card.day else 0
    rank = Rank.CARD_NEAR - away if away else Rank.CARD
    why = [f"card ending {card.last4}"]
    if card.amount_cents is not None:
        why.append(dollars(card.amount_cents))
    if card.day:
        why.append("that day" if not away else f"{away} {'day' if away == 1 else 'days'} from that day")
    if card.brand and row.brand == card.brand:
        why.append(f"{card.brand.capitalize()}")
    wrong_brand = bool(card.brand) and row.brand != card.brand
    return Found(HitKind.CHARGE, row.id, rank - 20 * wrong_brand, ", ".join(why))


def _on_number(row: Any) -> Found:
    why = f"phone {display_phone(row.phone)}"
    return Found(HitKind.RECIPIENT, row.id, Rank.PHONE + row.named, f"{why}, name" if row.named else why)


def _ending(row: Any, digits: str) -> Found:
    why = f"last {len(digits)} digits of the phone"
    if row.named:
        return Found(HitKind.RECIPIENT, row.id, Rank.DIGITS_AND_NAME, f"{why}, name")
    rank = Rank.LAST_DIGITS if len(digits) == 4 else Rank.MORE_LAST_DIGITS
    return Found(HitKind.RECIPIENT, row.id, rank, why)


def _why_code(row: Any) -> str:
    if row.revoked:
        return "link code, replaced by a newer link"
    return "link code, expired" if row.expired else "link code"


def _after(digits: str) -> str:
    """The first text behind all that begin with these digits."""
    return digits[:-1] + chr(ord(digits[-1]) + 1)


async def _rows(ctx: Context, query: Any, **values: Any) -> list[Any]:
    return list((await ctx.connection.execute(query, values)).all())
