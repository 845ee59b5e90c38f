"""The find box: every reading of what was typed is looked up, merged, told of, and the look recorded."""

from __future__ import annotations

from care_console.contract.audit import Action
from care_console.contract.hours import EASTERN
from care_console.contract.search import SearchReply
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.found import Found, Rank, merged
from care_console.service.recipients.search.hits import as_hits
from care_console.service.recipients.search.lookups import find_charges, find_numbers, find_references
from care_console.service.recipients.search.names import find_names, fold_name
from care_console.service.recipients.search.reading import Reading, read


async def search(ctx: Context, typed: str, limit: int) -> SearchReply:
    """Whoever and whatever the words fit, best first, at most `limit`. No words are an error."""
    reading = read(typed, ctx.now.astimezone(EASTERN).date())
    found = merged(await _find(ctx, reading))
    await record(
        ctx,
        Action.SEARCHED,
        f"session:{ctx.actor.session_id}",
        details={"kinds": kinds_of(reading), "hits": min(limit, len(found))},
        waits_for_disk=False,  # one entry a keystroke (decision 0010)
    )
    hits = await as_hits(ctx, found, limit)  # the entry goes with it, in one round trip
    return SearchReply(items=hits, understood=reading.understood())


def kinds_of(reading: Reading) -> str:
    """What was looked for, by kind and never by its words: ``phone, name``."""
    kinds = {
        "phone": reading.numbers.whole,
        "phone digits": reading.numbers.endings or reading.numbers.beginnings,
        "name": reading.name,
        "card": reading.card,
        "reference": reading.references or reading.refund_ids,
        "code": reading.codes,
    }
    return ", ".join(kind for kind, what in kinds.items() if what) or "nothing"


async def _find(ctx: Context, reading: Reading) -> list[Found]:
    words = await fold_name(ctx, reading.name)
    found = await find_references(ctx, reading)
    found += await find_numbers(ctx, reading.numbers, words)
    if reading.card:
        found += await find_charges(ctx, reading.card)
    # Beside a number that somebody has, words only tell who of them it is: "call from 214..." is no Mr. Call.
    if words and not any(one.rank >= Rank.PHONE for one in found):
        found += await find_names(ctx, words)
    return found
