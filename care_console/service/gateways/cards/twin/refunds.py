"""Refunds as Stripe makes them: never above the charge, at once or later, some sent back by the bank."""

from __future__ import annotations

import json
from typing import Any

from care_console.service.gateways.cards.twin import objects
from care_console.service.gateways.cards.twin.events import emit
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import (
    Params,
    Refusal,
    chosen,
    integer,
    metadata,
    missing,
    only,
    page,
)

_FIRST_AND_LATER = {
    "succeed": ("succeeded", None),
    "pending": ("pending", None),
    "pending_then_succeed": ("pending", "succeeded"),
    "pending_then_fail": ("pending", "failed"),
    "succeed_then_fail": ("succeeded", "failed"),
    "requires_action": ("requires_action", None),
}
"""What becomes of a refund: its state at first, and the one it moves to by itself."""

_MOVES = {
    "pending": ("succeeded", "failed"),
    "requires_action": ("succeeded", "failed", "canceled"),
    "succeeded": ("failed",),
}


def create(state: State, params: Params, request: Body) -> Body:
    """POST /v1/refunds."""
    only(params, "payment_intent", "charge", "amount", "reason", metadata=True)
    asked = integer(params, "amount", least=1)
    reason = chosen(params, "reason", ("duplicate", "fraudulent", "requested_by_customer"))
    notes = metadata(params)
    of = _charge_of(state, params)
    amount = _allowed(of, asked)
    behaviour = _behaviour(state, of)
    first, later = _FIRST_AND_LATER[behaviour["outcome"]]
    made = objects.refund(state.now(), of, amount, first, reason, notes)
    state.keep(made, intent=of["payment_intent"], charge=of["id"])
    if later is not None:
        state.db.execute(
            "INSERT INTO settlement (refund, due, status) VALUES (?, ?, ?)",
            (made["id"], state.now() + float(behaviour.get("after_seconds", 1.0)), later),
        )
    state.journal(
        "refund",
        id=made["id"],
        payment_intent=made["payment_intent"],
        charge=of["id"],
        amount_cents=amount,
        currency=made["currency"],
        status=first,
        refund_id=notes.get("refund_id"),
        key=request["idempotency_key"],
    )
    count(state, of["id"])
    emit(state, "refund.created", made, request)
    emit(state, "charge.refunded", _found_charge(state, of["id"]), request)
    return made


def _charge_of(state: State, params: Params) -> Body:
    if "payment_intent" in params:
        paid = state.get("payment_intent", params["payment_intent"])
        if paid is None:
            raise missing("payment_intent", params["payment_intent"], "payment_intent")
        if paid["status"] != "succeeded":
            raise Refusal(
                400,
                f"This PaymentIntent ({paid['id']}) does not have a successful charge to refund.",
                param="payment_intent",
                remembered=True,
            )
        if params.get("charge", paid["latest_charge"]) != paid["latest_charge"]:
            raise Refusal(400, "The charge is not this PaymentIntent's.", param="charge", remembered=True)
        return _found_charge(state, paid["latest_charge"])
    if "charge" in params:
        found = _found_charge(state, params["charge"])
        if not found["paid"]:
            raise Refusal(400, f"Charge {found['id']} was not paid.", param="charge", remembered=True)
        return found
    raise Refusal(
        400,
        "One of the following params should be provided for this request: payment_intent or charge.",
        code="parameter_missing",
    )


def _allowed(of: Body, asked: int | None) -> int:
    """The cents to give back. A charge's refunds never exceed it; a disputed one is not refunded."""
    left = of["amount"] - of["amount_refunded"]
    if of["disputed"]:
        raise Refusal(
            400,
            f"Charge {of['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            remembered=True,
        )
    if left <= 0:
        raise Refusal(
            400,
            f"Charge {of['id']} has already been refunded.",
            code="charge_already_refunded",
            remembered=True,
        )
    if asked is not None and asked > left:
        raise Refusal(
            400,
            f"Refund amount ({_dollars(asked)}) is greater than unrefunded amount on charge "
            f"({_dollars(left)})",
            param="amount",
            remembered=True,
        )
    return left if asked is None else asked


def _behaviour(state: State, of: Body) -> Body:
    """What `POST /refunds/behaviour` ordered, else what the card is for, else the twin's default."""
    ordered: list[Body] = state.setting("behaviours", [])
    for place, order in enumerate(ordered):
        if order.get("payment_intent") in (None, of["payment_intent"]):
            if order["count"] is not None:
                order["count"] -= 1
                if order["count"] <= 0:
                    del ordered[place]
                state.set_setting("behaviours", ordered)
            return order
    row = state.db.execute("SELECT behaviour FROM charge_fact WHERE charge = ?", (of["id"],)).fetchone()
    if row is not None and row[0]:
        return dict(json.loads(row[0]))
    return {"outcome": state.setting("refunds", "succeed")}


