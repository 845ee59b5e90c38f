"""A reply that ends consent is never passed over, and an ordinary one is never taken for a STOP."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from care_console.service.consent.replies.reading import Outcome, read_reply
from tests.service.consent.replies import corpus
from tests.service.consent.replies.mutations import mutated_stops

EACH = 8
SUPPRESSED = (Outcome.STOP, Outcome.HOLD)


@pytest.mark.parametrize("word", [*corpus.STOP_WORDS, *corpus.MORE_STOP_WORDS])
@pytest.mark.parametrize(
    "dress", ["{}", "{}.", " {}  ", "{}!!!", "please {}", "{} {}", "{} 🛑", "{} por favor"]
)
def test_the_words_of_the_rule_are_a_stop_however_they_stand(word: str, dress: str) -> None:
    for said in (word, word.upper(), word.title(), word.replace(" ", "")):
        assert read_reply(dress.format(said, said)).outcome is Outcome.STOP, said


def test_refusals_are_suppressed_in_both_languages() -> None:
    replies = [
        *corpus.dressed(corpus.REFUSALS_EN, EACH, seed=1),
        *corpus.dressed(corpus.REFUSALS_ES, EACH, seed=2),
    ]
    ordinary = [*corpus.ORDINARY_EN, *corpus.ORDINARY_ES]
    assert len(replies) + EACH * len(ordinary) >= 2000
    held_out = [reply for reply in replies if reply.is_held_out]
    missed = [reply.text for reply in held_out if read_reply(reply.text).outcome not in SUPPRESSED]
    assert len(missed) <= 0.02 * len(held_out), missed


def test_ordinary_replies_are_no_stop_and_seldom_a_hold() -> None:
    replies = [
        *corpus.dressed(corpus.ORDINARY_EN, EACH, seed=3),
        *corpus.dressed(corpus.ORDINARY_ES, EACH, seed=4),
    ]
    read = [(reply.text, read_reply(reply.text).outcome) for reply in replies]
    stopped = [text for text, outcome in read if outcome is Outcome.STOP]
    held = [text for text, outcome in read if outcome is Outcome.HOLD]
    assert len(stopped) <= 0.01 * len(replies), stopped
    assert len(held) <= 0.05 * len(replies), held


@given(mutated_stops())
@example("s\u200bt\u200bo\u200bp")
@example("\uff33\uff34\uff2f\uff30")
@example("S.T.O.P\nSent from my iPhone")
@settings(max_examples=2000, deadline=None)
def test_no_mutation_turns_a_stop_into_nothing(text: str) -> None:
    assert read_reply(text).outcome in SUPPRESSED


@given(st.text(max_size=500))
@settings(max_examples=500, deadline=None)
def test_anything_can_be_read(text: str) -> None:
    assert read_reply(text).rule_set


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("STOP HELP", Outcome.STOP),
        ("HELP", Outcome.HELP),
        ("ayuda por favor", Outcome.HELP),
        ("info", Outcome.HELP),
        ("START", Outcome.START),
        ("unstop please", Outcome.START),
        ("YES", Outcome.NONE),
        ("I quit smoking", Outcome.NONE),
        ("the end", Outcome.NONE),
        ("Ѕtор", Outcome.HOLD),
        ("5t0p", Outcome.HOLD),
        ("sotp", Outcome.HOLD),
        ("🛑", Outcome.HOLD),
        ("❤️", Outcome.NONE),
        ("", Outcome.NONE),
        ("Liked “J. Delgado left you a voice message. Reply STOP to opt out”", Outcome.NONE),
        ("> Reply STOP to opt out\nok thanks", Outcome.NONE),
        ("Voice message from J. Reply STOP to opt out STOP", Outcome.HOLD),
        ("thanks!\nSent from my stop watch", Outcome.NONE),
    ],
)
def test_what_stands_beside_the_words(text: str, outcome: Outcome) -> None:
    assert read_reply(text).outcome is outcome
