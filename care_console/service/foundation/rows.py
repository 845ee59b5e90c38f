"""What a statement gave, as its rows are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Rows:
    """What a statement gave, read as SQLAlchemy's results are."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    @classmethod
    def of_all(cls, given: Iterable[Rows]) -> Rows:
        """What several statements gave, as one."""
        several = list(given)
        return cls([row for rows in several for row in rows], sum(rows.rowcount for rows in several))

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
        return Rows([row[0] for row in self._rows], self.rowcount)
