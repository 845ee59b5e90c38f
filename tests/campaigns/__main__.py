"""`python -m tests.campaigns [NAME] [--seed N]`: runs the long campaigns and leaves their figures."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import uvloop

from tests.campaigns import carrier, inbound, load, load_figures, races, refunds, replies, sound, stops, store
from tests.support.postgres import binaries, running_cluster

FIGURES = Path("build") / "campaigns"


class Outcome(Protocol):
    """What each campaign gives back."""

    @property
    def held(self) -> bool: ...

    def figures(self) -> dict[str, object]: ...


def _refunds(told: argparse.Namespace) -> Outcome:
    sizes = {"refunds": told.refunds, "kills": told.kills, "minutes": told.minutes}
    given = {name: size for name, size in sizes.items() if size is not None}
    with running_cluster() as cluster:
        plan, database = dataclasses.replace(refunds.LONG, **given), cluster.database()
        outcome = asyncio.run(refunds.run(plan, told.seed, database))
        return _kept("refunds", outcome, database)


def _store(told: argparse.Namespace) -> Outcome:
    return asyncio.run(store.run(told.files or store.LONG, told.seed))


def _stops(told: argparse.Namespace) -> Outcome:
    sizes = {"stops": told.stops, "kills": told.kills}
    given = {name: size for name, size in sizes.items() if size is not None}
    with running_cluster() as cluster:
        plan, database = dataclasses.replace(stops.LONG, **given), cluster.database()
        outcome = asyncio.run(stops.run(plan, told.seed, database, FIGURES / "stops.desk"))
        return _kept("stops", outcome, database)


def _races(told: argparse.Namespace) -> Outcome:
    sizes = {"opt_outs": told.opt_outs, "sends": told.texts, "minutes": told.minutes}
    sizes["texts_a_second"] = told.rate
    given = {name: size for name, size in sizes.items() if size is not None}
    with running_cluster() as cluster:
        plan, database = dataclasses.replace(races.LONG, **given), cluster.database()
        return _kept("races", uvloop.run(races.run(plan, told.seed, database)), database)


def _kept(name: str, outcome: Outcome, database: str) -> Outcome:
    """The outcome; where it did not hold, with its database beside the figures (restore with pg_restore)."""
    if not outcome.held:
        with (FIGURES / f"{name}.dump").open("wb") as dump:
            subprocess.run([binaries() / "pg_dump", "-Fc", database], stdout=dump, check=False)
    return outcome


def _carrier(told: argparse.Namespace) -> Outcome:
    return carrier.run(told.texts or carrier.LONG)


def _replies(told: argparse.Namespace) -> Outcome:
    return replies.run(told.mutations or replies.LONG)


def _load(told: argparse.Namespace) -> Outcome:
    sizes = {"rate": told.rate, "seconds": told.minutes and told.minutes * 60, "ramp": told.ramp}
    given = {name: size for name, size in sizes.items() if size is not None}
    with running_cluster() as cluster:
        plan = dataclasses.replace(load_figures.LONG, **given)
        return asyncio.run(load.run(plan, told.seed, cluster.database()))


def _sound(told: argparse.Namespace) -> Outcome:
    plan = dataclasses.replace(sound.LONG, damaged=told.files or sound.LONG.damaged)
    return asyncio.run(sound.run(plan, told.seed))


def _inbound(told: argparse.Namespace) -> Outcome:
    sizes = {"stops": told.stops, "kills": told.kills, "minutes": told.minutes}
    given = {name: size for name, size in sizes.items() if size is not None}
    with running_cluster() as cluster:
        plan, database = dataclasses.replace(inbound.LONG, **given), cluster.database()
        return _kept("inbound", asyncio.run(inbound.run(plan, told.seed, database)), database)


CAMPAIGNS: dict[str, Callable[[argparse.Namespace], Outcome]] = {
    "carrier": _carrier,
    "inbound": _inbound,
    "races": _races,
    "load": _load,
    "refunds": _refunds,
    "replies": _replies,
    "sound": _sound,
    "stops": _stops,
    "store": _store,
}


def main() -> int:
    """Run one campaign, or all; 0 only if each held."""
    parser = argparse.ArgumentParser(prog="tests.campaigns")
    parser.add_argument("name", nargs="?", choices=sorted(CAMPAIGNS), help="one of them; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--refunds", type=int, help="how many refunds")
    parser.add_argument("--texts", type=int, help="how many texts")
    parser.add_argument("--mutations", type=int, help="how many changed STOPs")
    parser.add_argument("--stops", type=int, help="how many STOPs")
    parser.add_argument("--opt-outs", type=int, help="how many opt-outs, in a race with texts")
    parser.add_argument("--kills", type=int, help="how many deaths: at points, or of the desk")
    parser.add_argument("--files", type=int, help="how many damaged files")
    parser.add_argument("--rate", type=float, help="how many messages, or texts of a race, a second")
    parser.add_argument("--ramp", type=int, help="how many other rates at most, to find the limit")
    parser.add_argument("--minutes", type=float, help="how long at most")
    told = parser.parse_args()
    FIGURES.mkdir(parents=True, exist_ok=True)
    held = True
    for name in [told.name] if told.name else sorted(CAMPAIGNS):
        outcome = CAMPAIGNS[name](told)
        held &= outcome.held
        file = FIGURES / f"{name}.json"
        file.write_text(json.dumps(outcome.figures(), indent=2) + "\n")
        print(json.dumps(outcome.figures(), indent=2))
        print(f"{name}: {'held' if outcome.held else 'DID NOT HOLD'}; the figures are in {file}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
