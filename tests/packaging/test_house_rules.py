"""The house rules that no linter holds: sizes of files and functions, and what no tracked file may name."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
MEDIAN_LINES_OF_A_FUNCTION = 12

# Hosts of package registries and their mirrors. They are split so that this file does not name them itself.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
)
REGISTRY_HOSTS += (
    "deb." + "debian.org",
    "security." + "debian.org",
    "snapshot." + "debian.org",
    "pkg" + ".dev",
)
# Folders that exist on one machine only. A system's own (/usr, /etc, /var, /tmp ...) are the same everywhere.
MACHINE_PATH = re.compile(r"(?<![\w.$}/:-])/(?:work|Users|mnt/c|home/(?!ann\b)\w+|root/\.\w+env)/[\w.-]+")
# What is not text.
PICTURES = {".png", ".jpg", ".ico", ".icns", ".wav", ".ttf", ".woff2", ".gz", ".zst", ".m4a", ".mp3", ".ogg"}


def python_files(root: Path) -> list[Path]:
    """All code that ships, but the migrations: records of what once was, and as long as that takes."""
    migrations = root / "care_console/service/migrations/versions"
    return sorted(path for path in (root / "care_console").rglob("*.py") if migrations not in path.parents)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function's place and its length in lines, decorators aside."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_files_are_short(root: Path) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(root)}
    assert lengths
    long = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines >= MOST_LINES_OF_A_FILE]
    assert not long, "\n".join(long)


def test_functions_are_short(root: Path) -> None:
    lengths = dict(found for path in python_files(root) for found in functions(path))
    long = [
        f"{place}: {lines} lines" for place, lines in lengths.items() if lines >= MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)
    if lengths:
        assert statistics.median(lengths.values()) <= MEDIAN_LINES_OF_A_FUNCTION


def test_every_module_says_what_it_is_for(root: Path) -> None:
    silent = [
        str(path)
        for path in python_files(root)
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, "\n".join(silent)


def test_nothing_names_a_registry_or_one_machine(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        if path.suffix in PICTURES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            place = MACHINE_PATH.search(line)
            host = next((host for host in REGISTRY_HOSTS if host in line), None)
            if place or host:
                found.append(f"{path}:{number}: {place.group() if place else host}")
    assert tracked
    assert not found, "\n".join(found)


def test_a_machine_path_would_be_found() -> None:
    assert MACHINE_PATH.search("see /" + "work/main/x.py")
    assert MACHINE_PATH.search('"/home/' + 'kim/care"')
    assert not MACHINE_PATH.search("https://example.test/" + "work/main")
    assert not MACHINE_PATH.search("/usr/share/asterisk and docs/" + "work/main")
