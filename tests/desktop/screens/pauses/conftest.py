"""Async tests of the window run on Qt's loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.windows import qt_loop_factories


def pytest_asyncio_loop_factories(config: Any, item: Any) -> Mapping[str, Any]:
    """Qt's loop for every async test here."""
    return qt_loop_factories()
