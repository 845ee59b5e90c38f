"""One client, a process of its own: asks over HTTP or by SQL when it is told to, and says how long each took.

It reads lines of JSON on standard input and answers each by one. Its HTTP is a socket kept open and no more,
so that what is measured is the service and not a library of the client's.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

_PIECE = 65_536
"""Room for a quarter of a megabyte would be asked of the system, and given back, for each answer."""


class Http:
    """A connection to the service, kept open."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._where = host, port
        self._connect()
        self._head = f" HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"

    def _connect(self) -> None:
        self._socket = socket.create_connection(self._where)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = time.monotonic()

    def refresh(self) -> None:
        """Another connection, where the service may have closed this one: it does so after five idle seconds."""
        if time.monotonic() - self._used_at > 4:
            self._socket.close()
            self._connect()

    def get(self, path: str) -> tuple[int, Any]:
        """The status and the JSON of one answer."""
        self._used_at = time.monotonic()
        self._socket.sendall(f"GET {path}{self._head}".encode())
        got = self._more()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        told = got.index(b"content-length: ") + 16
        whole = end + 4 + int(got[told : got.index(b"\r", told)])
        while len(got) < whole:
            got += self._more()
        return int(got[9:12]), json.loads(got[end + 4 :])

    def _more(self) -> bytes:
        more = self._socket.recv(_PIECE)
        if not more:
            raise ConnectionError("the service closed the connection")
        return more


class Sql:
    """A connection to the database, its statements prepared, the rows read as Python values."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self._cursor = self._connection.cursor(binary=True)

    def rows(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """The rows of one prepared statement."""
        return self._cursor.execute(statement.encode(), values, prepare=True).fetchall()

    def story(self, statements: Sequence[str], values: Sequence[Any]) -> list[Any]:
        """The rows of each statement, one after the other; what the first two gave goes into the rest."""
        who = self.rows(statements[0], values)
        messages = self.rows(statements[1], values)
        known = {"phone": who[0][1], "open": [row[0] for row in messages]}
        found = [who, messages]
        for statement in statements[2:]:
            given = [known[name] for name in ("phone", "open") if f"{{{name}}}" in statement]
            found.append(self.rows(statement.replace("{phone}", "%s").replace("{open}", "%s"), given))
        return found


def main() -> None:
    """Answer until standard input ends."""
    where = json.loads(sys.stdin.readline())
    http, sql = Http(where["host"], where["port"], where["token"]), Sql(where["database"])
    print("{}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_answers(_way(asked, http, sql), asked), default=str), flush=True)


def _way(asked: dict[str, Any], http: Http, sql: Sql) -> Callable[[list[Any]], Any]:
    statements = asked["statements"]
    if asked["way"] == "http":
        http.refresh()
        return lambda question: http.get(question[0])
    if len(statements) == 1:
        return lambda question: sql.rows(statements[0], question[1])
    return lambda question: sql.story(statements, question[1])


def _answers(ask: Callable[[list[Any]], Any], asked: dict[str, Any]) -> dict[str, Any]:
    seconds: list[float] = []
    answers: list[Any] = []
    for question in asked["questions"]:
        began = time.perf_counter()
        answer = ask(question)
        seconds.append(time.perf_counter() - began)
        if asked["tell"]:
            answers.append(answer)
        elif asked["way"] == "http" and answer[0] != 200:
            raise RuntimeError(f"{question[0]} was answered by {answer}")
    return {"seconds": seconds, "answers": answers}


if __name__ == "__main__":
    main()
