"""Numbers that texts do not reach: marked by what carriers say, and unmarked by any sign of life."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from care_console.contract.audit import Action
from care_console.evidence.entries import Json
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Query
from care_console.service.texting.tables import undeliverable_numbers as numbers

_REACHED = Query(delete(numbers).where(numbers.c.phone == bindparam("phone")))
_OUT_OF_REACH = Query(
    select(numbers.c.phone).where(
        numbers.c.phone == bindparam("phone"),
        numbers.c.failures >= bindparam("least"),
        numbers.c.at > bindparam("since"),
    )
)


async def failed_to_reach(ctx: Context, phone: str, answer: str) -> None:
    """A text did not arrive. One is a phone that was off: only several in a row mark a number."""
    values = {"phone": phone, "failures": 1, "answer": answer[:200], "at": ctx.now}
    counted = {"failures": numbers.c.failures + 1, "answer": answer[:200], "at": ctx.now}
    await ctx.connection.execute(
        insert(numbers).values(values).on_conflict_do_update(index_elements=["phone"], set_=counted)
    )


async def reached(ctx: Context, phone: str) -> None:
    """A text arrived, or somebody texted from there: the number is in use."""
    await ctx.connection.write(_REACHED, {"phone": phone})


async def said_to_work(ctx: Context, phone: str) -> bool:
    """Somebody at the desk heard that the number works: its mark is gone, with an entry. False for no mark.

    Under the number's lock, so that a receipt that comes just now counts before or after it, not within.
    """
    await lock_number(ctx, phone)
    was_marked = await is_out_of_reach(ctx, phone)
    gone = await ctx.connection.execute(
        delete(numbers).where(numbers.c.phone == phone).returning(numbers.c.failures, numbers.c.answer)
    )
    row = gone.first()
    if row is None or not was_marked:
        return False
    details: dict[str, Json] = {"phone": phone, "failures": row.failures, "answer": row.answer}
    await record(ctx, Action.REACH_CLEARED, f"number:{phone}", details=details)
    return True


async def is_out_of_reach(ctx: Context, phone: str) -> bool:
    """Whether the last texts to a number all failed, the last of them lately: numbers are given out again."""
    since = ctx.now - timedelta(days=ctx.settings.undeliverable_days)
    asked = {"phone": phone, "least": ctx.settings.undeliverable_after, "since": since}
    return (await ctx.connection.execute(_OUT_OF_REACH, asked)).first() is not None
