"""The words of an utterance: which may be a name, and whose: the caller's, a sender's, or a facility's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from care_console.service.recipients.search.spoken import bare

MOST_WORDS = 6
_GAPS = re.compile(r"[\s,;\-\u2010-\u2015&+_\\]+")
AROUND = " .,;:!?()[]{}<>\"'#*“”‘’«»¿¡"
# fmt: off
_TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "mister", "sr", "sra", "srta", "senor", "senora", "senorita", "don", "dona",
))
# Words that tell what is talked about, and are nobody's name beside one that may be.
_TALK = frozenset((
    "call", "caller", "callers", "calling", "called", "calls", "phone", "number", "num", "tel", "telephone",
    "cell", "cellphone", "mobile", "card", "cards", "ending", "ends", "last", "digits", "code", "link",
    "message", "messages", "msg", "voicemail", "recording", "recorded", "ref", "reference", "charge",
    "charged", "charges", "refund", "payment", "paid", "prepaid", "dollars", "please", "numero", "telefono",
    "celular", "tarjeta", "termina", "terminada", "codigo", "enlace", "mensaje", "mensajes", "cargo",
    "cobro", "cobraron", "llamada", "llama", "llamo", "habla", "favor", "name", "named", "nombre", "http",
    "https", "www", "text", "texts", "texted", "sender", "inmate", "booking", "bookings", "remitente",
    "recluso", "interno", "preso", "incarcerated", "statement", "says", "this", "soy", "debit", "credit",
    "purchase", "pos", "checkcard", "recurring", "hello", "hi", "hola", "got", "gets", "received", "recibio",
    "sent", "looking", "asking", "about", "who", "what", "when", "she", "he", "they", "was", "has", "have",
    "estado", "cuenta", "dijo", "said", "id", "folio", "registro", "ficha",
))
# Words of no weight of their own, which stand in names too: put aside only where something else is said.
_SMALL = frozenset((
    "a", "an", "and", "at", "the", "of", "on", "in", "is", "it", "for", "from", "with", "by", "to", "no",
    "or", "four", "seven", "end", "voice", "de", "del", "el", "la", "los", "las", "con", "en", "mi", "su",
    "por", "para", "her", "his", "their", "my", "i", "im", "y", "que", "se", "me", "un", "una", "es", "as",
    "al",
))
_SENDER = frozenset((
    "sender", "inmate", "remitente", "recluso", "interno", "preso", "incarcerated", "recorded",
))
_FROM = frozenset(("from", "by", "de", "por", "del"))
_SENT = frozenset((
    "message", "messages", "msg", "voicemail", "text", "mensaje", "mensajes", "recording", "sent",
))
# What most facilities are called besides their own name.
FACILITY_KINDS = frozenset((
    "county", "jail", "prison", "state", "center", "centre", "detention", "correctional", "corrections",
    "correction", "facility", "institution", "regional", "women", "womens", "men", "mens", "juvenile",
    "complex", "annex", "camp", "penitentiary", "federal", "adult", "city", "carcel", "prision", "centro",
    "condado", "penal", "unit", "department", "house", "s",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class Names:
    """What may be names, as typed, in order. `sender_at`: from this word on it is said to be a sender's."""

    words: tuple[str, ...] = ()
    sender_at: int | None = None
    facility: bool = False

    @property
    def typed(self) -> str:
        """The words in one text."""
        return " ".join(self.words)

    @property
    def is_sender(self) -> bool:
        """Whether all of it is said to be a sender's name."""
        return self.sender_at == 0


def read_names(text: str, beside_others: bool) -> Names:
    """What may be names, without titles and without what leads to them.

    `beside_others`: something else was read from the text too, so small words are not a name's.
    """
    words = [word for word in (one.strip(AROUND) for one in _GAPS.split(text)) if _may_be_name(word)]
    if not words:
        return Names()
    folded = [_letters(word) for word in words]
    sender_at, facility = _sender_at(folded), any(word in FACILITY_KINDS for word in folded)
    talks = any(word in _TALK for word in folded)
    aside = _TITLES | _TALK | (_SMALL if talks or beside_others or facility else frozenset())
    kept = [place for place, word in enumerate(folded) if word not in aside]
    if not kept and not beside_others:
        kept = [place for place, word in enumerate(folded) if word not in _TITLES]
        sender_at = None
    kept = kept[:MOST_WORDS] if any(len(folded[place]) > 1 for place in kept) else []
    at = None if sender_at is None else sum(place < sender_at for place in kept)
    names = tuple(words[place].replace("'", "").replace("’", "")[:60] for place in kept)
    return Names(names, at if at is not None and at < len(names) else None, facility)


def _sender_at(folded: Sequence[str]) -> int | None:
    """The word from which on a sender is named: ``message from ...``, ``sender ...``."""
    for place, word in enumerate(folded):
        if word in _SENDER or (word in _FROM and place and folded[place - 1] in _SENT):
            return place
    return None


def _may_be_name(word: str) -> bool:
    if not word or any(character.isdecimal() or character in "/@" for character in word):
        return False
    return any(character.isalpha() for character in word)


def _letters(word: str) -> str:
    return "".join(filter(str.isalpha, bare(word)))
