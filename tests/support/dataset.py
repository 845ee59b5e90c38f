"""Writes a migration data set of any size, with broken rows on request and what is to be refused of them."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

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
BEGAN = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
AREA_CODES = ("205", "214", "415", "512", "617", "702", "808", "907")

Reject = tuple[str, int, str]
Row = list[str]

_NO_TIME = ("yesterday", "2026-02-30T10:00:00Z", "11/02/2026 2:03 PM", "2026-11-02T25:03:22Z", "N/A", "")
_NO_PHONE = ("+14155", "+442079460018", "+16042345678", "+17872345678", "unknown", "", "+1415223013x")


def _breaks() -> list[tuple[str, str, str, str]]:
    """Every kind of broken row: file, column, what stands there, and the reason."""
    found = [
        ("senders", "facility_id", "GONE", "missing-reference"),
        ("messages", "sender_id", "GONE", "missing-reference"),
        ("messages", "recipient_id", "", "missing-reference"),
        *(
            (table, "message_id", "GONE", "missing-reference")
            for table in ("links", "texts", "charges", "plays")
        ),
        ("refunds", "charge_id", "GONE", "missing-reference"),
        ("refunds", "amount_cents", "100000", "refund-beyond-charge"),
        *(("messages", "seconds", value, "seconds-out-of-range") for value in ("0", "121", "-5", "", "ten")),
        ("plays", "seconds_played", "-1", "seconds-out-of-range"),
        *(("messages", "price_cents", value, "bad-money") for value in ("-1", "1.50", "", "12345678901")),
        ("charges", "amount_cents", "$1", "bad-money"),
        ("refunds", "amount_cents", "1e2", "bad-money"),
        ("facilities", "timezone", "Moon/Base", "unknown-word"),
        ("recipients", "language", "fr", "unknown-word"),
        ("messages", "privileged", "no", "unknown-word"),
        ("texts", "direction", "up", "unknown-word"),
        ("texts", "kind", "", "unknown-word"),
        ("texts", "status", "lost", "unknown-word"),
        ("charges", "method", "cash", "unknown-word"),
        ("charges", "brand", "diners", "unknown-word"),
        ("charges", "status", "pending", "unknown-word"),
        ("charges", "last4", "4111111111111111", "bad-last4"),
        ("refunds", "reason", "whim", "unknown-word"),
        ("refunds", "status", "", "unknown-word"),
        ("consent", "kind", "maybe", "unknown-word"),
        ("consent", "channel", "pigeon", "unknown-word"),
        ("links", "code", "", "missing-identifier"),
    ]
    for table, columns in COLUMNS.items():
        for column in columns.split():
            if column == "revoked_at":
                found.append((table, column, "soon", "bad-time"))
            elif column == "at" or column.endswith("_at"):
                found += [(table, column, value, "bad-time") for value in _NO_TIME]
            elif column == "phone":
                found += [(table, column, value, "not-a-us-phone") for value in _NO_PHONE]
    return found


@dataclass
class DataSet:
    """What was written: how many good rows each file has, and which rows are to be refused."""

    folder: Path
    good: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)


class _Writer:
    def __init__(self, data: DataSet, files: dict[str, BinaryIO]) -> None:
        self.data = data
        self._files = files
        self._lines = dict.fromkeys(files, 1)
        self.last: dict[str, Row] = {}
        for table, columns in COLUMNS.items():
            self._write(table, columns.split())

    def add(self, table: str, *fields: object) -> None:
        """A good row."""
        self.last[table] = [str(one) for one in fields]
        self._write(table, self.last[table])
        self.data.good[table] += 1

    def bad(self, table: str, row: Sequence[str], reason: str) -> None:
        """A row that is to be refused."""
        self.raw(table, _csv(row), reason)

    def raw(self, table: str, line: bytes, reason: str) -> None:
        """Bytes that are to be refused as one row."""
        self.data.rejects.append((f"{table}.csv", self._lines[table], reason))
        self._files[table].write(line)
        self._lines[table] += line.count(b"\n")

    def _write(self, table: str, row: Sequence[str]) -> None:
        line = _csv(row)
        self._files[table].write(line)
        self._lines[table] += line.count(b"\n")


def write_dataset(
    folder: Path,
    *,
    recipients: int = 30,
    broken: bool = False,
    audio: Callable[[int], str] = lambda _number: "",
    seed: int = 1,
) -> DataSet:
    """Write the ten files. `audio`: the path that message n names; `broken`: with every kind of bad row."""
    folder.mkdir(parents=True, exist_ok=True)
    data = DataSet(folder)
    with ExitStack() as stack:
        files = {table: stack.enter_context((folder / f"{table}.csv").open("wb")) for table in COLUMNS}
        writer = _Writer(data, files)
        _tell(writer, recipients, broken, audio, random.Random(seed))
    order = list(COLUMNS)
    data.rejects.sort(key=lambda reject: (order.index(reject[0][:-4]), reject[1]))
    return data


def at(moment: datetime) -> str:
    """A moment as the files write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def phone_of(number: int) -> str:
    """The phone of recipient `number`."""
    return f"+1{AREA_CODES[number % len(AREA_CODES)]}{2_000_000 + number * 7 % 7_999_999}"


