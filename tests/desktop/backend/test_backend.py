"""Calls over a real socket: each way of failing has its one name, and the session is renewed once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from care_console.contract.charges import Refund
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import Note, RecipientStory
from care_console.contract.roles import Permission
from care_console.desktop.backend.client import ConnectionState
from care_console.desktop.backend.events import Event, read_events
from care_console.desktop.backend.failures import (
    AnswerLost,
    NotSent,
    Refused,
    ServiceTrouble,
    SignInNeeded,
)
from care_console.desktop.backend.paths import path
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.desk import Desk
from tests.support.desks import a_desk, until
from tests.support.fake_service import PASSWORD, SOUND, Problem, fake_service
from tests.support.fault_proxy import Fault, fault_proxy

pytestmark = pytest.mark.asyncio
NOTE = {"text": "hello"}


async def write(desk: Desk) -> Note:
    return await desk.backend.post("/v1/recipients/r1/notes", NOTE, Note, key=uuid4())


def a_free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


async def test_a_wrong_password_is_refused_and_a_right_one_signs_in(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        with pytest.raises(SignInNeeded) as nobody:
            await write(desk)
        assert not nobody.value.expired
        with pytest.raises(Refused) as wrong:
            await desk.session.sign_in("ana", "no")
        assert wrong.value.kind is ProblemType.SIGN_IN_FAILED
        assert desk.session.state is SessionState.SIGNED_OUT
        staff = await desk.session.sign_in("ana", PASSWORD)
        assert staff.login == "ana"
        assert desk.session.may(Permission.REFUND)
        assert not desk.session.may(Permission.DECIDE)
        assert (await write(desk)).text == "hello"


async def test_what_is_asked_of_a_desk_that_was_closed_is_not_sent(folder: Path) -> None:
    async with fake_service() as service:
        async with a_desk(service.url, folder, works=False) as desk:
            await desk.session.sign_in("ana", PASSWORD)
        with pytest.raises(NotSent):
            await desk.backend.get(path("recipients", "r1"), RecipientStory)


async def test_the_session_outlives_the_program_in_the_keychain_until_signed_out(folder: Path) -> None:
    async with fake_service() as service:
        async with a_desk(service.url, folder, works=False) as desk:
            await desk.session.sign_in("ana", PASSWORD)
        async with a_desk(service.url, folder, works=False) as desk:
            assert desk.session.state is SessionState.SIGNED_IN
            assert (await write(desk)).actor == "ana"
            await desk.session.sign_out()
            assert service.access == {}
        async with a_desk(service.url, folder, works=False) as desk:
            assert desk.session.state is SessionState.SIGNED_OUT


async def test_nobody_there_is_not_sent_for_reads_and_changes_alike(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        assert desk.backend.connection is ConnectionState.ONLINE
        await proxy.shut()
        with pytest.raises(NotSent):
            await write(desk)
        with pytest.raises(NotSent):
            await desk.backend.get("/v1/recipients/r1", RecipientStory)
        assert desk.backend.connection is ConnectionState.OFFLINE
        await proxy.open()
        await write(desk)
        assert desk.backend.connection is ConnectionState.ONLINE


async def test_a_place_that_is_not_there_is_not_sent(folder: Path) -> None:
    for server in (f"http://127.0.0.1:{a_free_port()}", "http://care.invalid"):
        async with a_desk(server, folder, works=False) as desk:
            with pytest.raises(NotSent):
                await desk.session.sign_in("ana", PASSWORD)


@pytest.mark.parametrize(
    "fault", [Fault.LOSE_REPLY, Fault.LOSE_REQUEST, Fault.HANG, Fault.BAD_GATEWAY, Fault.NONSENSE]
)
async def test_a_change_without_a_usable_answer_is_an_answer_lost(folder: Path, fault: Fault) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        proxy.plan(fault, "POST /v1/recipients")
        with pytest.raises(AnswerLost):
            await write(desk)
        assert len([line for line in proxy.seen if "notes" in line]) == 1


async def test_a_read_is_tried_again_once_and_a_proxys_page_is_trouble(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        proxy.plan(Fault.LOSE_REPLY, "GET /v1/recipients")
        assert (await desk.backend.get("/v1/recipients/r1", RecipientStory)).id == "r1"
        proxy.plan(Fault.BAD_GATEWAY, "GET /v1/recipients")
        with pytest.raises(ServiceTrouble):
            await desk.backend.get("/v1/recipients/r1", RecipientStory)
        proxy.plan(Fault.LOSE_REPLY, "GET /v1/recipients", times=2)
        with pytest.raises(AnswerLost):
            await desk.backend.get("/v1/recipients/r1", RecipientStory)


async def test_a_problem_is_a_refusal_with_its_sentence_and_429_is_not(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await desk.session.sign_in("ana", PASSWORD)
        service.refuse_next.append(Problem(409, ProblemType.OVER_REFUND, "Only $1.00 of it is left."))
        with pytest.raises(Refused, match=r"Only \$1.00") as no:
            await write(desk)
        assert no.value.kind is ProblemType.OVER_REFUND
        service.refuse_next.append(Problem(429, ProblemType.TOO_MANY_TRIES, "Wait a minute."))
        with pytest.raises(ServiceTrouble, match="Wait a minute"):
            await write(desk)
        with pytest.raises(Refused) as missing:
            await desk.backend.get(path("refunds", uuid4()), Refund)
        assert missing.value.kind is ProblemType.NOT_FOUND


async def test_many_calls_with_an_ended_token_renew_it_once(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        await desk.session.sign_in("ana", PASSWORD)
        service.expire_access()
        await asyncio.gather(*(write(desk) for _ in range(12)))
        assert service.refreshes == 1
        assert len(service.done("note")) == 12
        service.expire_access()
        await write(desk)
        assert service.refreshes == 2


async def test_a_renewal_goes_on_when_the_call_that_began_it_is_cancelled(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        service.expire_access()
        call = asyncio.create_task(write(desk))
        await until(lambda: any("refresh" in line for line in proxy.seen))
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await write(desk)
        assert service.refreshes == 1


async def test_a_renewal_whose_answer_was_lost_is_asked_for_again(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        service.expire_access()
        proxy.plan(Fault.LOSE_REPLY, "POST /v1/session/refresh")
        with pytest.raises(AnswerLost):
            await write(desk)
        assert desk.session.state is SessionState.SIGNED_IN
        await write(desk)
        assert service.refreshes == 1


async def test_an_ended_session_is_expired_and_keeps_its_persons_name(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, works=False) as desk:
        told: list[str] = []

        def hear(change: Announcement) -> None:
            if change.kind is LocalKind.SESSION:
                told.append(change.id)

        desk.changes.subscribe(hear)
        await desk.session.sign_in("ana", PASSWORD)
        service.end_sessions()
        with pytest.raises(SignInNeeded) as ended:
            await write(desk)
        assert ended.value.expired
        assert desk.session.staff is not None
        assert desk.session.staff.login == "ana"
        assert told == ["signed_in", "expired"]


async def test_the_token_goes_to_no_other_machine(folder: Path) -> None:
    async with (
        fake_service() as service,
        fake_service() as other,
        a_desk(service.url, folder, works=False) as desk,
    ):
        await desk.session.sign_in("ana", PASSWORD)
        assert await desk.backend.sound("/v1/previews/p1/sound") == SOUND
        assert await desk.backend.sound(f"{service.url}/v1/previews/p1/sound") == SOUND
        for url in (f"{other.url}/v1/previews/p1/sound", "//127.0.0.2/sound", "file:///etc/passwd"):
            with pytest.raises(ServiceTrouble, match="another machine"):
                await desk.backend.sound(url)


async def test_events_are_told_through_cuts_renewals_and_restarts(folder: Path) -> None:
    async with (
        fake_service() as service,
        fault_proxy(service.url) as proxy,
        a_desk(proxy.url, folder, works=False, listens=True) as desk,
    ):
        told: list[Announcement] = []
        desk.changes.subscribe(told.append)

        def is_told(id: str) -> Callable[[], bool]:
            return lambda: any(one.id == id for one in told)

        async def tell(number: int) -> None:
            await until(lambda: service.listeners == 1)
            service.tell("weather", "none")
            service.tell("recipient", f"r{number}", version=number, recipient_id=f"r{number}")
            await until(is_told(f"r{number}"))

        await desk.session.sign_in("ana", PASSWORD)
        await tell(0)
        service.cut_events()
        await until(lambda: service.listeners == 0)
        await tell(1)
        service.expire_access()
        service.cut_events()
        await until(lambda: service.listeners == 0)
        await tell(2)
        assert service.refreshes == 1
        await proxy.shut()
        await until(lambda: desk.backend.connection is ConnectionState.OFFLINE)
        service.cut_events()
        await until(lambda: service.listeners == 0)
        await proxy.open()
        await tell(3)
        assert desk.backend.connection is ConnectionState.ONLINE
        assert [one.version for one in told if one.kind == "recipient"] == [0, 1, 2, 3]
        assert not is_told("none")()
        assert [one.id for one in told if one.kind is LocalKind.CONNECTION].count("online") >= 4


async def test_the_stream_ends_with_its_person_and_the_next_ones_begins(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, listens=True) as desk:
        await desk.session.sign_in("ana", PASSWORD)
        await until(lambda: service.listeners == 1)
        await desk.session.sign_out()
        await until(lambda: service.listeners == 0)
        await desk.session.sign_in("ben", PASSWORD)
        await until(lambda: service.listeners == 1)


async def test_a_session_ended_at_the_service_is_noticed_by_its_event(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, listens=True) as desk:
        await desk.session.sign_in("ana", PASSWORD)
        await until(lambda: service.listeners == 1)
        service.end_sessions()
        service.tell("session", "s1")
        await until(lambda: desk.session.state is SessionState.EXPIRED)


async def test_a_stream_without_signs_of_life_is_opened_again(folder: Path) -> None:
    async with fake_service() as service, a_desk(service.url, folder, listens=True) as desk:
        service.signs_of_life = 3600
        opened: list[str] = []

        def hear(change: Announcement) -> None:
            if change.kind is LocalKind.CONNECTION:
                opened.append(change.id)

        await desk.session.sign_in("ana", PASSWORD)
        await until(lambda: service.listeners == 1)
        desk.changes.subscribe(hear)
        await until(lambda: "online" in opened, seconds=10)


async def test_lines_of_a_stream_become_events_as_the_standard_has_it() -> None:
    async def lines():  # type: ignore[no-untyped-def]
        for line in (": hi", "", "event: a", "data: 1", "data:2", "id: 7", "", "data: 3", "", "data: cut"):
            yield line

    events = [event async for event in read_events(lines())]
    assert events == [Event("a", "1\n2"), Event("message", "3")]


async def test_an_id_never_leaves_its_place_in_a_path() -> None:
    assert path("recipients", "../session?x#y", "notes") == "/v1/recipients/..%2Fsession%3Fx%23y/notes"
