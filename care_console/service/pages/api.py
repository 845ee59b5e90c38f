"""The page behind a link: `GET /m/{code}` and what can be done there.

`GET` changes nothing, and the database is told so: the text's link is opened by previewers and scanners, too.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.routing import origin_of, services_of
from care_console.service.gateways.cards.port import ProcessorProblem
from care_console.service.links.codes import LENGTH, as_typed, is_whole
from care_console.service.pages.queries import PageFacts, PageLink, Standing, find_link, read_page
from care_console.service.pages.rendering import LANGUAGES, language_of, page
from care_console.service.pages.routing import PageRoute, said
from care_console.service.pages.throttle import Throttle
from care_console.service.payments.pages import open_page_of
from care_console.service.payments.paying import (
    RECIPIENT,
    Paid,
    Payer,
    pay_by_card,
    pay_by_prepaid,
)
from care_console.service.payments.paying import (
    read_page as read_at_processor,
)
from care_console.service.payments.queries import charges_of_message
from care_console.service.playback import rules as playback
from care_console.service.prepaid.command import as_us_phone
from care_console.service.prepaid.ledger import balance_cents
from care_console.service.prepaid.rules import PinAnswer, account_by_pin

router = APIRouter(route_class=PageRoute, include_in_schema=False)
throttle = Throttle()

_STATUS = {Standing.LIVE: 200, Standing.ENDED: 410, Standing.REPLACED: 410}
Text = Annotated[str, Form(max_length=40)]


@asynccontextmanager
async def _looking(request: Request) -> AsyncIterator[Context]:
    services = services_of(request)
    async with services.database.reading(only=True) as connection:
        yield services.context(connection, RECIPIENT, origin_of(request))


@asynccontextmanager
async def acting(request: Request) -> AsyncIterator[Context]:
    services = services_of(request)
    async with services.database.begin() as connection:
        yield services.context(connection, RECIPIENT, origin_of(request))


@router.get("/m/{code}")
async def get_page(request: Request, code: str) -> Response:
    """Who recorded it, where, how long, what it costs, how it is paid, until when; or why not."""
    facts = await facts_of(request, code)
    return _shown(request, facts) if isinstance(facts, PageFacts) else facts


@router.get("/m")
async def get_typed(request: Request, code: str = "") -> Response:
    """The form for a code that was typed: to its page, if there is something to go to."""
    kept = "".join(filter(str.isalnum, code))[:40]
    return RedirectResponse(f"/m/{kept}{_query(request)}", 303) if kept else said(request, "wrong", 404)


@router.post("/m/{code}/opened")
async def post_opened(request: Request, code: str) -> Response:
    """Somebody touched the page."""
    link = await _link(request, code)
    if isinstance(link, Response):
        return link
    async with acting(request) as ctx:
        await playback.opened(ctx, link.id)
    return Response(status_code=204)


@router.post("/m/{code}/played")
async def post_played(
    request: Request, code: str, play: Annotated[UUID, Form()], seconds: Annotated[int, Form(ge=0, le=3600)]
) -> Response:
    """So many seconds were heard in one play."""
    facts = await facts_of(request, code)
    if isinstance(facts, Response):
        return facts
    if not facts.may_play:
        return Response(status_code=410)
    async with acting(request) as ctx:
        await playback.reported(ctx, facts.link.id, play, seconds)
    return Response(status_code=204)


@router.post("/m/{code}/pay")
async def post_pay(
    request: Request, code: str, method: Text = "", phone: Text = "", pin: Text = "", lang: Text = ""
) -> Response:
    """Pay by card, on the processor's page, or from a prepaid account."""
    facts = await facts_of(request, code)
    if isinstance(facts, Response):
        return facts
    back = _back(request, facts.link, lang)
    if facts.may_play:
        return RedirectResponse(back, 303)
    if not facts.is_for_sale:
        return _shown(request, facts)
    language = lang if lang in LANGUAGES else language_of(request, facts.link.language)
    async with acting(request) as ctx:
        await playback.opened(ctx, facts.link.id)
    services = services_of(request)
    page_url = f"{services.settings.public_url.rstrip('/')}/m/{facts.link.code}"
    payer = Payer(facts.link.message_id, facts.link.id, language, origin_of(request), page_url)
    if method == "card":
        how, url = await pay_by_card(services, payer)
        if how is Paid.GO:
            return RedirectResponse(url, 303)
    elif method == "prepaid":
        number = as_us_phone(phone) if phone.strip() else facts.link.phone
        how = await pay_by_prepaid(services, payer, number or "", pin)
    else:
        return _shown(request, facts, 422, notice="no_method", language=lang)
    if how is Paid.PAID:
        return RedirectResponse(back, 303)
    if how is Paid.WRONG_PIN:
        throttle.count(origin_of(request), time.monotonic())
    status = {Paid.TOO_MANY_TRIES: 429, Paid.UNAVAILABLE: 503, Paid.CARD_UNDER_WAY: 409}.get(how, 422)
    return _shown(request, facts, status, notice=how.value, language=lang)


