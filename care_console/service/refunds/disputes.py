"""Whether a charge is in dispute, which only its cardholder's bank decides."""

from __future__ import annotations

from sqlalchemy import exists, select

from care_console.service.foundation.context import Context
from care_console.service.payments.tables import disputes

# A dispute that the house won or that was withdrawn leaves the charge as it was.
CLOSED_DISPUTES = ("won", "warning_closed")


async def is_disputed(ctx: Context, charge_id: int) -> bool:
    """Whether the cardholder's bank has the matter now."""
    open_dispute = exists().where(
        disputes.c.charge_id == charge_id, disputes.c.status.not_in(CLOSED_DISPUTES)
    )
    return bool((await ctx.connection.execute(select(open_dispute))).scalar_one())
