"""Reads what was typed into the find box, without asking the database: pure, and never an error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote
from uuid import UUID

from care_console.contract.card_numbers import mask_card_numbers
from care_console.contract.phone import display_phone
from care_console.service.recipients.search.cards import ChargeSaid, read_charge
from care_console.service.recipients.search.numbers import Numbers, plain, read_numbers
from care_console.service.recipients.search.spoken import Spelled, digits_written, spell
from care_console.service.recipients.search.words import AROUND, Names, read_names

MOST_CHARACTERS = 240
MOST_WORDS = 8
CODE_LENGTHS = range(4, 41)
LETTERS_ALONE = 8
BEGINS_CODE = range(5, 15)
"""So many characters of a code find it before the rest was read aloud."""

# As migration 0003 folds the codes in its index: look-alikes become one, gaps go.
_LOOK_ALIKES = str.maketrans("OQILSZBGU", "00115286V")
# A reference is digits behind a short word, or hexadecimal: O, I and L are digits there.
_AS_DIGITS = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Reading:
    """The ways in which the words can be read. `names` are what may be somebody's, as typed."""

    numbers: Numbers = field(default_factory=Numbers)
    names: Names = field(default_factory=Names)
    references: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    code_beginnings: tuple[str, ...] = ()
    spelled: str = ""
    our_ids: tuple[int, ...] = ()
    refund_ids: tuple[UUID, ...] = ()
    charge: ChargeSaid | None = None

    @property
    def name(self) -> str:
        """What may be a name, in one text."""
        return self.names.typed

    def kinds(self) -> str:
        """What is looked for, by kind and never by its words: ``phone, name``."""
        kinds = {
            "phone": self.numbers.whole,
            "phone digits": self.numbers.endings or self.numbers.beginnings,
            "name": self.name,
            "card": self.charge,
            "reference": self.references or self.refund_ids,
            "code": self.codes,
        }
        return ", ".join(kind for kind, what in kinds.items() if what) or "nothing"

    def understood(self) -> list[str]:
        """How the words were read, in words."""
        told = [f"phone {display_phone(phone)}" for phone in self.numbers.whole]
        told += [f"phone ending {digits}" for digits in self.numbers.endings]
        told += [f"phone beginning {digits}" for digits in self.numbers.beginnings]
        if self.charge and (charge := self.charge.said()):
            told.append(charge)
        if self.spelled:
            told.append(f"code {self.spelled}")
        if self.name:
            told.append(f"name {self.name}")
        return told


def read(text: str, today: date, descriptor: str = "") -> Reading:
    """Read the words. A day that is said without a year is the latest that is not after `today`.

    `descriptor`: what card statements call us, put aside where it was read from one.
    """
    text = cleaned(text)
    tokens = [token for token in map(_token, text.split()[:MOST_WORDS]) if token]
    if not tokens:
        return Reading()
    spelled = spell(text)
    surely = next((one.characters for one in spelled if one.surely), "")
    charge, rest = read_charge(text, today, descriptor)
    if surely and charge and charge.amount_cents is None:
        # "november two romeo" is a piece of a code, and no day.
        charge, rest = None, digits_written(text)
    numbers = read_numbers(rest)
    references = _references(text, tokens, spelled)
    return Reading(
        numbers=numbers,
        names=read_names(_unspelled(rest) if surely else rest, bool(charge or references or surely)),
        references=references,
        codes=_codes(tokens, spelled),
        code_beginnings=_code_beginnings(tokens, spelled),
        spelled="" if numbers.whole else surely,
        our_ids=() if charge or numbers.whole else _our_ids(tokens),
        refund_ids=tuple(found for found in map(_uuid, tokens) if found),
        charge=charge,
    )


def cleaned(text: str) -> str:
    """The text as it is read: in one spelling, of no more than is looked at, no card's number in it."""
    return mask_card_numbers(plain(text[:MOST_CHARACTERS])).strip()


def fold_code(text: str) -> str:
    """A code as the index of codes has it."""
    return "".join(filter(str.isalnum, text.upper())).translate(_LOOK_ALIKES)


def _unspelled(text: str) -> str:
    """What is left for names: the words by which a code was spelled out are nobody's."""
    return next((one.rest for one in spell(text) if one.surely), text)


def _token(word: str) -> str:
    """A word without what stands around it; of an address, what stands behind its last slash."""
    word = word.strip(AROUND)
    if "/" in word and any(character.isalpha() for character in word):
        word = unquote(re.split(r"[?#]", word)[0].rstrip("/")).rpartition("/")[2]
    return word.strip(AROUND)


def _references(text: str, tokens: list[str], spelled: list[Spelled]) -> tuple[str, ...]:
    worth = [token for token in tokens if 2 <= len(token) <= 128 and re.search(r"[\d_]", token)]
    said = [one.characters for one in spelled]
    if not worth and not said:
        return ()
    if len(tokens) > 1:
        worth.append(text)
    spellings = [spelling for token in worth for spelling in (token, token.upper(), token.lower())]
    gapless = [re.sub(r"[\s\-_.]", "", token).upper() for token in (text, *worth[:MOST_WORDS])]
    for one in (*gapless, *(token.upper() for token in worth[:MOST_WORDS]), *said):
        spellings += [one, one[:2] + one[2:].translate(_AS_DIGITS), one[:1] + one[1:].translate(_AS_DIGITS)]
    return tuple(dict.fromkeys(spellings))


def _our_ids(tokens: list[str]) -> tuple[int, ...]:
    """A message's number, where one number alone was typed."""
    numbers = [int(token) for token in tokens if re.fullmatch(r"[1-9]\d{0,17}", token)]
    return tuple(numbers) if len(numbers) == 1 else ()


def _codes(tokens: list[str], spelled: list[Spelled]) -> tuple[str, ...]:
    """The words, and each row of neighbours joined: people type a code in groups, with words before it."""
    rows = (tokens[start:end] for start in range(len(tokens)) for end in range(start + 1, len(tokens) + 1))
    joined = [fold_code("".join(row)) for row in rows if _may_be_code(row)]
    joined += [fold_code(one.characters) for one in spelled]
    return tuple(dict.fromkeys(code for code in joined if len(code) in CODE_LENGTHS))


def _code_beginnings(tokens: list[str], spelled: list[Spelled]) -> tuple[str, ...]:
    """What may be the first groups of a code: letters and digits mixed, too few for a whole one."""
    said = [*tokens, "".join(tokens), *(one.characters for one in spelled)]
    mixed = (one for one in said if any(map(str.isalpha, one)) and any(map(str.isdecimal, one)))
    return tuple(dict.fromkeys(code for code in map(fold_code, mixed) if len(code) in BEGINS_CODE))[-3:]


def _may_be_code(row: list[str]) -> bool:
    """Codes hold digits, but for a few long ones; and a row of words is no code unless it has no vowels."""
    joined = "".join(row)
    if any(map(str.isdecimal, joined)):
        return True
    return len(joined) >= LETTERS_ALONE and (len(row) == 1 or not set(joined.upper()) & set("AEIOU"))


def _uuid(token: str) -> UUID | None:
    try:
        return UUID(token)
    except ValueError:
        return None
