"""What callers say, by rules of its own: nothing here knows how the search reads it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.service.recipients.corpus import charges
from tests.service.recipients.corpus.aloud import (
    EACH,
    EN,
    ES,
    PALABRAS,
    WORDS_FOR,
    Sayings,
    digits_said,
    in_pairs,
    spelled,
    with_a_slip,
    without_accents,
)
from tests.service.recipients.corpus.world import Message, World


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance of one kind, and who may be meant by it."""

    kind: str
    words: str
    right: frozenset[int]


def say_all(world: World, seed: int = 4) -> list[Said]:
    """Every kind of utterance, a few dozen of each."""
    chance = random.Random(seed)
    said = []
    for kind, rule in _RULES.items():
        found = [one for one in rule(world, chance) if one]
        said += [Said(kind, words, frozenset(right)) for words, right in found[:EACH]]
    return said


def _phone_typed(world: World, chance: random.Random) -> Sayings:
    shapes = (
        "({a}) {b}-{c}", "{a}-{b}-{c}", "{a}.{b}.{c}", "1{a}{b}{c}", "+1 {a} {b} {c}", "{a}{b}{c}",
        "1-{a}-{b}-{c}",
        "caller at ({a}){b}-{c}", "tel:+1{a}{b}{c}", "{a} {b}{c}", "my number is {a} {b} {c}",
    )  # fmt: skip
    for person in chance.sample(world.people, EACH):
        a, b, c = person.phone[2:5], person.phone[5:8], person.phone[8:]
        yield chance.choice(shapes).format(a=a, b=b, c=c), [person.id]


def _phone_spoken(world: World, chance: random.Random) -> Sayings:
    for person in chance.sample(world.people, EACH):
        digits = person.phone[2:]
        pieces = [
            in_pairs(piece) if chance.random() < 0.3 else digits_said(piece, EN) for piece in _pieces(digits)
        ]
        yield chance.choice((", ", " ", " - ")).join(pieces), [person.id]


def _phone_spoken_es(world: World, chance: random.Random) -> Sayings:
    for person in chance.sample(world.people, EACH):
        pieces = [digits_said(piece, ES) for piece in _pieces(person.phone[2:])]
        lead = chance.choice(("", "mi número es ", "llamo del "))
        yield lead + chance.choice((", ", " ")).join(pieces), [person.id]


def _pieces(digits: str) -> tuple[str, str, str]:
    return digits[:3], digits[3:6], digits[6:]


def _last_four(world: World, chance: random.Random) -> Sayings:
    shapes = ("{}", "last four {}", "ends in {}", "...{}", "termina en {}", "the phone ending {}")
    for person in chance.sample(world.people, EACH):
        yield chance.choice(shapes).format(person.phone[-4:]), [person.id]


def _last_seven(world: World, chance: random.Random) -> Sayings:
    for person in chance.sample(world.people, EACH):
        end = person.phone[5:]
        shape = chance.choice(("{a}-{b}", "{a} {b}", "{a}{b}", "last seven {a} {b}"))
        yield shape.format(a=end[:3], b=end[3:]), [person.id]


def _last_four_spoken(world: World, chance: random.Random) -> Sayings:
    for person in chance.sample(world.people, EACH):
        spoken = chance.choice((digits_said(person.phone[-4:], EN), digits_said(person.phone[-4:], ES)))
        yield spoken, [person.id]


def _named(world: World, chance: random.Random) -> list[tuple[int, str]]:
    named = [(person.id, person.name) for person in world.people if person.name]
    return chance.sample(named, EACH)


def _name(world: World, chance: random.Random) -> Sayings:
    for id, name in _named(world, chance):
        yield chance.choice(("{}", "Mrs. {}", "my name is {}", "this is {}", "soy {}")).format(name), [id]


def _name_plain(world: World, chance: random.Random) -> Sayings:
    for id, name in _named(world, chance):
        plain = without_accents(name).lower()
        words = plain.split()
        yield chance.choice((plain, " ".join(reversed(words)), f"{words[-1]}, {' '.join(words[:-1])}")), [id]


def _name_misspelled(world: World, chance: random.Random) -> Sayings:
    for id, name in _named(world, chance):
        words = without_accents(name).split()
        longest = max(range(len(words)), key=lambda place: len(words[place]))
        words[longest] = with_a_slip(words[longest], chance)
        yield " ".join(words), [id]


def _name_and_four(world: World, chance: random.Random) -> Sayings:
    for person in chance.sample([one for one in world.people if one.name], EACH):
        first = person.name.split()[0]
        shape = chance.choice(("{name} {four}", "{four} {name}", "{name}, phone ending in {four}"))
        yield shape.format(name=first, four=person.phone[-4:]), [person.id]


