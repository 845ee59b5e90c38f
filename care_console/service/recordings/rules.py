"""Where a recording's sound is kept. Imported: by what it is, so that the same sound is kept once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from care_console.contract.messages import LouderCopy

PLAYABLE_MEDIA_TYPE = "audio/mp4"

LOUDER_MEDIA_TYPE = PLAYABLE_MEDIA_TYPE
"""Louder copies are AAC, too (copies.py)."""

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys of the storage a sound and its copies are."""

    source: str
    playable: str
    mp3: str | None = None
    louder: str | None = None

    @property
    def all(self) -> list[str]:
        """Those that there are."""
        return [key for key in (self.source, self.playable, self.mp3, self.louder) if key is not None]


def keys_of_import(sha256: bytes, name: str) -> Keys:
    """The keys of a sound that is imported, by its hash; `name` is its file's, for the ending."""
    whole = sha256.hex()
    return Keys(f"{_stem('source', whole)}{_ending(name)}", f"{_stem('playable', whole)}.m4a")


def keys_of_upload(upload: UUID) -> Keys:
    """The keys of what a facility sent: files of its own, which go when it goes.

    Not by its hash: the same sound sent twice would be deleted under one message for the other.
    """
    name = upload.hex
    return Keys(
        _stem("source", name),
        f"{_stem('playable', name)}.m4a",
        f"{_stem('playable', name)}.mp3",
        f"{_stem('louder', name)}.m4a",
    )


def _stem(kind: str, name: str) -> str:
    return f"{kind}/{name[:2]}/{name}"


def _ending(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def keys_beside(source: str) -> Keys:
    """All keys of what a facility sent, by its source's."""
    return keys_of_upload(UUID(hex=PurePosixPath(source).name))


def louder_stands(louder_key: str | None, copy_lufs: float | None, given_up: object) -> LouderCopy:
    """Whether there is a louder copy of a sound that was not deleted, by what its row says of it.

    What a facility sent gets one (its usual copy has a level that was set); an old system's sound gets none.
    """
    if louder_key is not None:
        return LouderCopy.READY
    if copy_lufs is None:
        return LouderCopy.NONE
    return LouderCopy.BEING_MADE if given_up is None else LouderCopy.CANNOT_BE_MADE


def sound_inside(folder: Path, relative: str) -> Path | None:
    """The file of that relative path, or None where it is none, or lies outside of the folder.

    An absolute path, `..` and a symbolic link that leads out are outside, whatever they point to.
    """
    parts = PurePosixPath(relative).parts
    if not parts or "\0" in relative or "\\" in relative or relative.startswith("/") or ".." in parts:
        return None
    try:
        path = (folder / relative).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve(strict=True)) and path.is_file()
    except (OSError, RuntimeError):
        return None
    return path if inside else None
