"""`POST /v1/recordings`: what is taken, what it becomes, what is refused and leaves nothing, and retries."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from care_console.contract.audit import Action
from care_console.contract.roles import Role
from care_console.evidence.entries import Entry, read_entry
from care_console.service.audit.tables import audit_entries
from care_console.service.facilities.keys import revoke_keys
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.recipients.tables import recipients
from care_console.service.recordings.receiving import whole_seconds
from care_console.service.recordings.tables import intakes, recordings, sound_uploads
from care_console.service.texting.tables import texts
from tests.service.conftest import NOON, SignIn
from tests.service.recordings.recorder import PHONE, Recorder, a_recorder
from tests.service.recordings.sounds import in_form, reference_lufs, sine, speech, wav
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def entries(services: Services, action: Action) -> list[Entry]:
    async with services.database.begin() as connection:
        query = select(audit_entries.c.leaf).where(audit_entries.c.action == action)
        return [read_entry(row.leaf) for row in await connection.execute(query)]


async def test_a_recording_becomes_a_message_with_its_link_its_text_and_its_sound(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    answer = await recorder.send(three_seconds, sender_name="  José  O'Nguyễn-Smith ", booking_number="B77")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["seconds"], told["price"]) == (3, {"amount_cents": 199, "currency": "USD"})
    assert told["text"]["goes"] is True
    [message], [recording] = await recorder.rows(messages), await recorder.rows(recordings)
    [link], [text], [sender] = [await recorder.rows(table) for table in (links, texts, senders)]
    [recipient] = await recorder.rows(recipients)
    assert told["message_id"] == str(message.id)
    assert (message.seconds, message.price_cents, message.privileged) == (3, 199, False)
    assert (sender.name, sender.booking_number) == ("José O'Nguyễn-Smith", "B77")
    assert (recipient.phone, recipient.name, recipient.language) == (PHONE, "", "en")
    assert (link.message_id, link.reason) == (message.id, None)
    assert link.issued_by == f"facility:{recorder.facility_id}"
    assert (text.phone, text.kind, text.status, text.send_after) == (PHONE, "link", "queued", NOON)
    assert text.body == (
        "José O'Nguyen-Smith left you a voice message: "
        f"https://mvm.example/m/{link.code} Reply STOP to opt out"
    )
    assert recording.copy_lufs == pytest.approx(-16.0, abs=0.5)
    assert recording.copy_true_peak_dbfs < -1.0
    assert await services.storage.get(recording.source_key) == three_seconds
    played = await services.storage.get(recording.playable_key)
    assert reference_lufs(played) == pytest.approx(-16.0, abs=1.0)
    assert (recording.mp3_key, recording.louder_key) == (None, None), "nobody waits for those"
    assert await recorder.rows(sound_uploads) == []
    assert not any((services.settings.data_dir / "spool").iterdir())
    [entry] = await entries(services, Action.RECORDING_TAKEN)
    assert (entry.actor, entry.subject) == (f"facility:{recorder.facility_id}", f"message:{message.id}")
    assert PHONE not in str(entry.details)


async def test_the_second_goes_to_the_same_recipient_and_sender(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    for fields in (
        {"phone": "(214) 555-0142", "language": "es"},
        {"phone": "2145550142", "language": "en"},
        {"phone": " +1 214 555 0142 ", "sender_name": "Jonathan Doe"},
    ):
        assert (await recorder.send(three_seconds, **fields)).status_code == 201
    [recipient], [sender] = await recorder.rows(recipients), await recorder.rows(senders)
    assert (recipient.phone, recipient.language) == (PHONE, "es")
    assert sender.name == "Jonathan Doe"
    assert len(await entries(services, Action.SENDER_RENAMED)) == 1
    assert "Responda ALTO" in (await recorder.rows(texts))[0].body
    other = await a_recorder(services, recorder.client)
    assert (await other.send(three_seconds)).status_code == 201
    assert len(await recorder.rows(senders)) == 2, "a booking number is its facility's own"


async def test_a_privileged_message_plays_for_nobody_at_the_desk(
    recorder: Recorder, sign_in: SignIn, three_seconds: bytes
) -> None:
    told = (await recorder.send(three_seconds, privileged="true")).json()
    client = await sign_in(Role.SUPERVISOR)
    answer = await client.post(f"/v1/messages/{told['message_id']}/previews", json={"reason": "quality"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("make", "status", "kind"),
    [
        pytest.param(lambda: b"", 422, "recording-unusable", id="empty"),
        pytest.param(lambda: b"no sound at all" * 100, 422, "recording-unusable", id="no sound"),
        pytest.param(lambda: speech(seconds=10)[:60_000], 422, "recording-unusable", id="cut off"),
        pytest.param(lambda: speech(seconds=3, flaw="silent"), 422, "recording-silent", id="silent"),
        pytest.param(lambda: wav([sine(-20, 121, rate=8_000)], 8_000), 422, "recording-too-long", id="121 s"),
        pytest.param(
            lambda: wav([sine(-20, 0.2, rate=8_000)], 8_000), 422, "recording-too-short", id="0.2 s"
        ),
        pytest.param(lambda: bytes(64 * 1024 * 1024 + 1), 413, "recording-too-large", id="64 MB"),
    ],
)
async def test_a_sound_that_cannot_be_offered_is_returned_with_its_reason(
    recorder: Recorder, services: Services, make: Any, status: int, kind: str
) -> None:
    assert await recorder.refusal(make()) == (status, kind)
    [entry] = await entries(services, Action.RECORDING_REFUSED)
    assert entry.details["problem"] == kind


@pytest.mark.parametrize(
    "phone",
    [
        "8005550142",
        "9005550142",
        "+14165550142",
        "+442079460000",
        "9115550142",
        "+15005550142",
        "Maria",
        "1" * 64,
    ],
)
async def test_a_number_that_can_be_no_mobile(recorder: Recorder, three_seconds: bytes, phone: str) -> None:
    assert await recorder.refusal(three_seconds, phone=phone) == (422, "not-a-mobile-number")


@pytest.mark.parametrize(
    "fields",
    [
        {"recorder_id": None},
        {"recorder_id": "x" * 65},
        {"recorder_id": "a\x00b"},
        {"sender_name": " "},
        {"sender_name": "4242 4242 4242 4242"},
        {"booking_number": None},
        {"phone": None},
        {"privileged": "perhaps"},
        {"language": "fr"},
    ],
)
async def test_fields_that_cannot_be_used(
    recorder: Recorder, three_seconds: bytes, fields: dict[str, Any]
) -> None:
    status, kind = await recorder.refusal(three_seconds, **fields)
    assert (status, kind) in ((422, "malformed"), (422, "card-number-in-text"))


async def test_numbers_that_said_no_are_left_alone(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    for phone, kind, problem in (
        ("+12145550101", "opt_out", "number-opted-out"),
        ("+12145550102", "hold", "number-held"),
    ):
        async with services.database.begin() as connection:
            await builders.a_consent_event(services.context(connection, SYSTEM, "test"), phone, kind=kind)
        assert await recorder.refusal(three_seconds, phone=phone) == (409, problem)


async def test_a_pause_refuses_and_its_end_takes_again(
    recorder: Recorder, sign_in: SignIn, three_seconds: bytes
) -> None:
    client = await sign_in(Role.SUPERVISOR)
    for what, problem in (
        ({"phone": PHONE}, "number-paused"),
        ({"facility_id": str(recorder.facility_id)}, "facility-paused"),
    ):
        paused = (await client.post("/v1/pauses", json={"reason": "x", **what})).json()["id"]
        assert await recorder.refusal(three_seconds) == (409, problem)
        await client.delete(f"/v1/pauses/{paused}")
        assert (await recorder.send(three_seconds)).status_code == 201


async def test_a_key_that_is_none_or_was_revoked(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    before = await recorder.everything()
    for key in ("", "x", recorder.key + "x"):
        assert (await recorder.send(three_seconds, key=key)).status_code == 401
    async with services.database.begin() as connection:
        await revoke_keys(services.context(connection, SYSTEM, "test"), recorder.facility_id)
    answer = await recorder.send(three_seconds)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (401, "not-a-facility-key")
    assert await recorder.everything() == before


async def test_a_retry_is_answered_as_the_first_try_was(
    recorder: Recorder, services: Services, three_seconds: bytes
) -> None:
    first = await recorder.send(three_seconds, recorder_id="r1")
    # What has happened since is the message's own story, and changes nothing for the recorder.
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        await builders.a_consent_event(ctx, PHONE)
        await connection.execute(update(messages).values(price_cents=1))
    before = await recorder.everything()
    again = await recorder.send(three_seconds, recorder_id="r1", phone="214-555-0142")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert await recorder.everything() == before
    other = in_form(three_seconds, "mu-law")
    for sound, fields in (
        (other, {}),
        (three_seconds, {"phone": "2145550143"}),
        (three_seconds, {"booking_number": "B2"}),
        (three_seconds, {"privileged": "true"}),
    ):
        refused = await recorder.refusal(sound, recorder_id="r1", **fields)
        assert refused == (422, "recorder-id-reused")
    elsewhere = await a_recorder(services, recorder.client)
    sent = await elsewhere.send(three_seconds, recorder_id="r1", phone="2145550199")
    assert sent.status_code == 201, "another facility's recorder counts for itself"
    assert sent.json()["message_id"] != first.json()["message_id"]


async def test_the_same_sent_at_once_is_one_message(recorder: Recorder, three_seconds: bytes) -> None:
    answers = await asyncio.gather(*(recorder.send(three_seconds, recorder_id="r1") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [await recorder.count(table) for table in (messages, recordings, links, texts, intakes)] == [1] * 5


async def test_many_at_once_share_recipient_and_sender(recorder: Recorder, three_seconds: bytes) -> None:
    answers = await asyncio.gather(*(recorder.send(three_seconds) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert [await recorder.count(table) for table in (messages, recipients, senders)] == [4, 1, 1]


@pytest.mark.parametrize(
    ("duration", "seconds"), [(0.5, 1), (1.4, 1), (30.4, 30), (30.5, 31), (119.6, 120), (120.49, 120)]
)
async def test_a_length_is_priced_to_the_nearest_second(duration: float, seconds: int) -> None:
    assert whole_seconds(duration) == seconds


async def test_a_body_that_is_no_form(recorder: Recorder) -> None:
    headers = {"Authorization": f"Bearer {recorder.key}"}
    sent: list[dict[str, Any]] = [
        {
            "content": b"--x\r\nbroken",
            "headers": {**headers, "Content-Type": "multipart/form-data; boundary=x"},
        },
        {"json": {"recorder_id": "1"}, "headers": headers},
        {"headers": headers},
    ]
    for one in sent:
        answer: httpx.Response = await recorder.client.post("/v1/recordings", **one)
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
