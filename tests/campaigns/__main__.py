"""`python -m tests.campaigns [NAME] [--seed N]`: runs the long campaigns and leaves their figures."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.campaigns import refunds
from tests.support.postgres import running_cluster

FIGURES = Path("build") / "campaigns"
CAMPAIGNS = {"refunds": refunds.LONG}


def main() -> int:
    """Run one campaign, or all; 0 only if each held."""
    parser = argparse.ArgumentParser(prog="tests.campaigns")
    parser.add_argument("name", nargs="?", choices=sorted(CAMPAIGNS), help="one of them; all by default")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    FIGURES.mkdir(parents=True, exist_ok=True)
    held = True
    for name in [told.name] if told.name else sorted(CAMPAIGNS):
        with running_cluster() as cluster:
            outcome = asyncio.run(refunds.run(CAMPAIGNS[name], told.seed, cluster.database()))
        held &= outcome.held
        file = FIGURES / f"{name}.json"
        file.write_text(json.dumps(outcome.figures(), indent=2) + "\n")
        print(json.dumps(outcome.figures(), indent=2))
        print(f"{name}: {'held' if outcome.held else 'DID NOT HOLD'}; the figures are in {file}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
