"""Disputes, which only a cardholder's bank decides: whether a charge is in one, and what is told of it."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from care_console.contract.audit import Action
from care_console.contract.changes import ChangeKind
from care_console.contract.charges import ChargeState
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.events import announce
from care_console.service.gateways.cards.port import ProcessorDispute
from care_console.service.payments.tables import charges, disputes

# A dispute that the house won or that was withdrawn leaves the charge as it was.
CLOSED_DISPUTES = ("won", "warning_closed")


async def is_disputed(ctx: Context, charge_id: int) -> bool:
    """Whether the cardholder's bank has the matter now."""
    open_dispute = exists().where(
        disputes.c.charge_id == charge_id, disputes.c.status.not_in(CLOSED_DISPUTES)
    )
    return bool((await ctx.connection.execute(select(open_dispute))).scalar_one())


async def keep_dispute(ctx: Context, found: ProcessorDispute) -> bool:
    """Keep a dispute as it was just read; False where no charge of ours is disputed by it.

    It takes the charge's lock, as a refund does: one that is asked for at the same moment comes before it or
    meets it.
    """
    query = (
        select(charges.c.id, charges.c.recipient_id)
        .where(
            charges.c.processor_ref == found.processor_ref,
            charges.c.processor_ref != "",
            charges.c.status == ChargeState.SUCCEEDED.value,
        )
        .order_by(charges.c.id)
        .limit(1)
        .with_for_update()
    )
    charge = (await ctx.connection.execute(query)).first()
    if charge is None:
        return False
    stands = {"status": found.status, "amount_cents": found.amount_cents}
    new = {
        "charge_id": charge.id,
        "recipient_id": charge.recipient_id,
        "processor_ref": found.processor_id,
        "at": found.opened_at,
    }
    statement = insert(disputes).values(new | stands)
    statement = statement.on_conflict_do_update(
        index_elements=[disputes.c.processor_ref],
        set_=stands,
        where=disputes.c.status.is_distinct_from(found.status)
        | disputes.c.amount_cents.is_distinct_from(found.amount_cents),
    )
    kept = (await ctx.connection.execute(statement.returning(disputes.c.id))).scalar_one_or_none()
    if kept is not None:
        await record(
            ctx,
            Action.DISPUTE_TOLD,
            f"charge:{charge.id}",
            details={
                "processor_id": found.processor_id,
                "status": found.status,
                "amount_cents": found.amount_cents,
            },
        )
        await announce(ctx, ChangeKind.RECIPIENT, charge.recipient_id, recipient_id=charge.recipient_id)
    return True
