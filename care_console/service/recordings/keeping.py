"""How long sound is kept: a grace after its last link has ended, unless it is held. What was measured stays.

The files go first, then the row says so, in the transaction that holds the message: killed between, it is
done again.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.problems import ProblemType
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.gateways.storage.port import Storage
from care_console.service.messages.tables import messages
from care_console.service.recordings.rules import keys_of_upload
from care_console.service.recordings.tables import recordings, sound_holds, sound_uploads

_AT_ONCE = 200
ORPHAN_AFTER = timedelta(hours=1)
"""No recorder waits for so long: what no message came of by then never will be one."""

_IMPORTED = func.hashtextextended("sounds:imported", 0)

# A dispute that is open may ask for the sound as evidence.
_OLD = text(
    """
    SELECT rec.message_id FROM recordings rec
    WHERE rec.deleted_at IS NULL AND rec.measured_at < :before
        AND (CAST(:id AS bigint) IS NULL OR rec.message_id = :id)
        AND NOT EXISTS (SELECT FROM links l WHERE l.message_id = rec.message_id
            AND least(l.expires_at, l.revoked_at) > :before)
        AND NOT EXISTS (SELECT FROM sound_holds h
            WHERE h.message_id = rec.message_id AND h.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM charges c JOIN disputes d ON d.charge_id = c.id
            WHERE c.message_id = rec.message_id
            AND d.status NOT IN ('won', 'warning_closed', 'lost', 'charge_refunded'))
    ORDER BY rec.measured_at LIMIT :at_once
    """
)


async def share_imported_sounds(ctx: Context) -> None:
    """Hold the files that imported messages share: none is deleted until this transaction ends."""
    await ctx.connection.execute(select(func.pg_advisory_xact_lock_shared(_IMPORTED)))


async def too_old(ctx: Context, message_id: int | None = None) -> list[int]:
    """Messages whose sound may go, the oldest first; of one, where it is given."""
    before = ctx.now - timedelta(days=ctx.settings.sound_days)
    asked = {"before": before, "id": message_id, "at_once": _AT_ONCE}
    return [row.message_id for row in await ctx.connection.execute(_OLD, asked)]


async def delete_sound(ctx: Context, storage: Storage, message_id: int) -> bool:
    """Delete a message's sound, if it may still go: whoever makes a new link for it holds the same row.

    While an import is at work, which may give any file to one more message, nothing is deleted.
    """
    alone = await ctx.connection.execute(select(func.pg_try_advisory_xact_lock(_IMPORTED)))
    if not alone.scalar_one():
        return False
    query = select(messages.c.recipient_id).where(messages.c.id == message_id).with_for_update()
    recipient_id = (await ctx.connection.execute(query)).scalar_one()
    if not await too_old(ctx, message_id):
        return False
    row = (
        await ctx.connection.execute(select(recordings).where(recordings.c.message_id == message_id))
    ).one()
    shared = await ctx.connection.execute(
        select(recordings.c.message_id)
        .where(
            recordings.c.source_sha256 == row.source_sha256,
            recordings.c.playable_key == row.playable_key,
            recordings.c.message_id != message_id,
            recordings.c.deleted_at.is_(None),
        )
        .limit(1)
    )
    if shared.first() is None:
        for key in (row.source_key, row.playable_key, row.mp3_key, row.louder_key):
            if key is not None:
                await storage.delete(key)
    gone = update(recordings).where(recordings.c.message_id == message_id).values(deleted_at=ctx.now)
    await ctx.connection.execute(gone)
    await record(ctx, Action.SOUND_DELETED, f"message:{message_id}")
    await announce(ctx, ChangeKind.MESSAGE, message_id, recipient_id=recipient_id)
    return True


async def clear_orphan(ctx: Context, storage: Storage) -> UUID | None:
    """Delete the oldest sound that no message came of, and its row; None where there is none."""
    found = await ctx.connection.execute(
        select(sound_uploads.c.id)
        .where(sound_uploads.c.at < func.now() - ORPHAN_AFTER)
        .order_by(sound_uploads.c.at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    upload: UUID | None = found.scalar_one_or_none()
    if upload is None:
        return None
    for key in keys_of_upload(upload).all:
        await storage.delete(key)
    await ctx.connection.execute(delete(sound_uploads).where(sound_uploads.c.id == upload))
    return upload


async def hold_sound(ctx: Context, message_id: int, reason: str) -> int:
    """Keep a message's sound, whatever its age, until it is released; the id of the hold."""
    query = select(messages.c.id).where(messages.c.id == message_id).with_for_update()
    if (await ctx.connection.execute(query)).first() is None:
        raise not_found("message", message_id)
    held = await ctx.connection.execute(
        select(sound_holds.c.id).where(
            sound_holds.c.message_id == message_id, sound_holds.c.ended_at.is_(None)
        )
    )
    if held.first() is not None:
        raise Problem(
            ProblemType.ALREADY_HELD, HTTPStatus.CONFLICT, "Its sound is held already. Nothing was changed."
        )
    values = {"message_id": message_id, "reason": reason, "since": ctx.now, "actor": ctx.actor.name}
    made = await ctx.connection.execute(insert(sound_holds).values(values).returning(sound_holds.c.id))
    await record(ctx, Action.SOUND_HELD, f"message:{message_id}")
    hold_id: int = made.scalar_one()
    return hold_id


async def release_sound(ctx: Context, message_id: int) -> bool:
    """Let a message's sound go its way again; False where it was not held."""
    ended = await ctx.connection.execute(
        update(sound_holds)
        .where(sound_holds.c.message_id == message_id, sound_holds.c.ended_at.is_(None))
        .values(ended_at=ctx.now, ended_by=ctx.actor.name)
    )
    if ended.rowcount:
        await record(ctx, Action.SOUND_RELEASED, f"message:{message_id}")
    return bool(ended.rowcount)
