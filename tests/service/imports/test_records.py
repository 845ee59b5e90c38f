"""Reading records in blocks: the same rows and lines as a plain CSV reader finds, wherever a block ends."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care_console.service.imports.reasons import Reason
from care_console.service.imports.records import MOST_RECORD_BYTES, RecordReader

COLUMNS = ("name", "words", "note")
FIELD = st.text(st.sampled_from(list('ab1, "\n.-é😀\\')), max_size=12)
ROWS = st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=30)


def written(path: Path, rows: list[tuple[str, ...]]) -> list[int]:
    """Write the rows as CSV; the line on which each begins."""
    lines, text = [], io.StringIO()
    text.write(",".join(COLUMNS) + "\n")
    for row in rows:
        lines.append(text.getvalue().count("\n") + 1)
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerow(row)
    path.write_bytes(text.getvalue().encode())
    return lines


def lines_of(reader: RecordReader) -> list[int]:
    """The line of each record given out, as an import works it out."""
    shifts = list(reader.shifts())
    return [
        record + max(pair for pair in shifts if pair[0] <= record)[1] for record in range(1, reader.sent + 1)
    ]


def read(path: Path, block_bytes: int = 1 << 20) -> tuple[list[tuple[str, ...]], RecordReader]:
    """All rows as the blocks tell them, and the reader at its end."""
    reader = RecordReader(path, COLUMNS, block_bytes=block_bytes)
    whole = b"".join(reader.blocks()).decode()
    return [tuple(row) for row in csv.reader(io.StringIO(whole, newline=""))], reader


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS, block_bytes=st.integers(1, 90))
def test_any_well_formed_file_is_read_as_it_was_written(
    tmp_path: Path, rows: list[tuple[str, ...]], block_bytes: int
) -> None:
    lines = written(tmp_path / "file.csv", rows)
    found, reader = read(tmp_path / "file.csv", block_bytes)
    assert found == rows
    assert reader.refused == []
    assert lines_of(reader) == lines
    assert reader.bytes_read == (tmp_path / "file.csv").stat().st_size


@pytest.mark.parametrize(
    ("body", "rows", "refused"),
    [
        (b"a,b\nc,d,e\n", [("c", "d", "e")], [(2, Reason.WRONG_NUMBER_OF_FIELDS)]),
        (b"a,b,c\n\nd,e,f", [("a", "b", "c"), ("d", "e", "f")], [(3, Reason.WRONG_NUMBER_OF_FIELDS)]),
        (b'a,5" pipe,c\nd,e,f\n', [("a", '5" pipe', "c"), ("d", "e", "f")], []),
        (b'a,"b"x,c\nd,e,f\n', [("d", "e", "f")], [(2, Reason.WRONG_NUMBER_OF_FIELDS)]),
        (b'a,"open,c\nd,e,f\n', [("d", "e", "f")], [(2, Reason.WRONG_NUMBER_OF_FIELDS)]),
        (b'a,b,c\r\nd,"e",f\r\n', [("a", "b", "c"), ("d", "e", "f")], []),
        (b"a,\xff,c\nd,e,f\n", [("d", "e", "f")], [(2, Reason.NOT_TEXT)]),
        (b"a,\0,c\nd,e,f\n", [("d", "e", "f")], [(2, Reason.NOT_TEXT)]),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 7, 1 << 20])
def test_what_is_odd_is_refused_by_its_line_and_stops_nothing(
    tmp_path: Path,
    body: bytes,
    rows: list[tuple[str, ...]],
    refused: list[tuple[int, Reason]],
    block_bytes: int,
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"name,words,note\n" + body)
    found, reader = read(path, block_bytes)
    assert found == rows
    assert reader.refused == refused


def test_a_quote_that_is_never_closed_costs_one_line_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    good = b"a,b,c\n" * (2 * MOST_RECORD_BYTES // 6)
    path.write_bytes(b'name,words,note\nx,"open,z\n' + good)
    reader = RecordReader(path, COLUMNS)
    assert b"".join(reader.blocks()).replace(b'"', b"") == good
    assert reader.refused == [(2, Reason.WRONG_NUMBER_OF_FIELDS)]


def test_a_card_number_is_masked_where_it_is_free_text_only(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    number = "4111 1111 1111 1111"
    written(path, [(number, f"my {number}\nthanks", number), ("x", number, "y,z")])
    reader = RecordReader(path, COLUMNS, free_text=("words",))
    rows = list(csv.reader(io.StringIO(b"".join(reader.blocks()).decode(), newline="")))
    assert rows == [[number, "my ************1111\nthanks", number], ["x", "************1111", "y,z"]]
