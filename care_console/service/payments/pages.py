"""A message's payment page at the processor: one at a time, an intent first, then what the processor says.

The message's row is the lock. Whoever taps twice, opens two tabs or comes back gets the page that is open; a
charge is written down only from what was read at the processor, and one that comes on top of another goes
back by itself (decision 0027).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import structlog
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_message
from care_console.service.foundation.statements import Query
from care_console.service.gateways.cards.port import CardTry, CheckoutStage, ProcessorCheckout
from care_console.service.links.tables import links
from care_console.service.messages.facts import MessageFacts
from care_console.service.messages.facts_queries import facts_of_message
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges, checkouts
from care_console.service.refunds.rules import give_back_duplicate

log = structlog.get_logger(__name__)

NEVER_OPENED_AFTER = timedelta(minutes=25)
"""An intent this old that the processor never answered leads nowhere: nobody was given its address. Asked for
again it would be refused, since its end is less than half an hour off by then."""

_OPEN = ("opening", "open")


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """A payment page as it is stored; `url` is None until the processor has given one."""

    id: UUID
    message_id: int
    link_id: int
    amount_cents: int
    language: str
    state: str
    opened_at: datetime
    ends_at: datetime
    processor_id: str | None
    url: str | None


_COLUMNS = [checkouts.c[name] for name in PaymentPage.__dataclass_fields__]
_OPEN_OF = Query(
    select(*_COLUMNS).where(
        checkouts.c.message_id == bindparam("of", required=False), checkouts.c.state.in_(_OPEN)
    )
)


_LOCK = Query(
    select(messages.c.id).where(messages.c.id == bindparam("message")).with_for_update(key_share=True)
)
_KEEP_OPEN = Query(
    update(links)
    .where(
        links.c.id == bindparam("link"),
        links.c.revoked_at.is_(None),
        links.c.expires_at < bindparam("least"),
    )
    .values(expires_at=bindparam("least"))
    .returning(links.c.id)
)


async def lock_message(ctx: Context, message_id: int) -> MessageFacts:
    """The message's facts, its row held until the commit: of two payments at once the second waits."""
    await ctx.connection.execute(_LOCK, {"message": message_id})
    facts = await facts_of_message(ctx, message_id, ConsentState.OPTED_IN)
    if facts is None:
        raise LookupError(f"there is no message {message_id}")
    return facts


async def open_page_of(ctx: Context, message_id: int) -> PaymentPage | None:
    """The page of a message that may still be paid on, if there is one."""
    [found] = await ctx.connection.together((_OPEN_OF, {"of": message_id}))
    row = found.first()
    return PaymentPage(**row._asdict()) if row is not None else None


async def page_by_id(ctx: Context, checkout_id: UUID) -> PaymentPage | None:
    """A page by our own id."""
    found = await ctx.connection.execute(select(*_COLUMNS).where(checkouts.c.id == checkout_id))
    row = found.first()
    return PaymentPage(**row._asdict()) if row is not None else None


async def begin(ctx: Context, facts: MessageFacts, link_id: int, language: str) -> PaymentPage:
    """The open page of a locked message, or the intent of a new one, to be committed before any call."""
    found = await open_page_of(ctx, facts.id)
    if found is not None and not (found.url is None and ctx.now - found.opened_at > NEVER_OPENED_AFTER):
        return found
    if found is not None:
        await _end(ctx, found.id, "failed", facts)
    made = await ctx.connection.execute(
        insert(checkouts)
        .values(
            id=uuid4(),
            message_id=facts.id,
            link_id=link_id,
            amount_cents=facts.price_cents,
            language=language,
            state="opening",
            opened_at=ctx.now,
            ends_at=ctx.now + timedelta(minutes=ctx.settings.checkout_minutes),
        )
        .returning(*_COLUMNS)
    )
    page = PaymentPage(**made.one()._asdict())
    details: dict[str, Json] = {"message": str(facts.id), "amount_cents": facts.price_cents}
    await record(ctx, Action.CHECKOUT_OPENED, f"checkout:{page.id}", details=details)
    return page


async def opened(ctx: Context, page: PaymentPage, said: ProcessorCheckout) -> None:
    """The processor has made the page."""
    await ctx.connection.execute(
        update(checkouts)
        .where(checkouts.c.id == page.id, checkouts.c.state == "opening")
        .values(state="open", processor_id=said.processor_id, url=said.url)
    )


async def refused(ctx: Context, page: PaymentPage) -> None:
    """The processor made no page: nothing can be paid by this intent."""
    facts = await lock_message(ctx, page.message_id)
    await _end(ctx, page.id, "failed", facts)


