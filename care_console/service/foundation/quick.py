"""The one way to the database: prepared statements, as many a round trip as can go together.

A request that changes something has a transaction around it, which begins with its first round trip; for
one that reads, each round trip is a transaction. SQLAlchemy writes and compiles the statements; they are sent
over libpq's own pipeline (decisions 0013 and 0035).
"""

from __future__ import annotations

import asyncio
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from care_console.service.foundation.at_once import in_a_task
from care_console.service.foundation.rows import Rows
from care_console.service.foundation.server_socket import ServerSocket
from care_console.service.foundation.statements import (
    Asked,
    Checkable,
    Compiled,
    Statement,
    Values,
    compiled,
)

_TEXT = 0  # results as text, as SQLAlchemy asks for them: every type comes out the same on both ways
_KEEP_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_MOST_PREPARED = 500

_BEGIN, _COMMIT, _ROLLBACK = (TextClause(word) for word in ("BEGIN", "COMMIT", "ROLLBACK"))
_ONLY_READS = TextClause("SELECT set_config('transaction_read_only', 'on', true)")

_IN_PLACE_SECONDS = 0.0002  # twice what a find takes the database
_asking: set[QuickConnection] = set()
"""Those of this process that wait for an answer."""

_WELL = frozenset((pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK))

_row_class: Any = namedtuple


@dataclass(slots=True)
class _Prepared:
    """A statement as one connection knows it; how its columns are read is known after its first result."""

    name: bytes
    transformer: Any
    make: Callable[[Sequence[Any]], Any] | None = None


@cache
def _erring(condition: str) -> str:
    return f"1 = (SELECT 1 / CAST(({condition}) AS int))"


@cache
def _alone(condition: str) -> TextClause:
    return TextClause(f"SELECT {condition}")


class _Check(NamedTuple):
    """What must be true of the next round trip, as a condition that is an error where it is not."""

    condition: str
    values: Mapping[str, Any]
    failed: Callable[[], None]

    def before(self, asked: Sequence[Asked]) -> tuple[list[Asked], Sequence[Asked]]:
        """What is asked before the rest, and the rest: the first of it holds the check where it can."""
        first = asked[0][0] if asked else None
        if isinstance(first, Checkable):
            values = {**asked[0][1], **self.values}
            return [], [(first.under(self.condition), values), *asked[1:]]
        return [(_alone(self.condition), self.values)], asked


