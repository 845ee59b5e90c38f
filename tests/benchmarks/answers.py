"""Finding and opening a story over HTTP beside bare prepared SQL on the same database, one client and eight.

Arguments: `--messages N` (2,000,000 if not given; a tenth as many recipients), `--growth-from N` (10,000),
`--only WORD` for those pieces of work whose name holds it, `--rounds N`.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from tests.benchmarks.scale import peers, questions
from tests.benchmarks.scale.clients import Client, ask_all, clients
from tests.benchmarks.scale.data import Size, database_of
from tests.benchmarks.scale.placement import apart
from tests.benchmarks.scale.questions import Asker, Question
from tests.benchmarks.scale.report import Table, percentile
from tests.benchmarks.scale.served import Served

SEED = 20261125
BLOCK = 24
"""So many questions are asked in one way before the other has its turn."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work: what is asked, the peer's statements, and their bounds."""

    name: str
    asker: Asker
    peer: Sequence[str]
    p50: float
    p99: float
    growth: float = 2.0
    rounds: int = 25


WORK = (
    Work("phone as typed", questions.phones, peers.PHONE, 5, 6),
    Work("last 4 of the phone", questions.last_four, peers.LAST_FOUR, 5, 6),
    Work("message reference", questions.references, peers.REFERENCE, 5, 6),
    Work("card, amount and day", questions.cards, peers.CARD, 5, 6),
    Work("misspelled name", questions.misspelled, peers.MISSPELLED, 1.5, 0.5, growth=4.0, rounds=8),
    Work("story", questions.stories, peers.STORY, 3, 3),
    Work("story of the heaviest", questions.heaviest_story, peers.STORY, 3, 3),
)


def run(arguments: list[str]) -> dict[str, object]:
    """Measure at the size asked for, and the p50 at a small one beside it."""
    parser = argparse.ArgumentParser(prog="answers")
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--growth-from", type=int, default=10_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int)
    chosen, _ = parser.parse_known_args(arguments)
    work = [one for one in WORK if chosen.only in one.name]
    figures: dict[str, object] = {}
    small = _small(Size(chosen.growth_from), work) if chosen.growth_from < chosen.messages else {}
    with database_of(Size(chosen.messages)) as url, Served(url) as served:
        table = Table(f"HTTP beside SQL, {Size(chosen.messages)}")
        for one in work:
            for count in (1, 8):
                figures |= _compare(table, served, one, count, chosen.rounds or one.rounds)
        for one in work:
            if one.name in small:
                grown = figures[f"{one.name}, 1 client, p50 ms"]
                assert isinstance(grown, float)
                ratio = grown / small[one.name]
                what = f"{one.name}, p50 from {chosen.growth_from:,} messages"
                table.line(what, small[one.name], grown, ratio, one.growth)
                figures[f"{what}, ratio"] = round(ratio, 2)
        if any(one.asker is questions.misspelled for one in work):
            figures |= _found_misspelled(table, served)
        figures["bounds held"], figures["bounds"] = table.held, table.bounds
    return figures


def _asks(served: Served, work: Work, count: int) -> list[Question]:
    """So many questions, the same ones at each run."""
    with psycopg.connect(served.database) as connection:
        return work.asker(connection, random.Random(SEED), count)


def _taken(served: Served, work: Work, count: int, rounds: int) -> dict[str, list[float]]:
    """The seconds of each question by each way."""
    asked = _asks(served, work, (rounds + 2) * BLOCK * count)
    with (
        clients(count, served.url, served.token, served.database) as asking,
        apart(asking, served),
    ):
        _check(asking[0], work, asked[:BLOCK])
        taken: dict[str, list[float]] = {"http": [], "sql": []}
        for number in range(rounds + 2):
            block = asked[number * BLOCK * count : (number + 1) * BLOCK * count]
            for way in ("http", "sql") if number % 2 else ("sql", "http"):
                seconds = ask_all(asking, way, work.peer, block)
                if number >= 2:  # the first rounds only warm up: plans and prepared statements
                    taken[way] += seconds
    return taken


def _compare(table: Table, served: Served, work: Work, count: int, rounds: int) -> dict[str, object]:
    taken = _taken(served, work, count, rounds)
    figures: dict[str, object] = {}
    who = f"{work.name}, {count} client{'s' if count > 1 else ''}"
    for name, share, bound in (("p50", 0.5, work.p50), ("p99", 0.99, work.p99)):
        http, sql = percentile(taken["http"], share), percentile(taken["sql"], share)
        table.line(f"{who}, {name}", sql, http, http / sql, bound)
        figures[f"{who}, {name} ms"] = round(http, 3)
        figures[f"{who}, {name} SQL ms"] = round(sql, 3)
        figures[f"{who}, {name} ratio"] = round(http / sql, 2)
    return figures


def _check(client: Client, work: Work, asked: Sequence[Question]) -> None:
    """Both ways must find what was asked for: a fast answer that is wrong is no answer."""
    if work.asker is questions.misspelled:
        return  # some may be missed: how many is counted apart
    for way in ("http", "sql"):
        client.tell(way, work.peer, asked, tell=True)
        for question, answer in zip(asked, client.heard()["answers"], strict=True):
            if not _is_there(question.wanted, way, answer):
                raise RuntimeError(f"{work.name} by {way}: {question} was answered by {str(answer)[:2000]}")


def _is_there(wanted: str, way: str, answer: list[object]) -> bool:
    if way == "sql":
        return wanted.rpartition("/")[2] in str(answer) if wanted else bool(answer)
    status, body = answer
    if status != 200 or not isinstance(body, dict):
        return False
    if "items" not in body:
        return bool(body["id"] == wanted)
    found = [f"{hit['kind']}/{hit['id']}" for hit in body["items"]]
    return wanted in found if wanted else bool(found)


def _small(size: Size, work: Sequence[Work]) -> dict[str, float]:
    """The p50 of each piece of work with one client at a small size, in ms; measured as at any other."""
    with database_of(size) as url, Served(url) as served:
        return {one.name: percentile(_taken(served, one, 1, 12)["http"], 0.5) for one in work}


def _found_misspelled(table: Table, served: Served) -> dict[str, object]:
    """The share of misspelled names whose owner, or a namesake, is among the twenty shown; both ways."""
    work = next(one for one in WORK if one.asker is questions.misspelled)
    asked = _asks(served, work, 600)
    shares: dict[str, float] = {}
    with clients(1, served.url, served.token, served.database) as asking:
        for way in ("http", "sql"):
            asking[0].tell(way, work.peer, asked, tell=True)
            answers = asking[0].heard()["answers"]
            shares[way] = sum(
                question.wanted in _names(way, answer)
                for question, answer in zip(asked, answers, strict=True)
            ) / len(asked)
    table.share("misspelled names found", shares["sql"], shares["http"], 0.98)
    return {f"misspelled names found by {way}": round(share, 4) for way, share in shares.items()}


def _names(way: str, answer: list[object]) -> list[str]:
    if way == "sql":
        return [row[2] for row in answer if isinstance(row, list)]
    body = answer[1]
    return [hit["name"] for hit in body["items"]] if isinstance(body, dict) else []
