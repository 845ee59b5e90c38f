"""Correcting a mistyped opt-out, or a held reply that is no refusal: one asks, another approves.

Nobody at the desk opts a number in. What a correction does is to count the opt-out as never said: the number
stands again where everything else that it said puts it, which may still be opted out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update

from care_console.contract.approvals import ApprovalKind
from care_console.contract.audit import Action
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.problems import ProblemType
from care_console.service.approvals.rules import ask_approval
from care_console.service.audit.rules import record
from care_console.service.consent.rules import announce_number, lock_number, state_of
from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.consent.turns import states_sql
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.recipients.tables import recipients

# What somebody at the desk typed in from what they heard or read. The other channels are the number's own.
TYPED = (ConsentChannel.CARE_CALL, ConsentChannel.COMPLAINT)
WHY = "A mistyped opt-out is corrected by two people: one asks, another approves."
WHY_HELD = "A held reply that is no refusal is let go by two people: one asks, another approves."


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a correction, when, and why."""

    by: str
    at: datetime
    reason: str


async def ask_correction(ctx: Context, event_id: int, reason: str) -> int:
    """Ask for another person's decision; the id of the approval. Nothing changes for the number by asking."""
    event = await _opt_out_event(ctx, event_id)
    await lock_number(ctx, event.phone)
    await _refuse_pointless(ctx, event)
    query = (
        select(recipients.c.id).where(recipients.c.phone == event.phone).order_by(recipients.c.id).limit(1)
    )
    recipient_id = (await ctx.connection.execute(query)).scalar_one_or_none()
    why = WHY_HELD if event.kind == "hold" else WHY
    return await ask_approval(ctx, ApprovalKind.CORRECTION, str(event_id), why, recipient_id, reason)


async def correct(ctx: Context, event_id: int, asked: Asked) -> None:
    """Another person approved it: the opt-out counts as never said from this commit on."""
    event = await _opt_out_event(ctx, event_id)
    await lock_number(ctx, event.phone)
    before = await state_of(ctx, event.phone)
    if await _is_corrected(ctx, event_id):
        raise _refused("Meanwhile this opt-out was corrected already. This can only be declined.")
    standing = await _standing_without(ctx, event.phone, event_id)
    after = ConsentState(standing.state) if standing is not None else ConsentState.OPTED_IN
    inserted = await ctx.connection.execute(
        insert(consent_events)
        .values(
            phone=event.phone,
            kind="correction",
            channel=event.channel,
            scope=event.scope,
            words=asked.reason,
            received_at=asked.at,
            effective_at=ctx.now,
            actor=asked.by,
            corrects_id=event_id,
            approved_by=ctx.actor.name,
            state_after=after.value,
        )
        .returning(consent_events.c.id)
    )
    correction_id: int = inserted.scalar_one()
    await _stand(ctx, event.phone, standing)
    details = {
        "phone": event.phone,
        "opt_out": str(event_id),
        "reason": asked.reason,
        "asked_by": asked.by,
        "state_before": before.value,
        "state_after": after.value,
    }
    await record(ctx, Action.CONSENT_CORRECTED, f"correction:{correction_id}", details=details)
    await announce_number(ctx, event.phone, correction_id)


async def _opt_out_event(ctx: Context, event_id: int) -> Any:
    query = select(consent_events).where(
        consent_events.c.id == event_id, consent_events.c.kind.in_(("opt_out", "hold"))
    )
    event = (await ctx.connection.execute(query)).first()
    if event is None:
        raise not_found("opt-out", event_id)
    return event


async def _refuse_pointless(ctx: Context, event: Any) -> None:
    if event.kind == "hold":
        if await state_of(ctx, event.phone) is not ConsentState.HELD:
            raise _refused("This reply holds its number no more, so there is nothing to let go.")
    elif event.channel not in TYPED:
        raise _refused(
            "This opt-out was not typed at the desk: it came from the number itself. Only its own START "
            "opts it back in."
        )
    if await _is_corrected(ctx, event.id):
        raise _refused("This opt-out was corrected already.")
    if await state_of(ctx, event.phone) is ConsentState.OPTED_IN:
        raise _refused("Texts to this number are on, so there is nothing to correct.")


async def _is_corrected(ctx: Context, event_id: int) -> bool:
    query = select(exists().where(consent_events.c.corrects_id == event_id))
    return bool((await ctx.connection.execute(query)).scalar_one())


async def _standing_without(ctx: Context, phone: str, event_id: int) -> Any:
    """The event that would have turned the number last, had the opt-out never been said; None for none."""
    statement = states_sql("(SELECT CAST(:phone AS text) AS phone) asked", without="e.id = :event")
    return (await ctx.connection.execute(text(statement), {"phone": phone, "event": event_id})).first()


async def _stand(ctx: Context, phone: str, standing: Any) -> None:
    """Put the number where it stands; one that never said anything else has no row, as before."""
    if standing is None:
        await ctx.connection.execute(delete(consent_states).where(consent_states.c.phone == phone))
        return
    values = {name: getattr(standing, name) for name in ("state", "since", "channel", "scope", "event_id")}
    await ctx.connection.execute(update(consent_states).where(consent_states.c.phone == phone).values(values))


def _refused(sentence: str) -> Problem:
    return Problem(ProblemType.NOT_CORRECTABLE, HTTPStatus.CONFLICT, f"{sentence} Nothing was done.")
