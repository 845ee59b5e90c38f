"""Statements as they are sent: written with SQLAlchemy, compiled once where they are sent often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.dml import Insert

_MOST_REMEMBERED = 500

_dialect: Any = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with ``$1`` and so on, the names of these parameters, and the values that stand in it."""

    sql: bytes
    names: Sequence[str]
    constants: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values of its parameters, in their order."""
        constants = self.constants
        values = [given[name] if name in given else constants[name] for name in self.names]
        return [_sent(value) if type(value) is list else value for value in values]


class Query:
    """A statement that is written once and sent often: compiled at its first use, and never built again.

    With an `IN` of constants beside them, its own parameters must be `bindparam(..., required=False)`.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._known: dict[tuple[str, ...] | None, Compiled] = {}

    def compiled(self, given: Mapping[str, Any]) -> Compiled:
        """Its SQL and the names of its parameters, in their order."""
        columns = _columns(self._statement, given)
        known = self._known.get(columns)
        if known is None:
            known = self._known[columns] = _compile(self._statement, columns)
        return known


class Checkable:
    """A statement that can hold a check of somebody else's, and is then an error where that fails.

    `write` gives its SQL with a condition that stands for the check: ``true`` where there is none.
    """

    def __init__(self, write: Callable[[str], str]) -> None:
        self._write = write
        self._known: dict[str, TextClause] = {}

    def under(self, condition: str) -> TextClause:
        """It with that condition."""
        known = self._known.get(condition)
        if known is None:
            known = self._known[condition] = TextClause(self._write(condition))
        return known


Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
"""What a statement is sent with: the values of its parameters by name, or several sets of them."""

Statement = Executable | Query | Checkable

Asked = tuple[Statement, Mapping[str, Any]]
"""A statement, and the values that it is sent with."""


def _sent(value: list[Any]) -> Any:
    """A list of words or whole numbers as an array's own text, which the driver takes long to write."""
    if not all(type(one) is str or type(one) is int for one in value):
        return value
    return "{" + ",".join(str(one) if type(one) is int else _element(one) for one in value) + "}"


def _element(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


_texts: dict[str, Compiled] = {}


def _compile(statement: Any, columns: tuple[str, ...] | None = None) -> Compiled:
    made = statement.compile(
        dialect=_dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
    )
    values = made.construct_params(_check=False)
    return Compiled(str(made).encode(), tuple(made.positiontup or ()), _without(values, _required(made)))


def _required(made: Any) -> list[str]:
    """The parameters that have no value of their own."""
    return [name for name, bind in made.binds.items() if bind.required]


def _without(values: dict[str, Any], required: Sequence[str]) -> dict[str, Any]:
    """The values that stand in a statement: what must be given and is not is an error, and no NULL."""
    for name in required:
        values.pop(name, None)
    return values


def _columns(statement: Any, given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Of an `INSERT`, the columns that it is told by the values alone."""
    return tuple(given) if given and isinstance(statement, Insert) else None


@dataclass(frozen=True, slots=True)
class _Shape:
    """A statement but for its values, as it was compiled."""

    made: Any
    sql: bytes
    names: Sequence[str]
    required: Sequence[str]
    is_fixed: bool
    """Whether its text is the same whatever the values are: that of an `IN` is not."""

    @classmethod
    def of(cls, statement: Any, columns: tuple[str, ...] | None, key: Any) -> _Shape:
        made = statement.compile(dialect=_dialect, column_keys=columns, cache_key=key)
        is_fixed = not any(bind.expanding or bind.literal_execute for bind in made.binds.values())
        return cls(made, str(made).encode(), tuple(made.positiontup or ()), _required(made), is_fixed)


_shapes: dict[Any, _Shape] = {}
"""By SQLAlchemy's own key of a statement's shape."""


def _as_known(statement: Any, columns: tuple[str, ...] | None) -> Compiled:
    """Of a statement whose like was compiled before, only its values are looked at.

    To compile takes ten times as long. SQLAlchemy's engines do the same, by the same key.
    """
    key = statement._generate_cache_key()
    if key is None:
        return _compile(statement, columns)
    shape = _shapes.get((key.key, columns))
    if shape is None:
        if len(_shapes) > _MOST_REMEMBERED:
            _shapes.clear()
        shape = _shapes[key.key, columns] = _Shape.of(statement, columns, key)
    if not shape.is_fixed:
        return _compile(statement, columns)
    values = shape.made.construct_params(extracted_parameters=key.bindparams, _check=False)
    return Compiled(shape.sql, shape.names, _without(values, shape.required))


def compiled(statement: Statement, given: Mapping[str, Any]) -> Compiled:
    """What is sent for a statement; an `INSERT` may be told its columns by the values alone."""
    if isinstance(statement, Query):
        return statement.compiled(given)
    if isinstance(statement, Checkable):
        statement = statement.under("true")
    if isinstance(statement, TextClause):
        known = _texts.get(statement.text)
        if known is None:
            if len(_texts) > _MOST_REMEMBERED:
                _texts.clear()
            known = _texts[statement.text] = _compile(statement)
        return known
    return _as_known(statement, _columns(statement, given))
