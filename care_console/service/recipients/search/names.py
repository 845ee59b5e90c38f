"""Names not found as typed: misspelled ones, a caller's beside a sender's, a facility's among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from care_console.contract.search import HitKind
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Asked
from care_console.service.recipients.search.found import Found, Rank
from care_console.service.recipients.search.hits import LAST_HEARD
from care_console.service.recipients.search.spoken import bare
from care_console.service.recipients.search.typos import distance, one_slip_away, slips_forgiven
from care_console.service.recipients.search.words import FACILITY_KINDS, MOST_WORDS, Names

MOST_SPELLINGS = 60
MOST_FITTING = 1000
"""So many people are looked at who may be called so; of half the names of a million, all."""
_SHORT = 7
"""Up to this length trigrams miss too many slips, so every word that is one slip away is looked up."""

# At most one slip away, or two that leave a letter out of each: what most misspelled words are, by one index.
_NEAREST = text(
    """
    SELECT typed.place, near.word, typed.word AS typed
    FROM (SELECT place, (words_of_name(word))[1] AS word
          FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS one (word, place)) AS typed
    CROSS JOIN LATERAL (
        SELECT word FROM name_words
        WHERE word_deletions(name_words.word) && word_deletions(typed.word) LIMIT 400) AS near
    """
)
# Similarity is computed on what the index lets through; below this, the words differ too much to be one.
_SPELLINGS = text(
    """
    WITH quick AS MATERIALIZED (SELECT set_config('pg_trgm.similarity_threshold', '0.22', true)),
    typed AS (
        SELECT place, (words_of_name(word))[1] AS word
        FROM quick, unnest(CAST(:words AS text[])) WITH ORDINALITY AS one (word, place)),
    near AS (
        SELECT place, word
        FROM unnest(CAST(:near_places AS int[]), CAST(:near AS text[])) AS one (place, word))
    SELECT typed.place, known.word, typed.word AS typed FROM typed JOIN name_words AS known USING (word)
    UNION ALL
    SELECT near.place, known.word, typed.word FROM near JOIN typed USING (place)
    JOIN name_words AS known ON known.word = near.word
    UNION ALL
    SELECT typed.place, alike.word, typed.word FROM typed CROSS JOIN LATERAL (
        SELECT word FROM name_words WHERE word % typed.word AND length(typed.word) > 3
        ORDER BY similarity(word, typed.word) DESC LIMIT 60) AS alike
    """
)
_KNOWN = text("SELECT word FROM name_words WHERE word = ANY(CAST(:words AS text[]))")
_WORDS = "tsvector_to_array(name_lexemes)"
# Of those whose names fit, the surest, and of them first who was last heard of; from there on one of each
# name, what most are called before what few are, for a common one is many people's and would fill the page.
# Senders are asked beside them where the page has room, or where it is said to be a sender's name.
_LOOK_UP = text(
    f"""
    WITH query AS MATERIALIZED (
        SELECT CAST(:nearest AS tsquery) AS nearest, CAST(:nearer AS tsquery) AS nearer),
    fits AS (
        SELECT id, name, name_lexemes,
               CASE WHEN name_lexemes @@ (SELECT nearest FROM query) THEN 0
                    WHEN name_lexemes @@ (SELECT nearer FROM query) THEN 1 ELSE 2 END AS further
        FROM recipients WHERE name_lexemes @@ (SELECT CAST(:all AS tsquery)) LIMIT {MOST_FITTING}),
    ranked AS (
        SELECT wanted.*,
               row_number() OVER (ORDER BY further, last.at DESC NULLS LAST, wanted.id DESC) AS place,
               row_number() OVER (
                   PARTITION BY name ORDER BY further, last.at DESC NULLS LAST, wanted.id DESC) AS namesake,
               count(*) OVER (PARTITION BY name) AS called_so
        FROM fits AS wanted {LAST_HEARD.format(of="wanted.id")}),
    chosen AS MATERIALIZED (
        SELECT id, name_lexemes FROM ranked
        ORDER BY further, place > :last_heard, namesake > 1,
                 CASE WHEN place > :last_heard AND namesake = 1 THEN called_so END DESC, place
        LIMIT :limit)
    SELECT 'name' AS how, id, {_WORDS} AS words, '' AS said
    FROM chosen
    UNION ALL
    SELECT 'sender', r.id, {_WORDS}, s.name
    FROM (SELECT id, name, name_lexemes FROM senders
          WHERE name_lexemes @@ (SELECT CAST(:all AS tsquery))
              AND (:is_sender OR (SELECT count(*) FROM chosen) < :limit) LIMIT 20) AS s
    CROSS JOIN LATERAL (
        SELECT DISTINCT recipient_id AS id FROM (
            SELECT recipient_id FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT 20) AS newest) AS r
    """
)
# Each person is looked up by its own LIMIT: joined, all recipients would be read where many senders fit.
_BOTH = text(
    """
    SELECT r.id, tsvector_to_array(r.name_lexemes) AS words, tsvector_to_array(s.name_lexemes) AS other,
           s.name AS said, CAST(split.place AS int) AS split
    FROM unnest(CAST(:who AS text[]), CAST(:from_whom AS text[])) WITH ORDINALITY AS split (who, by, place)
    CROSS JOIN LATERAL (
        SELECT id, name, name_lexemes FROM senders
        WHERE name_lexemes @@ CAST(split.by AS tsquery) LIMIT 60) AS s
    CROSS JOIN LATERAL (
        SELECT DISTINCT recipient_id AS id FROM (
            SELECT recipient_id FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT 60) AS newest) AS one
    CROSS JOIN LATERAL (SELECT id, name_lexemes FROM recipients WHERE recipients.id = one.id LIMIT 1) AS r
    WHERE r.name_lexemes @@ CAST(split.who AS tsquery)
    """
)
_FACILITIES = text(
    f"SELECT id, name, {_WORDS} AS words FROM facilities "
    "WHERE name_lexemes @@ CAST(:any AS tsquery) LIMIT 200"
)
# Who in these facilities is called so, or gets messages from there and is called so; else who last got one.
_IN_FACILITIES = text(
    f"""
    SELECT 'sender' AS how, r.id, tsvector_to_array(s.name_lexemes) AS words, s.name || ', ' || f.name AS said
    FROM unnest(CAST(:ids AS bigint[]), CAST(:rest AS text[])) AS one (id, rest)
    JOIN facilities AS f USING (id)
    CROSS JOIN LATERAL (
        SELECT id, name, name_lexemes FROM senders
        WHERE name_lexemes @@ CAST(one.rest AS tsquery) AND facility_id = f.id LIMIT 40) AS s
    CROSS JOIN LATERAL (
        SELECT DISTINCT recipient_id AS id FROM (
            SELECT recipient_id FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT 40) AS newest) AS r
    UNION ALL
    SELECT 'name', r.id, r.words, f.name
    FROM unnest(CAST(:ids AS bigint[]), CAST(:rest AS text[])) AS one (id, rest)
    JOIN facilities AS f USING (id)
    CROSS JOIN LATERAL (
        SELECT id, {_WORDS} AS words FROM (
            SELECT id, name_lexemes FROM recipients
            WHERE name_lexemes @@ CAST(one.rest AS tsquery) LIMIT 500) AS named
        WHERE EXISTS (
            SELECT FROM (SELECT sender_id FROM messages WHERE recipient_id = named.id
                         ORDER BY recorded_at DESC, id DESC LIMIT 50) AS newest
            JOIN senders ON senders.id = newest.sender_id WHERE senders.facility_id = f.id)
        LIMIT 60) AS r
    UNION ALL
    SELECT 'facility', r.id, NULL, f.name
    FROM unnest(CAST(:ids AS bigint[]), CAST(:rest AS text[])) AS one (id, rest)
    JOIN facilities AS f USING (id)
    CROSS JOIN LATERAL (
        SELECT m.recipient_id AS id, max(m.recorded_at) AS at
        FROM (SELECT id FROM senders WHERE facility_id = f.id ORDER BY id DESC LIMIT 150) AS s
        CROSS JOIN LATERAL (
            SELECT recipient_id, recorded_at FROM messages WHERE sender_id = s.id
            ORDER BY recorded_at DESC, id DESC LIMIT 2) AS m
        GROUP BY m.recipient_id ORDER BY 2 DESC LIMIT 30) AS r
    WHERE one.rest IS NULL
    """
)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A word that some name really has, and how many slips it is from the one that was typed."""

    word: str
    slips: int


