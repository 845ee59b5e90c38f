"""A thousand texts through Kannel and a carrier that speaks SMPP: the long form of a test of the service."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

LONG = 1000
_TEST = "tests/service/texting/test_through_a_carrier.py"


@dataclass(frozen=True)
class Report:
    """How it ended."""

    texts: int
    held: bool
    seconds: float

    def figures(self) -> dict[str, object]:
        """For the file."""
        return asdict(self)


def run(texts: int) -> Report:
    """Run the test with so many texts; what it says goes to the terminal."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", _TEST],
        env=os.environ | {"CAMPAIGN_TEXTS": str(texts)},
        check=False,
    )
    return Report(texts, done.returncode == 0, round(time.monotonic() - began, 1))
