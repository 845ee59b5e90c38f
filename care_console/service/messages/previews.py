"""Hearing a message from the desk: a reason first, the entry committed, then the sound, for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.messages import LouderCopy, Preview, PreviewReason
from care_console.contract.problems import ProblemType
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.messages.tables import messages, previews
from care_console.service.recordings.rules import LOUDER_MEDIA_TYPE, louder_stands
from care_console.service.recordings.tables import recordings


@dataclass(frozen=True, slots=True)
class PreviewSound:
    """Where the sound of an open preview is stored, and what it is."""

    key: str
    media_type: str


async def louder_copy(ctx: Context, message_id: int) -> LouderCopy:
    """Whether a message's louder copy can be heard. What a facility sent gets one; it may still be made."""
    found = await ctx.connection.execute(
        select(recordings.c.louder_key, recordings.c.copy_lufs, recordings.c.copies_given_up_at).where(
            recordings.c.message_id == message_id, recordings.c.deleted_at.is_(None)
        )
    )
    row = found.first()
    return LouderCopy.NONE if row is None else louder_stands(*row)


async def open_preview(
    ctx: Context, message_id: int, reason: PreviewReason, *, louder: bool = False
) -> Preview:
    """Open a preview: once this transaction is committed, this session can have its sound for a minute."""
    found = await ctx.connection.execute(
        select(messages.c.recipient_id, messages.c.privileged, recordings.c.playable_media_type)
        .outerjoin(recordings, (recordings.c.message_id == messages.c.id) & recordings.c.deleted_at.is_(None))
        .where(messages.c.id == message_id)
    )
    message = found.first()
    if message is None:
        raise not_found("message", message_id)
    if message.privileged:
        raise _privileged()
    if message.playable_media_type is None:
        raise no_sound()
    if louder:
        await _must_be_louder(ctx, message_id)
    preview_id = uuid4()
    expires_at = ctx.now + timedelta(seconds=ctx.settings.preview_seconds)
    await ctx.connection.execute(
        insert(previews).values(
            id=preview_id,
            message_id=message_id,
            recipient_id=message.recipient_id,
            reason=reason.value,
            actor=ctx.actor.name,
            session_id=ctx.actor.session_id,
            at=ctx.now,
            expires_at=expires_at,
            louder=louder,
        )
    )
    copy = "louder" if louder else "usual"
    details = {"preview": str(preview_id), "reason": reason.value, "copy": copy}
    await record(ctx, Action.PREVIEW_OPENED, f"message:{message_id}", details=details)
    await announce(ctx, ChangeKind.RECIPIENT, message.recipient_id, recipient_id=message.recipient_id)
    return Preview(
        id=str(preview_id),
        url=f"/v1/previews/{preview_id}/sound",
        media_type=LOUDER_MEDIA_TYPE if louder else message.playable_media_type,
        expires_at=expires_at,
    )


async def sound_of(ctx: Context, preview_id: UUID) -> PreviewSound:
    """The sound of a preview that this session opened less than a minute ago."""
    found = await ctx.connection.execute(
        select(
            previews.c.expires_at,
            previews.c.louder,
            recordings.c.louder_key,
            recordings.c.playable_key,
            recordings.c.playable_media_type,
        )
        .join(recordings, recordings.c.message_id == previews.c.message_id)
        .join(messages, messages.c.id == previews.c.message_id)
        .where(
            previews.c.id == preview_id,
            previews.c.session_id == ctx.actor.session_id,
            messages.c.privileged.is_(False),
        )
    )
    preview = found.first()
    if preview is None:
        raise not_found("preview", preview_id)
    if ctx.now >= preview.expires_at:
        raise Problem(
            ProblemType.PREVIEW_EXPIRED,
            HTTPStatus.GONE,
            "This preview has ended; it is good for a minute. Open it again with its reason.",
        )
    if preview.louder:
        return PreviewSound(preview.louder_key, LOUDER_MEDIA_TYPE)
    return PreviewSound(preview.playable_key, preview.playable_media_type)


async def _must_be_louder(ctx: Context, message_id: int) -> None:
    match await louder_copy(ctx, message_id):
        case LouderCopy.READY:
            return
        case LouderCopy.BEING_MADE:
            why = "The louder copy is being made; try again later."
        case LouderCopy.CANNOT_BE_MADE:
            why = "No louder copy of this recording can be made."
        case LouderCopy.NONE:
            why = "There is no louder copy of this recording."
    raise Problem(
        ProblemType.NO_LOUDER_COPY, HTTPStatus.CONFLICT, f"{why} Nothing was heard. The usual copy can be."
    )


def _privileged() -> Problem:
    return Problem(
        ProblemType.PRIVILEGED,
        HTTPStatus.FORBIDDEN,
        "This message is to or from counsel. It plays for nobody at the desk. Nothing was heard.",
    )


def no_sound() -> Problem:
    """There is nothing to hear: no recording came with the message, or its file is gone."""
    return Problem(
        ProblemType.MESSAGE_HAS_NO_SOUND,
        HTTPStatus.CONFLICT,
        "No recording of this message is stored here, so there is nothing to hear.",
    )
