"""The short way to the database, for what is read at every key: prepared, several statements a round trip.

A reading request needs no transaction around it: each round trip is one, and what was looked at is answered
only after the entry that tells of the look is committed. SQLAlchemy still writes and compiles the statements;
they are then sent over libpq's own pipeline (decision 0013).
"""

from __future__ import annotations

import asyncio
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

_TEXT = 0  # results as text, as SQLAlchemy asks for them: every type comes out the same on both ways
_KEEP_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# Each statement is written for one way through its indexes; to plan it anew for every key that is pressed
# takes longer than to run it.
_PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
_MOST_REMEMBERED = 500

_ONLY_READS = TextClause("SELECT set_config('transaction_read_only', 'on', true)")

_row_class: Any = namedtuple
_dialect: Any = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Query:
    """A statement that is written once and sent often: compiled at its first use, and never built again.

    With an `IN` of constants beside them, its own parameters must be `bindparam(..., required=False)`.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._compiled: _Compiled | None = None

    @property
    def compiled(self) -> _Compiled:
        """Its SQL and the names of its parameters, in their order."""
        if self._compiled is None:
            self._compiled = _compile(self.statement)
        return self._compiled


Asked = tuple[Executable | Query, Mapping[str, Any]]
"""A statement, and the values that it is sent with."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: bytes
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        constants = self.constants
        values = [given[name] if name in given else constants[name] for name in self.names]
        return [_sent(value) if type(value) is list else value for value in values]


def _sent(value: list[Any]) -> Any:
    """A list of words or whole numbers as an array's own text, which the driver takes long to write."""
    if not all(type(one) is str or type(one) is int for one in value):
        return value
    return "{" + ",".join(str(one) if type(one) is int else _element(one) for one in value) + "}"


