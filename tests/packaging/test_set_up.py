"""The set-up's own parts: the pins, the Makefile, and what the set-up says where something is missing."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+)$")


def pins(root: Path) -> dict[str, str]:
    """Each pinned name in its canonical spelling, and its version."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [PIN.match(line) for line in lines if line and not line.startswith("#")]
    assert all(matches), "constraints.txt holds more than NAME==VERSION"
    return {canonicalize_name(found[1]): found[2] for found in matches if found}


def requirements(root: Path) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    return [wanted for wanted in map(Requirement, lines) if wanted.name != project["name"]]


def test_every_requirement_is_pinned(root: Path) -> None:
    pinned = pins(root)
    unpinned = [str(wanted) for wanted in requirements(root) if canonicalize_name(wanted.name) not in pinned]
    assert not unpinned, f"make constraints, then commit: {unpinned}"


def test_every_pin_is_one_that_its_requirement_allows(root: Path) -> None:
    pinned = pins(root)
    refused = [
        f"{wanted} is pinned to {version}"
        for wanted in requirements(root)
        if (version := pinned.get(canonicalize_name(wanted.name)))
        and not wanted.specifier.contains(version, prereleases=True)
    ]
    assert not refused, "\n".join(refused)


@pytest.mark.parametrize(
    "target", ["setup", "run", "test", "lint", "bench", "campaigns", "screenshots", "dist"]
)
def test_make_knows_what_to_do(root: Path, target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr


def system_sh(root: Path, *groups: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the set-up of the system's packages with these changes to the environment."""
    return subprocess.run(
        ["bash", str(root / "installer/setup/system.sh"), *groups],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def a_path_without(tmp_path: Path, *commands: str) -> str:
    """A PATH with every command of this one but these."""
    for folder in os.environ["PATH"].split(os.pathsep):
        for command in Path(folder).glob("*"):
            link = tmp_path / command.name
            if command.name not in commands and not link.is_symlink():
                link.symlink_to(command)
    return str(tmp_path)


def test_an_old_python_is_refused_in_one_sentence(root: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\ncase "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac\n')
    old.chmod(0o755)
    done = system_sh(root, "run", PYTHON=str(old))
    assert done.returncode == 1
    assert re.fullmatch(r"care-console needs Python 3\.11 or newer, and .* is 3\.9\.2: .*\n", done.stderr)


def test_no_python_is_refused_in_one_sentence(root: Path) -> None:
    done = system_sh(root, "run", PYTHON="python-that-is-nowhere")
    assert done.returncode == 1
    assert re.fullmatch(r"care-console needs Python 3\.11 or newer, and there is no .*\n", done.stderr)


def test_without_apt_what_is_missing_is_said_in_one_sentence(root: Path, tmp_path: Path) -> None:
    """No apt-get and no Xvfb here: its package is named, and nothing that is there."""
    path = a_path_without(tmp_path, "apt-get", "Xvfb")
    done = system_sh(root, "test", PATH=path, PYTHON=sys.executable)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Missing here, ")
    assert done.stderr.split(": ")[1].split() == ["xvfb"]


def test_where_nothing_is_missing_nothing_is_done(root: Path, tmp_path: Path) -> None:
    path = a_path_without(tmp_path, "apt-get")
    done = system_sh(root, "run", "test", PATH=path, PYTHON=sys.executable)
    assert (done.returncode, done.stderr) == (0, "")
