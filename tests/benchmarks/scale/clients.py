"""Several clients at once, started and told what to ask from here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.scale.questions import Question

ROOT = Path(__file__).parents[3]


@dataclass
class Client:
    """A process that asks."""

    process: subprocess.Popen[str]

    def tell(self, way: str, statements: Sequence[str], questions: Sequence[Question], *, tell: bool) -> None:
        """Have it ask all of these, one after the other; `heard` gives what came of it."""
        asked = {
            "way": way,
            "statements": list(statements),
            "questions": [(one.path, one.values) for one in questions],
            "tell": tell,
        }
        self._write(asked)

    def heard(self) -> dict[str, Any]:
        """The seconds that each question took, and the answers where they were to be told."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a client of the benchmark ended; what it said stands above")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _write(self, what: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what, default=str) + "\n")
        self.process.stdin.flush()


@contextmanager
def clients(count: int, service: str, token: str, database: str) -> Iterator[list[Client]]:
    """So many clients, connected, for as long as the block lasts."""
    where = urlsplit(service)
    told = {"host": where.hostname, "port": where.port, "token": token, "database": database}
    started: list[Client] = []
    try:
        for _ in range(count):
            command = [sys.executable, "-m", "tests.benchmarks.scale.client"]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            started.append(Client(process))
            started[-1]._write(told)
        for client in started:
            client.heard()
        yield started
    finally:
        for client in started:
            client.process.kill()
            client.process.communicate()


def ask_all(
    asking: Sequence[Client], way: str, statements: Sequence[str], questions: Sequence[Question]
) -> list[float]:
    """Let every client ask its share of the questions, all at the same time; the seconds of each question."""
    for place, client in enumerate(asking):
        client.tell(way, statements, questions[place :: len(asking)], tell=False)
    return [seconds for client in asking for seconds in client.heard()["seconds"]]
