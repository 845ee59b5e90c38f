"""The timeline: every kind once, newest first, in pages that join to the whole while rows come in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from care_console.contract.timeline import EntryKind, TimelineEntry
from care_console.service.foundation.context import Context
from care_console.service.messages.tables import previews
from care_console.service.recipients.tables import notes
from care_console.service.recipients.timeline import timeline_page
from care_console.service.staff.tables import sessions, staff
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"


async def a_full_story(ctx: Context, messages: int = 1) -> int:
    """A recipient with at least one entry of every kind that can be."""
    recipient = await builders.a_recipient(ctx, phone=PHONE)
    for number in range(messages):
        at = ctx.now - timedelta(days=number)
        message = await builders.a_message(ctx, recipient_id=recipient, recorded_at=at)
        link = await builders.a_link(ctx, message, issued_at=at)
        await builders.a_text(ctx, message, at=at)
        await builders.a_visit(ctx, link, at=at)
        charge = await builders.a_charge(ctx, message, charged_at=at)
        await builders.a_refund(ctx, charge, requested_at=at, amount_cents=100)
        await builders.a_dispute(ctx, charge, at=at)
        await builders.a_play(ctx, message, played_at=at)
    await builders.a_consent_event(ctx, phone=PHONE)
    await ctx.connection.execute(
        insert(notes).values(recipient_id=recipient, text="<b>note</b>", at=ctx.now, actor="ana")
    )
    await _a_preview(ctx, message, recipient)
    other = await builders.a_message(ctx)
    await builders.a_charge(ctx, other)
    return recipient


async def _a_preview(ctx: Context, message: int, recipient: int) -> None:
    values = {"login": "ana", "role": "specialist", "password_hash": "", "created_at": ctx.now}
    staff_id = (await ctx.connection.execute(insert(staff).values(values).returning(staff.c.id))).scalar_one()
    session = insert(sessions).values(
        staff_id=staff_id,
        access_hash=b"a",
        refresh_hash=b"r",
        opened_at=ctx.now,
        access_expires_at=ctx.now,
        ends_at=ctx.now,
    )
    session_id = (await ctx.connection.execute(session.returning(sessions.c.id))).scalar_one()
    await ctx.connection.execute(
        insert(previews).values(
            id="7a1d9d1e-0000-4000-8000-000000000000",
            message_id=message,
            recipient_id=recipient,
            reason="could_not_hear",
            actor="ana",
            session_id=session_id,
            at=ctx.now,
            expires_at=ctx.now,
        )
    )


async def pages(ctx: Context, recipient: int, limit: int) -> list[TimelineEntry]:
    items: list[TimelineEntry] = []
    cursor = None
    while True:
        page = await timeline_page(ctx, recipient, (), cursor, limit)
        assert len(page.items) <= limit
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


async def test_every_kind_is_there_and_nobody_elses(ctx: Context) -> None:
    recipient = await a_full_story(ctx)
    items = await pages(ctx, recipient, 200)
    kinds = [entry.kind for entry in items]
    assert set(kinds) == set(EntryKind) - {EntryKind.CONTACT}
    assert len(kinds) == len(set(EntryKind)) - 1
    [charge] = [entry for entry in items if entry.kind is EntryKind.CHARGE]
    assert charge.refunded_cents == 100
    assert [entry.at for entry in items] == sorted((entry.at for entry in items), reverse=True)


async def test_pages_of_any_size_join_to_the_whole(ctx: Context) -> None:
    recipient = await a_full_story(ctx, messages=9)
    whole = await pages(ctx, recipient, 200)
    assert len({(entry.kind, entry.id) for entry in whole}) == len(whole) == 9 * 8 + 3
    for limit in (1, 2, 3, 7, 50):
        assert await pages(ctx, recipient, limit) == whole


async def test_rows_that_come_in_meanwhile_move_nothing(ctx: Context) -> None:
    recipient = await a_full_story(ctx, messages=4)
    whole = await pages(ctx, recipient, 200)
    first = await timeline_page(ctx, recipient, (), None, 5)
    late = await builders.a_message(ctx, recipient_id=recipient, recorded_at=ctx.now + timedelta(minutes=1))
    await builders.a_charge(ctx, late, charged_at=ctx.now + timedelta(minutes=1))
    rest = await timeline_page(ctx, recipient, (), first.next_cursor, 200)
    assert [*first.items, *rest.items] == [
        entry for entry in await pages(ctx, recipient, 200) if entry in whole
    ]


async def test_a_filter_shows_its_kinds_only(ctx: Context) -> None:
    recipient = await a_full_story(ctx, messages=3)
    page = await timeline_page(ctx, recipient, (EntryKind.CHARGE, EntryKind.NOTE), None, 50)
    assert {entry.kind for entry in page.items} == {EntryKind.CHARGE, EntryKind.NOTE}
    assert len(page.items) == 4
    none = await timeline_page(ctx, recipient, (EntryKind.CONTACT,), None, 50)
    assert (none.items, none.next_cursor) == ([], None)
