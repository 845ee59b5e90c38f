"""`python -m tests.benchmarks [NAME] [ARGUMENTS]`: `answers` and `window` in one run, or the named one."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from tests import benchmarks

RESULTS = Path(__file__).parents[2] / "build" / "benchmarks"
IN_ONE_RUN = ("answers", "window")


def found() -> dict[str, ModuleType]:
    """Every benchmark by name."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    modules = {
        name: importlib.import_module(f"tests.benchmarks.{name}") for name in names if name != "__main__"
    }
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: list[str]) -> int:
    """Run. 0 when it ran, whether the bounds held or not; 2 for words that name nothing."""
    known = found()
    if arguments[:1] == ["list"]:
        for name, module in known.items():
            print(f"{name:<20}{(module.__doc__ or '').splitlines()[0]}")
        return 0
    named = bool(arguments) and not arguments[0].startswith("-")
    if named and arguments[0] not in known:
        print(f"There is no benchmark {arguments[0]}. There are: {', '.join(known)}, list.", file=sys.stderr)
        return 2
    names, rest = ((arguments[0],), arguments[1:]) if named else (IN_ONE_RUN, arguments)
    figures = {name: known[name].run(rest) for name in names}
    RESULTS.mkdir(parents=True, exist_ok=True)
    print()
    for name, measured in figures.items():
        result = RESULTS / f"{name}.json"
        result.write_text(json.dumps(measured, indent=2) + "\n")
        if name not in IN_ONE_RUN:
            width = max(map(len, measured), default=0) + 2
            for what, figure in measured.items():
                print(f"{what:<{width}}{figure}")
        elif "bounds" in measured:
            print(f"{name}: {measured['bounds held']} of {measured['bounds']} bounds hold")
        print(f"kept in {result}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
