"""What our texts say. Each is one segment: at most 160 characters of the GSM alphabet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from care_console.contract.hours import EASTERN
from care_console.contract.money import dollars

SEGMENT_GSM = 160


# 3GPP TS 23.038, the basic character set; what is in the extension table counts twice and is left out.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

# In the extension table: two septets each.
GSM_EXTENSION = set("^{}\\[~]|€\f")

_FIRST = {
    "en": "{sender} left you a voice message: {url} Reply STOP to opt out",
    "es": "{sender} le dejó un mensaje de voz: {url} Responda ALTO para cancelar",
}
# Where nothing of a name can be written in the alphabet of texts.
_SOMEBODY = {"en": "Someone", "es": "Alguien"}
# Letters with no likeness by decomposition, as people without them write them.
_LIKE = str.maketrans(
    {
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H",
        "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ŋ": "ng", "’": "'", "‘": "'", "`": "'", "´": "'",
        "–": "-", "—": "-", "‐": "-", "‑": "-",
    }
)  # fmt: skip

_REMINDER = {
    "en": "Your paid voice message from {sender} waits until {day}: {url} Reply STOP to opt out",
    "es": "Su mensaje de voz pagado de {sender} espera hasta {day}: {url} Responda ALTO para cancelar",
}

_NEW_LINK = {
    "en": "New link to your voice message from {sender}: {url} Reply STOP to opt out",
    "es": "Nuevo enlace a su mensaje de voz de {sender}: {url} Responda ALTO para cancelar",
}

_RECEIPT = {
    "en": "Receipt {ref}: {paid}, {by}, {day}, voice message from {sender}. Care (844) 777-0710. "
    "STOP to opt out",
    "es": "Recibo {ref}: {paid}, {by}, {day}, mensaje de {sender}. Ayuda (844) 777-0710. ALTO para cancelar",
}
_PREPAID = "AdvanceConnect"
# Counted with it is what is on its way back, so it says no more than that there is a refund.
_BACK = {"en": "refund", "es": "devolución"}
_REFERENCE = 16

# Programme, what it is, care, frequency, rates, how to stop: a HELP reply says all of it (short-code rules).
_HELP = {
    "en": "Mobile Voice Messaging: voice messages from facilities. Care (844) 777-0710. "
    "Msg frequency varies. Msg & data rates may apply. Reply STOP to opt out.",
    "es": "Mobile Voice Messaging: mensajes de voz de centros. Ayuda (844) 777-0710. Frecuencia variable. "
    "Pueden aplicar tarifas. Responda ALTO para cancelar.",
}
_STOPPED = {
    "en": "Mobile Voice Messaging: you are opted out and will get no more texts. Care (844) 777-0710.",
    "es": "Mobile Voice Messaging: se dio de baja y no recibirá más textos. Ayuda (844) 777-0710.",
}
_STARTED = {
    "en": "Mobile Voice Messaging: texts are on again. Msg frequency varies. Msg & data rates may apply. "
    "HELP for help, STOP to opt out.",
    "es": "Mobile Voice Messaging: recibirá textos otra vez. Frecuencia variable. Pueden aplicar tarifas. "
    "AYUDA para ayuda, ALTO para cancelar.",
}


def help_body(language: str) -> str:
    """The answer to HELP, for everyone."""
    return in_gsm(_HELP[language])


def stopped_body(language: str) -> str:
    """The one confirmation of an opt-out: no marketing, and no other way than the one that ended it."""
    return in_gsm(_STOPPED[language])


def started_body(language: str) -> str:
    """The answer to START."""
    return in_gsm(_STARTED[language])


def first_text_body(language: str, sender_name: str, url: str) -> str:
    """The text that tells of a message: who, where to listen, how to stop. One segment, whatever the name."""
    return _one_segment(_FIRST[language], sender_name, url, _SOMEBODY[language])


def reminder_body(language: str, sender_name: str, url: str, ends_at: datetime) -> str:
    """The text that reminds of what was paid for; `ends_at` in the recipient's own zone."""
    day = f"{ends_at.month}/{ends_at.day}" if language == "en" else f"{ends_at.day}/{ends_at.month}"
    template = _REMINDER[language].replace("{day}", day)
    return _one_segment(template, sender_name, url, _SOMEBODY[language])


def new_link_body(language: str, sender_name: str, url: str) -> str:
    """The text with a new link; the sender's name is shortened until all of it is one segment."""
    return _one_segment(_NEW_LINK[language], sender_name, url, _SOMEBODY[language])


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt tells. `paid_by`: brand and last four; empty for a prepaid account."""

    amount_cents: int
    refunded_cents: int
    charged_at: datetime
    paid_by: str
    sender_name: str
    reference: str


def receipt_body(language: str, facts: ReceiptFacts) -> str:
    """A receipt in one segment: what was paid, when, by which means, for what, and the reference for care.

    Days are US Eastern, as on the page. The sender's name gives way first; a long reference is cut.
    """
    local = facts.charged_at.astimezone(EASTERN)
    day = f"{local.month}/{local.day}" if language == "en" else f"{local.day}/{local.month}"
    back = f" ({_BACK[language]} {dollars(facts.refunded_cents)})" if facts.refunded_cents else ""
    filled = _RECEIPT[language].format(
        paid=dollars(facts.amount_cents) + back,
        by=name_in_gsm(facts.paid_by) or _PREPAID,
        day=day,
        ref=_plain_reference(facts.reference),
        sender="{sender}",
    )
    return _one_segment(filled, facts.sender_name, "", _SOMEBODY[language])


def _plain_reference(reference: str) -> str:
    """As much of it as there is room for: an old system's may be long, and its beginning finds it, too."""
    kept = (character for character in in_gsm(reference) if character.isalnum() or character in "-_")
    return "".join(kept)[:_REFERENCE]


def in_gsm(text: str) -> str:
    """The text in the GSM alphabet: accents it lacks are dropped, what has no likeness becomes ``?``."""
    decomposed = (
        character if character in GSM else unicodedata.normalize("NFKD", character)[0] for character in text
    )
    return "".join(character if character in GSM else "?" for character in decomposed)


def septets(text: str) -> int:
    """How long a text is in the GSM alphabet (3GPP TS 23.038); what is not in it counts as nothing."""
    return sum(1 if character in GSM else 2 for character in text if character in GSM | GSM_EXTENSION)


def name_in_gsm(name: str) -> str:
    """A name as a text can carry it: transliterated, with nothing in it that a phone makes a link of."""
    plain = in_gsm(" ".join(name.translate(_LIKE).split())).replace("?", "")
    kept = "".join(character for character in plain if character.isalnum() or character in " '-.,&()")
    kept = re.sub(r"\.(?=\S)", " ", kept)
    return " ".join(kept.split()) if any(character.isalnum() for character in kept) else ""


def _one_segment(template: str, sender_name: str, url: str, somebody: str) -> str:
    room = SEGMENT_GSM - septets(in_gsm(template.format(sender="", url="")) + url)
    name = name_in_gsm(sender_name) or somebody
    if len(name) > room:
        name = name[: max(0, room - 1)].rstrip(" '-.,&(") + "."
    return in_gsm(template.format(sender=name, url="\n")).replace("\n", url)
