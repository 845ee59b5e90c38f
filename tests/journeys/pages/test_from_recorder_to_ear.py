"""The whole way in one go: recorded by the tool, texted through Kannel and a carrier, paid, heard, made anew.

Nothing stands in for anything but the card processor, whose twin has the hosted page. The desk is a process
of its own, as at a specialist's; whatever the recipient opens was read in the carrier's journal.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from care_console.contract.roles import Role
from care_console.service.links.tables import links
from care_console.service.payments.tables import charges
from care_console.service.staff.rules import add_staff
from care_console.service.texting.bodies import in_gsm
from care_console.service.texting.tables import texts
from tests.journeys.pages.conftest import no_violation, until
from tests.service.recordings.sounds import speech
from tests.support.kannel import Kannels, free_port, kannel, missing_tools
from tests.support.pages_service import PASSWORD, PHONE, Running, pages_service

pytestmark = pytest.mark.timeout(400)
SECONDS = 5
HEARD = str(SECONDS - 1)
"""What is heard of it at least: a browser tells where it is four times a second, and not of the very end."""
PIN = "2468"


@dataclass(frozen=True)
class Words:
    """What the page says, in one language."""

    locale: str
    recorded: str
    texted: str
    texted_anew: str
    until: str
    by_card: str
    phone: str
    from_account: str
    paid: str
    ended: str


# Both the service's and the tools': a first text is given its hour by whoever takes the recording.
AT_ANY_HOUR = {"CARE_TEXT_HOURS": "0-24"}
WORDS = {
    "en": Words(
        "en-US",
        "recorded a voice message for you",
        "left you a voice message",
        "New link to your voice message from",
        "You can listen until",
        "Pay $1.99 by card",
        "Phone number",
        "Pay $1.99 from my account",
        "Paid. Thank you.",
        "It was paid and it was played.",
    ),
    "es": Words(
        "es-MX",
        "grabó un mensaje de voz para usted",
        "le dejó un mensaje de voz",
        "Nuevo enlace a su mensaje de voz de",
        "Puede escucharlo hasta",
        "Pagar $1.99 con tarjeta",
        "Número de teléfono",
        "Pagar $1.99 de mi cuenta",
        "Pagado. Gracias.",
        "Se pagó y se escuchó.",
    ),
}


@dataclass(frozen=True)
class World:
    """The service with its tools, and the carrier that its texts come out of."""

    service: Running
    kannel: Kannels

    def tool(self, *words: str) -> str:
        """`care-console service ...` in a shell beside the running service."""
        command = [sys.executable, "-m", "care_console", "service", *words]
        folder = self.service.settings.data_dir
        done = subprocess.run(
            [*command, "--data-dir", str(folder)],
            env=os.environ | AT_ANY_HOUR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def desk(self, folder: Path, phone: str, *deed: str) -> dict[str, Any]:
        """A specialist's desk does one thing, and what it shows."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.desk_at_work", self.service.url, folder, phone, *deed],
            input=f"ana\n{PASSWORD}\n",
            env=os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def states(self, phone: str) -> list[str]:
        """What the service knows of the texts to a phone: delivered, once the carrier's receipt has come."""
        return [row.status for row in self.service.rows(texts) if row.phone == phone]

    def texts(self, phone: str) -> list[str]:
        """What came to a phone so far, by the carrier's journal."""
        return [line["text"] for line in self.kannel.handed if f"+{line['to']}" == phone]


