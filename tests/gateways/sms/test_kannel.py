"""Our adapter against a real Kannel: what it is handed, what it calls back with, and its twin beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from care_console.service.gateways.sms.kannel import Kannel
from care_console.service.gateways.sms.port import (
    NotHandedOver,
    OutcomeUnknown,
    OutgoingText,
    ReceiptState,
    TextRefused,
    Unreadable,
)
from care_console.service.texting.bodies import in_gsm
from tests.support.desks import until
from tests.support.kannel import Kannels, kannel, missing_tools
from tests.support.sms_twin import sms_twin

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"


@dataclass
class Callbacks:
    """An address that notes the queries it is called with, and answers 200."""

    url: str = ""
    calls: list[tuple[str, bytes]] = field(default_factory=list)

    def to(self, path: str) -> list[bytes]:
        """The queries of the calls to a path."""
        return [query for called, query in self.calls if called.endswith(path)]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, any number of requests."""
        while line := await reader.readline():
            path, _, query = line.split()[1].partition(b"?")
            while (await reader.readline()).strip():
                pass
            self.calls.append((path.decode(), query))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()


@asynccontextmanager
async def callbacks() -> AsyncIterator[Callbacks]:
    """Somewhere to call back."""
    noted = Callbacks()
    server = await asyncio.start_server(noted.take, "127.0.0.1", 0)
    noted.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
    async with server:
        yield noted


def adapter(url: str, callback_url: str, password: str = "of-the-tests") -> Kannel:
    """The adapter on a gateway."""
    return Kannel(
        url, user="care-console", password=password, sender="33297", callback_url=callback_url, secret="s3"
    )


@pytest_asyncio.fixture
async def called() -> AsyncIterator[Callbacks]:
    """Somewhere for the gateway to call."""
    async with callbacks() as noted:
        yield noted


@pytest_asyncio.fixture
async def real(tmp_path: Path, called: Callbacks) -> AsyncIterator[Kannels]:
    """A real Kannel."""
    missing = missing_tools()
    if missing:
        pytest.fail(f"install {' and '.join(missing)}: these tests use a real Kannel")
    async with kannel(tmp_path, called.url) as running:
        yield running


async def test_texts_go_through_a_real_kannel_and_its_receipts_are_read(
    real: Kannels, called: Callbacks
) -> None:
    gateway = adapter(real.url, called.url)
    bodies = [in_gsm(f"Mensaje {number} de O'Nuñez: ¿qué tal? & más") for number in range(40)]
    for number, body in enumerate(bodies, 1):
        await gateway.hand_over(OutgoingText(number, PHONE, body, valid_minutes=5))
    await until(lambda: len(real.handed) == len(bodies))
    assert sorted(line["text"] for line in real.handed) == sorted(bodies)
    assert {(line["from"], line["to"]) for line in real.handed} == {("33297", PHONE.removeprefix("+"))}
    await until(lambda: len(called.to("/receipt")) == 2 * len(bodies))
    receipts = [gateway.read_receipt(query) for query in called.to("/receipt")]
    for state in (ReceiptState.ACCEPTED, ReceiptState.DELIVERED):
        told = [receipt.text_id for receipt in receipts if receipt.state is state]
        assert sorted(told) == list(range(1, len(bodies) + 1))
    assert all(b"secret=s3" in query for query in called.to("/receipt"))
    await gateway.close()


async def test_what_people_text_comes_as_they_wrote_it(real: Kannels, called: Callbacks) -> None:
    gateway = adapter(real.url, called.url)
    said = ["STOP", "no más señor", "O'Nguyễn-Smith <b> & 100 %", "¡ya párenle! 🛑"]
    for words in said:
        await real.say(PHONE, words)
    await until(lambda: len(called.to("/inbound")) == len(said))
    incoming = [gateway.read_incoming(query) for query in called.to("/inbound")]
    assert sorted(text.body for text in incoming) == sorted(said)
    assert {text.phone for text in incoming} == {PHONE}
    assert len({text.provider_id for text in incoming}) == len(said)
    assert all(text.received_at is not None for text in incoming)
    await gateway.close()


async def test_a_kannel_that_is_gone_took_nothing_and_takes_it_once_it_is_back(
    real: Kannels, called: Callbacks
) -> None:
    gateway = adapter(real.url, called.url)
    await real.kill_smsbox()
    with pytest.raises(NotHandedOver):
        await gateway.hand_over(OutgoingText(1, PHONE, "one", valid_minutes=5))
    await real.start_smsbox()
    await gateway.hand_over(OutgoingText(1, PHONE, "one", valid_minutes=5))
    await until(lambda: real.handed)
    assert len(real.handed) == 1
    await gateway.close()


async def test_a_wrong_password_is_a_refusal(real: Kannels, called: Callbacks) -> None:
    gateway = adapter(real.url, called.url, password="wrong")
    with pytest.raises(TextRefused, match="Authorization"):
        await gateway.hand_over(OutgoingText(1, PHONE, "one", valid_minutes=5))
    await gateway.close()


async def test_the_twin_answers_as_kannel_does_and_goes_wrong_when_told(called: Callbacks) -> None:
    async with sms_twin(incoming_url=f"{called.url}/inbound") as twin:
        gateway = adapter(twin.url, called.url)
        for fault, problem in (
            ("503", NotHandedOver),
            ("500", OutcomeUnknown),
            ("drop_reply", OutcomeUnknown),
        ):
            await twin.faults(fault)
            with pytest.raises(problem):
                await gateway.hand_over(OutgoingText(1, PHONE, fault, valid_minutes=5))
        await gateway.hand_over(OutgoingText(2, PHONE, "two", valid_minutes=5))
        assert [line["body"] for line in await twin.journal("text")] == ["drop_reply", "two"]
        await until(lambda: len(called.to("/receipt")) == 2)
        assert gateway.read_receipt(called.to("/receipt")[-1]).state is ReceiptState.DELIVERED
        await twin.say(PHONE, "no más 🛑")
        assert gateway.read_incoming(called.to("/inbound")[0]).body == "no más 🛑"
        await gateway.close()


@pytest.mark.parametrize("query", ["", "from=abc", "from=%2B442079460958&text=STOP", "from=2145550142%0A9"])
async def test_what_names_no_us_number_is_said_so(query: str) -> None:
    gateway = adapter("http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(Unreadable):
        gateway.read_incoming(query.encode())
    await gateway.close()


@pytest.mark.parametrize(
    "query", ["", "id=1", "id=x&status=1", "id=1&status=3", "id=-1&status=1", f"id={2**70}&status=1"]
)
async def test_a_receipt_that_kannel_would_not_send_is_said_so(query: str) -> None:
    gateway = adapter("http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(Unreadable):
        gateway.read_receipt(query.encode())
    await gateway.close()
