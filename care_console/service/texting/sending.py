"""Handing a text over, in the transaction that asks whether it may go: no text can pass a STOP.

First a text is claimed (`sending`, committed), so that one whose worker died is seen to be in doubt. Then,
under the number's lock, consent is asked once more, the gateway is called, and what it said is committed:
an opt-out waits for that lock, and holds it until its own commit.

A gateway that answers later than the call waits may still take the text: then its validity bounds the harm.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, or_, select, update

from care_console.contract.audit import Action, Outcome
from care_console.contract.consent import ConsentState
from care_console.service.audit.rules import record
from care_console.service.consent.rules import state_of
from care_console.service.facilities.pauses import text_is_paused
from care_console.service.foundation.context import Context
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.statements import Query
from care_console.service.gateways.sms.port import (
    NotHandedOver,
    OutcomeUnknown,
    OutgoingText,
    SmsGateway,
    TextRefused,
)
from care_console.service.links.tables import links
from care_console.service.recipients.news import announce_people_on
from care_console.service.texting.hours import may_leave
from care_console.service.texting.queueing import defer_sending
from care_console.service.texting.tables import ANSWERS, NUMBER_IS, TOO_LATE, texts

_AT_ANY_STATE = ("stop_confirmation", "help")
"""Kinds that go to a number whatever it said."""
_ONCE = "stop_confirmation"
"""What is never handed over twice, whatever became of it: one confirmation (47 CFR 64.1200(a)(12))."""
_LOCKED = Query(
    select(texts).where(texts.c.id == bindparam("id"), texts.c.direction == "out").with_for_update()
)
_IS_LIVE = Query(
    select(
        exists().where(
            links.c.id == bindparam("link"),
            links.c.expires_at > bindparam("now"),
            or_(links.c.revoked_at.is_(None), links.c.revoked_at > bindparam("now")),
        )
    )
)
_DOUBT_MARGIN = timedelta(minutes=1)
_AGAIN_SECONDS = 5
# A text to a paused number waits: it is looked at so often, until the pause ends or the text is too late.
_PAUSED_SECONDS = 300


async def claim(ctx: Context, text_id: int) -> str | None:
    """Take a text that is due: the number that it goes to, or None where there is nothing to do now."""
    row = await _locked(ctx, text_id)
    if row is None or row.status not in ("queued", "sending"):
        return None
    if row.status == "sending":
        valid_until = row.handed_at + timedelta(minutes=ctx.settings.text_valid_minutes) + _DOUBT_MARGIN
        if ctx.now < valid_until:
            # It may be at the carrier. Its receipt tells, or the end of the validity that it was given.
            await defer_sending(ctx, text_id, valid_until)
            return None
        if row.kind == _ONCE:
            await _end(ctx, row, "cancelled", "it may have gone out already, and goes once at most")
            return None
    elif row.send_after is not None and ctx.now < row.send_after:
        await defer_sending(ctx, text_id, row.send_after)
        return None
    await _set(ctx, text_id, status="sending", handed_at=ctx.now)
    phone: str = row.phone
    return phone


async def hand_over(ctx: Context, text_id: int, gateway: SmsGateway) -> None:
    """Hand a claimed text over, unless it may not go any more. The caller holds its number's lock.

    `ctx.now` is from after the wait for the number, or what has meanwhile become too late would still go.
    """
    passing("text.locked")
    row = await _locked(ctx, text_id)
    if row is None or row.status != "sending":
        return
    why_not = await _why_not(ctx, row)
    if why_not is not None:
        await _end(ctx, row, "cancelled", why_not)
        return
    if row.kind not in ANSWERS:
        if await text_is_paused(ctx, row.phone, row.message_id):
            await _again(ctx, row, _PAUSED_SECONDS)
            return
        if not may_leave(row.phone, ctx.now, ctx.settings.allowed_hours):
            await _again(ctx, row, 60)
            return
    valid = _valid_minutes(ctx, row)
    try:
        await gateway.hand_over(OutgoingText(row.id, row.phone, row.body, valid))
    except NotHandedOver:
        await _again(ctx, row, _AGAIN_SECONDS)
    except OutcomeUnknown:
        await defer_sending(ctx, row.id, ctx.now + timedelta(minutes=valid) + _DOUBT_MARGIN)
    except TextRefused as refused:
        await _end(ctx, row, "failed", refused.sentence)
    else:
        passing("text.handed")
        await _set(ctx, row.id, status="sent")
        await record(ctx, Action.TEXT_SENT, f"text:{row.id}", details={"kind": row.kind})
        await announce_people_on(ctx, row.phone)


async def _why_not(ctx: Context, row: Any) -> str | None:
    """Why a text may not go any more, or None."""
    if _valid_minutes(ctx, row) < 1:
        is_held = row.kind not in ANSWERS and await text_is_paused(ctx, row.phone, row.message_id)
        return f"{TOO_LATE}: a pause held it" if is_held else TOO_LATE
    state = await state_of(ctx, row.phone)
    if state is not ConsentState.OPTED_IN and row.kind not in _AT_ANY_STATE:
        return f"{NUMBER_IS} {state.value}"
    if row.link_id is None:
        return None
    is_live = await ctx.connection.execute(_IS_LIVE, {"link": row.link_id, "now": ctx.now})
    return None if is_live.scalar_one() else "its link has ended"


def _valid_minutes(ctx: Context, row: Any) -> int:
    """How long a carrier may hold it: never past the moment from which it is worth nothing."""
    most = ctx.settings.text_valid_minutes
    return most if row.not_after is None else min(most, (row.not_after - ctx.now) // timedelta(minutes=1))


async def _again(ctx: Context, row: Any, seconds: int) -> None:
    await _set(ctx, row.id, status="queued")
    await defer_sending(ctx, row.id, ctx.now + timedelta(seconds=seconds))


async def _end(ctx: Context, row: Any, status: str, why: str) -> None:
    await _set(ctx, row.id, status=status, failure=why)
    action = Action.TEXT_CANCELLED if status == "cancelled" else Action.TEXT_FAILED
    await record(ctx, action, f"text:{row.id}", outcome=Outcome.REFUSED, details={"why": why})
    await announce_people_on(ctx, row.phone)


async def _locked(ctx: Context, text_id: int) -> Any:
    return (await ctx.connection.execute(_LOCKED, {"id": text_id})).first()


async def _set(ctx: Context, text_id: int, **values: Any) -> None:
    await ctx.connection.execute(update(texts).where(texts.c.id == text_id).values(**values))
