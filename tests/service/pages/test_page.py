"""The page behind a link: what it shows before any payment, and that looking at it changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from care_console.service.foundation.clock import SettableClock
from care_console.service.links.codes import grouped
from care_console.service.pages.rendering import asset, words
from care_console.service.pages.throttle import MOST
from care_console.service.playback.tables import visits
from tests.service.pages.conftest import Shop

pytestmark = pytest.mark.asyncio


async def everything(shop: Shop) -> dict[str, int]:
    """How many rows each table has."""
    async with shop.services.database.begin() as connection:
        names = (
            await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        ).scalars()
        return {
            name: (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one()
            for name in names
        }


async def test_all_is_said_before_any_payment(shop: Shop) -> None:
    shown = await shop.browser.get(f"/m/{await shop.message()}")
    assert shown.status_code == 200
    for told in ("John Doe", "Dallas County Jail, TX", "1:12", "$3.99", "Sunday, December 20", "Discover"):
        assert told in shown.text, told
    assert "prepaid AdvanceConnect" in shown.text
    assert "/sound" not in shown.text


async def test_what_a_preview_shows_has_no_name_in_it(shop: Shop) -> None:
    shown = (await shop.browser.get(f"/m/{await shop.message()}")).text
    head = shown[: shown.index("</head>")]
    assert "og:title" in head
    for told in ("John", "Doe", "Dallas", "$"):
        assert told not in head


async def test_looking_changes_nothing_and_a_touch_counts_once(shop: Shop) -> None:
    code = await shop.message()
    before = await everything(shop)
    for agent in ("facebookexternalhit/1.1", "Mozilla/5.0 (iPhone)"):
        for path in ("", "/receipt", "/paid?session=cs_x", "/sound"):
            await shop.browser.get(f"/m/{code}{path}", headers={"User-Agent": agent})
    assert await everything(shop) == before
    for _ in range(3):
        assert (await shop.browser.post(f"/m/{code}/opened")).status_code == 204
    assert len(await shop.rows(visits)) == 1


@pytest.mark.parametrize("change", [str.lower, grouped, lambda c: " ".join(c), lambda c: c.replace("5", "S")])
async def test_a_code_may_be_written_as_people_write_it(shop: Shop, change) -> None:
    code = await shop.message()
    assert (await shop.browser.get(f"/m/{change(code)}")).status_code == 200
    by_form = await shop.browser.get("/m", params={"code": change(code)}, follow_redirects=True)
    assert by_form.status_code == 200


async def test_a_wrong_code_is_answered_kindly_and_only_so_often(shop: Shop) -> None:
    code = await shop.message()
    swapped = ("3" if code[0] != "3" else "4") + code[1:]
    answer = await shop.browser.get(f"/m/{swapped}")
    assert (answer.status_code, "does not look complete" in answer.text) == (404, True)
    for odd in ("%00", "x" * 500, "<b>", "ñ"):
        assert (await shop.browser.get(f"/m/{odd}")).status_code in (404, 422), odd
    for _ in range(MOST):
        await shop.browser.get("/m/2222222222222")
    assert (await shop.browser.get(f"/m/{code}")).status_code == 429


async def test_an_end_says_what_happened(shop: Shop, clock: SettableClock) -> None:
    unpaid = await shop.message(link={"expires_at": clock.now() - timedelta(seconds=1)})
    answer = await shop.browser.get(f"/m/{unpaid}")
    assert (answer.status_code, "nothing was charged" in answer.text) == (410, True)
    assert (await shop.pay(unpaid)).status_code == 410
    replaced = await shop.message(link={"revoked_at": clock.now()})
    answer = await shop.browser.get(f"/m/{replaced}")
    assert (answer.status_code, "John Doe" in answer.text) == (410, False)
    assert await shop.paid() == []


async def test_what_a_stranger_wrote_is_plain_text(shop: Shop) -> None:
    from care_console.service.foundation.context import SYSTEM
    from tests.support import builders

    async with shop.services.database.begin() as connection:
        ctx = shop.services.context(connection, SYSTEM, "test")
        sender = await builders.a_sender(ctx, name="O'Nguyễn-Smith <b>{{ 7 * 7 }}")
    shown = (await shop.browser.get(f"/m/{await shop.message(sender_id=sender)}")).text
    assert "O&#39;Nguyễn-Smith &lt;b&gt;{{ 7 * 7 }}" in shown


async def test_a_silent_recording_is_not_sold(shop: Shop) -> None:
    code = await shop.message(sound=False)
    shown = await shop.browser.get(f"/m/{code}")
    assert "we do not take money for it" in shown.text
    await shop.pay(code)
    assert await shop.twin.journal("checkout") == []


async def test_each_page_is_small_private_and_alone(shop: Shop) -> None:
    code = await shop.message()
    shown = await shop.browser.get(f"/m/{code}")
    assert shown.headers["cache-control"] == "no-store"
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"form-action 'self' {shop.twin.url}" in policy
    assert "noindex" in shown.headers["x-robots-tag"]
    assert shown.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in shown.headers
    assert not re.search(r"<script(?! src)|<style|style=|onclick|https?://(?!ogp\.me)", shown.text)
    assert len(shown.content) + len(asset("page.css")) + len(asset("page.js")) < 60_000
    for path in re.findall(r'(?:src|href)="(/pages/[^"]+)"', shown.text):
        got = await shop.browser.get(path)
        assert (got.status_code, "immutable" in got.headers["cache-control"]) == (200, True)
    assert (await shop.browser.get("/pages/words.en.toml")).status_code == 404


async def test_english_and_spanish_say_the_same_things(shop: Shop) -> None:
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {name: shape(one) for name, one in value.items()}
        if isinstance(value, list):
            return [shape(one) for one in value]
        return sorted(re.findall(r"{\w+}", str(value)))

    assert shape(words("en")) == shape(words("es"))
    code = await shop.message()
    spanish = await shop.browser.get(f"/m/{code}", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    assert '<html lang="es"' in spanish.text
    assert "grabó un mensaje de voz" in spanish.text
    assert '<html lang="es"' in (await shop.browser.get(f"/m/{code}?lang=es")).text
    for path in ("/faq", "/terms", "/help"):
        for lang in ("en", "es"):
            told = await shop.browser.get(path, params={"lang": lang})
            assert (told.status_code, words(lang)[path[1:]]["title"] in told.text) == (200, True)


async def test_another_sites_form_does_nothing(shop: Shop) -> None:
    code = await shop.message()
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        answer = await shop.browser.post(f"/m/{code}/pay", data={"method": "card"}, headers=headers)
        assert answer.status_code == 403
    assert await shop.twin.journal("checkout") == []
