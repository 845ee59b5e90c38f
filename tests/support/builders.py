"""Rows with sensible defaults: each function inserts one, and whatever it must refer to, and returns its id.

Every column can be given by its name; times default to a few hours before `ctx.now`.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.facilities.tables import facilities, pauses, senders
from care_console.service.foundation.context import Context
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.payments.tables import charges, disputes
from care_console.service.playback.tables import plays, visits
from care_console.service.recipients.tables import (
    BEGINNING,
    BY_REFERENCE,
    notes,
    recipients,
    reference_beginnings,
)
from care_console.service.recordings.tables import recordings
from care_console.service.refunds.tables import refunds
from care_console.service.texting.tables import texts

PEAKS = bytes(range(0, 200, 2))

_numbers = count(1)


async def a_facility(ctx: Context, **values: Any) -> int:
    """A county jail in Texas."""
    defaults = {"name": "Dallas County Jail", "state": "TX", "timezone": "America/Chicago"}
    return await _insert(ctx, facilities, defaults | values)


async def a_sender(ctx: Context, **values: Any) -> int:
    """Somebody in a facility, a new one unless `facility_id` is given."""
    if "facility_id" not in values:
        values["facility_id"] = await a_facility(ctx)
    defaults = {"name": "John Doe", "booking_number": f"B{next(_numbers):07}"}
    return await _insert(ctx, senders, defaults | values)


async def a_recipient(ctx: Context, **values: Any) -> int:
    """Maria Delgado, Spanish speaking, on a phone of her own."""
    defaults = {
        "phone": f"+1214555{next(_numbers) % 10000:04}",
        "name": "María Delgado",
        "language": "es",
        "created_at": ctx.now - timedelta(days=100),
    }
    return await _insert(ctx, recipients, defaults | values)


async def a_message(ctx: Context, **values: Any) -> int:
    """A message of 72 seconds at $3.99, recorded five hours ago; with no link, text or charge."""
    if "recipient_id" not in values:
        values["recipient_id"] = await a_recipient(ctx)
    if "sender_id" not in values:
        values["sender_id"] = await a_sender(ctx)
    defaults = {
        "recorded_at": ctx.now - timedelta(hours=5),
        "seconds": 72,
        "price_cents": 399,
        "privileged": False,
    }
    return await _insert(ctx, messages, defaults | values)


async def a_recording(ctx: Context, message_id: int, **values: Any) -> int:
    """The sound of a message, clear speech at -18 LUFS unless told otherwise. Returns the message's id."""
    defaults = {
        "message_id": message_id,
        "source_key": f"sources/{message_id}",
        "source_sha256": bytes(32),
        "playable_key": f"playable/{message_id}.m4a",
        "playable_media_type": "audio/mp4",
        "codec": "pcm_s16le",
        "duration_seconds": 72.0,
        "loudness_lufs": -18.0,
        "true_peak_dbfs": -3.0,
        "silence_share": 0.19,
        "clipping_share": 0.0,
        "peaks": PEAKS,
        "measured_at": ctx.now - timedelta(hours=5),
    }
    await ctx.connection.execute(insert(recordings).values(defaults | values))
    return message_id


async def a_link(ctx: Context, message_id: int, **values: Any) -> int:
    """A link to a message, good for 30 days from when it was recorded."""
    about = await _about(ctx, message_id)
    issued_at = values.get("issued_at", about["recorded_at"] + timedelta(minutes=1))
    defaults = {
        "message_id": message_id,
        "recipient_id": about["recipient_id"],
        "code": f"TESTCODE{next(_numbers):06}",
        "issued_at": issued_at,
        "expires_at": issued_at + timedelta(days=30),
        "issued_by": "system",
    }
    return await _insert(ctx, links, defaults | values)


async def a_text(ctx: Context, message_id: int | None = None, **values: Any) -> int:
    """The text that carries a message's link, delivered; without a message, give its `phone`."""
    if message_id is not None:
        about = await _about(ctx, message_id)
        values = {"phone": about["phone"], "at": about["recorded_at"] + timedelta(minutes=2)} | values
    defaults = {
        "message_id": message_id,
        "direction": "out",
        "kind": "link",
        "body": "A voice message waits for you. Reply STOP to opt out.",
        "at": ctx.now - timedelta(hours=5),
        "status": "delivered",
    }
    return await _insert(ctx, texts, defaults | values)


async def a_visit(ctx: Context, link_id: int, **values: Any) -> int:
    """The page behind a link was opened."""
    query = select(links.c.message_id, links.c.recipient_id).where(links.c.id == link_id)
    about = (await ctx.connection.execute(query)).one()
    defaults = {
        "link_id": link_id,
        "message_id": about.message_id,
        "recipient_id": about.recipient_id,
        "at": ctx.now - timedelta(hours=4),
    }
    return await _insert(ctx, visits, defaults | values)


