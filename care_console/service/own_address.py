"""Where the service of a data folder is reached, while it is tried out: for links that a command makes."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator

import psutil

from care_console.service.settings import Settings

_FILE = "address.json"


@contextlib.contextmanager
def told_address(settings: Settings, address: str) -> Iterator[None]:
    """Keep the address in the data folder for as long as the block lasts; of an embedded service alone."""
    if settings.database_url is not None:
        yield
        return
    place = settings.data_dir / _FILE
    place.write_text(json.dumps({"pid": os.getpid(), "url": address}))
    try:
        yield
    finally:
        place.unlink(missing_ok=True)


def beside_running(settings: Settings) -> Settings:
    """The settings of a command: links lead to the service that runs here, unless an address is set."""
    if settings.database_url is not None or "public_url" in settings.model_fields_set:
        return settings
    try:
        told = json.loads((settings.data_dir / _FILE).read_text())
        pid, url = int(told["pid"]), str(told["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return settings
    # A killed service leaves its file behind.
    if not psutil.pid_exists(pid):
        return settings
    return settings.model_copy(update={"public_url": url, "statement_descriptor": settings.on_statements})
