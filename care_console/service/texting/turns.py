"""Turns of texts: the short code's rate, across all workers, from one row of the database; and one text after
another to a number, within a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from care_console.service.foundation.services import Services
from care_console.service.texting.tables import text_turns

_ONLY = 1
_numbers: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def wait_turn(services: Services) -> None:
    """Wait until this text may go. Turns are the database's clock: workers' clocks may differ.

    A worker has only so many texts in hand, so a turn is never far off. A turn that a killed worker took and
    did not use is lost: the rate is kept, and a hundredth of a second with it.
    """
    step = timedelta(seconds=1 / services.settings.texts_per_second)
    next_at = func.greatest(text_turns.c.next_at, func.clock_timestamp()) + step
    taken = (
        insert(text_turns)
        .values(id=_ONLY, next_at=func.clock_timestamp() + step)
        .on_conflict_do_update(index_elements=["id"], set_={"next_at": next_at})
        .returning(func.extract("epoch", text_turns.c.next_at - step - func.clock_timestamp()))
    )
    async with services.database.begin() as connection:
        seconds = float((await connection.execute(taken)).scalar_one())
    if seconds > 0:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def one_at_a_time(phone: str) -> AsyncIterator[None]:
    """Wait for this worker's other texts to a number, before waiting for its lock.

    That lock is given in the order of asking. Were each of a number's texts to ask for it, an opt-out would
    wait for all of them; so it waits for one of each worker at most, and no connection waits with them.
    """
    async with _numbers.setdefault(phone, asyncio.Lock()):
        yield
