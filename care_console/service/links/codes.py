"""The code at the end of a link: typed by hand, read aloud on the phone, and never guessed.

Twenty-three characters, with no two that look alike and no vowels to make words of. Fourteen random ones
carry 63.3 bits; the fifteenth is a check. Positions are weighted 1 to 15 modulo 23, a prime: a single wrong
character changes the sum by weight x difference, a swap of any two by difference of weights x difference of
characters, and neither product is a multiple of 23. So each of them is always caught.
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789CDFHJKMNPRTVWXY"
RANDOM_LENGTH = 14
LENGTH = RANDOM_LENGTH + 1
GROUP = 5

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_PRIME = len(ALPHABET)
_LOOKS_LIKE = str.maketrans("SZBGU", "5286V")
_SPOKEN = {
    "C": "Charlie",
    "D": "Delta",
    "F": "Foxtrot",
    "H": "Hotel",
    "J": "Juliett",
    "K": "Kilo",
    "M": "Mike",
    "N": "November",
    "P": "Papa",
    "R": "Romeo",
    "T": "Tango",
    "V": "Victor",
    "W": "Whiskey",
    "X": "X-ray",
    "Y": "Yankee",
}


def new_code() -> str:
    """A code nobody has had: 63 random bits and the check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum of all fifteen a multiple of 23."""
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, 1))
    inverse = pow(len(body) + 1, -1, _PRIME)
    return ALPHABET[-total * inverse % _PRIME]


def is_whole(code: str) -> bool:
    """Whether a code of ours is free of every single error and swap."""
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return False
    return sum(weight * _VALUE[character] for weight, character in enumerate(code, 1)) % _PRIME == 0


def as_typed(text: str) -> str:
    """What somebody typed or read aloud, as a code has it: upper case, look-alikes mended, no gaps."""
    kept = "".join(character for character in text.upper() if character.isalnum())
    return kept.translate(_LOOKS_LIKE)


def grouped(code: str) -> str:
    """The code in groups of five, for the eye: ``7KMNP-2RTVW-XY3CD``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def spelled(code: str) -> str:
    """The code for reading aloud, in groups: ``7, K as in Kilo, ...; ...``."""
    groups = grouped(code).split("-")
    return "; ".join(", ".join(_say(character) for character in group) for group in groups)


def _say(character: str) -> str:
    return f"{character} as in {_SPOKEN[character]}" if character in _SPOKEN else character
