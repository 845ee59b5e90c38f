"""Who recorded a message: a person in a facility, by the facility's booking number."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from care_console.contract.audit import Action
from care_console.service.audit.rules import record
from care_console.service.facilities.tables import senders
from care_console.service.foundation.context import Context
from care_console.service.foundation.locks import lock_name
from care_console.service.foundation.statements import Query

_KNOWN = Query(
    select(senders.c.id, senders.c.name)
    .where(
        senders.c.facility_id == bindparam("facility_id"),
        senders.c.booking_number == bindparam("booking_number"),
    )
    .order_by(senders.c.id)
    .limit(1)
)
_NEW = Query(insert(senders).returning(senders.c.id))


async def sender_of(ctx: Context, facility_id: int, booking_number: str, name: str) -> int:
    """The sender of this booking number, made where there is none; the name is the facility's to say."""
    name = " ".join(name.split())
    await lock_name(ctx, f"sender:{facility_id}:{booking_number}")
    who = {"facility_id": facility_id, "booking_number": booking_number}
    row = (await ctx.connection.execute(_KNOWN, who)).first()
    if row is not None:
        if row.name != name:
            await ctx.connection.execute(update(senders).where(senders.c.id == row.id).values(name=name))
            await record(ctx, Action.SENDER_RENAMED, f"sender:{row.id}")
        sender_id: int = row.id
        return sender_id
    new_id: int = (await ctx.connection.execute(_NEW, {**who, "name": name})).scalar_one()
    return new_id
