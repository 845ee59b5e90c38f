"""Reads a CSV file for COPY: whole records in large blocks, each checked for its count of fields.

PostgreSQL parses the blocks again, so this looks at bytes in bulk only, and knows the line on which each
record begins. A block in which anything is odd is read record by record, and what is odd is refused by line.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Collection, Iterator
from pathlib import Path

from care_console.contract.card_numbers import mask_card_numbers
from care_console.service.imports.problems import ImportRefused
from care_console.service.imports.reasons import Reason

BLOCK_BYTES = 1 << 20
# A longer record is none: a quote was opened and never closed, which would else swallow the file.
MOST_RECORD_BYTES = 256 << 10

_ALL = bytes(range(256))
_NOT_STRUCTURE = bytes(byte for byte in _ALL if byte not in b',\n"')
_MARKS = _ALL.translate(bytes.maketrans(_NOT_STRUCTURE, b"x" * len(_NOT_STRUCTURE)))
_DIGITS = bytes.maketrans(b"123456789 -.", b"0" * 12)
_FEWEST_DIGITS = b"0" * 13
_NOT_DIGIT = re.compile(rb"[^0]")

# No possessive repeats: in Debian 12's Python 3.11.2 they match wrongly inside a group. None is needed: a
# field can be read in one way only, so nothing is tried twice.
_FIELD = rb'(?:"[^"]*(?:""[^"]*)*"|(?!")[^,\n]*)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*(?:\r?\n|\Z)")
_FIELDS = re.compile(rb"(" + _FIELD + rb")[,\n]")


class RecordReader:
    """One pass over one file. After `blocks` ended, the other attributes tell what it met."""

    def __init__(
        self,
        path: Path,
        columns: Collection[str],
        free_text: Collection[str] = (),
        *,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self._path = path
        self._block_bytes = block_bytes
        self._columns = list(columns)
        self._free = {self._columns.index(name) for name in free_text}
        self._shape = b"," * (len(self._columns) - 1) + b"\n"
        self._line = 1
        self._hash = hashlib.sha256()
        self.sent = 0
        """Records given out so far; the n-th of them, counted from 1, is known by n from here on."""
        self.refused: list[tuple[int, Reason]] = []
        self._shifts = array("q", [0, 0])
        self.bytes_read = 0

    @property
    def sha256(self) -> bytes:
        """The hash of the bytes read so far."""
        return self._hash.digest()

    def shifts(self) -> Iterator[tuple[int, int]]:
        """Pairs (n, shift): from record n on, until the next pair, a record begins on line n + shift."""
        pairs = iter(self._shifts)
        return zip(pairs, pairs, strict=True)

    def blocks(self) -> Iterator[bytes]:
        """Whole records, in CSV that PostgreSQL reads as they are meant; the header is not among them."""
        with self._path.open("rb") as file:
            pending = self._after_header(file.readline(BLOCK_BYTES))
            ended = False
            while pending or not ended:
                if not ended:
                    chunk = file.read(self._block_bytes)
                    ended = not chunk
                    self._count(chunk)
                    pending += chunk
                given, pending = self._take(pending, ended)
                if given:
                    yield given

    def check_header(self) -> None:
        """Raises ImportRefused where the file does not begin as it should."""
        with self._path.open("rb") as file:
            self._without_header(file.readline(BLOCK_BYTES))

    def _after_header(self, start: bytes) -> bytes:
        self._count(start)
        self._line = 2
        self._shift_next()
        return self._without_header(start)

    def _without_header(self, start: bytes) -> bytes:
        header, newline, rest = start.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        wanted = ",".join(self._columns)
        if header.removesuffix(b"\r").replace(b'"', b"").decode(errors="replace") != wanted or not newline:
            raise ImportRefused(
                f"{self._path.name} does not begin with its header. Nothing was loaded. Its first line must "
                f"be: {wanted}"
            )
        return rest

    def _count(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self.bytes_read += len(chunk)

    def _take(self, pending: bytes, ended: bool) -> tuple[bytes, bytes]:
        """What can be given out now, and what is left for later."""
        if ended and pending and not pending.endswith(b"\n"):
            pending += b"\n"
        parts = pending.split(b'"')
        end = _end_of_last_record(pending, parts)
        if end < len(pending):
            parts = pending[:end].split(b'"')
        block = pending[:end]
        if (ended and end < len(pending)) or not self._is_plain(block, parts):
            return self._take_one_by_one(pending, ended)
        broken_lines = self._pass(block, parts)
        return self._masked(block, broken_lines), pending[end:]

    # -- a block of which every record is in order

    def _is_plain(self, block: bytes, parts: list[bytes]) -> bool:
        outside = b'"'.join(parts[::2])
        marks = outside.translate(_MARKS)
        if b'x"' in marks or b'"x' in marks or b"\r" in outside or b"\0" in block:
            return False
        shape = outside.translate(None, _NOT_STRUCTURE + b'"')
        if shape != self._shape * (len(shape) // len(self._shape)):
            return False
        try:
            block.decode()
        except UnicodeDecodeError:
            return False
        return bool(block)

    def _pass(self, block: bytes, parts: list[bytes]) -> bool:
        """Move on over the records of the block; whether fields hold line breaks, which it notes."""
        lines = block.count(b"\n")
        records = sum(part.count(b"\n") for part in parts[::2]) if len(parts) > 1 else lines
        if lines > records:
            done = 0
            for number, part in enumerate(parts):
                breaks = part.count(b"\n")
                if not number % 2:
                    done += breaks
                elif breaks:
                    self._shift(self.sent + done + 2, breaks)
        self.sent += records
        self._line += lines
        return lines > records

    def _shift(self, record: int, lines: int) -> None:
        """From `record` on, lines are ahead by so many more."""
        shift = self._shifts[-1] + lines
        if self._shifts[-2] == record:
            self._shifts[-1] = shift
        else:
            self._shifts.extend((record, shift))

    def _masked(self, block: bytes, broken_lines: bool) -> bytes:
        """The block without the card numbers that stand in its free text."""
        if not self._free:
            return block
        digits = block.translate(_DIGITS)
        pieces: list[bytes] = []
        done = start = 0
        at = digits.find(_FEWEST_DIGITS)
        while at >= 0:
            end_match = _NOT_DIGIT.search(digits, at)
            end = end_match.start() if end_match else len(digits)
            run = block[at:end].decode()
            masked = mask_card_numbers(run)
            if masked != run:
                start = _start_of_record(block, at, start, broken_lines)
                if _column(block, start, at) in self._free:
                    pieces += block[done:at], masked.encode()
                    done = end
            at = digits.find(_FEWEST_DIGITS, end)
        return b"".join([*pieces, block[done:]]) if pieces else block

    # -- one record after the other

    def _take_one_by_one(self, pending: bytes, ended: bool) -> tuple[bytes, bytes]:
        rows: list[bytes] = []
        at = 0
        while at < len(pending):
            record = _RECORD.match(pending, at)
            # A record that ends without a line break may go on in what was not read yet.
            whole = record is not None and record.group().endswith(b"\n")
            if not whole and not ended and len(pending) - at <= MOST_RECORD_BYTES:
                break
            if record is not None and whole and len(record.group()) <= MOST_RECORD_BYTES:
                rows += self._one(record.group())
                at = record.end()
            else:
                self._refuse(Reason.WRONG_NUMBER_OF_FIELDS, 1)
                at = pending.find(b"\n", at) + 1 or len(pending)
        return b"".join(rows), pending[at:]

    def _one(self, record: bytes) -> list[bytes]:
        lines = record.count(b"\n")
        line = record.removesuffix(b"\n").removesuffix(b"\r")
        fields = _FIELDS.findall(line + b"\n")
        if len(fields) != len(self._columns):
            self._refuse(Reason.WRONG_NUMBER_OF_FIELDS, lines)
            return []
        try:
            texts = [_unquoted(field.decode()) for field in fields]
        except UnicodeDecodeError:
            texts = ["\0"]
        if any("\0" in text for text in texts):
            self._refuse(Reason.NOT_TEXT, lines)
            return []
        self.sent += 1
        self._line += lines
        self._shift_next()
        return [",".join(self._quoted(number, text) for number, text in enumerate(texts)).encode() + b"\n"]

    def _quoted(self, column: int, text: str) -> str:
        text = mask_card_numbers(text) if column in self._free else text
        return '"' + text.replace('"', '""') + '"' if text else ""

    def _refuse(self, reason: Reason, lines: int) -> None:
        self.refused.append((self._line, reason))
        self._line += lines
        self._shift_next()

    def _shift_next(self) -> None:
        """Note on which line the next record begins, where that is not what it would be anyway."""
        missing = self._line - (self.sent + 1) - self._shifts[-1]
        if missing:
            self._shift(self.sent + 1, missing)


def _end_of_last_record(pending: bytes, parts: list[bytes]) -> int:
    """Just behind the last line break that stands outside of quotes; 0 where there is none."""
    end = len(pending)
    for number in range(len(parts) - 1, -1, -1):
        if number % 2 == 0 and (place := parts[number].rfind(b"\n")) >= 0:
            return end - len(parts[number]) + place + 1
        end -= len(parts[number]) + 1
    return 0


def _start_of_record(block: bytes, at: int, before: int, broken_lines: bool) -> int:
    """Where the record begins that holds the byte `at`; some record begins at `before`."""
    if not broken_lines:
        return block.rfind(b"\n", 0, at) + 1
    while (record := _RECORD.match(block, before)) is not None and record.end() <= at:
        before = record.end()
    return before


def _column(block: bytes, start: int, at: int) -> int:
    """In which field of the record that begins at `start` the byte `at` lies."""
    column = 0
    while (field := _FIELDS.match(block, start)) is not None and field.end() <= at:
        start = field.end()
        column += 1
    return column


def _unquoted(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field
