"""What came of a race of opt-outs and texts: the gateway's journal held against the database's commits.

The journal tells when a text was taken, while whoever handed it over held its number; a commit's time
(`track_commit_timestamp`) is taken while whoever opted the number out, or in, held it. Both are times of one
machine's clock, so what stands before the other in time had the number before the other: a text that was
taken between an opt-out's commit and the next opt-in's has passed a STOP, and nothing else looks like it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from care_console.service.foundation.services import Services
from care_console.service.texting import bodies
from tests.campaigns.verdict import Verdict

SUPPRESSED_SECONDS = 1.0
_CLOSE_SECONDS = 0.1
_CONFIRMATIONS = {bodies.stopped_body(language) for language in ("en", "es")}
_EVENTS = text(
    "SELECT id, phone, kind, channel, effective_at, pg_xact_commit_timestamp(xmin) AS committed_at "
    "FROM consent_events ORDER BY id"
)
_STATES = text("SELECT phone, event_id FROM consent_states")
_TEXTS = text(
    "SELECT id, phone, body, kind, status, failure, cancelled_by FROM texts WHERE direction = 'out'"
)


@dataclass
class Outcome(Verdict):
    """What came of a campaign. `wrong` holds a sentence for each promise that was broken.

    `texts_a_second`: how many were queued in each second of asking;
    `close`: texts taken less than a tenth of a second before their number's opt-out was committed;
    `asked_again`: how often the service answered that it is too busy.
    """

    seed: int
    queued: int = 0
    texts_a_second: float = 0.0
    became: Counter[str] = field(default_factory=Counter)
    handed_over: int = 0
    opt_outs: int = 0
    by_way: Counter[str] = field(default_factory=Counter)
    opt_ins: int = 0
    confirmations: int = 0
    close: int = 0
    asked_again: int = 0
    suppressed_seconds: dict[str, float] = field(default_factory=dict)
    clock_moved_seconds: float = 0.0
    settled_seconds: float = 0.0
    load_of_machine: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Said:
    """An event of a number's consent: when its transaction committed, and whether it stops texts."""

    phone: str
    stops: bool
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that the gateway took."""

    phone: str
    body: str
    at: datetime


def past_a_stop(said: Sequence[Said], taken: Sequence[Taken]) -> list[str]:
    """A sentence for each text that was taken while its number was opted out. `said` in order of commits."""
    by_phone = _by_phone(said)
    wrong = []
    for one in taken:
        events = by_phone[one.phone]
        place = bisect_left(events, one.at, key=lambda event: event.committed_at)
        if place and events[place - 1].stops and one.body not in _CONFIRMATIONS:
            late = (one.at - events[place - 1].committed_at).total_seconds()
            wrong.append(f"{one.phone} was handed {one.body!r} {late:.6f} s after its opt-out's commit")
    return wrong


def close_ones(said: Sequence[Said], taken: Sequence[Taken]) -> int:
    """How many texts were taken just before their number was opted out: without those there was no race."""
    by_phone = _by_phone(said)
    close = 0
    for one in taken:
        events = by_phone[one.phone]
        place = bisect_left(events, one.at, key=lambda event: event.committed_at)
        if place < len(events) and events[place].stops:
            close += (events[place].committed_at - one.at).total_seconds() < _CLOSE_SECONDS
    return close


def _by_phone(said: Sequence[Said]) -> dict[str, list[Said]]:
    by_phone: dict[str, list[Said]] = defaultdict(list)
    for event in said:
        by_phone[event.phone].append(event)
    return by_phone


def suppressed(latencies: Sequence[float]) -> dict[str, float]:
    """How long from a STOP's being sent to the answer that it is in force: median, 99 %, the longest."""
    ordered = sorted(latencies)
    places = {"p50": len(ordered) // 2, "p99": -(-len(ordered) * 99 // 100) - 1, "most": len(ordered) - 1}
    return {name: round(ordered[place], 3) for name, place in places.items()} if ordered else {}


async def judge(services: Services, journal: list[dict[str, Any]], outcome: Outcome) -> None:
    """Hold the journal against the database."""
    async with services.database.begin() as connection:
        events = (await connection.execute(_EVENTS)).all()
        states = {row.phone: row.event_id for row in await connection.execute(_STATES)}
        texts = (await connection.execute(_TEXTS)).all()
    said = sorted(
        (Said(row.phone, row.kind != "opt_in", row.committed_at) for row in events),
        key=lambda event: event.committed_at,
    )
    taken = [Taken(line["to"], line["body"], datetime.fromisoformat(line["at"])) for line in journal]
    outcome.handed_over, outcome.close = len(taken), close_ones(said, taken)
    outcome.became = Counter(_became(row) for row in texts if row.kind == "link")
    outcome.confirmations = sum(one.body in _CONFIRMATIONS for one in taken)
    outcome.opt_outs = sum(event.stops for event in said)
    outcome.opt_ins = len(said) - outcome.opt_outs
    outcome.by_way = Counter(row.channel for row in events if row.kind != "opt_in")
    outcome.wrong += past_a_stop(said, taken)
    outcome.wrong += _once_each(texts, taken)
    outcome.wrong += _in_their_order(events, states)
    stops_by_text = sum(row.kind == "opt_out" and row.channel == "sms" for row in events)
    if outcome.confirmations > stops_by_text:
        outcome.wrong.append(f"{stops_by_text} STOPs by text were confirmed {outcome.confirmations} times")


def _became(row: Any) -> str:
    """What became of a text, and for one that was suppressed at which step."""
    if row.status != "cancelled":
        return str(row.status)
    return (
        "cancelled by the opt-out" if row.cancelled_by else f"cancelled at the gateway's door: {row.failure}"
    )


def _once_each(texts: Sequence[Any], taken: Sequence[Taken]) -> list[str]:
    """Each link's text that is told as handed over was, once; each that is told as suppressed was not."""
    times = Counter(one.body for one in taken)
    wrong = []
    for row in texts:
        if row.kind != "link":
            continue
        # One in doubt (its answer was lost) may have been taken; it goes again only once that is over.
        expected = {"sent": (1,), "failed": (1,), "cancelled": (0,), "sending": (0, 1)}.get(row.status, ())
        if times[row.body] not in expected:
            wrong.append(
                f"text {row.id} is {row.status} ({row.failure}), and was taken {times[row.body]} times"
            )
    return wrong


def _in_their_order(events: Sequence[Any], states: dict[str, int]) -> list[str]:
    """A number's events take effect in the order in which they were committed, and the last is its state."""
    last: dict[str, Any] = {}
    wrong = []
    for row in events:
        before = last.get(row.phone)
        if before is not None and (
            before.committed_at > row.committed_at or before.effective_at > row.effective_at
        ):
            wrong.append(f"event {row.id} came after event {before.id}, and takes effect before it")
        last[row.phone] = row
    for phone, row in last.items():
        turned = next(one for one in reversed(events) if one.id == states[phone])
        if (turned.kind == "opt_in") != (row.kind == "opt_in"):
            wrong.append(f"{phone} stands where event {turned.id} put it, not where event {row.id} did")
    return wrong
