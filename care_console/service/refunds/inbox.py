"""The processor's webhooks: each kept once by its event id, and read by a job, never believed."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from care_console.service.foundation.context import Context
from care_console.service.foundation.fault_points import passing
from care_console.service.foundation.jobs import defer
from care_console.service.foundation.tables import webhook_events
from care_console.service.gateways.cards.port import ProcessorEvent


async def take_event(ctx: Context, event: ProcessorEvent, body: bytes) -> None:
    """Keep an event, unless it was kept before; what of ours it is about is read anew."""
    kept = await ctx.connection.execute(
        insert(webhook_events)
        .values(vendor="stripe", event_id=event.event_id, body=body, received_at=ctx.now)
        .on_conflict_do_nothing()
        .returning(webhook_events.c.id)
    )
    passing("webhook.kept")
    refund = event.refund
    if kept.first() is None:
        return
    if event.checkout_id is not None:
        checkout = str(event.checkout_id)
        await defer(ctx, "payments:read_checkout", lock=f"checkout:{checkout}", checkout_id=checkout)
    if event.dispute_id is not None:
        told = event.dispute_id
        await defer(ctx, "refunds:read_dispute", lock=f"dispute:{told}", processor_id=told)
    if refund is None or refund.refund_id is None:
        return
    await defer(
        ctx,
        "refunds:read_told",
        lock=f"refund:{refund.refund_id}",
        refund_id=str(refund.refund_id),
        processor_id=refund.processor_id,
    )
    passing("webhook.queued")
