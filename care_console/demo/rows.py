"""The ten files of a data set while it is made up: each thing that happened adds its rows, ids in order."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from care_console.demo.recordings import Flaw, WantedRecording
from care_console.demo.speech import Language

COLUMNS = {
    "facilities": "facility_id name state timezone",
    "senders": "sender_id name booking_number facility_id",
    "recipients": "recipient_id phone name language created_at",
    "messages": "message_id sender_id recipient_id recorded_at seconds price_cents audio privileged",
    "links": "link_id message_id issued_at expires_at revoked_at issued_by code",
    "texts": "text_id phone message_id direction kind body at status provider_id",
    "charges": "charge_id message_id charged_at amount_cents method brand last4 status processor_ref",
    "refunds": "refund_id charge_id amount_cents reason requested_by requested_at status processor_ref",
    "plays": "message_id played_at seconds_played",
    "consent": "event_id phone kind channel at actor evidence",
}
"""The files of the migration format, and what stands in each."""

LINK_DAYS = 30
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_TEXT = {
    "en": "{sender} left you a voice message. Listen: https://mvm.example/m/{code} Reply STOP to end texts.",
    "es": "{sender} le dejó un mensaje de voz. Escuche: https://mvm.example/m/{code} STOP: no más textos.",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient: whom messages are for."""

    id: str
    phone: str
    name: str
    language: Language


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody inside, at a facility."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording that several messages may have, as two people may say the same."""

    language: Language
    seconds: int
    flaw: Flaw = "none"

    @property
    def file(self) -> str:
        """Its path below the data set's folder."""
        return f"audio/{self.language}-{self.seconds:03d}-{self.flaw}.wav"

    @property
    def wanted(self) -> WantedRecording:
        """The wish for it; the same sound for the same words."""
        seed = self.seconds * 10 + len(self.flaw) + (5000 if self.language == "es" else 0)
        return WantedRecording(self.file, self.language, self.seconds, self.flaw, seed)


@dataclass(frozen=True, slots=True)
class Told:
    """A message that was recorded, and its link."""

    id: str
    to: Person
    sender: Sender
    at: datetime
    sound: Sound
    price_cents: int
    code: str


@dataclass(slots=True)
class Rows:
    """What the files will hold. Times are aware, in UTC; money is in cents."""

    chance: random.Random
    files: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    sounds: dict[str, Sound] = field(default_factory=dict)

    def facility(self, name: str, state: str, timezone: str) -> str:
        """A place; its id."""
        return self._add("facilities", "F", name, state, timezone)

    def sender(self, name: str, facility: str) -> Sender:
        """Somebody inside."""
        booking = f"{self.chance.randint(2019, 2026)}-{self.chance.randint(10_000, 99_999)}"
        return Sender(self._add("senders", "S", name, booking, facility), name)

    def person(self, phone: str, name: str, language: Language, since: datetime) -> Person:
        """A recipient."""
        return Person(self._add("recipients", "R", phone, name, language, utc(since)), phone, name, language)

    def message(
        self,
        to: Person,
        sender: Sender,
        at: datetime,
        sound: Sound,
        price_cents: int,
        *,
        expires: datetime | None = None,
        texted: str | None = "delivered",
        privileged: bool = False,
    ) -> Told:
        """A message with its link (good for 30 days unless told) and the text that carried it."""
        self.sounds[sound.file] = sound
        mark = "yes" if privileged else ""
        id = self._add(
            "messages", "M", sender.id, to.id, utc(at), sound.seconds, price_cents, sound.file, mark
        )
        told = Told(id, to, sender, at, sound, price_cents, self._code())
        issued = at + timedelta(seconds=40)
        ends = expires or issued + timedelta(days=LINK_DAYS)
        self._add("links", "L", id, utc(issued), utc(ends), "", "system", told.code)
        if texted is not None:
            body = _TEXT[to.language].format(sender=sender.name, code=told.code)
            self.text(to.phone, "link", body, at + timedelta(seconds=60), texted, about=told)
        return told

    def text(
        self, phone: str, kind: str, body: str, at: datetime, status: str, *, about: Told | None = None
    ) -> None:
        """A text, out unless it was received."""
        direction = "in" if status == "received" else "out"
        message = about.id if about else ""
        provider = "" if status == "queued" else f"k-{self.chance.getrandbits(48):012x}"
        self._add("texts", "T", phone, message, direction, kind, body, utc(at), status, provider)

    def charge(
        self,
        message: Told,
        at: datetime,
        card: tuple[str, str] | None = ("visa", "4242"),
        *,
        status: str = "succeeded",
    ) -> str:
        """The message's price taken from a card (brand, last four), or from the prepaid account; its id."""
        method, (brand, last4) = ("card", card) if card else ("prepaid", ("", ""))
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        ref = f"pi_3{''.join(self.chance.choices(letters, k=23))}" if card else ""
        return self._add(
            "charges", "C", message.id, utc(at), message.price_cents, method, brand, last4, status, ref
        )

    def refund(self, charge: str, cents: int, reason: str, by: str, at: datetime) -> None:
        """Money that went back."""
        self._add("refunds", "B", charge, cents, reason, by, utc(at), "succeeded", "")

    def play(self, message: Told, at: datetime, seconds: int) -> None:
        """Somebody listened, this far."""
        self.files["plays"].append((message.id, utc(at), seconds))

    def consent(
        self, phone: str, kind: str, channel: str, at: datetime, evidence: str, actor: str = ""
    ) -> None:
        """An opt-out or an opt-in, in the words that were said."""
        self._add("consent", "E", phone, kind, channel, utc(at), actor, evidence)

    def write(self, folder: Path) -> None:
        """The ten CSV files; the sounds are made by whoever asks `sounds`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in COLUMNS.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns.split())
                writer.writerows(self.files[name])

    def _add(self, name: str, letter: str, *values: object) -> str:
        rows = self.files[name]
        id = f"{letter}{len(rows) + 1:05d}"
        rows.append((id, *values))
        return id

    def _code(self) -> str:
        return "".join(self.chance.choices(_CODE_LETTERS, k=12))


def utc(at: datetime) -> str:
    """``2026-11-02T14:03:22Z``."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
