"""Reads what was typed into the find box, without asking the database: pure, and never an error."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote
from uuid import UUID

from care_console.contract.card_numbers import mask_card_numbers
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.service.recipients.search.cards import CardSaid, read_card
from care_console.service.recipients.search.numbers import Numbers, plain, read_numbers

MOST_CHARACTERS = 240
MOST_WORDS = 8
CODE_LENGTHS = range(5, 41)
_AROUND = " .,;:!?()[]{}<>\"'#*“”‘’«»"
# As migration 0003 folds the codes in its index: look-alikes become one, gaps go.
_LOOK_ALIKES = str.maketrans("OQILSZBGU", "00115286V")
# fmt: off
_TITLES = frozenset(
    (
        "mr", "mrs", "ms", "miss", "mister", "sr", "sra", "srta", "senor", "senora", "senorita",
    )
)
_AROUND_NUMBERS = frozenset(
    (
        "a", "and", "at", "the", "of", "on", "in", "is", "for", "from", "with", "by", "to", "call",
        "caller", "calling", "called", "calls", "phone", "number", "num", "no", "tel", "telephone",
        "cell", "mobile", "card", "cards", "ending", "ends", "end", "last", "four", "seven", "digits",
        "code", "link", "message", "msg", "voice", "ref", "reference", "id", "charge", "charged",
        "refund", "payment", "paid", "prepaid", "dollars", "please", "de", "del", "el", "la", "con", "en",
        "mi", "su", "numero", "telefono", "tarjeta", "termina", "terminada", "codigo", "enlace",
        "mensaje", "cargo", "llamada", "llama", "favor", "por", "her", "his", "their", "my", "name",
        "nombre", "http", "https", "www", "text", "texted",
    )
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Reading:
    """The ways in which the words can be read. `name` is what may be somebody's name, as typed."""

    numbers: Numbers = field(default_factory=Numbers)
    name: str = ""
    references: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    our_ids: tuple[int, ...] = ()
    refund_ids: tuple[UUID, ...] = ()
    card: CardSaid | None = None

    def understood(self) -> list[str]:
        """How the words were read, in words."""
        told = [f"phone {display_phone(phone)}" for phone in self.numbers.whole]
        told += [f"phone ending {digits}" for digits in self.numbers.endings]
        told += [f"phone beginning {digits}" for digits in self.numbers.beginnings]
        if self.card:
            told.append(describe_card(self.card))
        if self.name:
            told.append(f"name {self.name}")
        return told


def describe_card(card: CardSaid) -> str:
    """``card ending 4242, Visa, $3.99, Nov 14``."""
    parts = [f"card ending {card.last4}"]
    if card.brand:
        parts.append(card.brand.capitalize())
    if card.amount_cents is not None:
        parts.append(dollars(card.amount_cents))
    if card.day:
        parts.append(f"{card.day:%b} {card.day.day}")
    return ", ".join(parts)


def read(text: str, today: date) -> Reading:
    """Read the words. A day that is said without a year is the latest that is not after `today`."""
    text = plain(text[:MOST_CHARACTERS]).strip()
    tokens = [token for token in (_token(one) for one in text.split()[:MOST_WORDS]) if token]
    if not tokens:
        return Reading()
    card, rest = read_card(mask_card_numbers(text), today)
    numbers = read_numbers(rest)
    return Reading(
        numbers=numbers,
        name=_name(rest, bool(card or numbers.whole or numbers.endings)),
        references=_references(text, tokens),
        codes=_codes(tokens),
        our_ids=() if card or numbers.whole else _our_ids(tokens),
        refund_ids=tuple(found for found in map(_uuid, tokens) if found),
        card=card,
    )


def fold_code(text: str) -> str:
    """A code as the index of codes has it."""
    return "".join(filter(str.isalnum, text.upper())).translate(_LOOK_ALIKES)


def _token(word: str) -> str:
    """A word without what stands around it; of an address, what stands behind its last slash."""
    word = word.strip(_AROUND)
    if "/" in word and any(character.isalpha() for character in word):
        word = unquote(re.split(r"[?#]", word)[0].rstrip("/")).rpartition("/")[2]
    return word.strip(_AROUND)


def _references(text: str, tokens: list[str]) -> tuple[str, ...]:
    worth = [token for token in tokens if 3 <= len(token) <= 128 and re.search(r"[\d_]", token)]
    if not worth:
        return ()
    if len(tokens) > 1:
        worth.append(text)
    spellings = [spelling for token in worth for spelling in (token, token.upper(), token.lower())]
    spellings.append(re.sub(r"[\s-]", "", text).upper())
    return tuple(dict.fromkeys(spellings))


def _our_ids(tokens: list[str]) -> tuple[int, ...]:
    """A message's number, where one number alone was typed."""
    numbers = [int(token) for token in tokens if re.fullmatch(r"[1-9]\d{0,17}", token)]
    return tuple(numbers) if len(numbers) == 1 else ()


def _codes(tokens: list[str]) -> tuple[str, ...]:
    """The words, and each row of neighbours joined: people type a code in groups, with words before it."""
    folded = [fold_code(token) for token in tokens]
    joined = (
        "".join(folded[start:end])
        for start in range(len(folded))
        for end in range(start + 1, len(folded) + 1)
    )
    return tuple(dict.fromkeys(code for code in joined if len(code) in CODE_LENGTHS))


def _name(text: str, beside_numbers: bool) -> str:
    """What may be a name: words of letters, without titles and, beside a number, without what leads to it."""
    words = [word.strip(_AROUND) for word in text.split()]
    put_aside = _TITLES | _AROUND_NUMBERS if beside_numbers else _TITLES
    kept = [
        word
        for word in words
        if word
        and not any(character.isdecimal() or character in "/@_\\" for character in word)
        and any(character.isalpha() for character in word)
        and _bare(word) not in put_aside
    ]
    return " ".join(kept)[:100]


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.lower())
    return "".join(filter(str.isalpha, letters))


def _uuid(token: str) -> UUID | None:
    try:
        return UUID(token)
    except ValueError:
        return None
