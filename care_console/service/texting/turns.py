"""The short code's rate, across all workers: each text takes a turn from one row of the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from care_console.service.foundation.services import Services
from care_console.service.texting.tables import text_turns

_ONLY = 1


async def wait_turn(services: Services) -> None:
    """Wait until this text may go. Turns are the database's clock: workers' clocks may differ.

    A worker has only so many texts in hand, so a turn is never far off. A turn that a killed worker took and
    did not use is lost: the rate is kept, and a hundredth of a second with it.
    """
    step = timedelta(seconds=1 / services.settings.texts_per_second)
    async with services.database.begin() as connection:
        first = insert(text_turns).values(id=_ONLY, next_at=func.clock_timestamp()).on_conflict_do_nothing()
        await connection.execute(first)
        taken = await connection.execute(
            update(text_turns)
            .where(text_turns.c.id == _ONLY)
            .values(next_at=func.greatest(text_turns.c.next_at, func.clock_timestamp()) + step)
            .returning(func.extract("epoch", text_turns.c.next_at - step - func.clock_timestamp()))
        )
        seconds = float(taken.scalar_one())
    if seconds > 0:
        await asyncio.sleep(seconds)
