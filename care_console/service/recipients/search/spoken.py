"""Digits and letters that were read aloud, in English and Spanish, written as digits and letters.

``two one four, double five five`` becomes ``214 555``; ``seven, K as in Kilo, mike`` becomes ``7KM``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# fmt: off
UNITS = {
    "zero": 0, "oh": 0, "o": 0, "cero": 0, "one": 1, "uno": 1, "un": 1, "una": 1, "two": 2, "dos": 2,
    "three": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5, "cinco": 5, "six": 6, "seis": 6, "seven": 7,
    "siete": 7, "eight": 8, "ocho": 8, "nine": 9, "niner": 9, "nueve": 9,
}
TEENS = {
    "ten": 10, "diez": 10, "eleven": 11, "once": 11, "twelve": 12, "doce": 12, "thirteen": 13, "trece": 13,
    "fourteen": 14, "catorce": 14, "fifteen": 15, "quince": 15, "sixteen": 16, "dieciseis": 16,
    "seventeen": 17, "diecisiete": 17, "eighteen": 18, "dieciocho": 18, "nineteen": 19, "diecinueve": 19,
    "veintiuno": 21, "veintiun": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}
TENS = {
    "twenty": 20, "veinte": 20, "thirty": 30, "treinta": 30, "forty": 40, "fourty": 40, "cuarenta": 40,
    "fifty": 50, "cincuenta": 50, "sixty": 60, "sesenta": 60, "seventy": 70, "setenta": 70, "eighty": 80,
    "ochenta": 80, "ninety": 90, "noventa": 90,
}
HUNDREDS = {
    "cien": 1, "ciento": 1, "doscientos": 2, "trescientos": 3, "cuatrocientos": 4, "quinientos": 5,
    "seiscientos": 6, "setecientos": 7, "ochocientos": 8, "novecientos": 9,
}
REPEATS = {"double": 2, "doble": 2, "triple": 3, "treble": 3}
# NATO's alphabet with its usual misspellings, and the Spanish names of letters that are no other word.
LETTERS = {
    "alfa": "A", "alpha": "A", "bravo": "B", "charlie": "C", "delta": "D", "echo": "E", "foxtrot": "F",
    "golf": "G", "hotel": "H", "india": "I", "juliet": "J", "juliett": "J", "juliette": "J", "kilo": "K",
    "lima": "L", "mike": "M", "november": "N", "oscar": "O", "papa": "P", "quebec": "Q", "romeo": "R",
    "sierra": "S", "tango": "T", "uniform": "U", "victor": "V", "whiskey": "W", "whisky": "W", "xray": "X",
    "yankee": "Y", "zulu": "Z", "efe": "F", "hache": "H", "jota": "J", "ka": "K", "ele": "L", "eme": "M",
    "ene": "N", "erre": "R", "ese": "S", "uve": "V", "equis": "X", "zeta": "Z", "zed": "Z",
}
_BETWEEN = frozenset((
    "dash", "hyphen", "guion", "dot", "punto", "space", "capital", "uppercase", "lowercase", "letter",
    "letra", "mayuscula", "minuscula", "number", "numero", "then", "luego", "and",
))
_LAST = frozenset(("last", "ultimos", "ultimas"))
_HOW_MANY = frozenset(("four", "seven", "cuatro", "siete", "4", "7"))
_AS_IN = (("as", "in"), ("is", "for"), ("for",), ("like",), ("como", "en"), ("como",), ("de",), ("as",))
# fmt: on
LEAST_DIGITS = 3
LEAST_LETTERS = 4
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NUMBERS_SAID = frozenset((*UNITS, *TEENS, *TENS, *HUNDREDS, *REPEATS))
MOST_AT_A_GLANCE = 1
"""Where no more than this is a letter, or a word for one or for a number, nothing is spelled out."""
_SAID = _NUMBERS_SAID | LETTERS.keys()
_SOFT = re.compile(r"[\s\-\u2010-\u2015,;.·/]{0,4}")
_HEARD = re.compile(r"[0-9]+|[A-Z0-9]{1,6}|(?=[a-z]*[0-9])[a-z0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, where it stands, and itself without capitals and accents."""

    start: int
    end: int
    raw: str
    bare: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """What was spelled out, the text without it, and whether it can hardly have meant anything else."""

    characters: str
    rest: str
    surely: bool


