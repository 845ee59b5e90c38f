"""Taking a recording from a facility: checked, prepared and stored, then one transaction makes it a message.

A retry with the recorder's own id is answered as the first try was. Sound that is stored for a message that
then does not come to be is an orphan: its row in `sound_uploads` stays, and a job deletes it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, func, insert, select

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.contract.money import Money
from care_console.contract.recordings import RecordingTaken
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number, state_of
from care_console.service.facilities.keys import KeyedFacility
from care_console.service.facilities.pauses import facility_is_paused, number_is_paused
from care_console.service.facilities.prices import price_cents
from care_console.service.facilities.senders import sender_of
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.events import announce_message
from care_console.service.foundation.locks import lock_name
from care_console.service.foundation.services import Services
from care_console.service.foundation.statements import Query
from care_console.service.links.rules import Addressed, issue_first
from care_console.service.messages.tables import messages
from care_console.service.recipients.of_numbers import recipient_on
from care_console.service.recordings import problems
from care_console.service.recordings.formats import LARGEST_BYTES, LONGEST_SECONDS, SoundError
from care_console.service.recordings.intake import (
    Facts,
    add_recordings,
    keep,
    prepare_sound,
    spool_folder,
)
from care_console.service.recordings.numbers import mobile_number
from care_console.service.recordings.preparing import Job
from care_console.service.recordings.rules import keys_of_upload
from care_console.service.recordings.tables import intakes, sound_uploads
from care_console.service.recordings.workshop import Busy
from care_console.service.texting.reach import is_out_of_reach

_CHUNK_BYTES = 1024 * 1024

_EARLIER = Query(
    select(intakes.c.request_hash, intakes.c.answer).where(
        intakes.c.facility_id == bindparam("facility"), intakes.c.recorder_id == bindparam("recorder")
    )
)
_UPLOAD = Query(insert(sound_uploads).values(id=bindparam("id"), at=func.now()))
_UPLOADED = Query(delete(sound_uploads).where(sound_uploads.c.id == bindparam("id")))
_MESSAGE = Query(insert(messages).returning(messages.c.id))
_INTAKE = Query(insert(intakes))


@dataclass(frozen=True, slots=True)
class Sent:
    """What a recorder sends with a sound. `language`: what the sender says of the recipient, if anything."""

    recorder_id: str
    sender_name: str
    booking_number: str
    phone: str
    privileged: bool
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as JSON, and whether it is the one that was given before."""

    body: str
    is_replayed: bool


async def receive(
    services: Services, facility: KeyedFacility, origin: str, sent: Sent, sound: BinaryIO
) -> Answer:
    """Take a recording in, or raise a Problem that says why not; then nothing was kept."""
    receiving = _Receiving(services, facility, origin, sent, mobile_number(sent.phone))
    with spool_folder(services.settings.data_dir) as folder:
        source = folder / "source"
        try:
            sha256 = await asyncio.to_thread(_spool, sound, source)
            return await receiving.take(source, folder, sha256)
        except SoundError as error:
            raise problems.unusable_sound(error) from error
        except Busy as busy:
            raise problems.too_busy() from busy


