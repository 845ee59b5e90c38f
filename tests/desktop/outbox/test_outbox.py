"""The outbox on a real socket, store and keychain: what was asked for is done once, and nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from care_console.contract.charges import Refund, RefundReason, RefundState
from care_console.contract.messages import ReissuedLink, ReissueReason
from care_console.contract.problems import ProblemType
from care_console.desktop.actions.links import reissue
from care_console.desktop.actions.notes import write_note
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.actions.refunds import ask_refund, withdraw_refund
from care_console.desktop.actions.sessions import sign_in, sign_out
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import AlreadyOnItsWay, PendingAction, PendingState
from tests.support.desks import a_desk, until
from tests.support.fake_service import PASSWORD, Problem, fake_service
from tests.support.fault_proxy import Fault, fault_proxy

pytestmark = pytest.mark.asyncio


async def refund(desk: Desk, id: UUID | None = None, cents: int = 399, charge: str = "c1") -> PendingAction:
    return await ask_refund(
        desk,
        refund_id=id or uuid4(),
        charge_id=charge,
        recipient_id="r1",
        amount_cents=cents,
        reason=RefundReason.DUPLICATE,
        note="twice",
        expected_refunded_cents=0,
    )


async def stop(desk: Desk, phone: str = "+12145550142") -> PendingAction:
    return await stop_texts(
        desk,
        phone=phone,
        words="please stop",
        received_at=datetime.now(UTC),
        call_id="call-1",
        recipient_id="r1",
    )


async def test_a_refund_is_asked_for_once_with_its_id_as_key_and_its_draft_goes(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        await desk.store.save_draft("refund", "c1", {"amount_cents": 399})
        id = uuid4()
        row = await refund(desk, id)
        assert row.id == id
        assert await desk.store.load_draft("refund", "c1") is None
        await until(lambda: desk.outbox.answer(id))
        answer = desk.outbox.answer(id)
        assert isinstance(answer, Refund)
        assert answer.state is RefundState.WAITING
        assert desk.outbox.pending() == ()
        assert [deed.key for deed in service.done("refund")] == [str(id)]


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.BAD_GATEWAY, Fault.NONSENSE, Fault.HANG])
async def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_one_effect(
    folder: Path, fault: Fault
) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        seen: list[PendingState] = []
        row_id = uuid4()

        def look(change: Announcement) -> None:
            found = desk.outbox.find(row_id)
            if found:
                seen.append(found.state)

        desk.changes.subscribe(look)
        proxy.plan(fault, "POST /v1/charges/", times=2)
        await refund(desk, row_id)
        await until(lambda: desk.outbox.answer(row_id))
        assert PendingState.CHECKING in seen
        assert PendingState.REFUSED not in seen
        assert [deed.key for deed in service.done("refund")] == [str(row_id)]
        assert len([line for line in proxy.seen if line.startswith("POST /v1/charges/")]) == 3


async def test_offline_everything_waits_and_a_stop_goes_first(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        await proxy.shut()
        first = await refund(desk)
        await write_note(desk, recipient_id="r1", text="called about two charges")
        await stop(desk)
        await until(lambda: (desk.outbox.find(first.id) or first).problem)
        waiting = desk.outbox.find(first.id)
        assert waiting is not None
        assert waiting.state is PendingState.QUEUED
        assert not waiting.maybe_arrived
        assert desk.outbox.pending()[0].verb == "opt_out"
        await proxy.open()
        await until(lambda: desk.outbox.pending() == ())
        assert [deed.what for deed in service.deeds] == ["opt_out", "refund", "note"]


async def test_a_stop_overtakes_a_refund_that_gets_no_answer(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        proxy.plan(Fault.HANG, "POST /v1/charges/")
        row = await refund(desk)
        await until(lambda: any(line.startswith("POST /v1/charges/") for line in proxy.seen))
        said = await stop(desk)
        await until(lambda: desk.outbox.answer(said.id))
        assert desk.outbox.answer(row.id) is None
        await until(lambda: desk.outbox.answer(row.id))
        assert [deed.what for deed in service.deeds] == ["opt_out", "refund"]


async def test_what_is_refused_is_a_draft_again_with_its_sentence(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        service.refuse_next.append(Problem(409, ProblemType.CHARGE_CHANGED, "It was refunded meanwhile."))
        row = await refund(desk)
        await until(lambda: desk.outbox.find(row.id).state is PendingState.REFUSED)  # type: ignore[union-attr]
        draft = await desk.store.load_draft("refund", "c1")
        assert draft is not None
        assert draft.problem == "It was refunded meanwhile."
        assert draft.fields["amount_cents"] == 399
        assert service.done("refund") == []
        again = await refund(desk, cents=100)
        await until(lambda: desk.outbox.answer(again.id))
        assert desk.outbox.pending() == ()
        assert [deed.fields["amount_cents"] for deed in service.done("refund")] == [100]


async def test_a_refusal_never_writes_over_what_was_begun_since(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await sign_in(desk, "ana", PASSWORD)
        service.refuse_next.append(Problem(422, ProblemType.MALFORMED, "Too long."))
        row = await write_note(desk, recipient_id="r1", text="the first")
        await desk.store.save_draft("note", "r1", {"text": "the second"})
        async with _running(desk):
            await until(lambda: not desk.outbox.find(row.id).is_live)  # type: ignore[union-attr]
        draft = await desk.store.load_draft("note", "r1")
        assert draft is not None
        assert (draft.fields["text"], draft.problem) == ("the second", "Too long.")
        refused = desk.outbox.find(row.id)
        assert refused is not None
        assert refused.body["text"] == "the first"
        await desk.outbox.dismiss(row.id)
        assert desk.outbox.pending() == ()


async def test_pressing_twice_asks_once_and_a_second_refund_is_not_taken(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await sign_in(desk, "ana", PASSWORD)
        id = uuid4()
        first, second = await asyncio.gather(refund(desk, id), refund(desk, id))
        assert first.id == second.id
        assert len(desk.outbox.pending("r1")) == 1
        with pytest.raises(AlreadyOnItsWay):
            await refund(desk, cents=1)
        await refund(desk, charge="c2")
        async with _running(desk):
            await until(lambda: desk.outbox.pending() == ())
        assert len(service.done("refund")) == 2


async def test_a_withdrawal_of_what_never_left_sends_nothing(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await sign_in(desk, "ana", PASSWORD)
        row = await refund(desk)
        withdrawal = await withdraw_refund(desk, row.id, "r1")
        assert withdrawal.problem
        assert desk.outbox.pending() == ()
        async with _running(desk):
            note = await write_note(desk, recipient_id="r1", text="changed their mind")
            await until(lambda: desk.outbox.answer(note.id))
        assert [deed.what for deed in service.deeds] == ["note"]


async def test_a_withdrawal_waits_for_the_refunds_own_answer(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder) as desk,
    ):
        await sign_in(desk, "ana", PASSWORD)
        proxy.plan(Fault.LOSE_REQUEST, "POST /v1/charges/", times=2)
        proxy.plan(Fault.LOSE_REPLY, "DELETE /v1/refunds/")
        row = await refund(desk)
        await until(lambda: (desk.outbox.find(row.id) or row).maybe_arrived)
        withdrawal = await withdraw_refund(desk, row.id, "r1")
        await until(lambda: desk.outbox.answer(withdrawal.id))
        answer = desk.outbox.answer(row.id)
        assert isinstance(answer, Refund)
        assert answer.state is RefundState.WITHDRAWN
        assert [deed.what for deed in service.deeds] == ["refund", "withdraw"]


async def test_a_withdrawal_that_is_too_late_says_so(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        row = await refund(desk)
        await until(lambda: desk.outbox.answer(row.id))
        service.settle(row.id, RefundState.SUBMITTED)
        withdrawal = await withdraw_refund(desk, row.id, "r1")
        await until(lambda: not (desk.outbox.find(withdrawal.id) or withdrawal).is_live)
        refused = desk.outbox.find(withdrawal.id)
        assert refused is not None
        assert refused.problem == "It is on its way to the bank already."


async def test_an_ended_session_pauses_and_signing_in_goes_on(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        service.end_sessions()
        row = await refund(desk)
        said = await stop(desk)
        await until(lambda: (desk.outbox.find(row.id) or row).state is PendingState.PAUSED)
        assert service.deeds == []
        await sign_in(desk, "ben", PASSWORD)
        await until(lambda: desk.outbox.answer(said.id))
        paused = desk.outbox.find(row.id)
        assert paused is not None
        assert paused.state is PendingState.PAUSED
        assert "ana" in (paused.problem or "")
        await sign_in(desk, "ana", PASSWORD)
        await until(lambda: desk.outbox.answer(row.id))
        assert [(deed.what, deed.login) for deed in service.deeds] == [("opt_out", "ben"), ("refund", "ana")]


async def test_a_stop_waits_for_somebody_who_may_take_one(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        service.end_sessions()
        said = await stop(desk)
        await until(lambda: (desk.outbox.find(said.id) or said).state is PendingState.PAUSED)
        await sign_in(desk, "ava", PASSWORD)
        assert desk.outbox.find(said.id).state is PendingState.PAUSED  # type: ignore[union-attr]
        await sign_in(desk, "sue", PASSWORD)
        await until(lambda: desk.outbox.answer(said.id))
        assert [deed.login for deed in service.done("opt_out")] == ["sue"]


async def test_after_a_restart_a_stop_goes_and_money_waits_for_a_word(folder: Path) -> None:
    async with fake_service() as service:
        async with a_desk(service.url, folder, works=False) as desk:
            await sign_in(desk, "ana", PASSWORD)
            row = await refund(desk)
            said = await stop(desk)
            other = await refund(desk, charge="c2")
        async with a_desk(service.url, folder) as desk:
            await until(lambda: desk.outbox.answer(said.id))
            note = await write_note(desk, recipient_id="r1", text="after it")
            await until(lambda: desk.outbox.answer(note.id))
            assert {held.state for held in desk.outbox.pending()} == {PendingState.NEEDS_CONFIRMATION}
            assert service.done("refund") == []
            assert await desk.outbox.take_back(other.id)
            assert await desk.store.load_draft("refund", "c2") is not None
            await desk.outbox.confirm(row.id)
            await until(lambda: desk.outbox.answer(row.id))
        assert [deed.key for deed in service.done("refund")] == [str(row.id)]


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.LOSE_REQUEST])
async def test_money_that_may_have_arrived_before_a_restart_is_looked_up(folder: Path, fault: Fault) -> None:
    async with fake_service() as service, fault_proxy(service.url) as proxy:
        async with a_desk(proxy.url, folder) as desk:
            await sign_in(desk, "ana", PASSWORD)
            proxy.plan(fault, "POST /v1/charges/")
            proxy.plan(Fault.HANG, "POST /v1/charges/", times=99)
            row = await refund(desk)
            await until(lambda: len([line for line in proxy.seen if "POST /v1/charges/" in line]) >= 2)
        posts = len([line for line in proxy.seen if "POST /v1/charges/" in line])
        async with a_desk(proxy.url, folder) as desk:
            if fault is Fault.LOSE_REPLY:
                await until(lambda: desk.outbox.answer(row.id))
                assert desk.outbox.pending() == ()
            else:
                await until(lambda: not desk.outbox.pending()[0].maybe_arrived)
                assert desk.outbox.pending()[0].state is PendingState.NEEDS_CONFIRMATION
                assert "no money moved" in (desk.outbox.pending()[0].problem or "")
        assert len([line for line in proxy.seen if "POST /v1/charges/" in line]) == posts


async def test_signing_out_keeps_only_what_is_to_be_sent_and_holds_money(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await sign_in(desk, "ana", PASSWORD)
        await desk.store.save_draft("note", "r9", {"text": "half"})
        row = await refund(desk)
        await sign_out(desk)
        assert await desk.store.drafts() == ()
        async with _running(desk):
            await sign_in(desk, "ana", PASSWORD)
            note = await write_note(desk, recipient_id="r1", text="back")
            await until(lambda: desk.outbox.answer(note.id))
        held = desk.outbox.find(row.id)
        assert held is not None
        assert held.state is PendingState.NEEDS_CONFIRMATION
        assert service.done("refund") == []


async def test_signing_out_forgets_refusals_but_for_a_stop(folder: Path) -> None:
    async with fake_service() as service:
        async with a_desk(service.url, folder) as desk:
            await sign_in(desk, "ana", PASSWORD)
            answered = await write_note(desk, recipient_id="r1", text="first")
            await until(lambda: desk.outbox.answer(answered.id))
            no = Problem(422, ProblemType.MALFORMED, "No.")
            service.refuse_next += [no, no]
            said = await stop(desk)
            await until(lambda: not (desk.outbox.find(said.id) or said).is_live)
            note = await write_note(desk, recipient_id="r1", text="second")
            await until(lambda: not (desk.outbox.find(note.id) or note).is_live)
            await sign_out(desk)
            assert desk.outbox.answer(answered.id) is None
            assert [row.id for row in desk.outbox.pending()] == [said.id]
        async with a_desk(service.url, folder, works=False) as desk:
            assert [(row.id, row.problem) for row in desk.outbox.pending()] == [(said.id, "No.")]


async def test_the_new_link_comes_back_to_be_read_aloud(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder) as desk:
        await sign_in(desk, "ana", PASSWORD)
        told: list[str] = []
        desk.changes.subscribe(
            lambda change: told.append(change.id) if change.kind is LocalKind.OUTBOX else None
        )
        row = await reissue(desk, message_id="m1", recipient_id="r1", reason=ReissueReason.LOST)
        await until(lambda: desk.outbox.answer(row.id))
        link = desk.outbox.answer(row.id)
        assert isinstance(link, ReissuedLink)
        assert link.spelled.startswith("H as in Hotel")
        assert str(row.id) in told


async def test_later_states_of_a_refund_are_read_as_the_service_tells_of_them(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, listens=True) as desk:
        await sign_in(desk, "ana", PASSWORD)
        await until(lambda: service.listeners == 1)
        row = await refund(desk)
        await until(lambda: desk.outbox.answer(row.id))
        service.settle(row.id, RefundState.SUBMITTED)
        await until(lambda: _state(desk, row.id) is RefundState.SUBMITTED)
        service.cut_events()
        await until(lambda: service.listeners == 0)
        service.settle(row.id, RefundState.SUCCEEDED)
        await until(lambda: _state(desk, row.id) is RefundState.SUCCEEDED)


def _state(desk: Desk, id: UUID) -> RefundState | None:
    answer = desk.outbox.answer(id)
    return answer.state if isinstance(answer, Refund) else None


class _running:
    """The outbox at work for a while."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._desk.outbox.run())

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