def _element(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


_texts: dict[str, _Compiled] = {}


def _compile(statement: Any) -> _Compiled:
    compiled = statement.compile(dialect=_dialect, compile_kwargs={"render_postcompile": True})
    return _Compiled(
        str(compiled).encode(), tuple(compiled.positiontup or ()), compiled.construct_params(_check=False)
    )


def _compiled(statement: Executable | Query) -> _Compiled:
    if isinstance(statement, Query):
        return statement.compiled
    if isinstance(statement, TextClause):
        known = _texts.get(statement.text)
        if known is None:
            if len(_texts) > _MOST_REMEMBERED:
                _texts.clear()
            known = _texts[statement.text] = _compile(statement)
        return known
    return _compile(statement)


class Rows:
    """What a statement gave, read as SQLAlchemy's results are."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row. ValueError for none or several."""
        [row] = self._rows
        return row

    def scalar_one(self) -> Any:
        """The first column of the only row. ValueError for none or several."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row; None for no row."""
        return self.one()[0] if self._rows else None

    def scalars(self) -> Rows:
        """The first column of every row."""
        return Rows([row[0] for row in self._rows])


@dataclass(slots=True)
class _Prepared:
    """A statement as one connection knows it; how its columns are read is known after its first result."""

    name: bytes
    transformer: Any
    make: Callable[[Sequence[Any]], Any] | None = None


class QuickConnection:
    """One connection of the reading pool, in pipeline mode from the beginning. One user at a time.

    Of one that `only_reads` the database is told so in each round trip, and refuses a change.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._dumper = Transformer(connection)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], _Prepared] = {}
        self._numbers = count()
        self._checks: list[tuple[Asked, Callable[[], None]]] = []
        self._writes: list[Asked] = []
        self._results: list[Any] = []
        self._waiting: asyncio.Future[list[Any]] | None = None
        self.only_reads = False
        self.is_broken = False
        self._loop = asyncio.get_running_loop()
        self._socket = self._pgconn.socket
        self._loop.add_reader(self._socket, self._readable)

    async def execute(self, statement: Executable | Query, values: Mapping[str, Any] | None = None) -> Rows:
        """Send one statement, and wait for what it gives."""
        return (await self.together((statement, values or {})))[0]

    def check_with_next(self, asked: Asked, failed: Callable[[], None]) -> None:
        """Ask this first in the next round trip: a statement that is an error unless all is as it must be.

        An error undoes the whole trip, what is written in it too, and gives nothing of it; `failed` is told.
        """
        self._checks.append((asked, failed))

    def write_with_next(self, asked: Asked) -> None:
        """Write this in the next round trip, or with `flush`."""
        self._writes.append(asked)

    async def together(self, *asked: Asked) -> list[Rows]:
        """Send several statements in one round trip and one transaction; their rows, in the same order.

        Raises what SQLAlchemy raises; the connection is then not used again.
        """
        checks, writes = self._checks, self._writes
        self._checks, self._writes = [], []
        told: list[Asked] = [(_ONLY_READS, {})] if self.only_reads else []
        before = told + [one for one, _ in checks] + writes
        try:
            given = await self._trip([*before, *asked])
        except DBAPIError:
            for _, failed in checks:
                failed()
            raise
        return given[len(before) :]

    async def flush(self) -> None:
        """Send what still waits for a round trip. To be called before anything is answered."""
        if self._checks or self._writes:
            await self.together()

    async def _trip(self, asked: Sequence[Asked]) -> list[Rows]:
        sent: list[_Prepared | None] = []
        try:
            for statement, values in asked:
                self._send(_compiled(statement), values, sent)
            results = await self._answered()
            return self._read(sent, results)
        except psycopg.Error as error:
            self.close()
            raise DBAPIError.instance("", {}, error, psycopg.Error, hide_parameters=True) from error
        except BaseException:  # cut off between question and answer: the next would hear this one's
            self.close()
            raise

    def _send(self, compiled: _Compiled, given: Mapping[str, Any], sent: list[_Prepared | None]) -> None:
        dumper, pgconn = self._dumper, self._pgconn
        values = compiled.values(given)
        dumped = dumper.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = dumper.types or (), dumper.formats
        key = compiled.sql, types
        prepared = self._prepared.get(key)
        if prepared is None:
            if len(self._prepared) > _MOST_REMEMBERED:
                raise RuntimeError("a statement that changes with what is asked for was sent the quick way")
            prepared = _Prepared(b"quick_%d" % next(self._numbers), Transformer(self._connection))
            self._prepared[key] = prepared
            pgconn.send_prepare(prepared.name, compiled.sql, types)
            sent.append(None)
        pgconn.send_query_prepared(prepared.name, dumped, formats, _TEXT)
        sent.append(prepared)

    async def _answered(self) -> list[Any]:
        pgconn = self._pgconn
        pgconn.pipeline_sync()
        self._results = []
        self._waiting = self._loop.create_future()
        while pgconn.flush():  # more than the socket takes at once
            writable = self._loop.create_future()
            self._loop.add_writer(self._socket, _wake, writable)
            try:
                await writable
            finally:
                self._loop.remove_writer(self._socket)
        return await self._waiting

    def _readable(self) -> None:
        """The socket has something: results; for a connection that idles, that the server is gone."""
        waiting, pgconn, results = self._waiting, self._pgconn, self._results
        try:
            pgconn.consume_input()
            if waiting is None or waiting.done():
                return
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._waiting = None
                    waiting.set_result(results)
                    return
                results.append(result)
        except psycopg.Error as error:
            self.close()
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)

    def _read(self, sent: Sequence[_Prepared | None], results: Sequence[Any]) -> list[Rows]:
        given: list[Rows] = []
        for prepared, result in zip(sent, results, strict=True):
            status = result.status
            if status == pq.ExecStatus.TUPLES_OK and prepared is not None:
                given.append(Rows(_rows(prepared, result)))
            elif status == pq.ExecStatus.COMMAND_OK:
                if prepared is not None:
                    given.append(Rows([]))
            else:
                raise psycopg.errors.error_from_result(result, encoding="utf-8")
        return given

    def forget(self) -> None:
        """Forget what waits for a round trip: the request that wanted it came to nothing."""
        self._checks, self._writes = [], []
        self.only_reads = False

    def close(self) -> None:
        """Give it up, as after an error: whoever holds the pool then makes another."""
        if not self.is_broken:
            self.is_broken = True
            self._loop.remove_reader(self._socket)
            self._pgconn.finish()


def _rows(prepared: _Prepared, result: Any) -> list[Any]:
    transformer = prepared.transformer
    if prepared.make is None:
        transformer.set_pgresult(result, format=None)
        names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
        prepared.make = _row_class("Row", names, rename=True)._make
    else:
        transformer.set_pgresult(result, set_loaders=False)
    return list(transformer.load_rows(0, result.ntuples, prepared.make))


def _wake(writable: asyncio.Future[None]) -> None:
    if not writable.done():
        writable.set_result(None)


@dataclass
class QuickPool:
    """The connections for reading of one process, made when they are needed, the last used first."""

    url: str
    size: int
    wait_seconds: float
    _idle: list[QuickConnection] = field(default_factory=list)
    _free: asyncio.Semaphore | None = None

    async def take(self) -> QuickConnection:
        """A connection, to be given back. SQLAlchemy's TimeoutError where none becomes free in time."""
        if self._free is None:
            self._free = asyncio.Semaphore(self.size)
        if self._free.locked():
            try:
                async with asyncio.timeout(self.wait_seconds):
                    await self._free.acquire()
            except TimeoutError as error:
                raise NoConnectionFree("no connection for reading became free") from error
        else:
            await self._free.acquire()
        try:
            return await self._taken()
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: QuickConnection) -> None:
        """Take it back for whoever comes next."""
        connection.forget()
        if not connection.is_broken:
            self._idle.append(connection)
        if self._free is not None:
            self._free.release()

    async def _taken(self) -> QuickConnection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_broken:
                return connection
        made = await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, options=_PLANNED_ONCE, **_KEEP_ALIVE
        )
        return QuickConnection(made)

    def close(self) -> None:
        """Close what idles."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()


async def together(connection: Any, *asked: Asked) -> list[Any]:
    """What several statements give: in one round trip the short way, in a transaction one after another."""
    if isinstance(connection, QuickConnection):
        return list(await connection.together(*asked))
    return [
        await connection.execute(query.statement if isinstance(query, Query) else query, values)
        for query, values in asked
    ]


async def flush(connection: Any) -> None:
    """Send what a connection for reading still holds back."""
    if isinstance(connection, QuickConnection):
        await connection.flush()
