"""The small service's explained charges: made of whatever charges its timelines hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from care_console.contract.base import Bilingual
from care_console.contract.charges import PaymentMethod
from care_console.contract.money import dollars
from care_console.contract.statements import ExplainedCharge, ExplainedCharges, OnStatement
from care_console.contract.timeline import ChargeEntry, TimelineEntry

SENDER, FACILITY = "Javier Delgado", "Dallas County Jail"


def explained(entry: ChargeEntry) -> ExplainedCharge:
    """A charge of a timeline, explained."""
    day = entry.at.date()
    by_card = entry.method is PaymentMethod.CARD
    amount = dollars(entry.amount_cents)
    return ExplainedCharge(
        charge_id=entry.id,
        message_id=entry.message_id or "",
        charged_at=entry.at,
        amount_cents=entry.amount_cents,
        method=entry.method,
        brand=entry.brand,
        last4=entry.last4,
        state=entry.state,
        refunded_cents=entry.refunded_cents,
        sender_name=SENDER,
        facility_name=FACILITY,
        facility_state="TX",
        recorded_at=entry.at - timedelta(hours=1),
        seconds=72,
        reference=entry.imported_id or entry.id,
        statement=OnStatement(
            name="MVM.EXAMPLE", first_day=day + timedelta(days=1), last_day=day + timedelta(days=3)
        )
        if by_card
        else None,
        say=Bilingual(
            en=f"The {amount} was for a voice message of 1:12 from {SENDER}; charge {entry.id}.",
            es=f"El cargo de {amount} fue por un mensaje de voz de 1:12 de {SENDER}; cargo {entry.id}.",
        ),
        receipt=Bilingual(
            en=f"Voice message of 1:12 from {SENDER}, {FACILITY}. Paid: {amount}. Reference {entry.id}.",
            es=f"Mensaje de voz de 1:12 de {SENDER}, {FACILITY}. Pagado: {amount}. Referencia {entry.id}.",
        ),
    )


@dataclass
class FakeCharges:
    """`charge_reads`: whose charges, or which charge, was read, in the order of reading;
    `charges_shown`: the lines of statements that were asked with."""

    charge_reads: list[str] = field(default_factory=list)
    charges_shown: list[str] = field(default_factory=list)

    def _who(self, request: Request) -> str:
        raise NotImplementedError

    async def _charges(self, request: Request) -> Response:
        self._who(request)
        id = request.path_params["id"]
        self.charge_reads.append(id)
        found = [explained(entry) for entry in self._charge_entries().get(id, ())]
        shown = request.query_params.get("shown", "")
        self.charges_shown += [shown] if shown else []
        if shown:  # the service reads far more in it; here it is an amount
            found = [each for each in found if f"{each.amount_cents / 100:.2f}" in shown]
        limit = int(request.query_params.get("limit", 20))
        reply = ExplainedCharges(items=found[:limit], next_cursor=None)
        return Response(reply.model_dump_json(), media_type="application/json")

    async def _charge_alone(self, request: Request) -> Response:
        self._who(request)
        id = request.path_params["id"]
        self.charge_reads.append(id)
        [entry] = [each for rows in self._charge_entries().values() for each in rows if each.id == id]
        return Response(explained(entry).model_dump_json(), media_type="application/json")

    def _charge_entries(self) -> Mapping[str, list[ChargeEntry]]:
        timelines: Mapping[str, list[TimelineEntry]] = getattr(self, "timelines", {})
        return {
            id: [entry for entry in entries if isinstance(entry, ChargeEntry)]
            for id, entries in timelines.items()
        }
