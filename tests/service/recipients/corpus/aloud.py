"""How people say digits, letters, numbers and days: the callers' side, which the search does not know."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

Sayings = Iterator[tuple[str, Iterable[int]]]
"""Utterances of one kind, each with the ids of the people who may be meant."""

EACH = 26
EASTERN = ZoneInfo("America/New_York")
EN = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_EN_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
EN_TENS = {
    2: "twenty", 3: "thirty", 4: "forty", 5: "fifty", 6: "sixty", 7: "seventy", 8: "eighty", 9: "ninety",
}  # fmt: skip
_NATO_WORDS = (
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo",
    "Lima",
    "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey",
    "X-ray", "Yankee", "Zulu",
)  # fmt: skip
NATO = {word[0]: word for word in _NATO_WORDS}
WORDS_FOR = {
    "A": "apple", "B": "boy", "C": "cat", "D": "dog", "E": "easy", "F": "Frank", "H": "house", "J": "John",
    "K": "kite", "M": "Mary", "N": "Nancy", "P": "Peter", "R": "Robert", "T": "Tom", "V": "Victor",
    "W": "water", "X": "xylophone", "Y": "yellow",
}  # fmt: skip
PALABRAS = {
    "A": "árbol", "B": "burro", "C": "casa", "D": "dedo", "E": "elefante", "F": "foca", "H": "hotel",
    "J": "José", "K": "kilo", "M": "mamá", "N": "nube", "P": "papá", "R": "rosa", "T": "Tomás", "V": "vaca",
    "W": "Wilson", "X": "xilófono", "Y": "yoyo",
}  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_ES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def digits_said(digits: str, words: tuple[str, ...]) -> str:
    """Digit by digit."""
    return " ".join(words[int(digit)] for digit in digits)


def number_said(value: int) -> str:
    """``forty two``, below a hundred."""
    small = (*EN, *_EN_TEENS)
    if value < 20:
        return small[value]
    return EN_TENS[value // 10] + (f" {EN[value % 10]}" if value % 10 else "")


def spelled(characters: str) -> list[str]:
    """Digits by their names, letters by NATO's."""
    return [EN[int(one)] if one.isdecimal() else NATO[one] for one in characters]


def in_pairs(digits: str) -> str:
    """Said in twos where they make a number of twenty and more; ``double five`` for two alike."""
    said, at = [], 0
    while at < len(digits):
        pair = digits[at : at + 2]
        if len(pair) == 2 and pair[0] == pair[1]:
            said.append(f"double {EN[int(pair[0])]}")
            at += 2
        elif len(pair) == 2 and int(pair[0]) >= 2 and len(digits) % 2 == 0:
            said.append(EN_TENS[int(pair[0])] + (f" {EN[int(pair[1])]}" if pair[1] != "0" else ""))
            at += 2
        else:
            said.append(EN[int(digits[at])])
            at += 1
    return " ".join(said)


def without_accents(name: str) -> str:
    """As on an American keyboard."""
    apart = unicodedata.normalize("NFD", name)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.replace("ø", "o").replace("Ł", "L").replace("ł", "l").replace("Ø", "O")


def with_a_slip(word: str, chance: random.Random) -> str:
    """One letter less, more, swapped or wrong; never the first."""
    at = chance.randrange(1, len(word) - 1)
    match chance.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at] + word[at:]
        case 2:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case _:
            return word[:at] + chance.choice("aeiorstlnz") + word[at + 1 :]
