"""What a reply says once everything is put aside that does not matter: case, accents, emoji, signatures.

Nothing here decides what the words mean; ``reading`` does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# What our own texts say, in whichever form a handset quotes it back. It is ours, not the person's.
_OURS = (
    r"(?:reply|text) stop to (?:opt out|cancel|end|unsubscribe|stop)"
    r"|responda alto para (?:cancelar|no recibir mas)|(?:reply|text) start to (?:get them again|opt in)"
)
_QUOTED_OURS = re.compile(rf"[\"“”«][^\"“”«»]*(?:{_OURS})[^\"“”«»]*(?:[\"“”»]|$)")
_OURS_ALONE = re.compile(_OURS)
_LINK = re.compile(r"https?://\S+")
_SIGNATURE = re.compile(
    r"(?:--|sent from (?:my|a|the|outlook|yahoo|samsung)\b|sent via |get outlook for |enviado desde "
    r"|-+ ?(?:original message|mensaje original)|on .{4,60} wrote:|el .{4,60} escribio:)"
)
_WORD = re.compile(r"[a-z0-9]+")
_REPEATED = re.compile(r"(.)\1+")

# Letters of the Cyrillic, Greek and Armenian alphabets that look like Latin ones (Unicode TR 39), by the
# Latin letter, and digits and signs that stand in for letters; no sign that ends sentences.
_ALIKE = {
    "a": "\u0430\u03b1@4", "b": "\u0432\u044c\u03b28", "c": "\u0441\u03f2", "d": "\u0501",
    "e": "\u0435\u03b53\u20ac", "i": "\u0456\u03b91", "l": "\u04cf", "m": "\u043c",
    "n": "\u043f\u0578\u03b7", "o": "\u043e\u03bf0\u0585", "p": "\u0440\u03c1", "q": "\u051b",
    "s": "\u0455\u03c25$", "t": "\u0442\u03c47", "u": "\u03c5\u057d\u0446", "v": "\u03bd\u0475",
    "x": "\u0445\u03c7", "y": "\u0443\u03b3",
}  # fmt: skip
_LOOK_ALIKES = str.maketrans({theirs: ours for ours, all_ in _ALIKE.items() for theirs in all_})
# Letters that no accent is taken off by decomposing.
_WHOLE_LETTERS = str.maketrans({"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A reply, made plain: its words, and the words it would have if look-alike letters were Latin ones."""

    words: tuple[str, ...]
    disguised: tuple[str, ...]
    signs: str

    @property
    def sentence(self) -> str:
        """The words with one space between."""
        return " ".join(self.words)


def make_plain(text: str) -> Plain:
    """The words of a reply in lower-case Latin letters, without what a handset or we have put there."""
    lowered = _without_marks(_visible(unicodedata.normalize("NFKC", text)).casefold())
    said = _without_ours(lowered)
    return Plain(
        words=tuple(_WORD.findall(said)),
        disguised=tuple(_WORD.findall(said.translate(_LOOK_ALIKES))),
        signs="".join(character for character in text if unicodedata.category(character) in ("So", "Sk")),
    )


def squeezed(word: str) -> str:
    """A word with no letter twice in a row: ``stooop`` is ``stop``."""
    return _REPEATED.sub(r"\1", word)


def _visible(text: str) -> str:
    """Without what is not seen: joiners, direction marks, controls that are no white space."""
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cf", "Cc", "Cn", "Co")
    )


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    letters = "".join(character for character in decomposed if unicodedata.category(character)[0] != "M")
    return letters.translate(_WHOLE_LETTERS)


def _without_ours(text: str) -> str:
    """Without quoted lines, a device's signature, our own text quoted back, and links."""
    kept: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        if _SIGNATURE.match(stripped):
            break
        if not stripped.startswith(">"):
            kept.append(line)
    said = _QUOTED_OURS.sub(" ", "\n".join(kept))
    return _LINK.sub(" ", _OURS_ALONE.sub(" ", said))
