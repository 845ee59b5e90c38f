"""Stopping texts."""

from __future__ import annotations

from datetime import datetime

from care_console.contract.consent import ConsentChannel, OptOutRequest
from care_console.desktop.actions.asking import ask
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, Verb


async def stop_texts(
    desk: Desk,
    *,
    phone: str,
    words: str,
    received_at: datetime,
    call_id: str | None,
    recipient_id: str | None,
    channel: ConsentChannel = ConsentChannel.CARE_CALL,
) -> PendingAction:
    """Opt a number out, known or not, in the caller's words, as of when they said them. Goes before all else.

    `channel`: by which way the words came; a held reply that somebody reads as a refusal came by text.

    Raises pydantic's ValidationError for a phone that is no US number in E.164 or for empty words.
    """
    body = OptOutRequest(
        phone=phone,
        channel=channel,
        words=words,
        received_at=received_at,
        call_id=call_id,
    )
    return await ask(desk, Verb.OPT_OUT, recipient_id, phone, body)
