"""Small data sets told as rows that a person can read, and put into the tables by the builders.

    # paid, and the link ended before anybody listened
    message  m1  Oct 10 09:00  1:12  $3.99
    link     m1  Oct 10 09:01  until Nov 9 09:01
    text     m1  Oct 10 09:02  delivered
    charge   c1  m1  Oct 11 10:01  $3.99  visa 4242
    => m1 expired_unheard reissue

One recipient each. Times are US Eastern and of the year of `now`, which is Friday, November 20, 2026, noon
unless a line says otherwise. Lines that begin with ``=>``, ``en:`` or ``es:`` tell what must come of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from care_console.service.foundation.context import Context
from tests.support import builders

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 12, tzinfo=EASTERN)
_WHEN = r"(?:(?P<year>\d{4}) )?(?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d)"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SOUNDS = {
    "clear": {"loudness_lufs": -18.0, "silence_share": 0.2, "clipping_share": 0.0},
    "silent": {"loudness_lufs": None, "silence_share": 1.0, "clipping_share": 0.0},
    "quiet": {"loudness_lufs": -45.0, "silence_share": 0.3, "clipping_share": 0.0},
    "distorted": {"loudness_lufs": -6.0, "silence_share": 0.1, "clipping_share": 0.13},
}
_phones = count(2_000_000)


@dataclass
class Told:
    """One data set: its title, its moment, its rows as written, and what must come of it."""

    title: str
    now: datetime = NOW
    rows: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    en: str = ""
    es: str = ""

    def written(self) -> str:
        """The data set as a file has it."""
        at = [] if self.now == NOW else [f"now      {self.now:%Y %b} {self.now.day} {self.now:%H:%M}"]
        ends = [f"=> {label}" for label in self.labels]
        ends += [f"{language}: {said}" for language, said in (("en", self.en), ("es", self.es)) if said]
        return "\n".join([f"# {self.title}", *at, *self.rows, *ends]) + "\n"


def read_told(path: Path) -> list[Told]:
    """The data sets of a file."""
    sets: list[Told] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.strip()
        if words.startswith("# "):
            sets.append(Told(words[2:]))
        elif not sets:
            continue  # what the file is about
        elif words.startswith("=> "):
            sets[-1].labels.append(words[3:])
        elif words[:4] in ("en: ", "es: "):
            setattr(sets[-1], words[:2], words[4:])
        elif words.startswith("now "):
            sets[-1].now = moment(words, NOW)
        elif words:
            sets[-1].rows.append(words)
    return sets


def moment(words: str, now: datetime) -> datetime:
    """The first moment in a line."""
    return next(_moments(words, now))


def cents(words: str) -> int:
    """The first amount of money in a line."""
    found = re.search(r"\$([\d,]+)\.(\d\d)", words)
    assert found, words
    return int(found[1].replace(",", "")) * 100 + int(found[2])


@dataclass
class Put:
    """Where a data set was put: the recipient's id, and the ids of what its rows name."""

    recipient: int
    phone: str
    ids: dict[str, int] = field(default_factory=dict)


async def put(ctx: Context, told: Told) -> Put:
    """Put a data set into the tables."""
    ctx = replace(ctx, now=told.now)
    phone = f"+1214{next(_phones)}"
    named = next((row.split(None, 1)[1] for row in told.rows if row.startswith("name ")), "María Delgado")
    where = Put(await builders.a_recipient(ctx, phone=phone, name=named), phone)
    where.ids["facility"] = await builders.a_facility(ctx)
    where.ids["sender"] = await builders.a_sender(ctx, facility_id=where.ids["facility"])
    for row in told.rows:
        await _row(ctx, where, row)
    return where


async def _row(ctx: Context, where: Put, row: str) -> None:
    kind, name, *_ = row.split()
    at = list(_moments(row, ctx.now.astimezone(EASTERN)))
    about = where.ids.get(name, 0)
    match kind:
        case "message":
            length = re.search(r"\s(\d):(\d\d)\s", row)
            assert length, row
            where.ids[name] = await builders.a_message(
                ctx,
                recipient_id=where.recipient,
                sender_id=where.ids["sender"],
                recorded_at=at[0],
                seconds=int(length[1]) * 60 + int(length[2]),
                price_cents=cents(row),
            )
        case "link":
            where.ids[f"link {name}"] = await builders.a_link(
                ctx, about, issued_at=at[0], expires_at=at[1], revoked_at=at[2] if len(at) > 2 else None
            )
        case "text":
            way = "reminder" if "reminder" in row else "link"
            status = next(word for word in row.split() if word in _STATUSES)
            await builders.a_text(ctx, about, at=at[0], status=status, kind=way)
        case "visit":
            await builders.a_visit(ctx, where.ids[f"link {name}"], at=at[0])
        case "charge":
            where.ids[name] = await _charge(ctx, where.ids[row.split()[2]], row, at[0])
        case "refund":
            state = row.split()[-1]
            await builders.a_refund(ctx, about, requested_at=at[0], amount_cents=cents(row), state=state)
        case "dispute":
            await builders.a_dispute(ctx, about, at=at[0], status=row.split()[-1])
        case "play":
            seconds = re.search(r"(\d+) s$", row)
            assert seconds, row
            await builders.a_play(ctx, about, played_at=at[0], seconds_played=int(seconds[1]))
        case "sound":
            await builders.a_recording(ctx, about, **_sound(row))
        case "consent":
            await builders.a_consent_event(ctx, where.phone, kind=name, effective_at=at[0])
        case "pause":
            whose = {"number": {"phone": where.phone}, "facility": {"facility_id": where.ids["facility"]}}
            await builders.a_pause(ctx, **whose[name], since=at[0], ended_at=at[1] if len(at) > 1 else None)
        case "name":
            pass
        case _:
            raise AssertionError(f"there is no such row: {row}")


_STATUSES = {"queued", "sent", "delivered", "undelivered", "failed", "cancelled"}


async def _charge(ctx: Context, message_id: int, row: str, at: datetime) -> int:
    given: dict[str, object] = {"charged_at": at, "amount_cents": cents(row)}
    given["status"] = "failed" if "failed" in row else "succeeded"
    card = re.search(r"(visa|mastercard|amex|discover) (\d{4})", row)
    if card:
        given |= {"brand": card[1], "last4": card[2]}
    else:
        assert "prepaid" in row, row
        given["method"] = "prepaid"
    return await builders.a_charge(ctx, message_id, **given)


def _sound(row: str) -> dict[str, float | None]:
    word = row.split()[2]
    if word in _SOUNDS:
        return _SOUNDS[word]
    measured = re.search(r"(-[\d.]+) LUFS silence ([\d.]+) clipping ([\d.]+)", row)
    assert measured, row
    loud, silence, clipping = map(float, measured.groups())
    return {"loudness_lufs": loud, "silence_share": silence, "clipping_share": clipping}


def _moments(words: str, now: datetime) -> Iterator[datetime]:
    for found in re.finditer(_WHEN, words):
        year = int(found["year"] or now.year)
        month = _MONTHS.index(found["month"]) + 1
        yield datetime(
            year, month, int(found["day"]), int(found["hour"]), int(found["minute"]), tzinfo=EASTERN
        )