class QuickConnection:
    """One connection of a pool, in pipeline mode from the beginning. One user at a time.

    Of one that `only_reads` the database is told so in each round trip, and refuses a change. One that
    `waits_in_place` does not go through the loop for an answer that comes at once, while nobody else in this
    process waits for one: a processor that fell asleep meanwhile takes a tenth of a find's time to wake.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._dumper = Transformer(connection)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], _Prepared] = {}
        self._numbers = count()
        self._check: _Check | None = None
        self._writes: list[Asked] = []
        self._results: list[Any] = []
        self._waiting: asyncio.Future[list[Any]] | None = None
        self._has_begun = False
        self.only_reads = False
        self.waits_in_place = False
        self.is_broken = False
        self._loop = asyncio.get_running_loop()
        self._socket = ServerSocket(self._pgconn.socket)
        self._loop.add_reader(self._socket.watched, self._readable)

    async def execute(self, statement: Statement, values: Values = None) -> Rows:
        """Send one statement, and wait for what it gives; with several sets of values, once with each."""
        if values is None or isinstance(values, Mapping):
            return (await self.together((statement, values or {})))[0]
        return Rows.of_all(await self.together(*((statement, one) for one in values)))

    def begin(self) -> None:
        """Begin a transaction with the next round trip."""
        self._writes.append((_BEGIN, {}))
        self._has_begun = False

    async def commit(self) -> None:
        """Make what was done since `begin` permanent, with what still waited to be written."""
        if self._has_begun or len(self._writes) > 1:
            await self.together((_COMMIT, {}))

    async def roll_back(self) -> None:
        """Undo what was done since `begin`. Of a connection that is lost the server does so by itself."""
        self._check, self._writes = None, []
        if self._has_begun and not self.is_broken:
            with suppress(DBAPIError):
                await self.together((_ROLLBACK, {}))

    def check_with_next(self, condition: str, values: Mapping[str, Any], failed: Callable[[], None]) -> None:
        """Check in the next round trip that this SQL is true: an error unless it is, as a division by zero.

        An error undoes the whole trip, what is written in it too, and gives nothing of it; `failed` is told.
        """
        self._check = _Check(_erring(condition), values, failed)

    async def write(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Write something that gives nothing: in the next round trip, at the latest with `flush` or the
        commit."""
        self._writes.append((statement, values))

    async def together(self, *asked: Asked) -> list[Rows]:
        """Send several statements in one round trip and one transaction; their rows, in the same order.

        Raises what SQLAlchemy raises; the connection is then not used again.
        """
        check, writes = self._check, self._writes
        self._check, self._writes = None, []
        wanted: Sequence[Asked] = asked
        before: list[Asked] = [(_ONLY_READS, {})] if self.only_reads else []
        if check is not None:
            alone, wanted = check.before(asked)
            before += alone
        before += writes
        self._has_begun = True
        try:
            return await self._trip(before, wanted)
        except DBAPIError:
            if check is not None:
                check.failed()
            raise

    async def flush(self) -> None:
        """Send what still waits for a round trip. To be called before anything is answered."""
        if self._check or self._writes:
            await self.together()

    async def _trip(self, before: Sequence[Asked], asked: Sequence[Asked]) -> list[Rows]:
        """Send both, and wait; the rows of what was asked."""
        sent: list[_Prepared | None] = []
        try:
            for statement, values in before:
                self._send(compiled(statement, values), values, sent)
            nobodys = len(sent)
            for statement, values in asked:
                self._send(compiled(statement, values), values, sent)
            return self._read(sent, await self._answered(), nobodys)
        except psycopg.Error as error:
            self.close()
            raise as_told(error) from error
        except BaseException:  # cut off between question and answer: the next would hear this one's
            self.close()
            raise

    def _send(self, statement: Compiled, given: Mapping[str, Any], sent: list[_Prepared | None]) -> None:
        dumper, pgconn = self._dumper, self._pgconn
        values = statement.values(given)
        dumped = dumper.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = dumper.types or (), dumper.formats
        key = statement.sql, types
        prepared = self._prepared.get(key)
        if prepared is None:
            if len(self._prepared) >= _MOST_PREPARED:  # the oldest: those of every day come again at once
                pgconn.send_close_prepared(self._prepared.pop(next(iter(self._prepared))).name)
                sent.append(None)
            prepared = _Prepared(b"quick_%d" % next(self._numbers), Transformer(self._connection))
            self._prepared[key] = prepared
            pgconn.send_prepare(prepared.name, statement.sql, types)
            sent.append(None)
        pgconn.send_query_prepared(prepared.name, dumped, formats, _TEXT)
        sent.append(prepared)

    async def _answered(self) -> list[Any]:
        pgconn = self._pgconn
        pgconn.pipeline_sync()
        self._results = []
        # Named here: all may be answered while the last of it is still being written.
        waiting: asyncio.Future[list[Any]] = self._loop.create_future()
        self._waiting = waiting
        while not waiting.done() and pgconn.flush():  # more than the socket takes at once
            writable = self._loop.create_future()
            self._loop.add_writer(self._socket.watched, _wake, writable)
            try:
                await asyncio.wait((writable, waiting), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not self.is_broken:
                    self._loop.remove_writer(self._socket.watched)
        _asking.add(self)
        try:
            if self.waits_in_place and len(_asking) == 1:
                self._socket.look_in_place(self._is_answered, _IN_PLACE_SECONDS)
            return await waiting
        finally:
            _asking.discard(self)

    def _is_answered(self) -> bool:
        """Read what is there; whether nobody waits any more."""
        self._readable()
        return self._waiting is None or self._waiting.done()

    def _readable(self) -> None:
        """The socket has something: results; for a connection that idles, that the server is gone."""
        waiting = self._waiting
        try:
            while True:
                self._pgconn.consume_input()
                if waiting is not None and self._has_all(waiting):
                    return
                # Of a connection that broke uvloop tells once, and never again: its end is read here and now.
                if not self._socket.is_hung_up():
                    return
        except psycopg.Error as error:
            self.close()
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)

    def _has_all(self, waiting: asyncio.Future[list[Any]]) -> bool:
        """Take the results that are there; whether these were the last that somebody waits for."""
        pgconn, results = self._pgconn, self._results
        while not waiting.done() and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:
                if pgconn.status != pq.ConnStatus.OK:  # it would give nothing for ever
                    raise psycopg.OperationalError("the connection to the database is lost")
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._waiting = None
                waiting.set_result(results)
            else:
                results.append(result)
        return waiting.done()

    def _read(self, sent: Sequence[_Prepared | None], results: Sequence[Any], nobodys: int) -> list[Rows]:
        """The rows of what was sent, but for the first `nobodys`, which must only have come to no error."""
        given: list[Rows] = []
        for place, (prepared, result) in enumerate(zip(sent, results, strict=True)):
            status = result.status
            if status not in _WELL:
                raise psycopg.errors.error_from_result(result, encoding="utf-8")
            if prepared is not None and place >= nobodys:
                rows = _rows(prepared, result) if status == pq.ExecStatus.TUPLES_OK else []
                given.append(Rows(rows, result.command_tuples or 0))
        return given

    def forget(self) -> None:
        """Forget what waits for a round trip: the request that wanted it came to nothing."""
        self._check, self._writes = None, []
        self.only_reads = self.waits_in_place = False

    def is_lost(self) -> bool:
        """Whether it cannot be used. Asked of one that idles: nobody has asked its server anything, so
        whatever that has to say is that it ends, and it may not have been read yet."""
        if not self.is_broken and self._socket.has_something_to_say():
            self.close()
        return self.is_broken

    def close(self) -> None:
        """Give it up, as after an error: whoever holds the pool then makes another."""
        if not self.is_broken:
            self.is_broken = True
            self._loop.remove_reader(self._socket.watched)
            self._loop.remove_writer(self._socket.watched)
            self._pgconn.finish()
            self._socket.close()


