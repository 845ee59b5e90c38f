"""The find box: every reading of what was typed is looked up, merged, told of, and the look recorded."""

from __future__ import annotations

from care_console.contract.audit import Action
from care_console.contract.hours import EASTERN
from care_console.contract.search import SearchReply
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.found import MOST_FOUND, Found, Rank, merged
from care_console.service.recipients.search.hits import as_hits
from care_console.service.recipients.search.lookups import look_up
from care_console.service.recipients.search.missing import not_found
from care_console.service.recipients.search.names import find_otherwise
from care_console.service.recipients.search.persons import find_charges_of
from care_console.service.recipients.search.reading import Reading, read
from care_console.service.recipients.search.reasons import as_found
from care_console.service.recipients.search.sure import find_surely, read_surely

_BY_NAME = frozenset(("name", "name begins", "sender", "facility"))


async def search(ctx: Context, typed: str, limit: int) -> SearchReply:
    """Whoever and whatever the words fit, best first, at most `limit`. No words are an error."""
    today = ctx.now.astimezone(EASTERN).date()
    sure = read_surely(typed, today, ctx.settings.on_statements)
    if sure:
        hits = await find_surely(ctx, sure, limit)
        if hits:
            return SearchReply(items=hits, understood=sure.understood())
    reading = read(typed, today, ctx.settings.on_statements)
    found = merged(await _find(ctx, reading, limit))
    await record(
        ctx,
        Action.SEARCHED,
        f"session:{ctx.actor.session_id}",
        details={"kinds": reading.kinds(), "hits": min(limit, len(found))},
        waits_for_disk=False,  # one entry a keystroke (decision 0010)
    )
    hits = await as_hits(ctx, found, limit)  # the entry goes with it, in one round trip
    told = "" if hits else not_found(reading)
    return SearchReply(items=hits, understood=reading.understood(), not_found=told)


async def _find(ctx: Context, reading: Reading, limit: int) -> list[Found]:
    rows = await look_up(ctx, reading)
    # Beside a number that somebody has, words only tell who of them it is: "call from 214..." is no Mr. Call.
    if any(row.how == "phone" for row in rows):
        rows = [row for row in rows if row.how not in _BY_NAME]
    found = [as_found(row, reading) for row in rows]
    if reading.name and _looks_further(found, reading, limit):
        # Beside an amount or a day, whose charge it is tells more people apart than the page shows.
        most = MOST_FOUND if reading.charge and reading.charge.narrows else limit
        found += await find_otherwise(ctx, reading.names, most)
    return found + await find_charges_of(ctx, found, reading.charge)


def _looks_further(found: list[Found], reading: Reading, limit: int) -> bool:
    """Whether names may be spelled otherwise: the page has room, and nothing surer was found."""
    ranks = [one.rank for one in found]
    if max(ranks, default=0) >= Rank.DIGITS_AND_NAME - 10:
        return False
    if reading.names.facility and Rank.FACILITY in ranks:
        return False
    if reading.names.is_sender and Rank.SENDER_ASKED in ranks:
        return False
    return sum(rank in (Rank.NAME, Rank.NAME_BEGINS) for rank in ranks) < limit
