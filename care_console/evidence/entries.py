"""One entry of the audit log, and the bytes of it that are stored, hashed and exported.

The form is JSON as RFC 8785 (JCS) has it, restricted to what it can say exactly: strings, whole numbers,
true, false, null, lists and objects with string keys; no floats. Two programs that hold the same entry
write the same bytes, and the bytes are what the Merkle tree's leaves are made of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted
from uuid import UUID

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

VERSION = 1
_WORDS = ("actor", "action", "outcome", "subject", "origin")
_LARGEST = 2**53 - 1  # beyond it, readers that hold numbers as doubles would disagree


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what, when, with what outcome, from where, on what (PCI DSS 4.0.1, 10.2.2)."""

    id: UUID
    at: datetime
    actor: str
    action: str
    outcome: str
    subject: str
    origin: str
    details: Mapping[str, Json] = field(default_factory=dict)


def canonical_bytes(entry: Entry) -> bytes:
    """The entry's stored bytes, UTF-8. Times have microseconds, in UTC.

    Raises ValueError for a naive time, a float, bytes, half a character, or a number beyond 2**53.
    """
    # Its names in their order. Put together here: an entry is written at every key that is pressed.
    return (
        f'{{"action":{_quoted(entry.action)},"actor":{_quoted(entry.actor)},"at":"{written_time(entry.at)}"'
        f',"details":{_written(entry.details)},"id":"{entry.id}","origin":{_quoted(entry.origin)}'
        f',"outcome":{_quoted(entry.outcome)},"subject":{_quoted(entry.subject)},"v":{VERSION}}}'
    ).encode()


def written_time(at: datetime) -> str:
    """A moment as an entry has it. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("an entry's time must carry its time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_entry(stored: bytes) -> Entry:
    """The entry that the bytes say. Raises ValueError unless they are exactly its canonical form."""
    try:
        read = json.loads(stored)
        entry = Entry(
            id=UUID(read["id"]),
            at=datetime.strptime(read["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            details=read["details"],
            **{name: read[name] for name in _WORDS},
        )
    except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"not an audit entry: {error}") from error
    if not isinstance(entry.details, dict) or not all(isinstance(read[name], str) for name in _WORDS):
        raise ValueError("not an audit entry: a field is of another kind")
    if canonical_bytes(entry) != stored:
        raise ValueError("not in canonical form")
    return entry


def _written(value: Json) -> str:
    """The value as JSON, checked, the names of every object in their order. What is common comes first."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("a number in an entry is beyond 2**53")
        return str(int(value))
    if type(value) is dict or isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise ValueError("an entry's names are strings")
        # RFC 8785, 3.2.3: names are ordered by their UTF-16 code units, for ASCII the order of characters.
        names = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf_16)
        return "{" + ",".join(f"{_quoted(name)}:{_written(value[name])}" for name in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, float):
        raise ValueError("an entry holds no floating-point numbers: they have no one way of being written")
    raise ValueError(f"an entry cannot hold a {type(value).__name__}")


def _utf_16(name: str) -> bytes:
    return name.encode("utf-16-be")
