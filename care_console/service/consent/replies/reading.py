"""Reads a reply: STOP before HELP before START, HOLD for what reads like a refusal, else none of these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from care_console.service.consent.replies.plain import Plain, make_plain, squeezed
from care_console.service.consent.replies.refusals import REFUSALS
from care_console.service.consent.replies.vocabulary import (
    COURTESY,
    HELP_PHRASES,
    MISSPELLED,
    REFUSING_SIGNS,
    RULE_SET,
    START_PHRASES,
    STOP_PHRASES,
)

_MOST_WORDS_OF_A_SLIP = 3
"""A misspelled STOP is looked for in short replies only: a long one has other words to go by."""


class Outcome(StrEnum):
    """What a reply is taken for. HOLD suppresses like STOP, and waits for a person."""

    STOP = "stop"
    HOLD = "hold"
    HELP = "help"
    START = "start"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply was taken for, by which rule of which rule set: kept with the raw text as evidence."""

    outcome: Outcome
    rule: str
    rule_set: str = RULE_SET


def read_reply(text: str) -> Reading:
    """Read a reply as it came in, multipart texts joined. Never raises, whatever it says."""
    plain = make_plain(text)
    for outcome, rule in _readings(plain):
        return Reading(outcome, rule)
    return Reading(Outcome.NONE, "no-rule")


def _readings(plain: Plain) -> Iterator[tuple[Outcome, str]]:
    """Every reading that fits, the strongest first."""
    if _says_only(plain.words, STOP_PHRASES):
        yield Outcome.STOP, "stop-words"
    elif _has_a_stop(plain.words) and _says_only(plain.words, STOP_PHRASES | HELP_PHRASES | START_PHRASES):
        yield Outcome.STOP, "stop-beside-help-or-start"
    if _says_only(plain.words, HELP_PHRASES):
        yield Outcome.HELP, "help-words"
    if _says_only(plain.words, START_PHRASES):
        yield Outcome.START, "start-words"
    if _says_only(plain.disguised, STOP_PHRASES):
        yield Outcome.HOLD, "look-alike-letters"
    if _is_slip(plain.words) or _is_slip(plain.disguised):
        yield Outcome.HOLD, "misspelled-stop"
    if not plain.words and REFUSING_SIGNS & set(plain.signs):
        yield Outcome.HOLD, "refusing-sign"
    bare = " ".join(_without_courtesy(plain.words))
    for name, pattern in REFUSALS:
        if pattern.search(plain.sentence) or pattern.search(bare):
            yield Outcome.HOLD, name


def _says_only(words: Sequence[str], phrases: Collection[str]) -> bool:
    """Whether the words, courtesy aside, are these phrases and nothing else, once or again and again."""
    said = _without_courtesy(words)
    if not said:
        return False
    known = {squeezed(phrase.replace(" ", "")) for phrase in phrases}
    if squeezed("".join(words)) in known or squeezed("".join(said)) in known:
        return True
    return _is_made_of(
        tuple(squeezed(word) for word in said), {tuple(squeezed(w) for w in p.split()) for p in phrases}
    )


def _has_a_stop(words: Sequence[str]) -> bool:
    return any(squeezed(word) in STOP_PHRASES for word in words)


def _is_made_of(words: tuple[str, ...], phrases: Collection[tuple[str, ...]]) -> bool:
    """Whether a row of words can be cut into phrases without a rest."""
    reachable = [True] + [False] * len(words)
    for start in range(len(words)):
        if reachable[start]:
            for phrase in phrases:
                end = start + len(phrase)
                if words[start:end] == phrase:
                    reachable[end] = True
    return reachable[-1]


def _is_slip(words: Sequence[str]) -> bool:
    """Whether a short reply is a STOP word with a letter wrong, missing, too many, or swapped."""
    said = _without_courtesy(words)
    if not 0 < len(said) <= _MOST_WORDS_OF_A_SLIP:
        return False
    candidates = {squeezed("".join(said)), squeezed("".join(words))}
    if len(set(said)) == 1:
        candidates.add(squeezed(said[0]))
    return any(
        OSA.distance(candidate, word, score_cutoff=most) <= most
        for candidate in candidates
        for word, most in MISSPELLED.items()
    )


def _without_courtesy(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in COURTESY and squeezed(word) not in COURTESY)
