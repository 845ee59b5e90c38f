"""`python -m tests.benchmarks [NAME [ARGUMENTS]]`: lists the benchmarks, or runs one."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from tests import benchmarks

RESULTS = Path(__file__).parents[2] / "build" / "benchmarks"


def found() -> dict[str, ModuleType]:
    """Every benchmark by name."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    modules = {
        name: importlib.import_module(f"tests.benchmarks.{name}") for name in names if name != "__main__"
    }
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: list[str]) -> int:
    """List or run. 0 when it ran."""
    known = found()
    if not arguments:
        for name, module in known.items():
            print(f"{name:<20}{(module.__doc__ or '').splitlines()[0]}")
        return 0
    if arguments[0] not in known:
        print(f"There is no benchmark {arguments[0]}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    figures = known[arguments[0]].run(arguments[1:])
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = RESULTS / f"{arguments[0]}.json"
    result.write_text(json.dumps(figures, indent=2) + "\n")
    for name, figure in figures.items():
        print(f"{name:<32}{figure}")
    print(f"kept in {result}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
