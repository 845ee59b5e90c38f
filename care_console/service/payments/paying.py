"""Paying for a message, by card or prepaid: each step one transaction, the processor's calls between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import insert

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.foundation.context import SYSTEM, Actor, Context
from care_console.service.foundation.services import Services
from care_console.service.foundation.statements import Query
from care_console.service.gateways.cards.port import (
    CheckoutStage,
    NewCheckout,
    NotSent,
    OutcomeUnknown,
    ProcessorCheckout,
    Refused,
)
from care_console.service.messages.facts import MessageFacts
from care_console.service.payments import pages
from care_console.service.payments.pages import PaymentPage
from care_console.service.payments.tables import charges
from care_console.service.prepaid.ledger import NotEnough, spend
from care_console.service.prepaid.rules import PinAnswer, account_by_pin

log = structlog.get_logger(__name__)

_CHARGE = Query(insert(charges).returning(charges.c.id))
RECIPIENT = Actor("recipient")
PRODUCT = {"en": "Voice message", "es": "Mensaje de voz"}
_LOOKS, _LOOK_SECONDS = 6, 0.4
_TROUBLES = (Refused, OutcomeUnknown, NotSent)


class Paid(StrEnum):
    """How a try to pay ended."""

    PAID = "paid"
    GO = "go"
    WRONG_PIN = "wrong_pin"
    TOO_MANY_TRIES = "too_many_tries"
    NOT_ENOUGH = "not_enough"
    CARD_UNDER_WAY = "card_under_way"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Payer:
    """For which message, by which link, in which language, from which address, coming back to where."""

    message_id: int
    link_id: int
    language: str
    origin: str
    page_url: str


async def pay_by_card(services: Services, payer: Payer) -> tuple[Paid, str]:
    """Where to go to pay: the one open page of the message, or a new one. Not paid yet."""
    for attempt in range(_LOOKS):
        async with services.database.begin() as connection:
            ctx = services.context(connection, RECIPIENT, payer.origin)
            facts = await pages.lock_message(ctx, payer.message_id)
            if facts.paid or facts.is_free:
                return Paid.PAID, ""
            page = await pages.begin(ctx, facts, payer.link_id, payer.language)
        try:
            if page.url is None:
                said = await _opened(services, page, payer.page_url)
                return (Paid.GO, said.url) if said.url else (Paid.UNAVAILABLE, "")
            if page.ends_at > services.clock.now():
                return Paid.GO, page.url
            # Its time is over: it was paid in the last moment, or it is closed and another can be opened.
            if (await read_page(services, page)).paid:
                return Paid.PAID, ""
        except _TROUBLES as trouble:
            log.warning("payments.no_page", checkout_id=str(page.id), why=trouble.sentence)
            if not isinstance(trouble, OutcomeUnknown) or attempt == _LOOKS - 1:
                return Paid.UNAVAILABLE, ""
            # A second tap meets the first one's call under way; in a moment its page is there for both.
            await asyncio.sleep(_LOOK_SECONDS)
    return Paid.UNAVAILABLE, ""


async def pay_by_prepaid(services: Services, payer: Payer, phone: str, pin: str) -> Paid:
    """Pay from the account of a phone, once: a card's page that is open is closed first."""
    for _ in range(3):
        try:
            how, page = await _spend_unless_a_page_is_open(services, payer, phone, pin)
        except NotEnough:  # outside of the transaction: what was begun in it, the charge, is undone
            return Paid.NOT_ENOUGH
        if page is None:
            return how
        try:
            if not await _closed(services, page, payer.page_url):
                return Paid.CARD_UNDER_WAY
        except _TROUBLES as trouble:
            log.warning("payments.not_closed", checkout_id=str(page.id), why=trouble.sentence)
            return Paid.CARD_UNDER_WAY
    return Paid.CARD_UNDER_WAY


