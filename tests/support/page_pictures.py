"""Makes the pictures of the recipient's pages: a real service, Chromium on a phone's screen.

``python -m tests.support.page_pictures [DIR]`` leaves them in docs/screenshots/ unless told otherwise.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.support.pages_service import Running, chromium_browser, pages_service


@dataclass(frozen=True, slots=True)
class Screen:
    """A phone that looks: how wide, in which language, in the dark or not, with text how large."""

    width: int = 390
    locale: str = "en-US"
    dark: bool = False
    text_percent: int = 100


def _pay(page: Page, number: str) -> None:
    page.get_by_role("button", name="$3.99").first.click()
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay").click()
    page.wait_for_load_state()


class Pictures:
    """Takes them, one after the other."""

    def __init__(self, service: Running, browser: Browser, into: Path) -> None:
        self._service, self._browser, self._into = service, browser, into
        self._number = 30

    def take(self, name: str, path: str, screen: Screen, *, card: str = "", back: str = "") -> None:
        """A picture of a page; after paying by `card` there, if one is given, and then of `back`."""
        context = self._browser.new_context(
            viewport={"width": screen.width, "height": 844},
            locale=screen.locale,
            color_scheme="dark" if screen.dark else "light",
        )
        page = context.new_page()
        page.goto(f"{self._service.url}{path}")
        if card:
            _pay(page, card)
        if back:
            page.goto(f"{self._service.url}{back}")
        if screen.text_percent != 100:
            # the page's own policy lets no style in; the browser's own text size is what people change
            page.evaluate(f"document.documentElement.style.fontSize = '{screen.text_percent}%'")
        look = "dark" if screen.dark else "light"
        page.screenshot(path=self._into / f"{self._number}-page-{name}-{look}.png", full_page=True)
        self._number += 1
        context.close()


def take(service: Running, browser: Browser, into: Path) -> None:
    """All of them."""
    pictures = Pictures(service, browser, into)
    unpaid, paid, now = service.message(), service.message(), datetime.now(UTC)
    ended = service.message(issued_at=now - timedelta(days=9), expires_at=now - timedelta(days=1))
    pictures.take("unpaid", f"/m/{unpaid}", Screen())
    pictures.take("unpaid-spanish", f"/m/{unpaid}", Screen(locale="es-MX", dark=True))
    pictures.take("unpaid-narrow-large", f"/m/{unpaid}", Screen(width=320, text_percent=200))
    pictures.take("declined", f"/m/{paid}", Screen(), card="4000 0000 0000 0002")
    pictures.take("paid", f"/m/{paid}", Screen(), card="4242 4242 4242 4242")
    pictures.take("receipt", f"/m/{paid}/receipt", Screen())
    pictures.take("ended", f"/m/{ended}", Screen())
    pictures.take("mistyped", "/m/K7Q2", Screen(dark=True))
    pictures.take("faq", "/faq", Screen())
    pictures.take("help-spanish", "/help", Screen(locale="es-MX"))


def main() -> int:
    """Take the pictures."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs" / "screenshots"
    into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        pages_service(Path(folder)) as service,
        chromium_browser() as browser,
    ):
        take(service, browser, into)
    print(f"{len(list(into.glob('*-page-*.png')))} pictures of pages in {into.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
