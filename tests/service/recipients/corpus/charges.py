"""What callers say of a charge: the card, the amount, the day, the line of the statement."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.service.recipients.corpus.aloud import (
    DAYS_EN,
    DAYS_ES,
    EACH,
    EASTERN,
    EN,
    ES,
    MONTHS_EN,
    MONTHS_ES,
    Sayings,
    number_said,
)
from tests.service.recipients.corpus.world import NOW, Charge, World


def _dated(charge: Charge) -> datetime:
    return charge.at.astimezone(EASTERN)


def _money(cents: int, chance: random.Random) -> str:
    whole, rest = divmod(cents, 100)
    shapes = ["${w}.{c:02}", "{w}.{c:02}", "{w},{c:02}"]
    if whole:
        shapes += (
            ["{w} dollars {c}", "{w} dollars and {c} cents", "${w} {c:02}"] if rest >= 10 else ["${w}.{c:02}"]
        )
    return chance.choice(shapes).format(w=whole, c=rest)


def card_typed(world: World, chance: random.Random) -> Sayings:
    """Card, amount and day, as the specialist types them."""
    for charge in chance.sample(world.charges, EACH):
        at, money = _dated(charge), _money(charge.cents, chance)
        day = chance.choice((
            f"{at:%b} {at.day}".lower(), f"{at.month}/{at.day}", f"{MONTHS_EN[at.month - 1]} {at.day}",
            f"{at:%Y-%m-%d}",
            f"{at.month:02}/{at.day:02}/{at:%y}",
        ))  # fmt: skip
        shape = chance.choice(
            ("{c} {m} {d}", "{b} {c} {m} {d}", "{m} on {d}, card ending {c}", "{d} {m} {c}")
        )
        yield shape.format(c=charge.last4, m=money, d=day, b=charge.brand), [charge.person.id]


def card_relative(world: World, chance: random.Random) -> Sayings:
    """``last Tuesday``, ``3 days ago``, ``the 14th``."""
    today = NOW.astimezone(EASTERN).date()
    for charge in world.charges:
        at = _dated(charge)
        ago = (today - at.date()).days
        if not 1 <= ago <= 13:
            continue
        days = [f"the {at.day}{_th(at.day)}"] if at.month == today.month else []
        days += ["yesterday"] if ago == 1 else [f"{ago} days ago"]
        days += [f"last {DAYS_EN[at.weekday()]}"] if ago <= 7 else []
        amount = f"${charge.cents / 100:.2f}"
        yield f"{amount} {chance.choice(days)} with the card {charge.last4}", [charge.person.id]


def _th(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def card_spanish(world: World, chance: random.Random) -> Sayings:
    """``el 14 de noviembre``, ``ayer``, ``hace tres días``."""
    today = NOW.astimezone(EASTERN).date()
    for charge in chance.sample(world.charges, EACH):
        at = _dated(charge)
        ago = (today - at.date()).days
        days = [
            f"el {at.day} de {MONTHS_ES[at.month - 1]}",
            f"{at.day} de {MONTHS_ES[at.month - 1]} de {at.year}",
        ]
        days += ["ayer"] * (ago == 1) + ["antier"] * (ago == 2)
        days += [f"hace {ES[ago]} días"] if 2 <= ago <= 9 else []
        days += [f"el {DAYS_ES[at.weekday()]} pasado"] * (1 <= ago <= 7)
        money = (
            f"{charge.cents // 100} dólares con {charge.cents % 100:02}"
            if charge.cents >= 110
            else f"{charge.cents / 100:.2f}"
        )
        yield f"tarjeta {charge.last4}, {money}, {days[-1]}", [charge.person.id]


def card_spoken(world: World, chance: random.Random) -> Sayings:
    """Read aloud, with the amount in words."""
    for charge in chance.sample([one for one in world.charges if one.cents >= 120], EACH):
        at = _dated(charge)
        whole, rest = divmod(charge.cents, 100)
        said = f"{number_said(whole)} dollars" + (f" and {number_said(rest)} cents" if rest else "")
        card = " ".join(EN[int(one)] for one in charge.last4)
        yield f"{said}, {MONTHS_EN[at.month - 1]} {at.day}, card ending {card}", [charge.person.id]


def statement(world: World, chance: random.Random) -> Sayings:
    """A line of the statement; banks show it up to three days later."""
    for charge in chance.sample(world.charges, EACH):
        shown = _dated(charge) + timedelta(days=chance.randrange(0, 4))
        line = chance.choice((
            "MVM.EXAMPLE {m:02}/{d:02} {a} CARD {c}", "{m:02}/{d:02} MVM.EXAMPLE ${a} VISA ENDING IN {c}",
            "mvm example {a} {m}/{d} x{c}", "POS DEBIT MVM.EXAMPLE*VOICE {m:02}/{d:02} XXXXXXXXXXXX{c} {a}",
        ))  # fmt: skip
        yield (
            line.format(m=shown.month, d=shown.day, a=f"{charge.cents / 100:.2f}", c=charge.last4),
            [charge.person.id],
        )


def name_and_charge(world: World, chance: random.Random) -> Sayings:
    """Who, how much and when, without the card."""
    named = [charge for charge in world.charges if charge.person.name]
    for charge in chance.sample(named, EACH):
        at = _dated(charge)
        yield f"{charge.person.name} ${charge.cents / 100:.2f} {at:%b} {at.day}", [charge.person.id]