@contextmanager
def _kannel_in_its_thread(folder: Path, service: str) -> Iterator[Kannels]:
    """Kannel and the carrier, in a loop of their own: playwright holds this thread's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running = kannel(folder, service)

    def there(step: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result(60)

    try:
        yield there(running.__aenter__())
    finally:
        there(running.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """All of it at work, whatever the hour: a text would wait for the morning."""
    missing = missing_tools()
    assert not missing, f"install {' and '.join(missing)}: this test uses a real Kannel and a real carrier"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _kannel_in_its_thread(tmp_path_factory.mktemp("kannel"), url) as gateway:
        told = {
            "CARE_KANNEL_URL": gateway.url,
            "CARE_KANNEL_PASSWORD": "of-the-tests",
            "CARE_CALLBACK_URL": url,
            **AT_ANY_HOUR,
        }
        with pages_service(tmp_path_factory.mktemp("whole"), port, **told) as service:
            service.do(lambda _, ctx: add_staff(ctx, "ana", Role.SPECIALIST, PASSWORD))
            made = World(service, gateway)
            made.tool(
                "facility", "add", "Dallas County Jail", "--state", "TX", "--timezone", "America/Chicago"
            )
            yield made


def _link_in(text: str) -> str:
    [url] = re.findall(r"https?://\S+", text)
    return str(url)


def _hear(page: Page) -> None:
    """Pressed, and heard to its end."""
    page.evaluate("document.getElementById('sound').play()")
    sound = "document.getElementById('sound')"
    until(lambda: page.evaluate(f"{sound}.currentTime") > 1, page)
    until(lambda: bool(page.evaluate(f"{sound}.ended")), page, 30)


def _pay(page: Page, words: Words, phone: str, method: str) -> None:
    if method == "card":
        page.get_by_role("button", name=words.by_card).click()
        page.wait_for_url("**/c/pay/*")
        page.get_by_label("Card number").fill("4242 4242 4242 4242")
        page.get_by_role("button", name="Pay").click()
    else:
        page.get_by_label(words.phone).fill(phone)
        page.get_by_label("PIN").fill(PIN)
        page.get_by_role("button", name=words.from_account).click()


def _paid(world: World, code: str) -> list[tuple[str, str, int]]:
    [message] = [row.message_id for row in world.service.rows(links) if row.code == code]
    rows = world.service.rows(charges)
    return [(row.method, row.status, row.amount_cents) for row in rows if row.message_id == message]


def _end_the_link(world: World, code: str) -> None:
    async def act(_: Any, ctx: Any) -> None:
        ended = update(links).where(links.c.code == code).values(expires_at=datetime.now(UTC))
        await ctx.connection.execute(ended)

    world.service.do(act)


def _kinds(shown: dict[str, Any]) -> set[str]:
    return {entry["kind"] for entry in shown["entries"]}


def _statuses(shown: dict[str, Any]) -> list[str]:
    return [entry["status"] for entry in shown["entries"] if entry["kind"] == "text"]


@pytest.mark.parametrize(
    ("lang", "method", "phone"),
    [
        ("en", "card", "+12145550142"),
        ("es", "prepaid", "+12145550143"),
    ],
)
def test_recorded_texted_paid_heard_ended_made_anew_and_heard_again(
    world: World, chromium: Browser, tmp_path: Path, lang: str, method: str, phone: str
) -> None:
    words = WORDS[lang]
    sound = tmp_path / "spoken.wav"
    sound.write_bytes(speech("es" if lang == "es" else "en", SECONDS))
    said = ("--sender", "John Doe", "--booking", f"B-{phone}", "--phone", phone, "--language", lang)
    told = world.tool("record", str(sound), "--facility", "Dallas County Jail", *said)
    assert "$1.99" in told
    if method == "prepaid":
        world.tool("prepaid", "open", "--phone", phone, "--pin", PIN, "--deposit-cents", "500")
    context = chromium.new_context(viewport=PHONE, locale=words.locale, has_touch=True, is_mobile=True)
    page = context.new_page()

    until(lambda: len(world.texts(phone)) == 1, page, 60)
    [text] = world.texts(phone)
    assert in_gsm(f"John Doe {words.texted}") in text
    page.goto(_link_in(text))
    for shown in (words.recorded, "Dallas County Jail", "$1.99", words.until):
        assert page.get_by_text(shown).first.is_visible(), shown
    no_violation(page)
    code = _link_in(text).rsplit("/", 1)[1]
    assert _paid(world, code) == []
    _pay(page, words, phone, method)
    page.get_by_text(words.paid).wait_for()
    assert f"/m/{code}" in page.url
    assert _paid(world, code) == [(method, "succeeded", 199)]
    _hear(page)

    desk = tmp_path / "desk"
    until(lambda: world.states(phone) == ["delivered"], page, 60)
    shown = world.desk(desk, phone, "see", "1", HEARD)
    assert shown["verdict"] == "fine"
    assert not shown["stale"]
    assert {"message", "text", "link", "visit", "play", "charge"} <= _kinds(shown)
    assert _statuses(shown) == ["delivered"]

    _end_the_link(world, code)
    page.goto(_link_in(text))
    assert page.get_by_text(words.ended).is_visible()
    made = world.desk(desk, phone, "reissue")
    until(lambda: len(world.texts(phone)) == 2, page, 60)
    anew = world.texts(phone)[1]
    assert in_gsm(words.texted_anew) in anew
    assert _link_in(anew) == made["link"]["url"] != _link_in(text)
    page.goto(_link_in(anew))
    _hear(page)
    assert world.desk(desk, phone, "see", "2", HEARD)["verdict"] == "fine"
    assert _paid(world, code) == [(method, "succeeded", 199)]
    context.close()
