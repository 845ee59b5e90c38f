"""A recipient's story: who, where consent stands, the sentence, the open messages, what may be done."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, or_, select

from care_console.contract.consent import Consent, ConsentChannel, ConsentState
from care_console.contract.recipients import Act, OpenMessage, PersonOnNumber, Possibility, RecipientStory
from care_console.contract.roles import Permission
from care_console.service.consent.tables import consent_events, consent_states
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.links.tables import links
from care_console.service.messages.diagnosis import diagnose
from care_console.service.messages.facts import read_facts
from care_console.service.messages.tables import messages
from care_console.service.recipients.sentence import Told, tell_story
from care_console.service.recipients.tables import recipients
from care_console.service.refunds.limits import budget
from care_console.service.texting.hours import known_zones

MOST_OPEN = 20
MOST_HISTORY = 50
RECENT = timedelta(days=30)

_STATE_AFTER = {
    "opt_out": ConsentState.OPTED_OUT,
    "hold": ConsentState.HELD,
    "opt_in": ConsentState.OPTED_IN,
    "correction": ConsentState.OPTED_IN,
}


async def read_story(ctx: Context, recipient_id: int) -> RecipientStory:
    """The story as it stands in this transaction."""
    query = select(recipients).where(recipients.c.id == recipient_id)
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        raise not_found("recipient", recipient_id)
    consent = await read_consent(ctx, row.phone)
    facts = await read_facts(ctx, await _open_ids(ctx, recipient_id), consent.state)
    told = [Told(one, diagnose(one)) for one in facts]
    return RecipientStory(
        id=str(recipient_id),
        imported_id=row.imported_id,
        phone=row.phone,
        name=row.name,
        language=row.language,
        since=row.created_at,
        version=round(ctx.now.timestamp() * 1_000_000),
        consent=consent,
        consent_history=await _history(ctx, row.phone),
        story=tell_story(ctx.now, told, consent),
        on_this_number=await _others(ctx, row.phone, recipient_id),
        open_messages=[_open_message(one) for one in told],
        may=_may(ctx, await _has_messages(ctx, recipient_id), consent),
        refund_budget=await budget(ctx, recipient_id),
        zones=known_zones(row.phone),
    )


async def read_consent(ctx: Context, phone: str) -> Consent:
    """Where a number stands, since when, by which words."""
    query = (
        select(consent_states, consent_events.c.words)
        .join(consent_events, consent_events.c.id == consent_states.c.event_id)
        .where(consent_states.c.phone == phone)
    )
    row = (await ctx.connection.execute(query)).first()
    if row is None:
        return Consent(state=ConsentState.OPTED_IN)
    return Consent(
        state=ConsentState(row.state),
        since=row.since,
        channel=ConsentChannel(row.channel),
        scope=row.scope,
        words=row.words,
    )


async def _history(ctx: Context, phone: str) -> list[Consent]:
    query = (
        select(consent_events)
        .where(consent_events.c.phone == phone)
        .order_by(consent_events.c.effective_at.desc(), consent_events.c.id.desc())
        .limit(MOST_HISTORY)
    )
    return [
        Consent(
            state=_STATE_AFTER[row.kind],
            since=row.effective_at,
            channel=ConsentChannel(row.channel),
            scope=row.scope,
            words=row.words,
        )
        for row in await ctx.connection.execute(query)
    ]


async def _others(ctx: Context, phone: str, recipient_id: int) -> list[PersonOnNumber]:
    query = (
        select(recipients.c.id, recipients.c.name)
        .where(recipients.c.phone == phone, recipients.c.id != recipient_id)
        .order_by(recipients.c.id)
        .limit(50)
    )
    return [PersonOnNumber(id=str(row.id), name=row.name) for row in await ctx.connection.execute(query)]


async def _open_ids(ctx: Context, recipient_id: int) -> list[int]:
    has_live_link = exists().where(
        links.c.message_id == messages.c.id,
        links.c.expires_at > ctx.now,
        or_(links.c.revoked_at.is_(None), links.c.revoked_at > ctx.now),
    )
    query = (
        select(messages.c.id)
        .where(
            messages.c.recipient_id == recipient_id,
            or_(messages.c.recorded_at > ctx.now - RECENT, has_live_link),
        )
        .order_by(messages.c.recorded_at.desc(), messages.c.id.desc())
        .limit(MOST_OPEN)
    )
    return [row.id for row in await ctx.connection.execute(query)]


def _open_message(told: Told) -> OpenMessage:
    facts = told.facts
    return OpenMessage(
        id=str(facts.id),
        imported_id=facts.imported_id,
        sender_name=facts.sender_name,
        facility_name=facts.facility_name,
        recorded_at=facts.recorded_at,
        seconds=facts.seconds,
        price_cents=facts.price_cents,
        expires_at=facts.live_until or max((link.ends_at() for link in facts.links), default=None),
        privileged=facts.privileged,
        has_sound=facts.sound is not None,
        diagnosis=told.diagnosis,
    )


async def _has_messages(ctx: Context, recipient_id: int) -> bool:
    query = select(exists().where(messages.c.recipient_id == recipient_id))
    return bool((await ctx.connection.execute(query)).scalar_one())


def _may(ctx: Context, has_messages: bool, consent: Consent) -> list[Possibility]:
    """What this person may do here, and why not; the service decides again when it is asked."""

    def possibility(act: Act, permission: Permission, why_not: str | None = None) -> Possibility:
        if not ctx.actor.may(permission):
            role = ctx.actor.role.value if ctx.actor.role else "nobody"
            why_not = f"The role {role} may not do this."
        return Possibility(act=act, allowed=why_not is None, why_not=why_not)

    no_messages = None if has_messages else "No message was ever recorded for this recipient."
    is_out = consent.state is ConsentState.OPTED_OUT
    stopped = "Texts to this number are stopped already." if is_out else None
    return [
        possibility(Act.OPT_OUT, Permission.OPT_OUT, stopped),
        possibility(Act.REISSUE, Permission.REISSUE, no_messages),
        possibility(Act.REFUND, Permission.REFUND, no_messages),
        possibility(Act.PREVIEW, Permission.PREVIEW, no_messages),
        possibility(Act.NOTE, Permission.WRITE_NOTE),
    ]