@dataclass(frozen=True, slots=True)
class _Receiving:
    """One recording on its way in."""

    services: Services
    facility: KeyedFacility
    origin: str
    sent: Sent
    phone: str

    async def take(self, source: Path, folder: Path, sha256: bytes) -> Answer:
        asked = self._request_hash(sha256)
        async with self.services.database.begin() as connection:
            ctx = self._context(connection)
            earlier = await self._earlier(ctx, asked)
            if earlier is not None:
                return earlier
            await self._check(ctx)
        upload = uuid4()
        prepared = await prepare_sound(
            self.services.sounds, Job.MESSAGE, source, folder, sha256, keys_of_upload(upload)
        )
        async with self.services.database.begin() as connection:
            await connection.write(_UPLOAD, {"id": upload})
        facts = await keep(self.services.storage, prepared)
        async with self.services.database.begin() as connection:
            return await self._make_message(self._context(connection), upload, facts, asked)

    async def _make_message(self, ctx: Context, upload: UUID, facts: Facts, asked: bytes) -> Answer:
        # In the same order everywhere: the recorder's id, the sender, the number.
        await lock_name(ctx, f"recording:{self.facility.id}:{self.sent.recorder_id}")
        earlier = await self._earlier(ctx, asked)
        if earlier is not None:
            return earlier  # the same was taken meanwhile; this copy of its sound is an orphan
        taken = await ctx.connection.execute(_UPLOADED, {"id": upload})
        if taken.rowcount != 1:
            raise problems.upload_overtaken()
        sender_id = await sender_of(ctx, self.facility.id, self.sent.booking_number, self.sent.sender_name)
        await lock_number(ctx, self.phone)
        await self._check(ctx)
        answer = await self._insert(ctx, sender_id, facts)
        body = answer.model_dump_json()
        values = {
            "facility_id": self.facility.id,
            "recorder_id": self.sent.recorder_id,
            "request_hash": asked,
            "message_id": int(answer.message_id),
            "at": ctx.now,
            "answer": body,
        }
        await ctx.connection.write(_INTAKE, values)
        return Answer(body, is_replayed=False)

    async def _insert(self, ctx: Context, sender_id: int, facts: Facts) -> RecordingTaken:
        recipient = await recipient_on(ctx, self.phone, self.sent.language)
        seconds = whole_seconds(facts.duration_seconds)
        cents = await price_cents(ctx, self.facility.id, self.facility.timezone, seconds)
        values = {
            "sender_id": sender_id,
            "recipient_id": recipient.id,
            "recorded_at": ctx.now,
            "seconds": seconds,
            "price_cents": cents,
            "privileged": self.sent.privileged,
        }
        message_id: int = (await ctx.connection.execute(_MESSAGE, values)).scalar_one()
        await add_recordings(ctx, [(message_id, facts)])
        key = None if self.facility.key_id is None else str(self.facility.key_id)
        details: dict[str, Json] = {"facility": str(self.facility.id), "key": key, "seconds": seconds}
        await record(ctx, Action.RECORDING_TAKEN, f"message:{message_id}", details=details)
        message = Addressed(
            message_id, recipient.id, self.phone, recipient.language, " ".join(self.sent.sender_name.split())
        )
        plan = await issue_first(ctx, message, sender_id)
        await announce_message(ctx, message_id, recipient.id)
        price = Money(amount_cents=cents)
        return RecordingTaken(message_id=str(message_id), seconds=seconds, price=price, text=plan)

    async def _check(self, ctx: Context) -> None:
        """Whether a message for this number is taken at all; certain where the number's lock is held."""
        if await facility_is_paused(ctx, self.facility.id):
            raise problems.facility_paused()
        if await number_is_paused(ctx, self.phone):
            raise problems.number_paused()
        state = await state_of(ctx, self.phone)
        if state is not ConsentState.OPTED_IN:
            raise problems.not_to_be_texted(state)
        if await is_out_of_reach(ctx, self.phone):
            raise problems.out_of_reach()

    async def _earlier(self, ctx: Context, asked: bytes) -> Answer | None:
        who = {"facility": self.facility.id, "recorder": self.sent.recorder_id}
        row = (await ctx.connection.execute(_EARLIER, who)).first()
        if row is None:
            return None
        if row.request_hash != asked:
            raise problems.recorder_id_reused()
        return Answer(row.answer, is_replayed=True)

    def _request_hash(self, sha256: bytes) -> bytes:
        said = json.dumps({**asdict(self.sent), "phone": self.phone}, sort_keys=True)
        return hashlib.sha256(sha256 + said.encode("utf-8", "surrogatepass")).digest()

    def _context(self, connection: object) -> Context:
        actor = Actor(f"facility:{self.facility.id}")
        return self.services.context(connection, actor, self.origin)  # type: ignore[arg-type]


def whole_seconds(duration: float) -> int:
    """The length that a message is shown and priced by: to the nearest second, 1 to 120."""
    return max(1, min(math.floor(duration + 0.5), int(LONGEST_SECONDS)))


def _spool(sound: BinaryIO, place: Path) -> bytes:
    """Copy what was uploaded to a file, as far as a sound may go; its SHA-256."""
    digest, left = hashlib.sha256(), LARGEST_BYTES + 1
    sound.seek(0)
    with place.open("wb") as file:
        while left > 0 and (chunk := sound.read(min(_CHUNK_BYTES, left))):
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
    return digest.digest()
