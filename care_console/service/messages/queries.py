"""One message as the API shows it, whole."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from care_console.contract.charges import Charge, ChargeState, PaymentMethod, Refund
from care_console.contract.messages import Facility, Levels, Link, Message, Play, Sender
from care_console.service.consent.rules import state_of
from care_console.service.facilities.pauses import number_is_paused
from care_console.service.facilities.tables import facilities, senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.links.tables import links
from care_console.service.messages.diagnosis import diagnose
from care_console.service.messages.facts_queries import facts_of_message
from care_console.service.messages.previews import louder_copy
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges
from care_console.service.playback.tables import plays
from care_console.service.recipients.tables import recipients
from care_console.service.recordings.tables import recordings
from care_console.service.refunds.queries import as_refund
from care_console.service.refunds.tables import refunds


async def read_message(ctx: Context, message_id: int) -> Message:
    """A message with its links, charges, plays, levels and diagnosis."""
    row = (await ctx.connection.execute(_HEAD.where(messages.c.id == message_id))).first()
    if row is None:
        raise not_found("message", message_id)
    consent, paused = await state_of(ctx, row.phone), await number_is_paused(ctx, row.phone)
    facts = await facts_of_message(ctx, message_id, consent, number_paused=paused)
    assert facts is not None
    disputed = {charge.id for charge in facts.charges if charge.is_disputed}
    recording = await _one(ctx, recordings, message_id)
    return Message(
        id=str(message_id),
        imported_id=row.imported_id,
        recipient_id=str(row.recipient_id),
        sender=Sender(name=row.sender_name, booking_number=row.booking_number),
        facility=Facility(name=row.facility_name, state=row.facility_state, timezone=row.facility_timezone),
        recorded_at=row.recorded_at,
        seconds=row.seconds,
        price_cents=row.price_cents,
        privileged=row.privileged,
        has_sound=recording is not None and recording.deleted_at is None,
        links=[_link(link) for link in await _all(ctx, links, message_id, "issued_at")],
        charges=await _charges(ctx, message_id, disputed),
        plays=[
            Play(played_at=play.played_at, seconds_played=play.seconds_played)
            for play in await _all(ctx, plays, message_id, "played_at")
        ],
        louder=await louder_copy(ctx, message_id),
        levels=_levels(recording),
        diagnosis=diagnose(facts),
    )


_HEAD = (
    select(
        messages,
        recipients.c.phone,
        senders.c.name.label("sender_name"),
        senders.c.booking_number,
        facilities.c.name.label("facility_name"),
        facilities.c.state.label("facility_state"),
        facilities.c.timezone.label("facility_timezone"),
    )
    .join(recipients, recipients.c.id == messages.c.recipient_id)
    .join(senders, senders.c.id == messages.c.sender_id)
    .join(facilities, facilities.c.id == senders.c.facility_id)
)


async def _one(ctx: Context, table: Any, message_id: int) -> Any:
    return (await ctx.connection.execute(select(table).where(table.c.message_id == message_id))).first()


async def _all(ctx: Context, table: Any, message_id: int, order: str) -> list[Any]:
    query = select(table).where(table.c.message_id == message_id).order_by(table.c[order], table.c.id)
    return list((await ctx.connection.execute(query)).all())


async def _charges(ctx: Context, message_id: int, disputed: set[int]) -> list[Charge]:
    given: dict[int, list[Refund]] = defaultdict(list)
    query = (
        select(refunds)
        .join(charges, charges.c.id == refunds.c.charge_id)
        .where(charges.c.message_id == message_id)
        .order_by(refunds.c.requested_at, refunds.c.id)
    )
    for row in await ctx.connection.execute(query):
        given[row.charge_id].append(as_refund(row))
    return [
        Charge(
            id=str(row.id),
            message_id=str(message_id),
            charged_at=row.charged_at,
            amount_cents=row.amount_cents,
            method=PaymentMethod(row.method),
            brand=row.brand,
            last4=row.last4,
            state=ChargeState(row.status),
            refunded_cents=sum(one.amount_cents for one in given[row.id] if one.state.holds_money),
            disputed=row.id in disputed,
            refunds=given[row.id],
        )
        for row in await _all(ctx, charges, message_id, "charged_at")
    ]


def _link(row: Any) -> Link:
    return Link(
        id=str(row.id),
        code=row.code,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        issued_by=row.issued_by,
    )


def _levels(row: Any) -> Levels | None:
    if row is None:
        return None
    return Levels(
        duration_seconds=row.duration_seconds,
        loudness_lufs=row.loudness_lufs,
        true_peak_dbfs=row.true_peak_dbfs,
        silence_share=row.silence_share,
        clipping_share=row.clipping_share,
        codec=row.codec,
        peaks=list(row.peaks),
    )
