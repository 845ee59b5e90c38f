"""Who recorded a message: a person in a facility, by the facility's booking number."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import Context


async def sender_of(ctx: Context, facility_id: int, booking_number: str, name: str) -> int:
    """The sender of this booking number, made where there is none; the name is the facility's to say."""
    name = " ".join(name.split())
    key = func.hashtextextended(f"sender:{facility_id}:{booking_number}", 0)
    await ctx.connection.execute(select(func.pg_advisory_xact_lock(key)))
    found = await ctx.connection.execute(
        select(senders.c.id, senders.c.name)
        .where(senders.c.facility_id == facility_id, senders.c.booking_number == booking_number)
        .order_by(senders.c.id)
        .limit(1)
    )
    row = found.first()
    if row is not None:
        if row.name != name:
            await ctx.connection.execute(update(senders).where(senders.c.id == row.id).values(name=name))
            await record(ctx, Action.SENDER_RENAMED, f"sender:{row.id}")
        sender_id: int = row.id
        return sender_id
    values = {"facility_id": facility_id, "booking_number": booking_number, "name": name}
    made = await ctx.connection.execute(insert(senders).values(values).returning(senders.c.id))
    new_id: int = made.scalar_one()
    return new_id