Spellings = Sequence[Sequence[_Spelling]]


async def find_otherwise(ctx: Context, names: Names, limit: int) -> list[Found]:
    """Whoever may be meant by names that nobody has as typed: of those called so no more than `limit`."""
    # An initial is often another one, or none; beside two words it tells nothing.
    words = [word for word in names.words if len(word) > 1]
    words = words if len(words) > 1 else list(names.words)
    nearest = await _nearest(ctx, words)
    found = await _find_with(ctx, nearest, names, 0, limit) if all(nearest) else []
    if found:
        return found
    spellings = await _spellings(ctx, words)
    if not all(spellings):
        parted = await _parted(ctx, words, spellings)
        if parted != words:
            spellings = await _spellings(ctx, parted)
    # A word that nobody's name is near to is put aside, as long as another one is left.
    known = [some for some in spellings if some]
    if not known:
        return []
    return await _find_with(ctx, known, names, len(spellings) - len(known), limit)


async def _find_with(ctx: Context, known: Spellings, names: Names, put_aside: int, limit: int) -> list[Found]:
    own = [some for some in known if not any(one.slips == 0 and one.word in FACILITY_KINDS for one in some)]
    asked: list[Asked] = [(_LOOK_UP, _spelled(known, names, limit))]
    if own and (names.facility or len(known) > 1 or max(one.slips for some in own for one in some)):
        asked.append((_FACILITIES, {"any": " | ".join(map(_any_of, own))}))
    answer, *facilities = await ctx.connection.together(*asked)
    rows = answer.all()
    found = _found_spelled(rows, known, names, put_aside)
    found += await _find_both(ctx, _better_than(known, rows, names), names, put_aside)
    return found + await _find_in_facilities(ctx, facilities[0].all() if facilities else (), known, names)


