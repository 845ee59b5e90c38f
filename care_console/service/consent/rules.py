"""Opting a number out, and asking whether it may be texted: both under the number's lock.

A text is handed over only in a transaction that holds the lock and found the number free; an opt-out holds
the same lock until it is committed. So after an opt-out's commit no text can follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.consent import ConsentChannel, ConsentState, OptOut
from care_console.service.audit.rules import record
from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.locks import IMPORTED_CONSENT, lock_name, share_name
from care_console.service.foundation.statements import Query
from care_console.service.recipients.news import announce_people_on
from care_console.service.texting.tables import ANSWERS, texts

_STATE = Query(select(consent_states.c.state).where(consent_states.c.phone == bindparam("phone")))
SCOPE = "all"  # DA 26-12 leaves "revoke all" open until 2027-01-31; every opt-out keeps its scope for then


@dataclass(frozen=True, slots=True)
class Words:
    """What was said: on which channel, when it was heard, on which call, and by whose hand it came in."""

    channel: ConsentChannel
    words: str
    received_at: datetime
    call_id: str | None = None


async def lock_number(ctx: Context, phone: str) -> None:
    """Hold the number until this transaction ends. It need not be known."""
    await lock_name(ctx, f"number:{phone}")


async def lock_number_to_text(ctx: Context, phone: str) -> None:
    """Hold the number as who hands a text over to it: an import then stores no opt-out of it meanwhile.

    Not all who lock a number wait for an import: a STOP need not, and would hold up every later one.
    """
    await share_name(ctx, IMPORTED_CONSENT)
    await lock_number(ctx, phone)


async def state_of(ctx: Context, phone: str) -> ConsentState:
    """Where a number stands; one that never said anything is opted in by the facility's enrolment."""
    state = (await ctx.connection.execute(_STATE, {"phone": phone})).scalar_one_or_none()
    return ConsentState(state) if state else ConsentState.OPTED_IN


async def opt_out(ctx: Context, phone: str, said: Words) -> OptOut:
    """Opt a number out, known or not. Suppressed when this transaction commits; queued texts are cancelled.

    A second opt-out of the same number is evidence of its own, and changes nothing else. A time beyond now
    (a desk's clock that runs ahead) is taken as now: a STOP is never refused for it.
    """
    await lock_number(ctx, phone)
    before = await state_of(ctx, phone)
    received_at = min(said.received_at, ctx.now)
    queued = await queued_to(ctx, phone)
    cancelled = len(queued)
    event_id, effective_at = await insert_event(ctx, phone, "opt_out", said, cancelled)
    await cancel(ctx, queued, event_id)
    if before is not ConsentState.OPTED_OUT:
        await move(ctx, phone, ConsentState.OPTED_OUT, said.channel, event_id)
    details = {
        "phone": phone,
        "channel": said.channel.value,
        "words": said.words,
        "received_at": said.received_at.isoformat(),
        "call_id": said.call_id,
        "state_before": before.value,
        "texts_cancelled": cancelled,
        "scope": SCOPE,
    }
    await record(ctx, Action.OPTED_OUT, f"opt_out:{event_id}", details=details)
    await announce_number(ctx, phone, event_id)
    return OptOut(
        id=str(event_id),
        phone=phone,
        state=ConsentState.OPTED_OUT,
        channel=said.channel,
        words=said.words,
        received_at=received_at,
        effective_at=effective_at,
        actor=ctx.actor.name,
        scope=SCOPE,
        texts_cancelled=cancelled,
        call_id=said.call_id,
    )


async def announce_number(ctx: Context, phone: str, event_id: int) -> None:
    """Tell the desks that a number's consent changed, and each recipient on it."""
    await announce(ctx, ChangeKind.CONSENT, event_id)
    await announce_people_on(ctx, phone)


async def queued_to(ctx: Context, phone: str) -> list[int]:
    """What waits to go out; taken under the number's lock, so nothing joins or leaves it until the end.

    What answers the person's own text is none of it: a second STOP takes no first one's confirmation.
    """
    found = await ctx.connection.execute(
        select(texts.c.id)
        .where(
            texts.c.phone == phone,
            texts.c.direction == "out",
            texts.c.status == "queued",
            texts.c.kind.not_in(ANSWERS),
        )
        .with_for_update()
    )
    return [row.id for row in found]


async def cancel(ctx: Context, queued: list[int], event_id: int) -> None:
    """Cancel what was queued, because of an event."""
    if queued:
        await ctx.connection.execute(
            update(texts).where(texts.c.id.in_(queued)).values(status="cancelled", cancelled_by=event_id)
        )


async def insert_event(
    ctx: Context, phone: str, kind: str, said: Words, cancelled: int = 0
) -> tuple[int, datetime]:
    """What a number said, as an event that is never changed: its id, and when it takes effect.

    A time beyond now is taken as now. The caller holds the number's lock, and may have waited for it longer
    than somebody who began later: the event takes effect no earlier than the one before it, since by that
    order `turns` tells where a number stands.
    """
    last = select(func.max(consent_events.c.effective_at)).where(consent_events.c.phone == phone)
    inserted = await ctx.connection.execute(
        insert(consent_events)
        .values(
            phone=phone,
            kind=kind,
            channel=said.channel.value,
            scope=SCOPE,
            words=said.words,
            received_at=min(said.received_at, ctx.now),
            effective_at=func.greatest(ctx.now, last.scalar_subquery()),
            actor=ctx.actor.name,
            call_id=said.call_id,
            texts_cancelled=cancelled,
        )
        .returning(consent_events.c.id, consent_events.c.effective_at)
    )
    event = inserted.one()
    return event.id, event.effective_at


async def move(ctx: Context, phone: str, state: ConsentState, channel: ConsentChannel, event_id: int) -> None:
    """Where a number stands from now on, and the event that put it there."""
    since = select(consent_events.c.effective_at).where(consent_events.c.id == event_id)
    values = {
        "state": state.value,
        "since": since.scalar_subquery(),
        "channel": channel.value,
        "scope": SCOPE,
        "event_id": event_id,
    }
    await ctx.connection.execute(
        upsert(consent_states)
        .values(phone=phone, **values)
        .on_conflict_do_update(index_elements=["phone"], set_=values)
    )
