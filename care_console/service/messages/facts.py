"""What is known of messages, read in bulk: the ground of every diagnosis, and of the message's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from care_console.contract.consent import ConsentState
from care_console.service.facilities.tables import facilities, senders
from care_console.service.foundation.context import Context
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges, disputes
from care_console.service.playback.tables import plays, visits
from care_console.service.recordings.tables import recordings
from care_console.service.refunds.limits import HOLDING
from care_console.service.refunds.tables import refunds
from care_console.service.texting.tables import texts

CLOSED_DISPUTES = ("won", "warning_closed")


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A charge and how much of it is refunded or on its way, in cents."""

    id: int
    charged_at: datetime
    amount_cents: int
    method: str
    succeeded: bool
    held_cents: int
    is_disputed: bool = False

    @property
    def left_cents(self) -> int:
        """What of it has not gone back."""
        return self.amount_cents - self.held_cents if self.succeeded else 0


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A link's life."""

    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def ends_at(self) -> datetime:
        """When it ends or ended."""
        return min(self.expires_at, self.revoked_at) if self.revoked_at else self.expires_at


@dataclass(frozen=True, slots=True)
class SoundFact:
    """What was measured: LUFS, and shares from 0 to 1."""

    loudness_lufs: float | None
    silence_share: float
    clipping_share: float


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """Everything known of one message. Sequences are in the order of time."""

    now: datetime
    id: int
    imported_id: str | None
    recipient_id: int
    sender_name: str
    facility_name: str
    recorded_at: datetime
    seconds: int
    price_cents: int
    privileged: bool
    consent: ConsentState
    links: Sequence[LinkFact] = ()
    text_statuses: Sequence[str] = ()
    visits: int = 0
    charges: Sequence[ChargeFact] = ()
    seconds_played: Sequence[int] = ()
    sound: SoundFact | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether a bank has one of its charges."""
        return any(charge.is_disputed for charge in self.charges)

    @property
    def live_until(self) -> datetime | None:
        """Until when a link of it lives; None where none does."""
        ends = [link.ends_at() for link in self.links]
        return max((end for end in ends if end > self.now), default=None)

    @property
    def paid(self) -> Sequence[ChargeFact]:
        """The charges that went through, the earliest first."""
        return [charge for charge in self.charges if charge.succeeded]


async def read_facts(ctx: Context, message_ids: Sequence[int], consent: ConsentState) -> list[MessageFacts]:
    """The facts of messages, in the order of the ids given; one query for each kind of thing."""
    ids = list(message_ids)
    heads = {row.id: row for row in await ctx.connection.execute(_heads(ids))}
    by_links = await _grouped(
        ctx, select(links).where(links.c.message_id.in_(ids)).order_by(links.c.issued_at)
    )
    by_texts = await _grouped(
        ctx,
        select(texts.c.message_id, texts.c.status)
        .where(
            texts.c.message_id.in_(ids), texts.c.direction == "out", texts.c.kind.in_(("link", "reminder"))
        )
        .order_by(texts.c.at),
    )
    by_visits = await _grouped(
        ctx, select(visits.c.message_id, visits.c.id).where(visits.c.message_id.in_(ids))
    )
    by_charges = await _grouped(ctx, _charges(ids))
    by_plays = await _grouped(
        ctx, select(plays).where(plays.c.message_id.in_(ids)).order_by(plays.c.played_at)
    )
    return [
        MessageFacts(
            now=ctx.now,
            consent=consent,
            links=[LinkFact(row.issued_at, row.expires_at, row.revoked_at) for row in by_links[message_id]],
            text_statuses=[row.status for row in by_texts[message_id]],
            visits=len(by_visits[message_id]),
            charges=[_charge(row) for row in by_charges[message_id]],
            seconds_played=[row.seconds_played for row in by_plays[message_id]],
            **_head(heads[message_id]),
        )
        for message_id in ids
        if message_id in heads
    ]


def _heads(ids: list[int]) -> Select[Any]:
    return (
        select(
            messages,
            senders.c.name.label("sender_name"),
            facilities.c.name.label("facility_name"),
            recordings.c.message_id.label("sound_of"),
            recordings.c.loudness_lufs,
            recordings.c.silence_share,
            recordings.c.clipping_share,
        )
        .join(senders, senders.c.id == messages.c.sender_id)
        .join(facilities, facilities.c.id == senders.c.facility_id)
        .outerjoin(recordings, recordings.c.message_id == messages.c.id)
        .where(messages.c.id.in_(ids))
    )


def _head(row: Any) -> dict[str, Any]:
    names = (
        "id", "imported_id", "recipient_id", "sender_name", "facility_name", "recorded_at", "seconds",
        "price_cents", "privileged",
    )  # fmt: skip
    sound = None
    if row.sound_of is not None:
        sound = SoundFact(row.loudness_lufs, row.silence_share, row.clipping_share)
    return {name: getattr(row, name) for name in names} | {"sound": sound}


def _charges(ids: list[int]) -> Select[Any]:
    held = (
        select(func.coalesce(func.sum(refunds.c.amount_cents), 0))
        .where(refunds.c.charge_id == charges.c.id, refunds.c.state.in_(HOLDING))
        .scalar_subquery()
    )
    is_disputed = (
        select(disputes.c.id)
        .where(disputes.c.charge_id == charges.c.id, disputes.c.status.not_in(CLOSED_DISPUTES))
        .exists()
    )
    return (
        select(charges, held.label("held_cents"), is_disputed.label("is_disputed"))
        .where(charges.c.message_id.in_(ids))
        .order_by(charges.c.charged_at, charges.c.id)
    )


def _charge(row: Any) -> ChargeFact:
    succeeded = row.status == "succeeded"
    return ChargeFact(
        row.id, row.charged_at, row.amount_cents, row.method, succeeded, row.held_cents, row.is_disputed
    )


async def _grouped(ctx: Context, query: Select[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in await ctx.connection.execute(query):
        grouped[row.message_id].append(row)
    return grouped
