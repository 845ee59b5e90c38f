"""A recipient's charges with all that they were for, a page at a time, and one of them by its id."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any

from sqlalchemy import TextClause, text

from care_console.contract.charges import ChargeState, PaymentMethod, RefundState
from care_console.contract.hours import EASTERN
from care_console.contract.problems import ProblemType
from care_console.contract.statements import ExplainedCharge, ExplainedCharges
from care_console.service.foundation.context import Context
from care_console.service.foundation.cursors import decode_cursor, encode_cursor
from care_console.service.foundation.problems import Problem
from care_console.service.payments.statements import on_statement
from care_console.service.payments.words import ChargeTold, explain, receipt
from care_console.service.recipients.search.cards import ChargeSaid, read_charge
from care_console.service.recipients.search.lookups import window

_HOLDING = [state.value for state in RefundState if state.holds_money]
_WHAT = """
    SELECT c.id, c.message_id, c.recipient_id, c.charged_at, c.amount_cents, c.method, c.brand, c.last4,
        c.status, c.imported_id, s.name AS sender_name, f.name AS facility_name, f.state AS facility_state,
        m.recorded_at, m.seconds,
        (SELECT coalesce(sum(r.amount_cents), 0) FROM refunds r
         WHERE r.charge_id = c.id AND r.state = ANY (:holding)) AS refunded_cents
    FROM charges c JOIN messages m ON m.id = c.message_id
        JOIN senders s ON s.id = m.sender_id JOIN facilities f ON f.id = s.facility_id
"""
_ONE = text(_WHAT + " WHERE c.id = :id")
_OF_MESSAGE = text(_WHAT + " WHERE c.message_id = :of AND c.status = 'succeeded' ORDER BY c.charged_at, c.id")
_OLDER = " AND (c.charged_at, c.id) < (CAST(:at AS timestamptz), CAST(:id AS bigint))"


async def explained(ctx: Context, charge_id: int) -> tuple[ExplainedCharge, int] | None:
    """A charge and whose it is; None where there is none of that id."""
    row = (await ctx.connection.execute(_ONE, {"id": charge_id, "holding": _HOLDING})).first()
    return (_explained(ctx, row), row.recipient_id) if row is not None else None


async def charges_of_message(ctx: Context, message_id: int) -> list[ExplainedCharge]:
    """What was paid for a message, the oldest first."""
    rows = await ctx.connection.execute(_OF_MESSAGE, {"of": message_id, "holding": _HOLDING})
    return [_explained(ctx, row) for row in rows]


async def charges_of(
    ctx: Context, recipient_id: int, cursor: str | None, limit: int, shown: str = ""
) -> ExplainedCharges:
    """One page of a recipient's charges, the newest first, failed ones too.

    `shown`: a line of a card's statement, as somebody reads it (``MVM.EXAMPLE 3.99 11/16``): only the charges
    that fit it, with the days that banks lag. Refused where no amount, day or card is read in it.
    """
    asked: dict[str, Any] = {"of": recipient_id, "most": limit + 1, "holding": _HOLDING}
    said = _said(ctx, shown) if shown.strip() else ChargeSaid()
    asked |= {"amount": said.amount_cents, "last4s": list(said.last4s), "brand": said.brand, **window(said)}
    if cursor is not None:
        at, id = decode_cursor(cursor, int)
        asked |= {"at": at, "id": id}
    query = _page(
        cursor is not None,
        said.amount_cents is not None,
        bool(said.last4s),
        said.brand is not None,
        said.days is not None,
    )
    rows = (await ctx.connection.execute(query, asked)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return ExplainedCharges(
        items=[_explained(ctx, row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.charged_at, last.id) if last is not None else None,
    )


def _said(ctx: Context, shown: str) -> ChargeSaid:
    today = ctx.now.astimezone(EASTERN).date()
    # four digits alone may be a phone's anywhere else; of a statement they are the card's
    said, _rest = read_charge(f"card {shown}", today, ctx.settings.on_statements)
    if said is None or not (said.narrows or said.last4s or said.brand):
        raise Problem(
            ProblemType.MALFORMED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "No amount, day or card was read in that. Write it as the statement does: 3.99 nov 16, or 4242.",
        )
    return said


@lru_cache(maxsize=64)
def _page(older: bool, amount: bool, last4: bool, brand: bool, days: bool) -> TextClause:
    """The statement for a page, with the conditions that are asked for."""
    conditions = (
        (older, _OLDER),
        (amount, " AND c.amount_cents = :amount"),
        (last4, " AND c.last4 = ANY(CAST(:last4s AS text[]))"),
        (brand, " AND c.brand = :brand"),
        (days, " AND c.charged_at >= :since AND c.charged_at < :until"),
    )
    wanted = "".join(condition for is_asked, condition in conditions if is_asked)
    return text(
        f"{_WHAT} WHERE c.recipient_id = :of{wanted} ORDER BY c.charged_at DESC, c.id DESC LIMIT :most"
    )


def _explained(ctx: Context, row: Any) -> ExplainedCharge:
    by_card = row.method == PaymentMethod.CARD
    succeeded = row.status == ChargeState.SUCCEEDED
    statement = on_statement(row.charged_at, ctx.settings) if by_card and succeeded else None
    reference = row.imported_id or str(row.id)
    told = ChargeTold(
        now=ctx.now,
        charged_at=row.charged_at,
        amount_cents=row.amount_cents,
        refunded_cents=row.refunded_cents,
        succeeded=succeeded,
        brand=row.brand,
        last4=row.last4,
        by_card=by_card,
        sender_name=row.sender_name,
        facility_name=row.facility_name,
        recorded_at=row.recorded_at,
        seconds=row.seconds,
        reference=reference,
        statement=statement,
    )
    return ExplainedCharge(
        charge_id=str(row.id),
        message_id=str(row.message_id),
        charged_at=row.charged_at,
        amount_cents=row.amount_cents,
        method=PaymentMethod(row.method),
        brand=row.brand,
        last4=row.last4,
        state=ChargeState(row.status),
        refunded_cents=row.refunded_cents,
        sender_name=row.sender_name,
        facility_name=row.facility_name,
        facility_state=row.facility_state,
        recorded_at=row.recorded_at,
        seconds=row.seconds,
        reference=reference,
        statement=statement,
        say=explain(told),
        receipt=receipt(told),
    )