def _rows(prepared: _Prepared, result: Any) -> list[Any]:
    transformer = prepared.transformer
    if prepared.make is None:
        transformer.set_pgresult(result, format=None)
        names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
        prepared.make = _row_class("Row", names, rename=True)._make
    else:
        transformer.set_pgresult(result, set_loaders=False)
    return list(transformer.load_rows(0, result.ntuples, prepared.make))


def as_told(error: psycopg.Error) -> DBAPIError:
    """The driver's error as SQLAlchemy tells it, without what is somebody's."""
    told: Any = DBAPIError.instance("", {}, error, psycopg.Error, hide_parameters=True)
    return cast(DBAPIError, told)


def _wake(writable: asyncio.Future[None]) -> None:
    if not writable.done():
        writable.set_result(None)


@dataclass
class QuickPool:
    """Connections of one process, made when they are needed, the last used first.

    `options`: what the server is told at the beginning of each.
    """

    url: str
    size: int
    wait_seconds: float
    options: str = ""
    _idle: list[QuickConnection] = field(default_factory=list)
    _free: asyncio.Semaphore | None = None

    async def take(self) -> QuickConnection:
        """A connection, to be given back. SQLAlchemy's TimeoutError where none becomes free in time."""
        if self._free is None:
            self._free = asyncio.Semaphore(self.size)
        if self._free.locked():
            await in_a_task()
            try:
                async with asyncio.timeout(self.wait_seconds):
                    await self._free.acquire()
            except TimeoutError as error:
                raise NoConnectionFree("no connection became free") from error
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
            if not connection.is_lost():
                return connection
        await in_a_task()
        try:
            made = await psycopg.AsyncConnection.connect(
                self.url, autocommit=True, options=self.options, **_KEEP_ALIVE
            )
        except psycopg.Error as error:
            raise as_told(error) from error
        return QuickConnection(made)

    def close(self) -> None:
        """Close what idles."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
