"""Reading the opt-out log: its pages, and one row with all that stands around it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from care_console.contract.approvals import ApprovalKind
from care_console.contract.base import CountedPage
from care_console.contract.consent import (
    CancelledText,
    Consent,
    ConsentChannel,
    ConsentEvent,
    ConsentState,
    CorrectionAsked,
    OptOut,
    OptOutEvidence,
)
from care_console.service.approvals.tables import approvals
from care_console.service.consent.log import STATE_OF_KIND, OptOutFilter, count_of, one_row, rows_of
from care_console.service.consent.tables import consent_events as events
from care_console.service.consent.tables import consent_states as states
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.problems import not_found
from care_console.service.recipients.tables import recipients
from care_console.service.texting.tables import texts

MOST_OF_A_HISTORY = 200


async def opt_out_page(
    ctx: Context, wanted: OptOutFilter, cursor: str | None, limit: int
) -> CountedPage[OptOut]:
    """One page, newest first, and the exact number of rows in the filter."""
    after = decode_cursor(cursor, int) if cursor is not None else None
    total = await count_rows(ctx, wanted)
    rows = (await ctx.connection.execute(rows_of(wanted, after, limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return CountedPage[OptOut](
        items=[_opt_out(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.effective_at, last.id) if last is not None else None,
        total=total,
    )


async def count_rows(ctx: Context, wanted: OptOutFilter) -> int:
    """How many rows a filter holds, exactly."""
    return int((await ctx.connection.execute(select(count_of(wanted)))).scalar_one())


async def opt_out_evidence(ctx: Context, event_id: int) -> OptOutEvidence:
    """One row of the log, where its number stands now, all it ever said, and which texts never went out."""
    row = (await ctx.connection.execute(one_row(event_id))).first()
    if row is None:
        raise not_found("opt-out", event_id)
    history, total = await _history(ctx, row.phone)
    known = select(func.min(recipients.c.id)).where(recipients.c.phone == row.phone)
    recipient_id = (await ctx.connection.execute(known)).scalar_one()
    return OptOutEvidence(
        opt_out=_opt_out(row),
        stands=await _stands(ctx, row.phone),
        history=history,
        history_total=total,
        cancelled_texts=await _cancelled(ctx, event_id),
        correction=await _correction(ctx, event_id),
        recipient_id=None if recipient_id is None else str(recipient_id),
    )


async def _history(ctx: Context, phone: str) -> tuple[list[ConsentEvent], int]:
    of_number = events.c.phone == phone
    query = (
        select(events)
        .where(of_number)
        .order_by(events.c.effective_at.desc(), events.c.id.desc())
        .limit(MOST_OF_A_HISTORY)
    )
    rows = (await ctx.connection.execute(query)).all()
    total = len(rows)
    if total == MOST_OF_A_HISTORY:
        total = (await ctx.connection.execute(select(func.count()).where(of_number))).scalar_one()
    told = [
        ConsentEvent(
            id=str(row.id),
            event=row.kind,
            channel=ConsentChannel(row.channel),
            words=row.words,
            at=row.effective_at,
            actor=row.actor,
        )
        for row in rows
    ]
    return told, total


async def _stands(ctx: Context, phone: str) -> Consent:
    row = (await ctx.connection.execute(select(states).where(states.c.phone == phone))).first()
    if (
        row is None
    ):  # only an event lifts nothing and suppresses nothing, such as a phoned opt-in of an import
        return Consent(state=ConsentState.OPTED_IN)
    return Consent(
        state=ConsentState(row.state), since=row.since, channel=ConsentChannel(row.channel), scope=row.scope
    )


async def _cancelled(ctx: Context, event_id: int) -> list[CancelledText]:
    query = (
        select(texts.c.id, texts.c.kind, texts.c.at, texts.c.message_id)
        .where(texts.c.cancelled_by == event_id)
        .order_by(texts.c.at.desc(), texts.c.id.desc())
        .limit(MOST_OF_A_HISTORY)
    )
    return [
        CancelledText(
            id=str(row.id),
            kind=row.kind,
            queued_at=row.at,
            message_id=None if row.message_id is None else str(row.message_id),
        )
        for row in await ctx.connection.execute(query)
    ]


async def _correction(ctx: Context, event_id: int) -> CorrectionAsked | None:
    query = (
        select(approvals)
        .where(
            approvals.c.kind == ApprovalKind.CORRECTION.value,
            approvals.c.subject == str(event_id),
            approvals.c.withdrawn_at.is_(None),
        )
        .order_by(approvals.c.requested_at.desc(), approvals.c.id.desc())
        .limit(1)
    )
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        return None
    return CorrectionAsked(
        approval_id=str(row.id),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        why=row.asked_note or row.why,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def _opt_out(row: Any) -> OptOut:
    return OptOut(
        id=str(row.id),
        phone=row.phone,
        state=STATE_OF_KIND[row.kind],
        channel=ConsentChannel(row.channel),
        words=row.words,
        received_at=row.received_at,
        effective_at=row.effective_at,
        actor=row.actor,
        scope=row.scope,
        texts_cancelled=row.texts_cancelled,
        call_id=row.call_id,
        provider_message_id=row.provider_message_id,
        confirmation_id=row.confirmation_id,
        confirmation_seconds=None if row.confirmation_seconds is None else int(row.confirmation_seconds),
        imported_id=row.imported_id,
    )