@router.post("/m/{code}/balance")
async def post_balance(
    request: Request, code: str, phone: Text = "", pin: Text = "", lang: Text = ""
) -> Response:
    """What a prepaid account holds, for who knows its PIN. Nothing is paid by it."""
    facts = await facts_of(request, code)
    if isinstance(facts, Response):
        return facts
    number = as_us_phone(phone) if phone.strip() else facts.link.phone
    async with acting(request) as ctx:
        answer, account_id = await account_by_pin(ctx, number or "", pin)
        if answer is PinAnswer.RIGHT:
            await record(ctx, Action.PREPAID_READ, f"prepaid:{account_id}")
            balance = await balance_cents(ctx, account_id)
            return _shown(request, facts, balance=balance, phone=phone, language=lang)
    throttle.count(origin_of(request), time.monotonic())
    is_wrong = answer is PinAnswer.WRONG
    notice = (Paid.WRONG_PIN if is_wrong else Paid.TOO_MANY_TRIES).value
    return _shown(request, facts, 422 if is_wrong else 429, notice=notice, phone=phone, language=lang)


@router.get("/m/{code}/paid")
async def get_paid(request: Request, code: str, session: str = "") -> Response:
    """Back from the processor's page: what became of it is read there, and then the page says so."""
    link = await _link(request, code)
    if isinstance(link, Response):
        return link
    async with _looking(request) as ctx:
        open_page = await open_page_of(ctx, link.message_id)
    if open_page is not None and session and open_page.processor_id == session:
        try:
            await read_at_processor(services_of(request), open_page)
        except ProcessorProblem:
            return RedirectResponse(_back(request, link, ""), 303)
        async with acting(request) as ctx:
            await playback.opened(ctx, link.id)
    return RedirectResponse(_back(request, link, ""), 303)


@router.get("/m/{code}/receipt")
async def get_receipt(request: Request, code: str) -> Response:
    """What was paid for the message, to print; after the link has ended, too, not once it is replaced."""
    facts = await facts_of(request, code)
    if isinstance(facts, Response):
        return facts
    if facts.standing is Standing.REPLACED:
        return _shown(request, facts)
    async with _looking(request) as ctx:
        made = await charges_of_message(ctx, facts.link.message_id)
    language = language_of(request, facts.link.language)
    return page(request, "receipt.html", language, f=facts, charges=made, code=facts.link.code)


async def facts_of(request: Request, code: str) -> PageFacts | Response:
    found = await _link(request, code)
    if isinstance(found, Response):
        return found
    async with _looking(request) as ctx:
        return await read_page(ctx, found)


async def _link(request: Request, code: str) -> PageLink | Response:
    address = origin_of(request)
    if throttle.is_closed(address, time.monotonic()):
        return said(request, "too_many", 429)
    async with _looking(request) as ctx:
        link = await find_link(ctx, code)
    if link is not None:
        return link
    throttle.count(address, time.monotonic())
    typed = as_typed(code)
    is_mistyped = len(typed) != LENGTH or not is_whole(typed)
    return said(request, "mistyped" if is_mistyped else "wrong", 404)


def _shown(
    request: Request,
    facts: PageFacts,
    status: int | None = None,
    *,
    notice: str = "",
    language: str = "",
    **more: Any,
) -> Response:
    chosen = language if language in LANGUAGES else language_of(request, facts.link.language)
    told = {"notice": notice, "balance": None, "phone": "", "code": facts.link.code} | more
    template = "message.html" if facts.standing is Standing.LIVE else "ended.html"
    return page(request, template, chosen, status or _STATUS[facts.standing], f=facts, **told)


def _back(request: Request, link: PageLink, lang: str) -> str:
    return f"/m/{link.code}{f'?lang={lang}' if lang in LANGUAGES else _query(request)}"


def _query(request: Request) -> str:
    lang = request.query_params.get("lang")
    return f"?lang={lang}" if lang in LANGUAGES else ""
