"""The builders' rows fit the tables."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from care_console.service.consent.tables import consent_states
from care_console.service.foundation.context import Context
from tests.support.builders import (
    a_charge,
    a_consent_event,
    a_dispute,
    a_link,
    a_message,
    a_note,
    a_play,
    a_recipient,
    a_recording,
    a_refund,
    a_text,
    a_visit,
)

pytestmark = pytest.mark.asyncio


async def test_each_builder_makes_a_row_that_the_schema_takes(ctx: Context) -> None:
    recipient = await a_recipient(ctx, phone="+12145550142")
    message = await a_message(ctx, recipient_id=recipient)
    await a_recording(ctx, message)
    link = await a_link(ctx, message)
    await a_text(ctx, message)
    await a_text(ctx, phone="+12145550199", direction="in", kind="stop", body="STOP", status="received")
    await a_visit(ctx, link)
    charge = await a_charge(ctx, message)
    await a_charge(ctx, message, method="prepaid")
    await a_refund(ctx, charge)
    await a_dispute(ctx, charge)
    await a_play(ctx, message)
    await a_note(ctx, recipient)
    await a_consent_event(ctx, "+12145550142")
    await a_consent_event(ctx, "+12145550142", kind="opt_in", words="START", effective_at=ctx.now)
    states = await ctx.connection.execute(select(consent_states.c.state, func.now()))
    assert [row.state for row in states] == ["opted_in"]
