"""import-linter's contracts in pyproject.toml refuse what they are there to refuse."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACKAGES = [
    "contract",
    "evidence",
    "demo",
    "service/gateways/cards",
    "service/refunds",
    "desktop/store",
    "desktop/outbox",
    "desktop/screens/refund",
    "desktop/widgets",
    "desktop/shell",
]

BROKEN = [
    ("desktop/store/rows.py", "import care_console.service.refunds", "Desktop and service never meet"),
    ("service/refunds/api.py", "from care_console.desktop import store", "Desktop and service never meet"),
    ("contract/money.py", "import httpx", "Contract and evidence know none of the programs"),
    ("contract/phone.py", "from PySide6 import QtCore", "Contract and evidence know none of the programs"),
    ("evidence/tree.py", "import pydantic", "Evidence needs the standard library"),
    ("service/app.py", "import care_console.demo", "Neither program imports the demo"),
    ("demo/run.py", "import care_console.service.refunds", "The demo knows desktop.app"),
    ("demo/run.py", "import care_console.desktop.store", "The demo knows desktop.app"),
    ("desktop/outbox/worker.py", "from PySide6 import QtCore", "Qt only in"),
    ("desktop/changes.py", "import qasync", "Qt only in"),
    ("service/app.py", "import PySide6", "Qt only in"),
    ("desktop/store/rows.py", "import care_console.desktop.widgets", "Nothing below the window"),
    ("desktop/changes.py", "import care_console.desktop.app", "Nothing below the window"),
    ("desktop/screens/refund/view.py", "import sqlalchemy as sa", "No SQL and no HTTP"),
    ("desktop/widgets/money.py", "import httpx", "No SQL and no HTTP"),
    ("desktop/widgets/money.py", "import care_console.desktop.outbox", "Widgets know no business"),
    ("service/refunds/tasks.py", "import stripe", "A vendor's library only"),
    ("service/gateways/cards/twin.py", "import care_console.service.refunds", "A gateway knows no room"),
]

ALLOWED = [
    (
        "desktop/app.py",
        "from PySide6 import QtCore\nimport httpx\nimport sqlalchemy\nfrom care_console.desktop import shell",
    ),
    ("desktop/screens/refund/view.py", "from PySide6 import QtCore\nimport care_console.desktop.outbox"),
    ("demo/run.py", "import care_console.desktop.app\nfrom PySide6 import QtTest"),
    ("service/gateways/cards/vendor.py", "import stripe"),
    ("service/refunds/api.py", "import care_console.contract\nimport fastapi\nimport sqlalchemy"),
]


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    """An empty house of the same plan, under the contracts of this one."""
    for package in PACKAGES:
        (tmp_path / "care_console" / package).mkdir(parents=True)
    for folder in [tmp_path / "care_console", *(tmp_path / "care_console").rglob("*/")]:
        (folder / "__init__.py").touch()
    (tmp_path / "care_console/desktop/app.py").touch()
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path) -> str:
    """What lint-imports prints, on one line."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=house, capture_output=True, text=True, check=False
    )
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("place", "line", "contract"), BROKEN, ids=[f"{place}: {line}" for place, line, _ in BROKEN]
)
def test_a_broken_never_is_named(house: Path, place: str, line: str, contract: str) -> None:
    (house / "care_console" / place).write_text(line + "\n")
    said = lint(house)
    assert " 0 broken." not in said
    assert contract in said.split("Broken contracts")[1], said


def test_what_is_allowed_passes(house: Path) -> None:
    for place, lines in ALLOWED:
        (house / "care_console" / place).write_text(textwrap.dedent(lines) + "\n")
    assert ", 0 broken." in lint(house)
