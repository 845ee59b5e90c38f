"""Telling the desks of what happened to a number: each story of a person on it has changed."""

from __future__ import annotations

from sqlalchemy import text

from care_console.contract.changes import ChangeKind
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import CHANNEL

# One round trip however many people share the number: its lock is held meanwhile.
_EACH = text(
    """
    SELECT pg_notify(:channel, json_build_object(
        'kind', CAST(:kind AS text), 'id', id::text, 'recipient_id', id::text,
        'by', CAST(:by AS bigint))::text)
    FROM recipients WHERE phone = :phone"""
)


async def announce_people_on(ctx: Context, phone: str) -> None:
    """Tell the desks at commit that the story of each recipient on a number has changed."""
    told = {
        "channel": CHANNEL,
        "kind": ChangeKind.RECIPIENT.value,
        "by": ctx.actor.session_id,
        "phone": phone,
    }
    await ctx.connection.execute(_EACH, told)