def _references(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        given = chance.choice((message.reference, message.link_reference, message.text_reference))
        shape = chance.choice(("{}", "message {}", "{} please", "ref. {}"))
        yield (
            shape.format(chance.choice((given, given.lower(), f"{given[:6]}-{given[6:]}"))),
            [message.person.id],
        )


def _other_references(world: World, chance: random.Random) -> Sayings:
    charges, people = chance.sample(world.charges, 8), chance.sample(world.people, 6)
    for charge in charges:
        yield chance.choice((charge.reference, charge.processor_ref)), [charge.person.id]
    for person in people:
        yield person.reference, [person.id]
    for refund, reference, person in chance.sample(world.refunds, 6):
        yield chance.choice((str(refund), reference)), [person.id]
    for sender in chance.sample(world.senders, 6):
        yield sender.reference, _recipients_of(world, {sender.id})


def _references_spoken(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        yield " ".join(spelled(message.reference)), [message.person.id]


def _codes(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        code = message.code
        groups = "-".join(code[at : at + 5] for at in range(0, len(code), 5))
        shapes = (code, code.lower(), groups, groups.replace("-", " "), f"https://mvm.example/m/{code}",
                  f"mvm.example/m/{code.lower()}", f"the code is {groups}")  # fmt: skip
        yield chance.choice(shapes), [message.person.id]


def _codes_nato(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        yield chance.choice((" ", ", ")).join(spelled(message.code)), [message.person.id]


def _codes_as_in(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        said = [one if one.isdecimal() else f"{one} as in {WORDS_FOR[one]}" for one in message.code]
        yield " ".join(said), [message.person.id]


def _codes_de(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        said = [ES[int(one)] if one.isdecimal() else f"{one} de {PALABRAS[one]}" for one in message.code]
        yield ", ".join(said), [message.person.id]


def _codes_mistaken(world: World, chance: random.Random) -> Sayings:
    """As read off a small screen: 0 for O, S for 5, and so on; in pieces."""
    look = {"0": "O", "1": "lI", "5": "S", "2": "Z", "8": "B", "6": "G"}
    for message in chance.sample(world.messages, EACH):
        seen = "".join(
            chance.choice(look[one]) if one in look and chance.random() < 0.6 else one for one in message.code
        )
        pieces = [seen[at : at + 4] for at in range(0, len(seen), 4)]
        yield chance.choice((" ", "-", "")).join(pieces), [message.person.id]


def _codes_begun(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        begun = message.code[:8]
        if any(map(str.isdecimal, begun)) and any(map(str.isalpha, begun)):
            yield begun, [message.person.id]


def _recipients_of(world: World, senders: set[int]) -> set[int]:
    return {message.person.id for message in world.messages if message.sender.id in senders}


def _sender(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        shape = chance.choice(("message from {}", "mensaje de {}", "sender {}", "the inmate is {}"))
        yield shape.format(message.sender.name), _recipients_of(world, _of_name(world, message))


def _of_name(world: World, message: Message) -> set[int]:
    return {sender.id for sender in world.senders if sender.name == message.sender.name}


def _sender_and_recipient(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample([one for one in world.messages if one.person.name], EACH):
        shape = chance.choice(("{r}, message from {s}", "message from {s} for {r}"))
        right = _recipients_of(world, _of_name(world, message)) & {
            person.id for person in world.people if person.name == message.person.name
        }
        yield shape.format(r=message.person.name, s=message.sender.name), right


def _sender_at_facility(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        shape = chance.choice(("{s} at {f}", "{s}, {f}", "message from {s} in {f}", "mensaje de {s} en {f}"))
        words = shape.format(s=message.sender.name, f=message.sender.facility)
        yield words, _recipients_of(world, {message.sender.id})


def _name_and_facility(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample([one for one in world.messages if one.person.name], EACH):
        shape = chance.choice(("{r}, {f}", "{r} gets messages from {f}"))
        yield shape.format(r=message.person.name, f=message.sender.facility), [message.person.id]


def _facility(world: World, chance: random.Random) -> Sayings:
    places = sorted({sender.facility for sender in world.senders})
    for place in places:
        right = _recipients_of(world, {one.id for one in world.senders if one.facility == place})
        yield chance.choice((place, place.lower(), f"somebody in {without_accents(place)}")), right


def _booking(world: World, chance: random.Random) -> Sayings:
    for message in chance.sample(world.messages, EACH):
        booking = message.sender.booking
        spellings = (booking, booking.lower(), booking.replace("-", ""), booking.replace("0", "O"),
                     f"booking number {booking}", f"{booking[:4]} {booking[4:].strip('-')}")  # fmt: skip
        right = _recipients_of(world, {one.id for one in world.senders if one.booking == booking})
        yield chance.choice(spellings), right


_Rule = Callable[[World, random.Random], Sayings]
_RULES: dict[str, _Rule] = {
    "phone, typed": _phone_typed,
    "phone, read aloud": _phone_spoken,
    "phone, read aloud in Spanish": _phone_spoken_es,
    "last four of the phone": _last_four,
    "last seven of the phone": _last_seven,
    "last four, read aloud": _last_four_spoken,
    "name": _name,
    "name, no accents, any order": _name_plain,
    "name, misspelled": _name_misspelled,
    "first name and last four": _name_and_four,
    "reference of a message": _references,
    "other references": _other_references,
    "reference, read aloud": _references_spoken,
    "code or link, typed": _codes,
    "code, NATO alphabet": _codes_nato,
    "code, 'K as in kite'": _codes_as_in,
    "code, 'K de kilo'": _codes_de,
    "code with look-alikes, in pieces": _codes_mistaken,
    "code, its beginning": _codes_begun,
    "card, amount and day": charges.card_typed,
    "card, amount, 'last tuesday'": charges.card_relative,
    "card, amount, day in Spanish": charges.card_spanish,
    "card, amount, day, read aloud": charges.card_spoken,
    "statement's text": charges.statement,
    "name, amount and day": charges.name_and_charge,
    "sender's name": _sender,
    "sender's and recipient's name": _sender_and_recipient,
    "sender at a facility": _sender_at_facility,
    "name and facility": _name_and_facility,
    "facility": _facility,
    "booking number": _booking,
}
