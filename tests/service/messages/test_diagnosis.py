"""Every verdict, from small data sets told as rows: what happened, what is concluded, what is offered."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from care_console.contract.messages import ChargedTwice, Diagnosis, OfferKind, Verdict
from care_console.contract.money import dollars
from care_console.service.consent.rules import state_of
from care_console.service.facilities.pauses import number_is_paused
from care_console.service.foundation.context import Context
from care_console.service.messages.diagnosis import diagnose
from care_console.service.messages.facts_queries import facts_of_message
from care_console.service.recipients.story import read_story
from tests.support.told import Put, Told, put, read_told

CASES = Path(__file__).parent / "cases"
WAYS = ("on_its_way", "to_be_heard", "money_back")


def all_told() -> list[Told]:
    return [told for path in sorted(CASES.glob("*.txt")) for told in read_told(path)]


def test_there_are_enough_cases_of_every_verdict_and_kind() -> None:
    ways = [told for name in WAYS for told in read_told(CASES / f"{name}.txt")]
    assert len(ways) >= 60
    assert len(read_told(CASES / "charged_twice.txt")) >= 24
    labels = " ".join(label for told in all_told() for label in told.labels)
    for word in (*Verdict, *ChargedTwice):
        assert len(re.findall(rf"\b{word.value}\b", labels)) >= 2, word
    titles = [told.title for told in all_told()]
    assert len(titles) == len(set(titles))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", [*WAYS, "charged_twice"])
async def test_every_verdict_is_the_one_on_the_label(ctx: Context, name: str) -> None:
    wrong = []
    for told in read_told(CASES / f"{name}.txt"):
        where, at = await put(ctx, told), replace(ctx, now=told.now)
        found = {
            message: await _diagnosis(at, where, id)
            for message, id in where.ids.items()
            if message.startswith("m")
        }
        for label in told.labels:
            said = _as_label(where, label, found)
            if said != label:
                wrong.append(f"{told.title}: {label}, not {said}")
        for diagnosis in found.values():
            _check_words(told, diagnosis)
        story = await read_story(at, where.recipient)
        in_story = {message.id: message.diagnosis for message in story.open_messages}
        assert in_story == {str(where.ids[message]): found[message] for message in found}, told.title
    assert not wrong, "\n".join(wrong)


def _check_words(told: Told, diagnosis: Diagnosis) -> None:
    said = [diagnosis.say, *([diagnosis.charges.say] if diagnosis.charges else [])]
    for both in said:
        assert not set("{}") & set(both.en + both.es), told.title
        assert both.en.endswith("."), told.title
        assert both.es.endswith("."), told.title
        assert both.en != both.es
        assert both.en.count("$") == both.es.count("$"), (told.title, both)
        assert re.findall(r"\$[\d.,]*\d", both.en) == re.findall(r"\$[\d.,]*\d", both.es), told.title
    back = sum(charge.amount_cents for charge in diagnosis.offer.charges)
    if diagnosis.offer.do is OfferKind.REFUND:
        assert f"I can refund {dollars(back)}" in diagnosis.say.en, told.title
    else:
        assert "I can refund" not in diagnosis.say.en, told.title
    offers_link = "I can make you" in diagnosis.say.en
    assert offers_link == (diagnosis.offer.do is OfferKind.REISSUE), (told.title, diagnosis)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("title", "english", "spanish"),
    [
        ("four of 72 seconds were played", "4 of 72 seconds", "4 de 72 segundos"),
        (
            "paid, and play was never pressed",
            "Saturday, December 19, 6:01 PM Eastern",
            "sábado 19 de diciembre a las 6:01 PM, hora del Este",
        ),
        (
            "the carrier took the text and said nothing of it",
            "not told us that it arrived",
            "no nos ha dicho",
        ),
        ("the text still waits to leave", "has not left yet", "todavía no ha salido"),
        (
            "the text waits, since the number is paused",
            "this number are paused",
            "suspendió los textos a este",
        ),
        ("the text waits, since the facility is paused", "from Dallas County Jail", "de Dallas County Jail"),
        (
            "the pause of the number has ended, and the text waits for its hour",
            "9 AM to 8 PM",
            "de 9 AM a 8 PM",
        ),
        ("the text went before the number was paused", "reached your phone", "llegó a su teléfono"),
        ("the card was declined", "no money was taken", "no se cobró nada"),
        ("a refund waits for somebody's approval", "waits for approval", "espera aprobación"),
        ("a whole refund is with the bank", "on its way back", "en camino"),
        ("the bank gave the money back", "has given this charge back", "ya le devolvió"),
        ("a reply that reads like a refusal holds the texts back", "on hold", "en pausa"),
        ("it was sent, and then texts were stopped", "A link was sent", "Se envió un enlace"),
        ("three charges, one of them with the bank", "One more is with your bank", "está con su banco"),
        ("it costs nothing and was heard", "costs nothing", "no cuesta nada"),
    ],
)
async def test_the_words_carry_the_facts(ctx: Context, title: str, english: str, spanish: str) -> None:
    [told] = [told for told in all_told() if told.title == title]
    where = await put(ctx, told)
    said = (await _diagnosis(replace(ctx, now=told.now), where, where.ids["m1"])).say
    assert english in said.en
    assert spanish in said.es


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("title", "english"),
    [
        ("declined, then paid: one payment", "The try that failed took no money"),
        ("the card was declined", "no money was taken"),
        ("the second went back already", "so it is paid once"),
        ("both went back", "all has gone back or is on its way"),
        ("a refund of the second waits for approval", "waits for approval"),
        ("one charge alone", "It was not taken twice"),
        ("the bank has the second", "the bank decides"),
        ("two messages, and the one was not heard yet: that matters more", "neither is a duplicate"),
    ],
)
async def test_what_is_said_of_charges_that_were_not_taken_twice(
    ctx: Context, title: str, english: str
) -> None:
    [told] = [told for told in all_told() if told.title == title]
    where = await put(ctx, told)
    charges = (await _diagnosis(replace(ctx, now=told.now), where, where.ids["m1"])).charges
    assert charges is not None
    assert english in charges.say.en


def _as_label(where: Put, label: str, found: dict[str, Diagnosis]) -> str:
    """What is found of a label's message, written as a label."""
    message, rest = label.split(" ", 1)
    diagnosis = found[message]
    names = {str(id): name for name, id in where.ids.items() if name.startswith("c")}
    if rest.startswith("beside: "):
        assert diagnosis.charges is not None
        shown = (f"{names[one.charge_id]} {one.role.value}" for one in diagnosis.charges.charges)
        return f"{message} beside: {', '.join(shown)}"
    verdict = " ".join(filter(None, (diagnosis.verdict.value, diagnosis.sub_kind)))
    offered = ", ".join(
        f"{names[one.charge_id]} {dollars(one.amount_cents)}" for one in diagnosis.offer.charges
    )
    return f"{message} {verdict}: {diagnosis.offer.do.value}{' ' if offered else ''}{offered}"


async def _diagnosis(ctx: Context, where: Put, message_id: int) -> Diagnosis:
    consent, paused = await state_of(ctx, where.phone), await number_is_paused(ctx, where.phone)
    facts = await facts_of_message(ctx, message_id, consent, number_paused=paused)
    assert facts is not None
    return diagnose(facts)
