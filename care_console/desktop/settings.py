"""What each person has set for their desk: look, size of text, keys. A small file beside the store.

It is not encrypted, since the look is needed before the keychain answers; so it names nobody: a person's
entry lies under a salted hash of their login. A file that cannot be read is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)
FILE = "settings.json"
_MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """One person's. `look`: a Look's word; `text_scale`: 1.0 to 2.0; `keys`: the unusual ones by action."""

    look: str = "light"
    text_scale: float = 1.0
    keys: dict[str, str] = field(default_factory=dict)


class SettingsFile:
    """The file of one desk. `last` is what was on the screen last, whoever it was."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._writing = threading.Lock()
        found = _read(self._path)
        self._salt = found["salt"] if isinstance(found.get("salt"), str) else secrets.token_hex(16)
        self.last = _settings(found.get("last")) or Settings()
        people = found.get("people")
        self._people = {
            str(who): settings
            for who, kept in (people.items() if isinstance(people, dict) else ())
            if (settings := _settings(kept)) is not None
        }

    def of(self, login: str) -> Settings | None:
        """What somebody set here; None for somebody new."""
        return self._people.get(self._mark(login))

    def keep(self, login: str | None, settings: Settings) -> None:
        """Remember settings, not yet on disk: `write` does that. `login` None: nobody in particular's."""
        self.last = Settings(settings.look, settings.text_scale)
        if login is not None:
            mark = self._mark(login)
            others = [(who, kept) for who, kept in self._people.items() if who != mark]
            self._people = dict([*others[-(_MOST_PEOPLE - 1) :], (mark, settings)])

    def write(self) -> None:
        """Put what is remembered on disk, all or nothing of it. Blocks; an unusable disk is logged."""
        with self._writing:
            people = {who: _plain(kept) for who, kept in self._people.items()}
            text = json.dumps({"salt": self._salt, "last": _plain(self.last), "people": people}, indent=1)
            new = self._path.with_name(f"{FILE}.new")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with new.open("w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(new, self._path)
            except OSError as trouble:
                _log.warning("the settings could not be kept: %s", trouble)

    def _mark(self, login: str) -> str:
        return hashlib.blake2b(login.encode(), key=self._salt.encode()[:64], digest_size=16).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as trouble:
        _log.warning("the settings cannot be read and begin anew: %s", type(trouble).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _settings(kept: object) -> Settings | None:
    """What a file says, as far as it makes sense."""
    if not isinstance(kept, dict):
        return None
    look, scale, keys = kept.get("look"), kept.get("text_scale"), kept.get("keys")
    usual = Settings()
    usable = isinstance(scale, int | float) and 1 <= scale <= 2
    return Settings(
        look if isinstance(look, str) else usual.look,
        float(str(scale)) if usable and scale is not True else usual.text_scale,
        {str(name): key for name, key in keys.items() if isinstance(key, str)}
        if isinstance(keys, dict)
        else {},
    )


def _plain(settings: Settings) -> dict[str, Any]:
    return {"look": settings.look, "text_scale": settings.text_scale, "keys": settings.keys}
