"""What is asked: questions drawn from the data itself, the same ones for the same size."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg

from care_console.contract.hours import EASTERN
from tests.benchmarks.scale.sql import HEAVIEST


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to find: the path to ask the service for, the values for the SQL, and what must be found."""

    path: str
    values: tuple[Any, ...]
    wanted: str


Asker = Callable[[psycopg.Connection, random.Random, int], list[Question]]

_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda ten: ten,
    lambda ten: f"+1{ten}",
    lambda ten: f"({ten[:3]}) {ten[3:6]}-{ten[6:]}",
    lambda ten: f"{ten[:3]}-{ten[3:6]}-{ten[6:]}",
    lambda ten: f"{ten[:3]}.{ten[3:6]}.{ten[6:]}",
    lambda ten: f"1 {ten[:3]} {ten[3:6]} {ten[6:]}",
)


def phones(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """A whole number, in one of the ways in which it is typed."""
    return [
        Question(_find(chance.choice(_SPELLINGS)(phone[2:])), (phone,), f"recipient/{recipient}")
        for recipient, phone in _some(
            connection, chance, count, "SELECT id, phone FROM recipients", "recipients"
        )
    ]


def last_four(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """The last four digits of a number that somebody has."""
    return [
        Question(_find(phone[-4:]), (phone[-4:],), "")
        for _, phone in _some(connection, chance, count, "SELECT id, phone FROM recipients", "recipients")
    ]


def references(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """A message by the reference that it was imported with."""
    query = "SELECT id, imported_id FROM messages"
    return [
        Question(_find(reference), (reference,), f"message/{message}")
        for message, reference in _some(connection, chance, count, query, "messages")
    ]


def cards(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """``4242 3.99 nov 14``: a charge by its card, amount and day."""
    query = (
        "SELECT id, last4, amount_cents, charged_at FROM charges WHERE method = 'card' "
        "AND charged_at > now() - interval '300 days'"
    )
    questions = []
    for charge, last4, cents, charged_at in _some(connection, chance, count, query, "charges", " AND"):
        day = charged_at.astimezone(EASTERN).date()
        midnight = datetime.combine(day, datetime.min.time(), EASTERN)
        typed = f"{last4} {cents // 100}.{cents % 100:02} {day:%b} {day.day}"
        values = (last4, cents, midnight - timedelta(days=5), midnight + timedelta(days=2))
        questions.append(Question(_find(typed), values, f"charge/{charge}"))
    return questions


def misspelled(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """First and last name, with one slip of the finger in one of them; wanted is whoever is called so."""
    questions = []
    for _, name in _some(connection, chance, count, "SELECT id, name FROM recipients", "recipients"):
        words = name.replace("-", " ").split()
        place = chance.choice((0, len(words) - 1))
        words[place] = _slip(words[place], chance)
        typed = f"{words[0]} {words[-1]}"
        questions.append(Question(_find(typed), (typed, typed), name))
    return questions


def stories(connection: psycopg.Connection, chance: random.Random, count: int) -> list[Question]:
    """The story of whoever got some message of the last month: those are the people who call."""
    query = "SELECT id, recipient_id FROM messages"
    found = _some(connection, chance, 2 * count, query, "messages", from_share=0.92)
    return [_story(recipient) for _, recipient in found if recipient != HEAVIEST][:count]


def heaviest_story(_connection: psycopg.Connection, _chance: random.Random, count: int) -> list[Question]:
    """The story of the recipient with the most messages, again and again."""
    return [_story(HEAVIEST)] * count


def _story(recipient: int) -> Question:
    return Question(f"/v1/recipients/{recipient}", (recipient,), str(recipient))


def _find(typed: str) -> str:
    return f"/v1/search?q={quote(typed)}"


def _some(
    connection: psycopg.Connection,
    chance: random.Random,
    count: int,
    query: str,
    table: str,
    where: str = " WHERE",
    from_share: float = 0.0,
) -> list[tuple[Any, ...]]:
    """Rows by ids drawn by chance, in the order drawn."""
    last = connection.execute(f"SELECT max(id) FROM {table}".encode()).fetchone()
    most = int(last[0]) if last else 0
    ids = [chance.randint(int(most * from_share) + 1, most) for _ in range(count * 3)]
    rows = {
        row[0]: tuple(row)
        for row in connection.execute(f"{query}{where} id = ANY(%s)".encode(), (ids,)).fetchall()
    }
    drawn = [rows[one] for one in ids if one in rows]
    return [drawn[place % len(drawn)] for place in range(count)]


def _slip(word: str, chance: random.Random) -> str:
    """A letter left out, doubled, changed, or swapped with the next; not the first one."""
    if len(word) < 4:
        return word + word[-1]
    place = chance.randint(1, len(word) - 2)
    before, here, after = word[:place], word[place], word[place + 1 :]
    letter = chance.choice(string.ascii_lowercase)
    return chance.choice(
        (
            before + after,
            before + here + here + after,
            before + letter + after,
            before + after[0] + here + after[1:],
        )
    )