def _tell(
    writer: _Writer, recipients: int, broken: bool, audio: Callable[[int], str], rng: random.Random
) -> None:
    for number in range(3):
        writer.add("facilities", f"F{number}", f"Bluff Creek {number}", "TX", "America/Chicago")
    messages = 0
    for number in range(recipients):
        if number % 3 == 0:
            writer.add("senders", f"S{number}", f'José, "Pepe" {number}', f"TX{number:07}", f"F{number % 3}")
        phone = phone_of(number)
        name = "" if number % 7 == 0 else f"Ana Muñoz {number}"
        writer.add("recipients", f"R{number}", phone, name, "es" if number % 5 == 0 else "en", at(BEGAN))
        for _ in range(rng.choice((1, 4, 10, 25))):
            _message(writer, messages, number, audio(messages), rng)
            messages += 1
        if number % 10 == 0:
            _consent(writer, number)
        if broken and number == recipients // 2:
            _break(writer)


def _message(writer: _Writer, number: int, recipient: int, audio: str, rng: random.Random) -> None:
    # Identifiers come scrambled, as an old system's do, not in the order of their rows.
    name = f"{number * 0x9E3779B1 & 0xFFFFFFFF:08X}"
    recorded = BEGAN + timedelta(minutes=rng.randrange(400_000))
    price, phone = rng.choice((25, 75, 140)), phone_of(recipient)
    privileged = "yes" if number % 50 == 49 else ""
    writer.add(
        "messages", f"M{name}", f"S{recipient - recipient % 3}", f"R{recipient}", at(recorded),
        rng.randrange(1, 121), price, audio, privileged,
    )  # fmt: skip
    revoked = at(recorded + timedelta(days=2)) if number % 20 == 0 else ""
    writer.add(
        "links", f"L{name}", f"M{name}", at(recorded), at(recorded + timedelta(days=30)), revoked, "system",
        f"C{name}",
    )  # fmt: skip
    body = f"Voice message from José (0:43, ${price / 100:.2f}). Listen: https://mvm.example/C{name}"
    writer.add(
        "texts", f"T{name}", phone, f"M{name}", "out", "link", body, at(recorded), "delivered", f"SM{name}"
    )
    if number % 10 == 0:
        answer = 'Who is\nthis?\n\n"k"'
        writer.add("texts", f"U{name}", phone, "", "in", "other", answer, at(recorded), "received", "")
    if number % 3:
        return
    card = ("card", "visa", "4242") if number % 2 == 0 else ("prepaid", "", "")
    # A declined try, and the one that went through, may share the processor's reference.
    for status in ("failed", "succeeded") if number % 30 == 0 else ("succeeded",):
        writer.add(
            "charges", f"CH{name}{status[0]}", f"M{name}", at(recorded + timedelta(hours=1)), price, *card,
            status, f"pi_{name}",
        )  # fmt: skip
    writer.add("plays", f"M{name}", at(recorded + timedelta(hours=2)), rng.randrange(1, 60))
    if number % 12 == 0:
        for part, status in enumerate(("failed", "succeeded", "pending")):
            amount = price if part == 0 else price // 2
            asked = at(recorded + timedelta(days=1, minutes=part))
            writer.add(
                "refunds", f"RF{name}{part}", f"CH{name}s", amount, "inaudible", "ana", asked, status,
                f"re_{part}",
            )  # fmt: skip


def _consent(writer: _Writer, number: int) -> None:
    phone = phone_of(number)
    channel = ("sms", "web", "care_call", "carrier")[number // 10 % 4]
    for event, (kind, days) in enumerate((("opt_out", 3), ("opt_in", 9))):
        if event and number % 20:
            break
        evidence = 'Caller says "take me off",\nnumber read back.' if channel == "care_call" else "Stop"
        moment = at(BEGAN + timedelta(days=days))
        writer.add("consent", f"EV{number}-{event}", phone, kind, channel, moment, "ana", evidence)


def _break(writer: _Writer) -> None:
    """One row of each broken kind, each a copy of the last good one; and the children of refused ones."""
    for number, (table, column, value, reason) in enumerate(_breaks()):
        row = list(writer.last[table])
        if table != "plays":
            row[0] += f"-{number}"
        row[COLUMNS[table].split().index(column)] = value
        writer.bad(table, row, reason)
    for table, last in writer.last.items():
        row = list(last)
        if table != "plays":
            writer.bad(table, row, "duplicate-identifier")
            writer.bad(table, ["", *row[1:]], "missing-identifier")
            row[0] += "-fields"
        writer.bad(table, row[:-1], "wrong-number-of-fields")
        writer.bad(table, [*row, "more"], "wrong-number-of-fields")
        writer.raw(table, b"\n", "wrong-number-of-fields")
        writer.raw(table, b"\xff" + _csv(row), "not-utf-8")
    sender, message, link = (list(writer.last[table]) for table in ("senders", "messages", "links"))
    writer.bad("senders", ["S-lost", sender[1], sender[2], "GONE"], "missing-reference")
    writer.bad("messages", ["M-lost", "S-lost", *message[2:]], "missing-reference")
    writer.bad("links", ["L-lost", "M-lost", *link[2:6], "C-lost"], "missing-reference")
    writer.bad("links", ["L-same", *link[1:]], "duplicate-identifier")


def _csv(row: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue().encode()
