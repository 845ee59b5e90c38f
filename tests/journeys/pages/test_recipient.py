"""A recipient in Chromium: cost read, paid, heard; declined, closed, gone back, tapped twice; made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from care_console.service.links.tables import links
from care_console.service.payments.tables import charges
from care_console.service.playback.tables import plays, visits
from tests.journeys.pages.conftest import no_violation, until
from tests.support.pages_service import PHONE, Running

pytestmark = pytest.mark.timeout(300)


OVER_AND_OVER = """() => {
    const sound = document.getElementById('sound');
    window.over = { furthest: 0, times: 0 };
    sound.addEventListener('timeupdate', () => {
        over.furthest = Math.max(over.furthest, sound.currentTime);
        if (sound.currentTime < 1 || over.times >= 5) return;
        over.times += 1;
        if (over.times < 5) sound.currentTime = 0; else sound.pause();
    });
    sound.play();
}"""


def paid(service: Running, code: str) -> list[tuple[str, str]]:
    [message] = [row.message_id for row in service.rows(links) if row.code == code]
    return [(row.method, row.status) for row in service.rows(charges) if row.message_id == message]


def heard(service: Running, message: int) -> list[int]:
    return [row.seconds_played for row in service.rows(plays) if row.message_id == message]


def pay_with(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay").click()


def listen(page: Page) -> None:
    page.evaluate("document.getElementById('sound').play()")
    # Asked again and again from outside: the page's policy lets nothing be evaluated within it.
    until(lambda: page.evaluate("document.getElementById('sound').currentTime") > 1, page)
    page.evaluate("document.getElementById('sound').pause()")


def test_read_paid_by_card_heard_ended_made_anew_and_heard_again(service: Running, phone: Page) -> None:
    code = service.message()
    phone.goto(f"{service.url}/m/{code}")
    for told in ("John Doe", "Dallas County Jail, TX", "$3.99", "You can listen until"):
        assert phone.get_by_text(told).first.is_visible()
    no_violation(phone)
    phone.get_by_role("button", name="Pay $3.99 by card").click()
    pay_with(phone, "4242 4242 4242 4242")
    phone.wait_for_url(f"**/m/{code}")
    assert phone.get_by_text("Paid. Thank you.").is_visible()
    no_violation(phone)
    assert paid(service, code) == [("card", "succeeded")]
    listen(phone)
    [message] = [row.message_id for row in service.rows(links) if row.code == code]
    until(lambda: max([0, *heard(service, message)]) >= 1, phone)
    desk = service.desk()
    assert desk.get(f"/v1/messages/{message}").json()["diagnosis"]["verdict"] == "fine"
    phone.get_by_role("link", name="Receipt").click()
    assert phone.get_by_text("Visa ending 4242").is_visible()
    no_violation(phone)

    async def ends(_, ctx):
        now = datetime.now(UTC)
        await ctx.connection.execute(update(links).where(links.c.code == code).values(expires_at=now))

    service.do(ends)
    phone.goto(f"{service.url}/m/{code}")
    assert phone.get_by_text("It was paid and it was played.").is_visible()
    no_violation(phone)
    key = {"Idempotency-Key": str(uuid4())}
    made = desk.post(f"/v1/messages/{message}/links", json={"reason": "expired"}, headers=key).json()
    assert made["url"].startswith(service.url)
    phone.goto(made["url"])
    before = heard(service, message)
    listen(phone)
    # the page made anew names its own play
    until(lambda: len(heard(service, message)) > len(before) and min(heard(service, message)) >= 1, phone)
    assert paid(service, code) == [("card", "succeeded")]


def test_prepaid_in_spanish(service: Running, chromium: Browser) -> None:
    code = service.message()
    service.account("+12145559876", 500)
    context = chromium.new_context(viewport=PHONE, locale="es-MX")
    page = context.new_page()
    page.goto(f"{service.url}/m/{code}")
    assert page.get_by_text("grabó un mensaje de voz para usted").is_visible()
    no_violation(page)
    page.get_by_label("Número de teléfono").fill("(214) 555-9876")
    page.get_by_label("PIN").fill("1111")
    page.get_by_role("button", name="Pagar $3.99 de mi cuenta").click()
    assert page.get_by_role("alert").is_visible()
    no_violation(page)
    page.get_by_label("Número de teléfono").fill("(214) 555-9876")
    page.get_by_label("PIN").fill("2468")
    page.get_by_role("button", name="Ver primero mi saldo").click()
    assert page.get_by_text("Su cuenta tiene $5.00.").is_visible()
    no_violation(page)
    page.get_by_label("PIN").fill("2468")
    page.get_by_role("button", name="Pagar $3.99 de mi cuenta").dblclick()
    page.wait_for_url(f"**/m/{code}*")
    assert page.get_by_text("Pagado. Gracias.").is_visible()
    listen(page)
    assert paid(service, code) == [("prepaid", "succeeded")]
    context.close()


def test_declined_gone_back_tapped_twice_and_closed_is_one_charge(
    service: Running, chromium: Browser, phone: Page
) -> None:
    code = service.message()
    phone.goto(f"{service.url}/m/{code}")
    phone.get_by_role("button", name="by card").dblclick()
    phone.wait_for_url("**/c/pay/*")
    first = phone.url
    pay_with(phone, "4000000000000002")
    assert phone.get_by_text("Your card was declined.").is_visible()
    phone.get_by_role("link", name="Go back").click()
    assert phone.get_by_text("is not finished").is_visible()
    no_violation(phone)
    phone.get_by_role("button", name="by card").click()
    phone.wait_for_url("**/c/pay/*")
    assert phone.url == first
    other = phone.context.new_page()
    other.goto(f"{service.url}/m/{code}")
    other.get_by_role("button", name="by card").click()
    other.wait_for_url("**/c/pay/*")
    assert other.url == first
    # Paid in one tab, which is closed before it comes back; only the webhook can tell.
    other.route(f"{service.url}/**", lambda route: route.abort())
    other.get_by_label("Card number").fill("4242424242424242")
    other.get_by_role("button", name="Pay").click(no_wait_after=True)
    until(lambda: ("card", "succeeded") in paid(service, code), phone)
    other.close()
    pay_with(phone, "4242424242424242")
    phone.wait_for_url(f"**/m/{code}")
    assert phone.get_by_text("Paid. Thank you.").is_visible()
    until(lambda: sorted(paid(service, code)) == [("card", "failed"), ("card", "succeeded")], phone)


def test_it_pays_and_plays_with_scripts_off(service: Running, chromium: Browser) -> None:
    code = service.message()
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service.url}/m/{code}")
    page.get_by_role("link", name="Español").click()
    page.get_by_role("button", name="con tarjeta").click()
    pay_with(page, "4242424242424242")
    page.wait_for_url(f"**/m/{code}*")
    assert page.locator("#sound").is_visible()
    assert context.request.get(f"{service.url}/m/{code}/sound").status == 200
    [message] = [row.message_id for row in service.rows(links) if row.code == code]
    assert [row.seconds_played for row in service.rows(plays) if row.message_id == message] == [0]
    context.close()


def test_the_same_stretch_heard_again_is_not_more_of_the_message(service: Running, phone: Page) -> None:
    code = service.message()
    phone.goto(f"{service.url}/m/{code}")
    phone.get_by_role("button", name="by card").click()
    pay_with(phone, "4242424242424242")
    phone.wait_for_url(f"**/m/{code}")
    [message] = [row.message_id for row in service.rows(links) if row.code == code]
    # Five times over its first second, as far as `furthest` tells; what went by is five times as much.
    phone.evaluate(OVER_AND_OVER)
    until(lambda: phone.evaluate("over.times") == 5, phone, 30)
    furthest = phone.evaluate("over.furthest")
    until(lambda: abs(max(heard(service, message), default=9) - furthest) <= 1, phone)
    # And a jump is not heard either: its last second is one more.
    phone.evaluate("document.getElementById('sound').currentTime = 3")
    phone.evaluate("document.getElementById('sound').play()")
    until(lambda: bool(phone.evaluate("document.getElementById('sound').ended")), phone)
    until(lambda: heard(service, message)[0] > furthest, phone)
    phone.wait_for_timeout(500)
    [seconds] = heard(service, message)
    assert abs(seconds - (furthest + 1)) <= 1


def test_a_look_alone_is_no_visit_and_a_touch_is(service: Running, phone: Page) -> None:
    code = service.message()
    [message] = [row.message_id for row in service.rows(links) if row.code == code]

    def seen() -> int:
        return len([row for row in service.rows(visits) if row.message_id == message])

    phone.goto(f"{service.url}/m/{code}")
    phone.wait_for_timeout(500)
    assert seen() == 0
    phone.touchscreen.tap(50, 200)
    until(lambda: seen() == 1, phone)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_page_is_accessible_and_fits_a_small_phone(
    service: Running, chromium: Browser, scheme: str, lang: str
) -> None:
    ended = service.message(expires_at=datetime.now(UTC) - timedelta(days=1))
    code = service.message()
    context = chromium.new_context(viewport={"width": 320, "height": 568}, color_scheme=scheme)
    page = context.new_page()
    for path in (f"/m/{code}", f"/m/{ended}", "/m/7KMNP2RTVWXY3CD", "/faq", "/terms", "/help"):
        page.goto(f"{service.url}{path}?lang={lang}")
        no_violation(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()
