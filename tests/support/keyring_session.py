"""A real keychain for tests: a D-Bus session of its own with an unlocked GNOME keyring on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START = """
printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null &&
echo $DBUS_SESSION_BUS_ADDRESS && cat
"""


def missing_tools() -> list[str]:
    """What of the machine is missing for it."""
    return [tool for tool in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(tool) is None]


@contextmanager
def keyring_session(home: Path) -> Iterator[dict[str, str]]:
    """Run one, its files under `home`; the environment for whoever shall use it. Ends with the context."""
    places = {"HOME": home, "XDG_DATA_HOME": home / "data", "XDG_RUNTIME_DIR": home / "run"}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = {name: str(place) for name, place in places.items()}
    process = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", _START],
        env={**os.environ, **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "no keychain started"
        yield {"DBUS_SESSION_BUS_ADDRESS": address}
    finally:
        # Its standard input is what keeps the session up; dbus-run-session then ends the daemons in it.
        process.stdin.close()
        process.wait(10)