def words_of(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [Word(*found.span(), found.group(), bare(found.group())) for found in _WORD.finditer(text)]


def bare(text: str) -> str:
    """Without capitals and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def number_at(words: Sequence[Word], at: int) -> tuple[int, str]:
    """How many words from here on say one number, and its digits; 0 for none: ``forty two`` is ``42``."""
    word = words[at].bare
    if word in REPEATS and at + 1 < len(words):
        taken, digits = _single(words[at + 1])
        return (taken + 1, digits * REPEATS[word]) if taken else (0, "")
    if word in HUNDREDS:
        taken, value = _below_hundred(words, at + 1)
        return 1 + taken, str(HUNDREDS[word] * 100 + value)
    taken, digits = _single(words[at])
    if taken and at + 1 < len(words) and words[at + 1].bare in ("hundred", "thousand", "mil"):
        return _hundreds(words, at, int(digits))
    if taken:
        return taken, digits
    taken, value = _below_hundred(words, at)
    return (taken, str(value)) if taken else (0, "")


def says_no_number(text: str) -> bool:
    """Whether it is certain at a glance that no number is said in words; where it is not, look closely."""
    return text.isascii() and _NUMBERS_SAID.isdisjoint(_WORD.findall(text.lower()))


def digits_written(text: str) -> str:
    """The text with each row of spoken digits written out; a comma between them stays a gap."""
    if says_no_number(text):
        return text
    words = words_of(text)
    parts, done, at = [], 0, 0
    while at < len(words):
        after, digits, spoken = _row(text, words, at)
        if spoken and sum(map(str.isdecimal, digits)) >= LEAST_DIGITS:
            parts += [text[done : words[at].start], digits]
            done, at = words[after - 1].end, after
        else:
            at += 1
    return "".join([*parts, text[done:]])


def spell(text: str) -> list[Spelled]:
    """Each row of letters and digits that was spelled out, read as one."""
    said = text.isascii() and sum(len(one) == 1 or one in _SAID for one in _WORD.findall(text.lower()))
    if text.isascii() and said <= MOST_AT_A_GLANCE:
        return []
    words = words_of(text)
    found, at = [], 0
    while at < len(words):
        after, characters, said = _spelled_row(text, words, at)
        if said > 1 and len(characters) >= LEAST_LETTERS:
            rest = f"{text[: words[at].start]} {text[words[after - 1].end :]}"
            surely = len(characters) > LEAST_LETTERS and said > 2 and any(map(str.isalpha, characters))
            found.append(Spelled(characters, rest, surely))
            at = after
        else:
            at += 1
    return found


def _row(text: str, words: Sequence[Word], at: int) -> tuple[int, str, int]:
    """A row of numbers from here on: the place behind it, its digits, how many of them were words."""
    digits, spoken, first = "", 0, at
    if at and words[at].bare in _HOW_MANY and words[at - 1].bare in _LAST:
        return at, "", 0
    while at < len(words):
        gap = text[words[at - 1].end : words[at].start] if at > first else ""
        if not _SOFT.fullmatch(gap):
            break
        taken, said = number_at(words, at)
        if not taken:
            break
        spoken += not words[at].raw.isdecimal()
        digits += (" " if re.search(r"[,;./·]", gap) else "") + said
        at += taken
    return at, digits, spoken


def _single(word: Word) -> tuple[int, str]:
    if word.bare in UNITS:
        return 1, str(UNITS[word.bare])
    return (1, word.raw) if word.raw.isascii() and word.raw.isdecimal() else (0, "")


def _below_hundred(words: Sequence[Word], at: int) -> tuple[int, int]:
    """How many words say a number from 1 to 99, and it."""
    if at >= len(words):
        return 0, 0
    word = words[at].bare
    if word in TEENS:
        return 1, TEENS[word]
    if word in TENS:
        joined = at + 2 < len(words) and words[at + 1].bare == "y"
        unit = UNITS.get(words[at + 1 + joined].bare, 0) if at + 1 + joined < len(words) else 0
        return (2 + joined, TENS[word] + unit) if unit else (1, TENS[word])
    return (1, UNITS[word]) if UNITS.get(word) else (0, 0)


def _hundreds(words: Sequence[Word], at: int, digit: int) -> tuple[int, str]:
    """``two hundred fourteen`` is 214; but ``eight hundred five five five`` is 800 and 555."""
    if words[at + 1].bare != "hundred":
        return 2, str(digit * 1000)
    joined = at + 2 < len(words) and words[at + 2].bare == "and"
    taken, value = _below_hundred(words, at + 2 + joined)
    if not taken or (value < 10 and not joined):
        return 2, str(digit * 100)
    return 2 + joined + taken, str(digit * 100 + value)


def _spelled_row(text: str, words: Sequence[Word], at: int) -> tuple[int, str, int]:
    """A row of letters and digits: the place behind it, what they are, how many were said and not typed."""
    characters, said, first, after = "", 0, at, at
    while at < len(words):
        if at > first and not _SOFT.fullmatch(text[words[at - 1].end : words[at].start]):
            break
        if words[at].bare in _BETWEEN and characters:
            at += 1
            continue
        taken, letters, spoken = _character(words, at)
        if not taken:
            break
        characters += letters
        said += spoken
        at += taken
        after = at
    return after, characters, said


def _character(words: Sequence[Word], at: int) -> tuple[int, str, bool]:
    """The letter or the digits that are said here: words taken, what they are, whether it was a word."""
    word = words[at]
    if len(word.bare) == 1 and word.bare.isalpha():
        return 1 + _explained(words, at), word.bare.upper(), True
    if word.bare in REPEATS and at + 1 < len(words):
        if word.bare in ("double", "doble") and words[at + 1].bare in ("u", "ve", "uve"):
            return 2, "W", True
        taken, letters, _ = _character(words, at + 1)
        single = taken and len(letters) == 1
        return (1 + taken, letters * REPEATS[word.bare], True) if single else (0, "", False)
    if word.bare in LETTERS:
        return 1, LETTERS[word.bare], True
    taken, digits = number_at(words, at)
    if taken:
        return taken, digits, len(digits) == 1 or not word.raw.isdecimal()
    return (1, word.raw.upper(), False) if _HEARD.fullmatch(word.raw) else (0, "", False)


def _explained(words: Sequence[Word], at: int) -> int:
    """How many words after a letter only say which: ``as in Hotel``, ``de Hotel``, ``hotel``, ``ray``."""
    letter = words[at].bare
    for lead in _AS_IN:
        end = at + 1 + len(lead)
        follows = tuple(word.bare for word in words[at + 1 : end])
        if follows == lead and end < len(words) and words[end].bare[0] == letter and len(words[end].bare) > 1:
            return len(lead) + 1
    if at + 1 < len(words):
        after = words[at + 1].bare
        if LETTERS.get(after) == letter.upper() or (letter, after) == ("x", "ray"):
            return 1
    return 0
