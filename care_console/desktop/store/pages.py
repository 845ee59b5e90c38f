"""The pages of an encrypted file one by one, for where SQLite itself gives up at the first that is damaged.

A page counts only with its HMAC right: a flipped bit must never become another phone number or amount.
Formats: SQLCipher 4 (AES-256-CBC, HMAC-SHA512, 80 reserved bytes), sqlite.org/fileformat2.html and walformat.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = 4096
_IV, _MAC = 16, 64
_USABLE = SIZE - _IV - _MAC
_SALT = 16
_HEADER = 100
_WAL_HEADER, _FRAME_HEADER = 32, 24
_LEAF_OF_A_TABLE = 0x0D
Value = str | bytes | int | float | None


class Pages:
    """A file's pages, each in its newest image that is whole: of the write-ahead log, else of the file."""

    def __init__(self, path: Path, key: str, log: bytes) -> None:
        self._file = path.read_bytes() if path.is_file() else b""
        self.log = log
        raw, salt = bytes.fromhex(key[:64]), bytes.fromhex(key[64:]) or self._file[:_SALT]
        self._key = raw
        masked = bytes(byte ^ 0x3A for byte in salt)
        self._mac_key = hashlib.pbkdf2_hmac("sha512", raw, masked, 2, 32)
        self._newest: dict[int, list[_Frame]] = {}
        logged = _frames(log)
        while logged and not logged[-1].is_commit:  # what was never committed
            logged.pop()
        for frame in reversed(logged):
            self._newest.setdefault(frame.number, []).append(frame)
        self._most = max([len(self._file) // SIZE, *self._newest])

    def read(self, number: int) -> bytes | None:
        """A page's plain bytes; None where no image of it is whole."""
        images = [self.image(frame) for frame in self._newest.get(number, ())]
        images.append(self._file[(number - 1) * SIZE : number * SIZE])
        return next((self._plain(number, image) for image in images if self.is_whole(number, image)), None)

    def image(self, frame: _Frame) -> bytes:
        """A page as it stands in the log."""
        return self.log[frame.start : frame.start + SIZE]

    def is_whole(self, number: int, image: bytes) -> bool:
        """Whether an encrypted page is what was written as that page."""
        if len(image) != SIZE:
            return False
        sealed = image[_SALT if number == 1 else 0 : -_MAC] + struct.pack("<I", number)
        return hmac.compare_digest(hmac.digest(self._mac_key, sealed, "sha512"), image[-_MAC:])

    def _plain(self, number: int, image: bytes) -> bytes:
        # Only a damaged store is read so: the library takes 7 MB, and stays out of the desk until then.
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        start = _SALT if number == 1 else 0
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(image[_USABLE : _USABLE + _IV])).decryptor()
        return bytes(start) + decryptor.update(image[start:_USABLE]) + decryptor.finalize()

    def records(self) -> Iterator[tuple[int, list[Value]]]:
        """Every row that any whole page of any table holds: its rowid and its values."""
        for number in range(1, self._most + 1):
            page = self.read(number)
            start = _HEADER if number == 1 else 0
            if page is None or page[start] != _LEAF_OF_A_TABLE:
                continue
            count = int.from_bytes(page[start + 3 : start + 5], "big")
            for place in range(count):
                pointer = start + 8 + 2 * place
                cell = int.from_bytes(page[pointer : pointer + 2], "big")
                record = self._record(page, cell)
                if record is not None:
                    yield record

    def _record(self, page: bytes, cell: int) -> tuple[int, list[Value]] | None:
        """The row of a cell; None where a part of it lies on a page that is damaged."""
        try:
            length, cell = _varint(page, cell)
            rowid, cell = _varint(page, cell)
            payload = self._payload(page, cell, length)
            return None if payload is None else (rowid, _values(payload))
        except (IndexError, ValueError, struct.error):
            return None

    def _payload(self, page: bytes, cell: int, length: int) -> bytes | None:
        """The bytes of a record, those on overflow pages too."""
        local = _local(length)
        found = page[cell : cell + local]
        following = int.from_bytes(page[cell + local : cell + local + 4], "big") if local < length else 0
        while len(found) < length:
            more = self.read(following) if following else None
            if more is None:
                return None
            found += more[4 : min(_USABLE, 4 + length - len(found))]
            following = int.from_bytes(more[:4], "big")
        return found


def read_log(path: Path) -> bytes:
    """A file's write-ahead log as it is on disk now."""
    log = _log_of(path)
    return log.read_bytes() if log.is_file() else b""


def lost_commits(path: Path, key: str, log: bytes, taken: int) -> bool:
    """Whether the log holds a whole commit after the first `taken` frames, which are those SQLite goes by.

    It stops at the first frame that is damaged, and says nothing of those behind it.
    """
    behind = [frame for frame in _frames(log)[taken:] if frame.is_commit]
    if not behind:
        return False
    pages = Pages(path, key, log)
    return any(pages.is_whole(frame.number, pages.image(frame)) for frame in behind)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A page in the log: its number, where its image starts, whether a commit ends with it. Number 0: not of

    the log's present round.
    """

    number: int
    start: int
    is_commit: bool


def _frames(log: bytes) -> list[_Frame]:
    is_sound = log[:4] in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
    # A round of the log has salts of its own, in its header and again in each of its frames.
    salts = log[16:24] if is_sound else log[_WAL_HEADER + 8 : _WAL_HEADER + 16]
    found = []
    for start in range(_WAL_HEADER, len(log) - _FRAME_HEADER - SIZE + 1, _FRAME_HEADER + SIZE):
        number, size = struct.unpack(">II", log[start : start + 8])
        is_of_now = log[start + 8 : start + 16] == salts
        found.append(_Frame(number if is_of_now else 0, start + _FRAME_HEADER, is_of_now and size > 0))
    return found


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _local(length: int) -> int:
    """How much of a record lies on its own page."""
    most, least = _USABLE - 35, (_USABLE - 12) * 32 // 255 - 23
    if length <= most:
        return length
    split = least + (length - least) % (_USABLE - 4)
    return split if split <= most else least


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = page[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | page[at + 8], at + 9


def _values(record: bytes) -> list[Value]:
    end, at = _varint(record, 0)
    kinds = []
    while at < end:
        kind, at = _varint(record, at)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, at = _value(record, at, kind)
        values.append(value)
    return values


def _value(record: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind == 7:
        return float(struct.unpack(">d", record[at : at + 8])[0]), at + 8
    if kind < 7:
        width = (0, 1, 2, 3, 4, 6, 8)[kind]
        return int.from_bytes(record[at : at + width], "big", signed=True), at + width
    width = (kind - 12) // 2
    part = record[at : at + width]
    if len(part) != width:
        raise ValueError("the record is cut off")
    return (part.decode() if kind % 2 else part), at + width
