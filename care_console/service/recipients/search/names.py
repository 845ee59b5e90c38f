"""Recipients by name: whole words first, then words that begin so, then misspelled ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from care_console.contract.search import HitKind
from care_console.service.foundation.context import Context
from care_console.service.recipients.search.found import MOST_FOUND, Found, Rank
from care_console.service.recipients.search.typos import distance, one_slip_away, slips_forgiven

MOST_WORDS = 6
ENOUGH = 10
"""With so many found as typed, nobody is looked for under another spelling."""

_SHORT = 7
"""Up to this length trigrams miss too many slips, so every word that is one slip away is looked up."""

_FOLD = text("SELECT words_of_name(:typed)")
_BY_NAME = text(
    "SELECT id, tsvector_to_array(name_lexemes) AS words FROM recipients "
    "WHERE name_lexemes @@ CAST(:query AS tsquery) LIMIT :most"
)
_THRESHOLD = text("SELECT set_config('pg_trgm.similarity_threshold', '0.22', true)")
_ALIKE = text("SELECT word FROM name_words WHERE word % :word ORDER BY similarity(word, :word) DESC LIMIT 60")
_KNOWN = text("SELECT word FROM name_words WHERE word = ANY(CAST(:words AS text[]))")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A word that a name really has, and how many slips it is from the one that was typed."""

    word: str
    slips: int


async def fold_name(ctx: Context, typed: str) -> list[str]:
    """The words of a name as the index of names has them, in the order in which they were typed."""
    if not typed:
        return []
    words: list[str] = (await ctx.connection.execute(_FOLD, {"typed": typed})).scalar_one()
    return list(dict.fromkeys(words))[:MOST_WORDS]


def beginning_query(words: Iterable[str]) -> str:
    """The tsquery for names with a word that begins like each of these."""
    return " & ".join(f"'{word}':*" for word in words)


async def find_names(ctx: Context, words: Sequence[str]) -> list[Found]:
    """Whoever's name has these words, in any order; the last may be half typed, any may be misspelled."""
    if max(map(len, words), default=0) < 2:
        return []
    exact = await _ids(ctx, " & ".join(f"'{word}'" for word in words))
    found = [_found(row.id, Rank.NAME, "name") for row in exact]
    if len(found) < MOST_FOUND:
        beginning = await _ids(ctx, beginning_query(words))
        found += [_found(row.id, Rank.NAME_BEGINS, "name begins so") for row in beginning]
    if len({one.id for one in found}) < ENOUGH:
        found += await _misspelled(ctx, words)
    return found


async def _misspelled(ctx: Context, words: Sequence[str]) -> list[Found]:
    await ctx.connection.execute(_THRESHOLD)
    spellings = [await _spellings(ctx, word, last=word == words[-1]) for word in words]
    # A word that nobody's name is near to is put aside, as long as another one is left.
    spellings = [some for some in spellings if some]
    if not spellings or not any(one.slips for some in spellings for one in some):
        return []
    query = " & ".join("(" + " | ".join(f"'{one.word}'" for one in some) + ")" for some in spellings)
    rows = await _ids(ctx, query)
    put_aside = len(words) - len(spellings)
    return [_as_misspelled(row, spellings, put_aside) for row in rows]


async def _spellings(ctx: Context, word: str, *, last: bool) -> list[_Spelling]:
    """The words of names that may have been meant, nearest first, the typed one too where it is one."""
    most = slips_forgiven(word)
    nearby = [word] + (one_slip_away(word) if most and len(word) <= _SHORT else [])
    known = (await ctx.connection.execute(_KNOWN, {"words": nearby})).scalars().all()
    found = {known_word: int(known_word != word) for known_word in known}
    if most and len(word) > 3:
        for alike in (await ctx.connection.execute(_ALIKE, {"word": word})).scalars():
            slips = distance(word, alike, most)
            if last and len(alike) > len(word):
                slips = min(slips, distance(word, alike[: len(word)], most))
            if slips <= most:
                found.setdefault(alike, slips)
    nearest = sorted(found.items(), key=lambda item: (item[1], item[0]))[:24]
    return [_Spelling(*one) for one in nearest]


def _as_misspelled(row: Any, spellings: Sequence[Sequence[_Spelling]], put_aside: int) -> Found:
    has = set(row.words)
    slips = sum(min(one.slips for one in some if one.word in has) for some in spellings)
    meant = [next(one.word for one in some if one.word in has) for some in spellings]
    return _found(row.id, Rank.MISSPELLED - 10 * slips - 30 * put_aside, f"name like {' '.join(meant)}")


async def _ids(ctx: Context, query: str) -> Sequence[Any]:
    return (await ctx.connection.execute(_BY_NAME, {"query": query, "most": MOST_FOUND})).all()


def _found(recipient_id: int, rank: int, why: str) -> Found:
    return Found(HitKind.RECIPIENT, recipient_id, rank, why)