def behave(state: State, wanted: Body) -> Body:
    """POST /refunds/behaviour {"outcome", "after_seconds"?, "count"? (null: for good), "payment_intent"?}."""
    if wanted.get("outcome") not in _FIRST_AND_LATER:
        raise Refusal(400, f"outcome is one of {', '.join(_FIRST_AND_LATER)}")
    order = {
        "outcome": wanted["outcome"],
        "after_seconds": float(wanted.get("after_seconds", 1.0)),
        "count": None if wanted.get("count", 1) is None else int(wanted.get("count", 1)),
        "payment_intent": wanted.get("payment_intent"),
    }
    with state.transaction():
        state.set_setting("behaviours", [*state.setting("behaviours", []), order])
        state.journal("behaviour", **order)
    return order


def settle(state: State, id: str, status: str, failure_reason: str | None = None) -> Body:
    """Moves a refund on, in the caller's transaction."""
    refund = found(state, id)
    before = refund["status"]
    if status not in _MOVES.get(before, ()):
        raise Refusal(409, f"Refund {id} is {before} and does not become {status}.")
    refund["status"] = status
    refund.pop("pending_reason", None)
    if status == "failed":
        refund["failure_reason"] = failure_reason or "expired_or_canceled_card"
        refund["failure_balance_transaction"] = refund["balance_transaction"]
    state.change(refund)
    state.journal("refund_status", id=id, before=before, after=status)
    count(state, refund["charge"])
    emit(state, "refund.updated", refund)
    if status == "failed":
        emit(state, "refund.failed", refund)
    return refund


def settle_due(state: State) -> None:
    """Settles those whose time has come; what a person moved meanwhile stays as it is."""
    query = "SELECT seq, refund, status FROM settlement WHERE due <= ? ORDER BY due, seq"
    for seq, id, status in state.db.execute(query, (state.now(),)).fetchall():
        with state.transaction():
            state.db.execute("DELETE FROM settlement WHERE seq = ?", (seq,))
            if status in _MOVES.get(found(state, id)["status"], ()):
                settle(state, id, status)


def cancel(state: State, id: str, params: Params) -> Body:
    """POST /v1/refunds/{id}/cancel: only what waits for the recipient can be taken back."""
    only(params)
    refund = found(state, id)
    if refund["status"] != "requires_action":
        raise Refusal(
            400,
            f"Only a refund with status requires_action can be canceled; {id} is {refund['status']}.",
            remembered=True,
        )
    return settle(state, id, "canceled")


def count(state: State, charge_id: str) -> None:
    """What is refunded of a charge: before our time, and by each refund that has not come to nothing."""
    of = _found_charge(state, charge_id)
    before = state.db.execute(
        "SELECT refunded_before FROM charge_fact WHERE charge = ?", (charge_id,)
    ).fetchone()
    rows = state.db.execute("SELECT body FROM object WHERE kind = 'refund' AND charge = ?", (charge_id,))
    live = [dict(json.loads(row[0])) for row in rows]
    total = before[0] if before is not None else 0
    total += sum(one["amount"] for one in live if one["status"] not in ("failed", "canceled"))
    of |= {"amount_refunded": total, "refunded": total >= of["amount"]}
    state.change(of)


def found(state: State, id: str) -> Body:
    """GET /v1/refunds/{id}."""
    refund = state.get("refund", id)
    if refund is None:
        raise missing("refund", id, "id")
    return refund


def _found_charge(state: State, id: str) -> Body:
    charge = state.get("charge", id)
    if charge is None:
        raise missing("charge", id, "charge")
    return charge


def listed(state: State, params: Params) -> dict[str, Any]:
    """GET /v1/refunds: newest first."""
    only(params, "payment_intent", "charge", "limit", "starting_after", "ending_before")
    for name in ("payment_intent", "charge"):
        if name in params and state.get(name, params[name]) is None:
            raise missing(name, params[name], name)
    return listing(state, "refund", "/v1/refunds", params)


def listing(state: State, kind: str, path: str, params: Params) -> dict[str, Any]:
    """A page of a list, by Stripe's cursors: ids of the last or the first object that the caller has."""
    limit = integer(params, "limit", least=1, most=100) or 10
    places: dict[str, int | None] = {"starting_after": None, "ending_before": None}
    for name in places:
        if name in params:
            places[name] = state.seq(kind, params[name])
            if places[name] is None:
                raise missing(kind, params[name], name, status=400)
    rows = state.newest(
        kind,
        limit + 1,
        intent=params.get("payment_intent"),
        charge=params.get("charge"),
        older_than=places["starting_after"],
        newer_than=places["ending_before"],
    )
    more = len(rows) > limit
    if more:
        rows = rows[1:] if places["ending_before"] is not None else rows[:-1]
    return page(path, rows, more)


def _dollars(cents: int) -> str:
    return f"${cents // 100}.{cents % 100:02d}"
