"""The service whose pages are looked at, and Chromium on a phone's screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.pages_service import PHONE, Running, chromium_browser, pages_service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service with its embedded database and its twins."""
    with pages_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Gone with its module: while it is there, no other loop runs in this thread."""
    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone's screen, in English. What the page complains of fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="en-US", has_touch=True, is_mobile=True)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda one: said.append(one.text) if "Content Security" in one.text else None)
    yield page
    context.close()
    assert said == []


def no_violation(page: Page) -> None:
    """axe finds nothing against WCAG 2.2 AA, or anything else that it knows."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def until(true: Callable[[], bool], page: Page, seconds: float = 15) -> None:
    """Wait for something, with a limit, while the page goes on."""
    for _ in range(int(seconds * 10)):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")
