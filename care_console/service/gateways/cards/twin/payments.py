"""Payments, enough to have something to refund: intents paid by test cards, charges, disputes."""

from __future__ import annotations

import json
from typing import Any

from care_console.service.gateways.cards.twin import objects
from care_console.service.gateways.cards.twin.events import emit
from care_console.service.gateways.cards.twin.known import KnownCharge
from care_console.service.gateways.cards.twin.refunds import count, listing
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import (
    Params,
    Refusal,
    chosen,
    integer,
    metadata,
    missing,
    only,
)

_CARDS: dict[str, tuple[str, str, str | None]] = {
    "pm_card_visa": ("visa", "4242", None),
    "pm_card_mastercard": ("mastercard", "4444", None),
    "pm_card_amex": ("amex", "8431", None),
    "pm_card_discover": ("discover", "9424", None),
    "pm_card_pendingRefund": ("visa", "7726", "pending_then_succeed"),
    "pm_card_refundFail": ("visa", "5126", "succeed_then_fail"),
    "pm_card_chargeDeclined": ("visa", "0002", None),
}
"""Stripe's test payment methods, docs.stripe.com/testing: brand, last four, and what becomes of refunds."""


def create(state: State, params: Params, request: Body) -> Body:
    """POST /v1/payment_intents, paid at once with `confirm=true` and a test card."""
    only(
        params,
        "amount",
        "currency",
        "payment_method",
        "payment_method_types[]",
        "payment_method_types[0]",
        "confirm",
        metadata=True,
    )
    amount = integer(params, "amount", least=50, most=99_999_999)
    currency = params.get("currency", "").lower()
    for name, given in (("amount", amount), ("currency", currency)):
        if not given:
            raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    if len(currency) != 3 or not currency.isalpha():
        raise Refusal(400, f"Invalid currency: {currency}", param="currency")
    made = objects.intent(state.now(), amount or 0, currency, metadata(params))
    state.keep(made, intent=made["id"])
    if chosen(params, "confirm", ("true", "false")) == "true":
        return _pay(state, made, params.get("payment_method", ""), request)
    return made


def _pay(state: State, intent: Body, method: str, request: Body) -> Body:
    if method not in _CARDS:
        raise missing("PaymentMethod", method, "payment_method", status=400)
    brand, last4, refunds = _CARDS[method]
    paid = method != "pm_card_chargeDeclined"
    charge = objects.charge(state.now(), intent, brand, last4, paid)
    state.keep(charge, intent=intent["id"], charge=charge["id"])
    behaviour = None if refunds is None else json.dumps({"outcome": refunds})
    state.db.execute("INSERT INTO charge_fact VALUES (?, 0, ?)", (charge["id"], behaviour))
    intent["latest_charge"] = charge["id"]
    if paid:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        state.change(intent)
        emit(state, "charge.succeeded", charge, request)
        emit(state, "payment_intent.succeeded", intent, request)
        return intent
    state.change(intent)
    raise Refusal(
        402,
        "Your card was declined.",
        type="card_error",
        code="card_declined",
        remembered=True,
        work_stands=True,
        more={"charge": charge["id"], "decline_code": "generic_decline"},
    )


def adopt(state: State, known: KnownCharge) -> None:
    """Takes in a payment that only the service's database knows, with what is refunded of it already."""
    if state.get("payment_intent", known.processor_ref) is not None:
        return
    paid = known.status == "succeeded"
    at = state.now()
    intent = objects.intent(at, known.amount_cents, known.currency, {}, id=known.processor_ref)
    charge = objects.charge(at, intent, known.brand, known.last4, paid)
    intent["latest_charge"] = charge["id"]
    if paid:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    state.keep(intent, intent=intent["id"])
    state.keep(charge, intent=intent["id"], charge=charge["id"])
    state.db.execute("INSERT INTO charge_fact VALUES (?, ?, NULL)", (charge["id"], known.refunded_cents))
    count(state, charge["id"])
    state.journal(
        "adopted",
        payment_intent=intent["id"],
        amount_cents=known.amount_cents,
        refunded_cents=known.refunded_cents,
    )


def intent(state: State, id: str) -> Body:
    """GET /v1/payment_intents/{id}."""
    body = state.get("payment_intent", id)
    if body is None:
        raise missing("payment_intent", id, "intent")
    return body


def charge(state: State, id: str) -> Body:
    """GET /v1/charges/{id}."""
    body = state.get("charge", id)
    if body is None:
        raise missing("charge", id, "id")
    return body


def dispute(state: State, id: str) -> Body:
    """GET /v1/disputes/{id}."""
    body = state.get("dispute", id)
    if body is None:
        raise missing("dispute", id, "dispute")
    return body


def charges(state: State, params: Params) -> dict[str, Any]:
    """GET /v1/charges."""
    only(params, "payment_intent", "limit", "starting_after", "ending_before")
    return listing(state, "charge", "/v1/charges", params)


def events(state: State, params: Params) -> dict[str, Any]:
    """GET /v1/events."""
    only(params, "limit", "starting_after", "ending_before")
    return listing(state, "event", "/v1/events", params)


def event(state: State, id: str) -> Body:
    """GET /v1/events/{id}."""
    body = state.get("event", id)
    if body is None:
        raise missing("event", id, "id")
    return body


def open_dispute(state: State, wanted: Body) -> Body:
    """POST /disputes {"payment_intent" or "charge", "amount_cents"?, "reason"?}."""
    id = wanted.get("charge") or intent(state, str(wanted.get("payment_intent")))["latest_charge"]
    of = charge(state, str(id))
    if of["disputed"]:
        raise Refusal(409, f"Charge {of['id']} is disputed already.")
    made = objects.dispute(
        state.now(),
        of,
        int(wanted.get("amount_cents") or of["amount"]),
        str(wanted.get("reason", "fraudulent")),
    )
    state.keep(made, intent=of["payment_intent"], charge=of["id"])
    state.change({**of, "disputed": True})
    state.journal("dispute", id=made["id"], charge=of["id"], amount_cents=made["amount"])
    emit(state, "charge.dispute.created", made)
    return made


def close_dispute(state: State, id: str, status: str) -> Body:
    """POST /disputes/{id}/close {"status": "won" | "lost"}: a won one leaves the charge refundable again."""
    made = state.get("dispute", id)
    if made is None or made["status"] in ("won", "lost") or status not in ("won", "lost"):
        raise Refusal(409, f"There is no open dispute {id}, or {status!r} is neither won nor lost.")
    made |= {"status": status, "is_charge_refundable": status == "won"}
    state.change(made)
    if status == "won":
        state.change({**charge(state, made["charge"]), "disputed": False})
    state.journal("dispute_closed", id=id, status=status)
    emit(state, "charge.dispute.closed", made)
    return made
