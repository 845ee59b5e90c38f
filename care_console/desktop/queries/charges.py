"""What a caller was charged for, and what each charge was for."""

from __future__ import annotations

from care_console.contract.statements import ExplainedCharge, ExplainedCharges
from care_console.desktop.backend.paths import path
from care_console.desktop.desk import Desk
from care_console.desktop.queries.kept import read_or_kept

MOST = 20


async def read_charges(desk: Desk, recipient_id: str, shown: str = "") -> tuple[ExplainedCharge, ...]:
    """The newest charges of a recipient; without the service, as last read. Raises BackendFailure.

    `shown`: a line of a card's statement; only the charges that fit it, which the service alone can tell.
    """
    place = path("recipients", recipient_id, "charges")
    if shown:
        fitting = await desk.backend.get(place, ExplainedCharges, {"limit": MOST, "shown": shown})
        return tuple(fitting.items)
    kept = await read_or_kept(desk, "charges", recipient_id, place, ExplainedCharges, {"limit": MOST})
    return tuple(kept.reply.items)


async def read_charge(desk: Desk, charge_id: str) -> ExplainedCharge:
    """One charge, of any age; without the service, as last read. Raises BackendFailure."""
    return (await read_or_kept(desk, "charge", charge_id, path("charges", charge_id), ExplainedCharge)).reply