def _spelled(known: Spellings, names: Names, limit: int) -> dict[str, Any]:
    least = [min(one.slips for one in some) for some in known]
    return {
        "all": _all_of(known),
        "nearest": _all_of(_with_slips(known, least)),
        # One more slip, in any of the words.
        "nearer": " | ".join(
            _all_of(_with_slips(known, [slips + (place == at) for place, slips in enumerate(least)]))
            for at in range(len(known))
        ),
        "last_heard": limit // 10,
        "limit": limit,
        "is_sender": names.sender_at is not None,
    }


def _with_slips(known: Spellings, most: Sequence[int]) -> Spellings:
    return [[one for one in some if one.slips <= slips] for some, slips in zip(known, most, strict=True)]


def _better_than(known: Spellings, rows: Iterable[Any], names: Names) -> Spellings:
    """The spellings by which one part of the words may be the caller's name and the other the sender's.

    Where somebody is called so altogether, with fewer slips than that: it takes two guesses, and one will do.
    """
    if names.sender_at is not None:
        return known
    slips = min((_slips(known, row.words) for row in rows if row.how == "name"), default=_MISSES)
    return _with_slips(known, [slips - 1] * len(known))


async def _find_both(ctx: Context, known: Spellings, names: Names, put_aside: int) -> list[Found]:
    splits = [(known[:at], known[at:]) for at in range(1, len(known))]
    splits += [(right, left) for left, right in splits]
    if not splits or not all(known):
        return []
    given = {"who": [_all_of(who) for who, _ in splits], "from_whom": [_all_of(by) for _, by in splits]}
    found = []
    for row in (await ctx.connection.execute(_BOTH, given)).all():
        who, by = splits[row.split - 1]
        slips = _slips(who, row.words) + _slips(by, row.other)
        why = f"name{_like(who, row.words)}; gets messages from {row.said}"
        cued = names.sender_at is not None or (len(known) > 2 and not slips)
        both = Rank.TWO_NAMES if cued else Rank.TWO_NAMES_UNASKED
        found.append(_found(row.id, both - 10 * slips - 30 * put_aside, why))
    return found


def _found_spelled(rows: Iterable[Any], known: Spellings, names: Names, put_aside: int) -> list[Found]:
    found = []
    for row in rows:
        rank = Rank.MISSPELLED - 10 * _slips(known, row.words) - 30 * put_aside
        if row.how == "name":
            found.append(_found(row.id, rank, f"name{_like(known, row.words, always=True)}"))
        else:
            preferred = 5 if names.is_sender else -5
            found.append(_found(row.id, rank + preferred, f"gets messages from {row.said}"))
    return found


