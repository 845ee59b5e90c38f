"""The charges of people who were found, where an amount or a day was said too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import TextClause, text

from care_console.contract.search import HitKind
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.cards import ChargeSaid
from care_console.service.recipients.search.found import MOST_ENDINGS, Found
from care_console.service.recipients.search.lookups import window
from care_console.service.recipients.search.reasons import charge_of_person

_MOST_EACH = 5


async def find_charges_of(ctx: Context, found: Sequence[Found], said: ChargeSaid | None) -> list[Found]:
    """Charges of the people among `found` that fit an amount or a day; none where neither was said."""
    persons = {one.id: one for one in reversed(found) if one.kind is HitKind.RECIPIENT}
    if said is None or not said.narrows or not persons:
        return []
    best = sorted(persons.values(), key=lambda one: -one.rank)[:MOST_ENDINGS]
    statement = _statement(said.amount_cents is not None, said.days is not None)
    values = {
        "ids": [one.id for one in best],
        "amount": said.amount_cents,
        "most": _MOST_EACH,
        **window(said),
    }
    rows = (await ctx.connection.execute(statement, values)).all()
    return [charge_of_person(row, persons[row.recipient_id], said) for row in rows]


@cache
def _statement(amount: bool, days: bool) -> TextClause:
    return text(
        f"""
        SELECT c.id, c.recipient_id, c.charged_at AS at, c.amount_cents AS cents
        FROM unnest(CAST(:ids AS bigint[])) AS person (id) CROSS JOIN LATERAL (
            SELECT id, recipient_id, charged_at, amount_cents FROM charges WHERE recipient_id = person.id
            {"AND amount_cents = :amount" if amount else ""}
            {"AND charged_at >= :since AND charged_at < :until" if days else ""}
            ORDER BY charged_at DESC, id DESC LIMIT :most) AS c
        """
    )
