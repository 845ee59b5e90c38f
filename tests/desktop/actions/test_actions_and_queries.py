"""Verbs and readings over a real socket and store: what is checked here, what is read offline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from care_console.contract.charges import RefundReason, RefundState
from care_console.contract.messages import PreviewReason
from care_console.contract.timeline import EntryKind
from care_console.desktop.actions.notes import write_note
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.actions.previews import open_preview
from care_console.desktop.actions.refunds import ask_refund
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.backend.failures import NotSent, SignInNeeded
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.queries.find import find
from care_console.desktop.queries.messages import read_message
from care_console.desktop.queries.refunds import read_refund
from care_console.desktop.queries.story import open_story
from care_console.desktop.queries.timeline import page
from tests.support.desks import a_desk, until
from tests.support.fake_service import PASSWORD, SOUND, fake_service
from tests.support.fake_stories import NAME
from tests.support.fault_proxy import Fault, fault_proxy

pytestmark = pytest.mark.asyncio


async def refund(desk: Desk, cents: int, note: str = "") -> PendingAction:
    return await ask_refund(
        desk,
        refund_id=uuid4(),
        charge_id="c1",
        recipient_id="r1",
        amount_cents=cents,
        reason=RefundReason.GOODWILL,
        note=note,
        expected_refunded_cents=0,
    )


async def test_what_the_contract_forbids_never_reaches_the_outbox(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        with pytest.raises(SignInNeeded):
            await refund(desk, 399)
        await sign_in(desk, "ana", PASSWORD)
        with pytest.raises(ValidationError):
            await refund(desk, 0)
        with pytest.raises(ValidationError):
            await refund(desk, 399, note="card 4242 4242 4242 4242")
        with pytest.raises(ValidationError):
            await write_note(desk, recipient_id="r1", text="  ")
        with pytest.raises(ValidationError):
            await stop_texts(
                desk,
                phone="214-555-0142",
                words="stop",
                received_at=datetime.now(UTC),
                call_id=None,
                recipient_id=None,
            )
        assert desk.outbox.pending() == ()


async def test_a_stop_for_a_number_nobody_knows_goes_as_it_was_said(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        at = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
        row = await stop_texts(
            desk, phone="+19725550199", words="quit it", received_at=at, call_id="c-9", recipient_id=None
        )
        await until(lambda: desk.outbox.answer(row.id))
        [deed] = service.done("opt_out")
        assert (deed.fields["phone"], deed.fields["words"]) == ("+19725550199", "quit it")
        assert (deed.fields["call_id"], deed.fields["channel"]) == ("c-9", "care_call")
        assert datetime.fromisoformat(deed.fields["received_at"]) == at


async def test_a_preview_says_why_first_and_leaves_nothing_on_disk(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        sound = await open_preview(desk, message_id="m1", reason=PreviewReason.COULD_NOT_HEAR)
        assert sound.bytes == SOUND
        assert sound.media_type == "audio/mp4"
        [deed] = service.done("preview")
        assert (deed.fields["id"], deed.fields["reason"]) == ("m1", "could_not_hear")
        assert "bytes" not in repr(sound)
    assert all(SOUND[:64] not in content for content in contents(folder))


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


async def test_a_preview_is_never_queued(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        await proxy.shut()
        with pytest.raises(NotSent):
            await open_preview(desk, message_id="m1", reason=PreviewReason.QUALITY)
        assert desk.outbox.pending() == ()


async def test_a_story_is_read_with_what_is_pending_and_offline_with_its_age(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        fresh = await open_story(desk, "r1")
        assert (fresh.story.name, fresh.stale, fresh.pending) == (NAME, False, ())
        message = await read_message(desk, "m1")
        first = await page(desk, "r1")
        row = await refund(desk, 399)
        await proxy.shut()
        old = await open_story(desk, "r1")
        assert old.stale
        assert old.read_at == fresh.read_at
        assert old.story == fresh.story
        assert old.pending == (row,)
        assert await read_message(desk, "m1") == message
        kept = await page(desk, "r1")
        assert kept.items == first.items
        assert kept.next_cursor is None
        for missing in (open_story(desk, "r2"), page(desk, "r1", [EntryKind.NOTE])):
            with pytest.raises(NotSent):
                await missing


async def test_a_proxys_page_in_the_way_shows_the_kept_story_too(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        await open_story(desk, "r1")
        proxy.plan(Fault.BAD_GATEWAY, "GET /v1/recipients/r1")
        assert (await open_story(desk, "r1")).stale


async def test_a_timeline_is_asked_for_by_kinds_and_cursor(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        kinds = {EntryKind.REFUND, EntryKind.CHARGE}
        reply = await page(desk, "r1", kinds, cursor="abc+/=")
        assert "kinds=charge,refund" in reply.items[0].text  # type: ignore[union-attr]
        asked = next(line for line in proxy.seen if "timeline" in line)
        assert "cursor=abc%2B%2F%3D" in asked


async def test_find_says_what_was_asked_and_asks_nothing_for_nothing(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        answer = await find(desk, "josé & 0142")
        assert answer.query == "josé & 0142"
        assert answer.understood == ("the words josé & 0142",)
        before = len(proxy.seen)
        assert (await find(desk, "   ")).hits == ()
        assert len(proxy.seen) == before


async def test_a_refund_is_read_from_the_service_alone(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        row = await refund(desk, 399)
        await until(lambda: desk.outbox.answer(row.id))
        assert (await read_refund(desk, row.id)).state is RefundState.WAITING
