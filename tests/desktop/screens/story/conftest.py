"""Async tests of the window run on Qt's loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.support.windows import Opened, a_window, qt_loop_factories


def pytest_asyncio_loop_factories(config: Any, item: Any) -> Mapping[str, Any]:
    """Qt's loop for every async test here."""
    return qt_loop_factories()


@pytest_asyncio.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """The window, signed in, at 1366x768."""
    async with a_window(tmp_path / "desk") as opened:
        yield opened
