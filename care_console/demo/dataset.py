"""The sample data set: a small operator's records up to now, with recordings, in the migration format."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from care_console.demo import stories
from care_console.demo.people import FACILITIES, PEOPLE, SENDERS, fictional_phone
from care_console.demo.recordings import make_recordings
from care_console.demo.rows import Person, Rows, Sound, Told
from care_console.demo.speech import SOUNDS, Language

_SEED = 33_297
_HISTORY_DAYS = 170
_SECONDS, _HOURS = timedelta(seconds=1), timedelta(hours=1)
_CARDS = (("visa", "4242"), ("mastercard", "5454"), ("amex", "0005"), ("discover", "9424"), ("visa", "1881"))
_LENGTHS: dict[Language, tuple[int, ...]] = {
    "en": (7, 26, 31, 44, 58, 96, 120),
    "es": (6, 26, 31, 45, 72),
}
"""Few recordings, shared by many messages: each is measured once on its way in."""


def write_dataset(folder: Path, now: datetime | None = None, *, sounds: Path = SOUNDS) -> None:
    """Write the ten files and the recordings they name. The same `now`, to the second: the same bytes.

    Raises speech.SpeechMissing where the prompts that recordings are made of are not installed.
    """
    rows = made_up((now or datetime.now(UTC)).replace(microsecond=0))
    make_recordings(folder, [rows.sounds[name].wanted for name in sorted(rows.sounds)], sounds=sounds)
    rows.write(folder)


def made_up(now: datetime) -> Rows:
    """Everything that happened until `now`: the hand-made stories, then some dozens of ordinary people."""
    rows = Rows(random.Random(_SEED))  # noqa: S311 - it makes up stories, not secrets
    places = [rows.facility(*facility) for facility in FACILITIES]
    inside = stories.Inside(
        tuple(rows.sender(name, places[at % len(places)]) for at, name in enumerate(SENDERS))
    )
    stories.tell_all(rows, now, inside)
    for number, (name, language) in enumerate(PEOPLE):
        since = now - timedelta(days=rows.chance.randint(_HISTORY_DAYS, 2 * _HISTORY_DAYS))
        person = rows.person(fictional_phone(number), name, language, since)
        _ordinary(rows, person, now, inside)
    return rows


def _ordinary(rows: Rows, person: Person, now: datetime, inside: stories.Inside) -> None:
    """Some messages from one or two people inside; a few end with an opt-out."""
    chance = rows.chance
    first = chance.randrange(len(SENDERS))
    count = chance.randint(3, 9)
    ages = sorted((chance.uniform(0.2, _HISTORY_DAYS) for _ in range(count)), reverse=True)
    for days in ages:
        sender = inside[first + chance.choice((0, 0, 0, 1))]
        at = now - timedelta(days=days)
        sound = Sound(person.language, chance.choice(_LENGTHS[person.language]))
        price = 299 if sound.seconds <= 40 else 399 if sound.seconds <= 75 else 549
        _what_became(rows, rows.message(person, sender, at, sound, price), now)
    if chance.random() < 0.06:
        said = now - timedelta(days=ages[-1]) + timedelta(minutes=30)
        rows.text(person.phone, "stop", "Stop", said, "received")
        rows.consent(person.phone, "opt_out", "sms", said, "Stop", actor="system")


def _what_became(rows: Rows, message: Told, now: datetime) -> None:
    """Most are paid and heard within a day; some wait, some are given back."""
    chance = rows.chance
    paid_at = message.at + timedelta(hours=chance.uniform(0.1, 22))
    if chance.random() < 0.14 or paid_at > now - 1 * _HOURS:
        return
    by_card = chance.random() < 0.85
    charge = rows.charge(message, paid_at, chance.choice(_CARDS) if by_card else None)
    if chance.random() < 0.05:
        return
    length = message.sound.seconds
    for again in range(chance.choice((1, 1, 1, 2, 3))):
        heard = length if again == 0 else chance.randint(2, length)
        played_at = paid_at + 25 * _SECONDS + again * 7 * _HOURS
        if played_at < now:
            rows.play(message, played_at, heard)
    refunded_at = paid_at + timedelta(days=2)
    if by_card and chance.random() < 0.04 and refunded_at < now:
        rows.refund(charge, message.price_cents, "goodwill", "old-desk", refunded_at)
