"""`care-console self-check`: each part by itself, and the exit code of all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.keyring_session import keyring_session

PARTS = ["player", "keychain", "TLS", "encrypted store"]


def self_check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "care_console", "self-check"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_parts_hold_with_a_keychain(tmp_path: Path) -> None:
    with keyring_session(tmp_path) as environment:
        done = self_check(environment)
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"ok    {part}" for part in PARTS]
    assert done.returncode == 0


def test_a_missing_keychain_fails_the_check_with_a_sentence(tmp_path: Path) -> None:
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere", "HOME": str(tmp_path)}
    done = self_check(nowhere)
    [failed] = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert failed.startswith("FAIL  keychain: ")
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
