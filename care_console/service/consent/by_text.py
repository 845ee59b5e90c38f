"""What a person's own text does to consent: START opts in, a HOLD suppresses and waits for a person."""

from __future__ import annotations

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.service.audit.rules import record
from care_console.service.consent.rules import (
    Words,
    announce_number,
    cancel,
    insert_event,
    lock_number,
    move,
    queued_to,
    state_of,
)
from care_console.service.foundation.context import Context


async def hold(ctx: Context, phone: str, said: Words) -> None:
    """Suppress a number whose words read like a refusal, until somebody has looked at them.

    One that is opted out stays so: the words are kept as evidence, and lift nothing.
    """
    await lock_number(ctx, phone)
    before = await state_of(ctx, phone)
    queued = await queued_to(ctx, phone)
    event_id, _ = await insert_event(ctx, phone, "hold", said, len(queued))
    await cancel(ctx, queued, event_id)
    if before is ConsentState.OPTED_IN:
        await move(ctx, phone, ConsentState.HELD, said.channel, event_id)
    details = {
        "phone": phone,
        "channel": said.channel.value,
        "words": said.words,
        "state_before": before.value,
        "texts_cancelled": len(queued),
    }
    await record(ctx, Action.HELD, f"opt_out:{event_id}", details=details)
    await announce_number(ctx, phone, event_id)


async def opt_in(ctx: Context, phone: str, said: Words) -> bool:
    """START from the handset itself: the only thing that opts a number back in. False where it was in."""
    await lock_number(ctx, phone)
    before = await state_of(ctx, phone)
    event_id, _ = await insert_event(ctx, phone, "opt_in", said)
    if before is not ConsentState.OPTED_IN:
        await move(ctx, phone, ConsentState.OPTED_IN, said.channel, event_id)
    details = {
        "phone": phone,
        "channel": said.channel.value,
        "words": said.words,
        "state_before": before.value,
    }
    await record(ctx, Action.OPTED_IN, f"consent:{event_id}", details=details)
    await announce_number(ctx, phone, event_id)
    return before is not ConsentState.OPTED_IN