async def a_charge(ctx: Context, message_id: int, **values: Any) -> int:
    """$3.99 on a Visa ending 4242, succeeded; on the day of the message."""
    about = await _about(ctx, message_id)
    defaults = {
        "message_id": message_id,
        "recipient_id": about["recipient_id"],
        "charged_at": about["recorded_at"] + timedelta(minutes=30),
        "amount_cents": about["price_cents"],
        "method": "card",
        "status": "succeeded",
        "processor_ref": f"pi_test_{next(_numbers)}",
    }
    if values.get("method", "card") == "card":
        defaults |= {"brand": "visa", "last4": "4242"}
    return await _insert(ctx, charges, defaults | values)


async def a_refund(ctx: Context, charge_id: int, **values: Any) -> UUID:
    """The whole of a charge given back, succeeded, for goodwill."""
    query = select(charges.c.recipient_id, charges.c.amount_cents).where(charges.c.id == charge_id)
    about = (await ctx.connection.execute(query)).one()
    defaults = {
        "id": uuid4(),
        "charge_id": charge_id,
        "recipient_id": about.recipient_id,
        "amount_cents": about.amount_cents,
        "reason": "goodwill",
        "state": "succeeded",
        "requested_by": "specialist",
        "requested_at": ctx.now - timedelta(hours=1),
    }
    done = await ctx.connection.execute(insert(refunds).values(defaults | values).returning(refunds.c.id))
    refund_id: UUID = done.scalar_one()
    return refund_id


async def a_dispute(ctx: Context, charge_id: int, **values: Any) -> int:
    """The cardholder disputes a charge."""
    query = select(charges.c.recipient_id, charges.c.amount_cents).where(charges.c.id == charge_id)
    about = (await ctx.connection.execute(query)).one()
    defaults = {
        "charge_id": charge_id,
        "recipient_id": about.recipient_id,
        "amount_cents": about.amount_cents,
        "status": "needs_response",
        "processor_ref": f"dp_test_{next(_numbers)}",
        "at": ctx.now - timedelta(hours=2),
    }
    return await _insert(ctx, disputes, defaults | values)


async def a_play(ctx: Context, message_id: int, **values: Any) -> int:
    """A message was played to its end."""
    about = await _about(ctx, message_id)
    defaults = {
        "message_id": message_id,
        "recipient_id": about["recipient_id"],
        "played_at": about["recorded_at"] + timedelta(minutes=35),
        "seconds_played": about["seconds"],
    }
    return await _insert(ctx, plays, defaults | values)


async def a_note(ctx: Context, recipient_id: int, **values: Any) -> int:
    """Somebody at the desk wrote something down."""
    defaults = {
        "recipient_id": recipient_id,
        "text": "Told the caller where the ringer switch is.",
        "at": ctx.now - timedelta(hours=1),
        "actor": "specialist",
    }
    return await _insert(ctx, notes, defaults | values)


async def a_pause(ctx: Context, **values: Any) -> int:
    """A pause by sue, an hour old, of the `phone` or the `facility_id` that is given."""
    defaults = {"reason": "Too many texts", "since": ctx.now - timedelta(hours=1), "actor": "sue"}
    return await _insert(ctx, pauses, defaults | values)


async def a_consent_event(ctx: Context, phone: str, **values: Any) -> int:
    """A number said STOP by text; where it stands follows from the kind."""
    at = values.get("effective_at", ctx.now - timedelta(hours=3))
    defaults = {
        "phone": phone,
        "kind": "opt_out",
        "channel": "sms",
        "words": "STOP",
        "received_at": at,
        "effective_at": at,
        "actor": "recipient",
    }
    event = defaults | values
    event_id = await _insert(ctx, consent_events, event)
    states = {"opt_out": "opted_out", "opt_in": "opted_in", "hold": "held", "correction": "opted_in"}
    standing = {
        "phone": phone,
        "state": states[event["kind"]],
        "since": event["effective_at"],
        "channel": event["channel"],
        "event_id": event_id,
    }
    statement = upsert(consent_states).values(standing)
    await ctx.connection.execute(
        statement.on_conflict_do_update(index_elements=["phone"], set_=dict(statement.excluded))
    )
    return event_id


async def _about(ctx: Context, message_id: int) -> dict[str, Any]:
    query = (
        select(messages, recipients.c.phone)
        .join(recipients, recipients.c.id == messages.c.recipient_id)
        .where(messages.c.id == message_id)
    )
    return dict((await ctx.connection.execute(query)).one()._asdict())


async def _insert(ctx: Context, table: Table, values: dict[str, Any]) -> int:
    done = await ctx.connection.execute(insert(table).values(values).returning(table.c.id))
    row_id: int = done.scalar_one()
    if values.get("imported_id") and table.name in BY_REFERENCE:  # as the import does
        noted = upsert(reference_beginnings).on_conflict_do_nothing()
        beginning = values["imported_id"][:BEGINNING]
        await ctx.connection.execute(noted, {"beginning": beginning, "table_name": table.name})
    return row_id
