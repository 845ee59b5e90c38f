"""A labelled corpus of replies in English and Spanish: what people text back, by the rules' sources.

Refusals follow the wordings that the rule and the industry's principles tell of (47 CFR 64.1200(a)(10), CTIA
5.1.3, the orders behind them) and how people are known to write; ordinary replies are what families text to
somebody inside. None of it was written with the reader's patterns at hand. Each base phrase is put in the
clothes that people put phrases in. Phrases at even places were used for finding the patterns; those at odd
places are held out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

STOP_WORDS = ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")
"""The seven of 47 CFR 64.1200(a)(10)."""

MORE_STOP_WORDS = ("stopall", "alto", "parar", "baja", "cancelar", "no más")

REFUSALS_EN = (
    "stop texting me", "please stop sending me these messages", "quit texting me", "do not text me again",
    "don't ever message this number again", "no more texts", "no more messages please",
    "remove me from your list", "take me off this list", "take my number off", "delete my number",
    "lose my number", "wrong number", "you have the wrong number", "you've got the wrong person",
    "this is not her phone anymore", "I don't know anyone in jail", "i do not know this person stop",
    "nobody by that name here", "this number belongs to someone else now", "leave me alone", "go away",
    "get lost", "stop harassing me", "this is harassment", "i will report you", "reporting this as spam",
    "spam", "stop spamming me", "blocked", "I'm blocking you", "I never signed up for this",
    "I did not ask for these texts", "i never agreed to this", "i don't want these messages",
    "I don't want any more texts from him", "dont want it", "not interested", "no thanks",
    "no thank you, stop", "unsubscribe me", "please unsubscribe this number", "opt me out",
    "I want to opt out", "opting out", "cancel my subscription", "cancel all messages",
    "cancel these texts please", "I revoke my consent", "i withdraw my permission", "end these messages",
    "discontinue this service", "cease and desist", "cease all contact", "no contact", "do not contact me",
    "don't contact me again", "stop contacting me", "stop calling and texting", "never text me again",
    "i told you to stop", "STOP IT", "will you please stop", "make it stop", "just stop",
    "can you stop sending me links", "stop sending", "enough already stop", "enough of these texts",
    "i said stop", "why wont you stop texting me", "fuck off", "screw you stop texting", "piss off",
    "shut up and stop", "knock it off", "cut it out", "my lawyer will hear about this",
    "i am going to sue you", "this is illegal", "i'm on the do not call list", "don't send me anything",
    "do not send any more voice messages", "quit sending me stuff", "stop these alerts", "turn these off",
    "get me off this", "please delete me from your system", "erase my number from your database",
    "not my number", "this isn't my message", "wrong person", "im not who you think i am wrong number",
    "i don't accept messages from him", "i refuse these messages", "i decline", "unwanted messages",
    "i no longer want to receive these", "i don't wish to receive texts", "please do not text this phone",
    "stop all of it", "stop now", "stop immediately", "please please stop", "stop this",
    "stop messaging my phone", "no more of this please", "no more links", "i'm done, no more messages",
    "leave us alone", "let me be", "forget my number", "drop my number from the list",
    "stop wasting my time with texts", "quit it", "quit bothering me", "i've changed my number, remove it",
    "new owner of this number, stop",
)  # fmt: skip

REFUSALS_ES = (
    "ya no me manden mensajes", "no me manden más mensajes", "deje de mandarme mensajes",
    "dejen de escribirme", "deja de escribirme", "no me escriban", "no me vuelvan a escribir",
    "no quiero más mensajes", "no quiero recibir estos mensajes", "ya no quiero mensajes", "no me interesa",
    "no gracias", "número equivocado", "se equivocaron de número", "está equivocado",
    "no conozco a esa persona", "no soy esa persona", "este no es su teléfono", "quítenme de la lista",
    "quiten mi número", "borren mi número", "eliminen mi número de su lista", "sáquenme de su lista",
    "denme de baja", "quiero darme de baja", "dar de baja este número", "cancelen los mensajes",
    "cancele mi suscripción", "quiero cancelar", "paren de mandar mensajes", "paren ya", "párenle",
    "ya párenle por favor", "basta", "ya basta", "basta de mensajes", "alto a los mensajes",
    "déjenme en paz", "déjame en paz", "dejen de molestar", "no molesten", "no me molesten más",
    "no estén molestando", "los voy a denunciar", "esto es acoso", "los voy a bloquear",
    "voy a bloquear este número", "los voy a demandar", "no autoricé estos mensajes", "yo no pedí esto",
    "no di permiso", "no me llamen ni me escriban", "nunca me escriban", "ya no envíen nada",
    "no envíen más enlaces", "no me contacten", "dejen de contactarme", "dejen de enviarme textos",
    "ya no más por favor", "no más mensajes", "no más textos", "suspendan los mensajes",
    "detengan los mensajes", "quiero que paren", "que paren los mensajes", "desuscribir", "desuscríbanme",
    "no deseo recibir mensajes", "no acepto mensajes de él", "no me mande nada", "no mande más",
    "cambié de número, ya no escriban", "es un número nuevo, no lo conozco", "ya estuvo, no manden más",
    "no estoy interesada", "no estoy interesado en esto", "no necesito estos mensajes",
    "no me mandes más links", "fuera", "lárguense", "no me fastidien", "no chinguen", "no jodan más",
    "ilegal esto, paren",
)  # fmt: skip

ORDINARY_EN = (
    "thank you", "thanks so much", "I love you", "tell him I love him", "got it", "ok", "okay thanks",
    "yes", "yes please", "YES", "sure", "who is this", "is this real", "how do I listen",
    "the link does not open", "I paid already", "how much is it", "i can't hear anything",
    "there is no sound", "call me when you can", "when is his court date", "miss you so much",
    "god bless you", "praying for you", "stay strong baby", "see you on sunday", "what time is visiting",
    "I put money on your books", "did you get my letter", "the kids say hi", "happy birthday",
    "merry christmas", "good morning", "good night", "lol", "haha", "😂", "❤️❤️❤️", "👍", "k", "1", "?",
    "what", "hello", "hi mom", "how long is the message", "can i reply here", "I will listen later",
    "listening now", "heard it, thank you", "that made my day", "he sounds good", "why is it 3.99",
    "do you take paypal", "my card was declined", "i'm at work", "on my way", "be there soon",
    "sorry just saw this", "ok baby", "love u 2", "wyd", "who dis", "is he ok", "is she still there",
    "which facility", "when will he be home", "tell her to be careful", "the bus was late",
    "dinner is ready", "we won the game", "grandma is better", "your brother graduated",
    "I sent the money order", "lawyer said friday", "court moved to the 14th", "visit got moved",
    "can you resend it", "send it again please", "resend the link", "i lost the link", "the link expired",
    "how do i get a new link", "what's my balance", "refund please", "i was charged twice",
    "where is my receipt", "ok i will try again", "works now thanks", "perfect", "great", "awesome", "cool",
    "bet", "for sure", "no problem", "all good", "I'll stop by tomorrow", "the show starts at 8",
    "it's the end of the month", "what an ending", "quitting time at 5", "I started a new job",
    "start of school is monday", "the weekend was nice", "bajaron los precios",
)  # fmt: skip

ORDINARY_ES = (
    "gracias", "muchas gracias", "te quiero", "te amo", "dile que lo quiero", "sí", "si claro", "está bien",
    "bueno", "ok gracias", "quién es", "cómo lo escucho", "no se oye", "no se escucha nada",
    "cuánto cuesta", "ya pagué", "el enlace no abre", "no abre la página", "bendiciones", "dios te bendiga",
    "te extraño mucho", "nos vemos el domingo", "los niños te mandan saludos", "feliz cumpleaños",
    "buenos días", "buenas noches", "cuándo sale", "cuándo es la corte", "a qué hora es la visita",
    "ya deposité", "recibiste mi carta", "jajaja", "qué bonito mensaje", "me hizo el día",
    "lo escucho al rato", "estoy trabajando", "ahorita voy", "mándame otro enlace",
    "me pueden mandar el link otra vez", "perdí el enlace", "se venció el enlace", "me cobraron dos veces",
    "quiero un reembolso", "mi tarjeta no pasó", "ya funciona gracias", "perfecto",
    "dile a tu hermano que llame", "la abuela está mejor", "cuídate mucho", "échale ganas", "ánimo mijo",
    "te escribo mañana", "ya casi sales", "todo bien", "claro que sí", "vale", "órale", "cómo estás",
)  # fmt: skip

_BEFORE = ("", "", "please ", "hi ", "hey, ", "ok ", "por favor ", "um ", "yo ", "sir ")
_AFTER = ("", "", ".", "!", "!!!", " please", " thanks", " 😡", " 🙏", " ok?", " por favor", "...")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, and the place of its base phrase in its list."""

    text: str
    place: int

    @property
    def is_held_out(self) -> bool:
        """Whether no pattern was found with its help."""
        return self.place % 2 == 1


def dressed(phrases: tuple[str, ...], each: int, seed: int) -> list[Reply]:
    """Every phrase `each` times, with other words before and after, in another case, without its accents."""
    chance = random.Random(seed)
    return [
        Reply(_dress(phrase, chance) if number else phrase, place)
        for place, phrase in enumerate(phrases)
        for number in range(each)
    ]


def _dress(phrase: str, chance: random.Random) -> str:
    text = chance.choice(_BEFORE) + phrase + chance.choice(_AFTER)
    match chance.randrange(6):
        case 0:
            return text.upper()
        case 1:
            return text.capitalize()
        case 2:
            return text.translate(str.maketrans("áéíóúñü", "aeiounu"))
        case 3:
            return text.replace(" ", "  ", 2)
        case 4:
            return text.replace("'", "")
    return text
