"""A text that came in: kept once by the gateway's id, read, and acted on in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import insert, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.contract.audit import Action
from care_console.contract.card_numbers import mask_card_numbers
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.service.audit.rules import record
from care_console.service.consent.by_text import hold, opt_in
from care_console.service.consent.replies.reading import Outcome, Reading, read_reply
from care_console.service.consent.rules import Words, lock_number, opt_out, state_of
from care_console.service.foundation.context import Context
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.statements import Query
from care_console.service.gateways.sms.port import IncomingText
from care_console.service.recipients.news import announce_people_on
from care_console.service.recipients.tables import recipients
from care_console.service.texting import bodies
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.reach import reached
from care_console.service.texting.tables import replies, texts

CONFIRMED_WITHIN = timedelta(minutes=5)
"""47 CFR 64.1200(a)(12): one confirmation within five minutes; later than that, none."""

_NEW = Query(
    upsert(texts)
    .on_conflict_do_nothing(
        index_elements=["provider_id"], index_where=sql("direction = 'in' AND imported_id IS NULL")
    )
    .returning(texts.c.id)
)
_READ = Query(insert(replies))
_KINDS = {Outcome.STOP: "stop", Outcome.HELP: "help", Outcome.START: "start"}
_SPANISH = ("alto", "parar", "baja", "cancelar", "no mas", "nomas", "ayuda", "ayudame")


async def take_text(ctx: Context, incoming: IncomingText) -> Reading:
    """Take a text in and do what it asks. The same one again changes nothing, and is read as it was then."""
    await lock_number(ctx, incoming.phone)
    reading = read_reply(incoming.body)
    text_id = await _keep(ctx, incoming, reading)
    if text_id is None:
        return await _as_read_before(ctx, incoming)
    passing("incoming.kept")
    await record(
        ctx,
        Action.TEXT_RECEIVED,
        f"text:{text_id}",
        details={"outcome": reading.outcome.value, "rule": reading.rule, "rule_set": reading.rule_set},
    )
    await reached(ctx, incoming.phone)
    await _act(ctx, incoming, reading)
    passing("incoming.acted")
    await announce_people_on(ctx, incoming.phone)
    return reading


async def _act(ctx: Context, incoming: IncomingText, reading: Reading) -> None:
    words = mask_card_numbers(incoming.body).strip()[:2000] or "(no words)"
    received_at = _received_at(ctx, incoming)
    said = Words(ConsentChannel.SMS, words, received_at)
    match reading.outcome:
        case Outcome.STOP:
            before = await state_of(ctx, incoming.phone)
            await opt_out(ctx, incoming.phone, said)
            if before is not ConsentState.OPTED_OUT:
                await _answer(ctx, incoming, "stop_confirmation", received_at + CONFIRMED_WITHIN)
        case Outcome.HOLD:
            await hold(ctx, incoming.phone, said)
        case Outcome.HELP:
            await _answer(ctx, incoming, "help", None)
        case Outcome.START:
            if await opt_in(ctx, incoming.phone, said):
                await _answer(ctx, incoming, "start", None)
        case Outcome.NONE:
            pass
        case _:
            assert_never(reading.outcome)


async def _keep(ctx: Context, incoming: IncomingText, reading: Reading) -> int | None:
    """The new row's id, or None where the text is there already."""
    values = {
        "phone": incoming.phone,
        "direction": "in",
        "kind": _KINDS.get(reading.outcome, "other"),
        "body": mask_card_numbers(incoming.body),
        "at": _received_at(ctx, incoming),
        "status": "received",
        "provider_id": incoming.provider_id,
    }
    text_id: int | None = (await ctx.connection.execute(_NEW, values)).scalar_one_or_none()
    if text_id is not None:
        read = {"outcome": reading.outcome.value, "rule": reading.rule, "rule_set": reading.rule_set}
        await ctx.connection.write(_READ, {"text_id": text_id, **read})
    return text_id


async def _as_read_before(ctx: Context, incoming: IncomingText) -> Reading:
    query = (
        select(replies)
        .join(texts, texts.c.id == replies.c.text_id)
        .where(
            texts.c.provider_id == incoming.provider_id,
            texts.c.direction == "in",
            texts.c.imported_id.is_(None),
        )
    )
    row = (await ctx.connection.execute(query)).one()
    return Reading(Outcome(row.outcome), row.rule, row.rule_set)


async def _answer(ctx: Context, incoming: IncomingText, kind: str, not_after: datetime | None) -> None:
    if not_after is not None and ctx.now > not_after:
        return
    language = await _language(ctx, incoming)
    body = {
        "stop_confirmation": bodies.stopped_body,
        "help": bodies.help_body,
        "start": bodies.started_body,
    }[kind](language)
    await queue(ctx, QueuedText(incoming.phone, kind, body, ctx.now, not_after, is_answer=True))


async def _language(ctx: Context, incoming: IncomingText) -> str:
    """The language of the newest person on the number; a stranger's by the words."""
    query = (
        select(recipients.c.language)
        .where(recipients.c.phone == incoming.phone)
        .order_by(recipients.c.id.desc())
        .limit(1)
    )
    known: str | None = (await ctx.connection.execute(query)).scalar_one_or_none()
    said = incoming.body.casefold()
    return known or ("es" if any(word in said for word in _SPANISH) else "en")


def _received_at(ctx: Context, incoming: IncomingText) -> datetime:
    """When the gateway had it; never later than now, and now where the gateway did not say."""
    return min(incoming.received_at or ctx.now, ctx.now)
