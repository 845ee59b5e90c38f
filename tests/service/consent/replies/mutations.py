"""What people, handsets and those who want to be overheard do to a STOP, one or two of them at a time."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.service.consent.replies.corpus import MORE_STOP_WORDS, STOP_WORDS

_MARKS = "\u0301\u0308\u0336\u0338\u0327"
_BETWEEN = " .-_*~\u200b\u200d\u2060🛑"
_AROUND = (
    "!!!",
    " please",
    " thanks",
    "...",
    " 🙏",
    "\nSent from my iPhone",
    " por favor",
    "?",
    "\n> Reply STOP to opt out",
)
_ALIKE = {
    "s": "Ѕѕ5$",
    "t": "тт7",
    "o": "оο0",
    "p": "рρ",
    "a": "а@4",
    "e": "е3",
    "c": "с",
    "l": "ӏ",
    "i": "і1",
}

Mutation = Callable[[str, st.DrawFn], str]


def _case(text: str, draw: st.DrawFn) -> str:
    upper = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(letter.upper() if up else letter for letter, up in zip(text, upper, strict=True))


def _marked(text: str, draw: st.DrawFn) -> str:
    mark, place = draw(st.sampled_from(_MARKS)), draw(st.integers(1, len(text)))
    return text[:place] + mark + text[place:]


def _spread(text: str, draw: st.DrawFn) -> str:
    return draw(st.sampled_from(_BETWEEN)).join(text)


def _repeated(text: str, draw: st.DrawFn) -> str:
    place = draw(st.integers(0, len(text) - 1))
    return text[: place + 1] + text[place] * draw(st.integers(1, 6)) + text[place + 1 :]


def _said_again(text: str, draw: st.DrawFn) -> str:
    return draw(st.sampled_from((" ", "\n", ", ", "! "))).join([text] * draw(st.integers(2, 4)))


def _dressed(text: str, draw: st.DrawFn) -> str:
    return text + draw(st.sampled_from(_AROUND))


def _full_width(text: str, draw: st.DrawFn) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def _look_alike(text: str, draw: st.DrawFn) -> str:
    places = [place for place, letter in enumerate(text) if letter in _ALIKE]
    if not places:
        return text
    place = draw(st.sampled_from(places))
    return text[:place] + draw(st.sampled_from(_ALIKE[text[place]])) + text[place + 1 :]


def _misspelled(text: str, draw: st.DrawFn) -> str:
    """Two neighbours swapped, or a letter left out: of the words that are long enough to bear it."""
    if text not in ("stop", "unsubscribe", "cancel", "revoke"):
        return text
    place = draw(st.integers(1, len(text) - 2))
    if draw(st.booleans()):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]


_ALONE: tuple[Mutation, ...] = (_misspelled, _look_alike)
_FREELY: tuple[Mutation, ...] = (_case, _marked, _spread, _repeated, _said_again, _dressed, _full_width)


@st.composite
def mutated_stops(draw: st.DrawFn) -> str:
    """A STOP word, changed."""
    text = draw(st.sampled_from((*STOP_WORDS, *MORE_STOP_WORDS)))
    first = draw(st.sampled_from((*_ALONE, *_FREELY)))
    text = first(text, draw)
    # What spreads or repeats letters can make another word of one that is spread or misspelled already.
    after = draw(st.sampled_from((None, _case, _dressed, _marked)))
    return after(text, draw) if after is not None else text
