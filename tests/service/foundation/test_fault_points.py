"""A process dies at the point that it is told, at the pass that it is told, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_CODE = """
from care_console.service.foundation.fault_points import passing
for number in range(1, 4):
    passing("here")
    passing("there")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        ("", 0, "1\n2\n3\n"),
        ("elsewhere", 0, "1\n2\n3\n"),
        ("here", -9, ""),
        ("there:3", -9, "1\n2\n"),
        ("there:4", 0, "1\n2\n3\n"),
    ],
)
def test_it_dies_there(told: str, status: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE],
        env=os.environ | {"CARE_DIE_AT": told},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, said), done.stderr
    assert done.stderr.startswith("dies at ") == (status == -9)
