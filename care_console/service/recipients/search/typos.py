"""How far two words are apart, and the words that are one slip of the finger away."""

from __future__ import annotations

from string import ascii_lowercase


def distance(one: str, other: str, most: int) -> int:
    """Slips between two words: a letter more, less or other, or neighbours swapped; `most` + 1 for more.

    The optimal string alignment form of the Damerau-Levenshtein distance.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != against))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against
            here.append(min(cost, before[column - 2] + 1) if swapped else cost)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def one_slip_away(word: str) -> list[str]:
    """Every word of the letters a to z that is one slip away: about 53 for each letter of it."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {left + right[1:] for left, right in halves if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in halves if right for letter in ascii_lowercase}
    found |= {left + letter + right for left, right in halves for letter in ascii_lowercase}
    return sorted(found - {word, ""})


def slips_forgiven(word: str) -> int:
    """How many slips a word of its length may hold and still be taken for it."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2