async def _find_in_facilities(
    ctx: Context, rows: Iterable[Any], known: Spellings, names: Names
) -> list[Found]:
    covered = [(row, [some for some in known if _slips([some], row.words) < _MISSES]) for row in rows]
    most = max((len(some) for _, some in covered), default=0)
    # Of facilities that the words fit, those that the most words fit; a surname is often a place's name too.
    best = [(row, some) for row, some in covered if len(some) == most][:5]
    best = [(row, some) for row, some in best if names.facility or len(some) > 1 or len(some) == len(known)]
    if not best:
        return []
    rest = [[one for one in known if one not in some] for _, some in best]
    given = {
        "ids": [row.id for row, _ in best],
        "rest": [_all_of(some) or None for some in rest],
    }
    found = []
    for row in (await ctx.connection.execute(_IN_FACILITIES, given)).all():
        why = f"gets messages from {row.said}"
        if row.how == "facility":
            found.append(_found(row.id, Rank.FACILITY, why))
            continue
        slips = min(_slips(some, row.words) for some in rest) if row.how == "name" else 0
        found.append(
            _found(row.id, Rank.TWO_NAMES - 10 * slips, f"name; {why}" if row.how == "name" else why)
        )
    return found


async def _spellings(ctx: Context, words: Sequence[str]) -> list[list[_Spelling]]:
    """For each word the words of names that may have been meant, nearest first."""
    near = [(place, other) for place, word in enumerate(words, 1) for other in _nearby(word)]
    given = {
        "words": list(words),
        "near_places": [place for place, _ in near],
        "near": [word for _, word in near],
    }
    return _by_slips((await ctx.connection.execute(_SPELLINGS, given)).all(), words)


async def _nearest(ctx: Context, words: Sequence[str]) -> list[list[_Spelling]]:
    """As `_spellings`, of words that are hardly misspelled: in a tenth of the time."""
    return _by_slips((await ctx.connection.execute(_NEAREST, {"words": list(words)})).all(), words)


def _by_slips(rows: Iterable[Any], words: Sequence[str]) -> list[list[_Spelling]]:
    found: list[dict[str, int]] = [{} for _ in words]
    for row in rows:
        slips = _slips_between(row.typed, row.word, last=row.place == len(words))
        if slips <= slips_forgiven(row.typed):
            found[row.place - 1].setdefault(row.word, slips)
    return [
        [
            _Spelling(*one)
            for one in sorted(some.items(), key=lambda item: (item[1], item[0]))[:MOST_SPELLINGS]
        ]
        for some in found
    ]


async def _parted(ctx: Context, words: Sequence[str], spellings: Spellings) -> list[str]:
    """The words, each that is like no name's parted in two that are: a space was missed, or hit beside."""
    halves = {
        word: [(word[:end], word[end + skip :]) for skip in (0, 1) for end in range(3, len(word) - 2 - skip)]
        for word, some in zip(map(bare, words), spellings, strict=True)
        if not some
    }
    asked = [half for some in halves.values() for pair in some for half in pair]
    known = set((await ctx.connection.execute(_KNOWN, {"words": asked})).scalars())
    parted: list[str] = []
    for word in words:
        fits = (pair for pair in halves.get(bare(word), ()) if known.issuperset(pair))
        parted += next(fits, (word,))
    return parted[:MOST_WORDS]


def _nearby(word: str) -> list[str]:
    folded = bare(word)
    return [folded, *(one_slip_away(folded) if 2 < len(folded) <= _SHORT else ())]


def _slips_between(typed: str, word: str, *, last: bool) -> int:
    most = slips_forgiven(typed)
    slips = distance(typed, word, most)
    if last and len(word) > len(typed) and len(typed) > 3:
        slips = min(slips, distance(typed, word[: len(typed)], most))
    return slips


_MISSES = 90


def _slips(some: Spellings, words: Iterable[str] | None) -> int:
    """How many slips lie between what was typed and a name with these words; many where a word is in none."""
    has = set(words or ())
    return sum(
        min((one.slips for one in spellings if one.word in has), default=_MISSES) for spellings in some
    )


def _like(some: Spellings, words: Iterable[str], *, always: bool = False) -> str:
    """`` like maria delgado``: the words that were meant, where they are not the typed ones."""
    has = set(words)
    meant = [next((one for one in spellings if one.word in has), None) for spellings in some]
    told = [one for one in meant if one]
    return f" like {' '.join(one.word for one in told)}" if always or any(one.slips for one in told) else ""


def _all_of(known: Spellings) -> str:
    return " & ".join(map(_any_of, known))


def _any_of(some: Sequence[_Spelling]) -> str:
    return "(" + " | ".join(f"'{one.word}'" for one in some) + ")"


def _found(recipient_id: int, rank: int, why: str) -> Found:
    return Found(HitKind.RECIPIENT, recipient_id, rank, why)
