"""Statements as they are sent: written with SQLAlchemy, compiled once where they are sent often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.dml import UpdateBase

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
        self.statement = statement
        self._known: Compiled | None = None

    @property
    def compiled(self) -> Compiled:
        """Its SQL and the names of its parameters, in their order."""
        if self._known is None:
            self._known = _compile(self.statement)
        return self._known


Asked = tuple[Executable | Query, Mapping[str, Any]]
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
    return Compiled(str(made).encode(), tuple(made.positiontup or ()), made.construct_params(_check=False))


def _columns(statement: Any, given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Of a statement that stores, the columns that it is told by the values alone."""
    return tuple(given) if given and isinstance(statement, UpdateBase) else None


_shapes: dict[Any, Any] = {}
"""What was compiled, by SQLAlchemy's own key of a shape; None for what changes with its values."""


def _as_known(statement: Any, columns: tuple[str, ...] | None) -> Compiled:
    """Of a statement whose like was compiled before, only its values are looked at.

    To compile takes ten times as long. SQLAlchemy's engines do the same, by the same key.
    """
    key = statement._generate_cache_key()
    if key is None:
        return _compile(statement, columns)
    shape = key.key, columns
    if shape not in _shapes:
        if len(_shapes) > _MOST_REMEMBERED:
            _shapes.clear()
        _shapes[shape] = _fixed(statement.compile(dialect=_dialect, column_keys=columns, cache_key=key))
    made = _shapes[shape]
    if made is None:
        return _compile(statement, columns)
    values = made.construct_params(extracted_parameters=key.bindparams, _check=False)
    return Compiled(str(made).encode(), made.positiontup or (), values)


def _fixed(made: Any) -> Any:
    """What was compiled, unless its text depends on its values, as that of an `IN` does."""
    return None if any(bind.expanding or bind.literal_execute for bind in made.binds.values()) else made


def compiled(statement: Executable | Query, given: Mapping[str, Any]) -> Compiled:
    """What is sent for a statement; one that stores may be told its columns by the values alone."""
    if isinstance(statement, Query):
        return statement.compiled
    if isinstance(statement, TextClause):
        known = _texts.get(statement.text)
        if known is None:
            if len(_texts) > _MOST_REMEMBERED:
                _texts.clear()
            known = _texts[statement.text] = _compile(statement)
        return known
    return _as_known(statement, _columns(statement, given))