async def _spend_unless_a_page_is_open(
    services: Services, payer: Payer, phone: str, pin: str
) -> tuple[Paid, PaymentPage | None]:
    async with services.database.begin() as connection:
        ctx = services.context(connection, RECIPIENT, payer.origin)
        answer, account_id = await account_by_pin(ctx, phone, pin)
        if answer is not PinAnswer.RIGHT:
            return (Paid.TOO_MANY_TRIES if answer is PinAnswer.TOO_MANY else Paid.WRONG_PIN), None
        facts = await pages.lock_message(ctx, payer.message_id)
        if facts.paid or facts.is_free:
            return Paid.PAID, None
        page = await pages.open_page_of(ctx, payer.message_id)
        if page is None:
            await _spend(ctx, facts, account_id, payer.link_id)
        return Paid.PAID, page


async def read_page(services: Services, page: PaymentPage) -> MessageFacts:
    """Read a page at the processor and write down what it says. Raises a `ProcessorProblem`."""
    assert page.processor_id is not None
    return await _told(services, page, await services.cards.read_checkout(page.processor_id))


async def read_by_id(services: Services, checkout_id: UUID) -> None:
    """Read a page by our own id, where it is one of ours and the processor has it."""
    async with services.database.begin() as connection:
        page = await pages.page_by_id(services.context(connection, SYSTEM, "job:payments"), checkout_id)
    if page is None:
        log.warning("payments.not_ours", checkout_id=str(checkout_id))
    elif page.processor_id is not None:
        await read_page(services, page)
    elif services.clock.now() - page.opened_at > pages.NEVER_OPENED_AFTER:
        async with services.database.begin() as connection:
            await pages.refused(services.context(connection, SYSTEM, "job:payments"), page)


async def _opened(services: Services, page: PaymentPage, page_url: str) -> ProcessorCheckout:
    wanted = NewCheckout(
        checkout_id=page.id,
        amount_cents=page.amount_cents,
        currency="USD",
        product=PRODUCT[page.language],
        language=page.language,
        on_statement=services.settings.on_statements,
        paid_url=f"{page_url}/paid?session={{CHECKOUT_SESSION_ID}}",
        back_url=page_url,
        ends_at=page.ends_at,
    )
    try:
        said = await services.cards.open_checkout(wanted)
    except Refused:
        async with services.database.begin() as connection:
            await pages.refused(services.context(connection, SYSTEM, "page"), page)
        raise
    async with services.database.begin() as connection:
        await pages.opened(services.context(connection, SYSTEM, "page"), page, said)
    return said


async def _closed(services: Services, page: PaymentPage, page_url: str) -> bool:
    """Whether nothing can be paid on the page any more, and nothing was; raises where that is not known."""
    processor_id = page.processor_id
    if processor_id is None:
        if services.clock.now() - page.opened_at > pages.NEVER_OPENED_AFTER:
            async with services.database.begin() as connection:
                await pages.refused(services.context(connection, SYSTEM, "page"), page)
            return True
        said = await _opened(services, page, page_url)
        processor_id = said.processor_id
    said = await services.cards.end_checkout(processor_id)
    await _told(services, replace(page, processor_id=processor_id), said)
    return said.stage is not CheckoutStage.OPEN


async def _told(services: Services, page: PaymentPage, said: ProcessorCheckout) -> MessageFacts:
    async with services.database.begin() as connection:
        return await pages.settle(services.context(connection, SYSTEM, "processor"), page, said)


async def _spend(ctx: Context, facts: MessageFacts, account_id: int, link_id: int) -> None:
    values = {
        "message_id": facts.id,
        "recipient_id": facts.recipient_id,
        "charged_at": ctx.now,
        "amount_cents": facts.price_cents,
        "method": "prepaid",
        "status": "succeeded",
    }
    charge_id: int = (await ctx.connection.execute(_CHARGE, values)).scalar_one()
    await spend(ctx, account_id, facts.price_cents, charge_id)
    await record(
        ctx,
        Action.CHARGE_MADE,
        f"charge:{charge_id}",
        details={"message": str(facts.id), "amount_cents": facts.price_cents, "method": "prepaid"},
    )
    await pages.keep_open_for_listening(ctx, facts, link_id)
    await pages.announce_paid(ctx, facts)
