"""Where a recording's sound is kept: by what it is, so that the same sound is kept once."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

PLAYABLE_MEDIA_TYPE = "audio/mp4"

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def source_key(sha256: bytes, name: str) -> str:
    """The storage key of a sound as it was sent in, with the ending of its file's name."""
    suffix = PurePosixPath(name).suffix.lower()
    return f"{_stem('source', sha256)}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def playable_key(sha256: bytes) -> str:
    """The storage key of the copy that people hear, by the hash of the sound it was made of."""
    return f"{_stem('playable', sha256)}.m4a"


def _stem(kind: str, sha256: bytes) -> str:
    name = sha256.hex()
    return f"{kind}/{name[:2]}/{name}"


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