async def settle(ctx: Context, page: PaymentPage, said: ProcessorCheckout) -> MessageFacts:
    """Write down what the processor says of a page: cards tried, the payment, or its end. Again is the same.

    Returns the message's facts as they are then.
    """
    facts = await lock_message(ctx, page.message_id)
    row = (await ctx.connection.execute(select(checkouts).where(checkouts.c.id == page.id))).one()
    for one in said.tries:
        if not one.succeeded:
            await _failed(ctx, facts, one)
    values: dict[str, Any] = {"read_at": ctx.now, "processor_id": said.processor_id}
    await ctx.connection.execute(update(checkouts).where(checkouts.c.id == page.id).values(values))
    if said.paid is not None and row.charge_id is None:
        await _paid(ctx, facts, page, said, said.paid)
    elif said.stage is CheckoutStage.EXPIRED and row.state in _OPEN:
        await _end(ctx, page.id, "expired", facts)
    return await lock_message(ctx, page.message_id)


async def keep_open_for_listening(ctx: Context, facts: MessageFacts, link_id: int) -> None:
    """Whoever pays can listen for some hours, though the link was about to end, or did while they paid."""
    least = ctx.now + timedelta(hours=ctx.settings.paid_hours)
    moved = await ctx.connection.execute(_KEEP_OPEN, {"link": link_id, "least": least})
    if moved.first() is not None:
        details: dict[str, Json] = {"message": str(facts.id), "hours": str(ctx.settings.paid_hours)}
        await record(ctx, Action.LINK_EXTENDED, f"link:{link_id}", details=details)


async def announce_paid(ctx: Context, facts: MessageFacts) -> None:
    """Tell the desks that a message's money moved."""
    await announce_message(ctx, facts.id, facts.recipient_id)


async def _paid(
    ctx: Context, facts: MessageFacts, page: PaymentPage, said: ProcessorCheckout, paid: CardTry
) -> None:
    made = await ctx.connection.execute(
        insert(charges)
        .values(
            message_id=facts.id,
            recipient_id=facts.recipient_id,
            charged_at=paid.at,
            amount_cents=paid.amount_cents,
            method="card",
            brand=paid.brand,
            last4=paid.last4,
            status="succeeded",
            processor_ref=said.processor_ref,
        )
        .returning(charges.c.id)
    )
    charge_id: int = made.scalar_one()
    await ctx.connection.execute(
        update(checkouts)
        .where(checkouts.c.id == page.id)
        .values(state="paid", settled_at=ctx.now, charge_id=charge_id, url=None)
    )
    if paid.amount_cents != page.amount_cents:
        log.error("payments.other_amount", checkout_id=str(page.id), said_cents=paid.amount_cents)
    details: dict[str, Json] = {
        "message": str(facts.id),
        "amount_cents": paid.amount_cents,
        "checkout": str(page.id),
        "method": "card",
    }
    await record(ctx, Action.CHARGE_MADE, f"charge:{charge_id}", details=details)
    if facts.paid:
        await give_back_duplicate(ctx, charge_id, paid.amount_cents, uuid5(page.id, "duplicate"))
    else:
        await keep_open_for_listening(ctx, facts, page.link_id)
    await announce_paid(ctx, facts)


async def _failed(ctx: Context, facts: MessageFacts, one: CardTry) -> None:
    kept = await ctx.connection.execute(
        upsert(charges)
        .values(
            message_id=facts.id,
            recipient_id=facts.recipient_id,
            charged_at=one.at,
            amount_cents=one.amount_cents,
            method="card",
            brand=one.brand,
            last4=one.last4,
            status="failed",
            processor_ref=one.charge_ref,
        )
        .on_conflict_do_nothing()
        .returning(charges.c.id)
    )
    charge_id = kept.scalar_one_or_none()
    if charge_id is not None:
        await record(ctx, Action.CHARGE_FAILED, f"charge:{charge_id}", details={"message": str(facts.id)})
        await announce_paid(ctx, facts)


async def _end(ctx: Context, checkout_id: UUID, state: str, facts: MessageFacts) -> None:
    ended = await ctx.connection.execute(
        update(checkouts)
        .where(checkouts.c.id == checkout_id, checkouts.c.state.in_(_OPEN))
        .values(state=state, settled_at=func.coalesce(checkouts.c.settled_at, ctx.now), url=None)
        .returning(checkouts.c.id)
    )
    if ended.first() is not None:
        details: dict[str, Json] = {"message": str(facts.id), "state": state}
        await record(ctx, Action.CHECKOUT_ENDED, f"checkout:{checkout_id}", details=details)
