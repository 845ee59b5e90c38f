"""Issuing a link, and issuing it anew: the old one is dead in the same commit. A text goes where it may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import insert, or_, select, update

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.contract.messages import ReissuedLink, ReissueReason, TextPlan
from care_console.contract.problems import ProblemType
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number, state_of
from care_console.service.facilities.pauses import text_is_paused
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce_message
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.foundation.statements import Query
from care_console.service.links.codes import grouped, new_code, spelled
from care_console.service.links.tables import links
from care_console.service.messages.tables import messages
from care_console.service.recipients.tables import recipients
from care_console.service.recordings.tables import recordings
from care_console.service.texting.bodies import new_link_body
from care_console.service.texting.first import FirstText, queue_first_text
from care_console.service.texting.rules import cancel_texts_of, queue_text

_NEW = Query(insert(links).returning(links.c.id))
_WHY_NOT = {
    ConsentState.OPTED_OUT: "This number is opted out. Read the code aloud instead; no text may go to it.",
    ConsentState.HELD: "This number is held: somebody said what reads like a refusal. Read the code aloud.",
}

_PAUSED = "A supervisor paused this number, or the facility. Read the code aloud; no text goes meanwhile."


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message and whom it is for."""

    message_id: int
    recipient_id: int
    phone: str
    language: str
    sender_name: str


async def reissue(ctx: Context, message_id: int, reason: ReissueReason) -> ReissuedLink:
    """Make a new link for a message and kill every older one, in one commit.

    The message's row is locked, so two people who press at once get one link each, and only the later lives.
    """
    message = await _lock_message(ctx, message_id)
    await _must_have_sound(ctx, message_id)
    await lock_number(ctx, message.phone)
    await _revoke(ctx, message)
    await cancel_texts_of(ctx, message_id)
    code, expires_at = new_code(), ctx.now + timedelta(days=ctx.settings.link_days)
    link_id = await _insert_link(ctx, message, code, expires_at, reason)
    url = _address(ctx, code)
    plan = await _text(ctx, message, link_id, url, expires_at)
    await record(
        ctx,
        Action.LINK_ISSUED,
        f"link:{link_id}",
        details={"message": str(message_id), "reason": reason.value, "text_goes": plan.goes},
    )
    await announce_message(ctx, message_id, message.recipient_id)
    return ReissuedLink(
        id=str(link_id),
        url=url,
        code=grouped(code),
        spelled=spelled(code),
        expires_at=expires_at,
        text=plan,
    )


async def issue_first(ctx: Context, message: Addressed, sender_id: int) -> TextPlan:
    """Make a new message's link and queue the text that tells of it. The caller holds the number's lock, and
    found that the number may be texted."""
    code, expires_at = new_code(), ctx.now + timedelta(days=ctx.settings.link_days)
    link_id = await _insert_link(ctx, message, code, expires_at, None)
    first = FirstText(
        phone=message.phone,
        language=message.language,
        sender_id=sender_id,
        sender_name=message.sender_name,
        message_id=message.message_id,
        link_id=link_id,
        url=_address(ctx, code),
        not_after=expires_at,
    )
    plan = await queue_first_text(ctx, first)
    details: dict[str, Json] = {"message": str(message.message_id), "text_goes": plan.goes}
    await record(ctx, Action.LINK_ISSUED, f"link:{link_id}", details=details)
    return plan


def _address(ctx: Context, code: str) -> str:
    return f"{ctx.settings.public_url.rstrip('/')}/m/{code}"


async def _lock_message(ctx: Context, message_id: int) -> Addressed:
    found = await ctx.connection.execute(
        select(
            messages.c.id.label("message_id"),
            messages.c.recipient_id,
            recipients.c.phone,
            recipients.c.language,
            senders.c.name.label("sender_name"),
        )
        .join(recipients, recipients.c.id == messages.c.recipient_id)
        .join(senders, senders.c.id == messages.c.sender_id)
        .where(messages.c.id == message_id)
        .with_for_update(of=messages)
    )
    row = found.first()
    if row is None:
        raise not_found("message", message_id)
    return Addressed(**row._asdict())


async def _must_have_sound(ctx: Context, message_id: int) -> None:
    """A link to a sound that was deleted would offer, or promise anew, what nobody can hear."""
    gone = select(recordings.c.message_id).where(
        recordings.c.message_id == message_id, recordings.c.deleted_at.is_not(None)
    )
    if (await ctx.connection.execute(gone)).first() is not None:
        raise Problem(
            ProblemType.LINK_NOT_REISSUABLE,
            HTTPStatus.CONFLICT,
            "The sound of this message was deleted, some time after its last link had ended. No link was "
            "made and no text went. If it was paid for and never heard, refund it.",
        )


async def _revoke(ctx: Context, message: Addressed) -> None:
    is_later = or_(links.c.revoked_at.is_(None), links.c.revoked_at > ctx.now)
    revoked = await ctx.connection.execute(
        update(links)
        .where(links.c.message_id == message.message_id, is_later, links.c.expires_at > ctx.now)
        .values(revoked_at=ctx.now)
        .returning(links.c.id)
    )
    for row in revoked:
        await record(ctx, Action.LINK_REVOKED, f"link:{row.id}")


async def _insert_link(
    ctx: Context, message: Addressed, code: str, expires_at: datetime, reason: ReissueReason | None
) -> int:
    values = {
        "message_id": message.message_id,
        "recipient_id": message.recipient_id,
        "code": code,
        "issued_at": ctx.now,
        "expires_at": expires_at,
        "issued_by": ctx.actor.name,
        "reason": reason.value if reason else None,
    }
    link_id: int = (await ctx.connection.execute(_NEW, values)).scalar_one()
    return link_id


async def _text(ctx: Context, message: Addressed, link_id: int, url: str, expires_at: datetime) -> TextPlan:
    state = await state_of(ctx, message.phone)
    if state is not ConsentState.OPTED_IN:
        return TextPlan(goes=False, why_not=_WHY_NOT[state])
    if await text_is_paused(ctx, message.phone, message.message_id):
        return TextPlan(goes=False, why_not=_PAUSED)
    body = new_link_body(message.language, message.sender_name, url)
    at = await queue_text(
        ctx,
        phone=message.phone,
        kind="link",
        body=body,
        message_id=message.message_id,
        link_id=link_id,
        not_after=expires_at,
    )
    return TextPlan(goes=True, at=at)
