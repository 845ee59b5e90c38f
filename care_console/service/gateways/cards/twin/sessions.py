"""Checkout Sessions: made, read, ended, and paid on the hosted page (hosted.py) with Stripe's test cards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from care_console.service.gateways.cards.twin import objects
from care_console.service.gateways.cards.twin.events import emit
from care_console.service.gateways.cards.twin.payments import open_dispute
from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import Params, Refusal, chosen, integer, missing

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
"""How far off a session's end may be, docs.stripe.com/api/checkout/sessions/create."""

_ITEM = "line_items[0]"
_KNOWN = {
    "mode",
    "payment_method_types[0]",
    f"{_ITEM}[quantity]",
    f"{_ITEM}[price_data][currency]",
    f"{_ITEM}[price_data][unit_amount]",
    f"{_ITEM}[price_data][product_data][name]",
    "client_reference_id",
    "payment_intent_data[statement_descriptor_suffix]",
    "success_url",
    "cancel_url",
    "expires_at",
    "locale",
}
_NOTES = re.compile(r"(payment_intent_data\[metadata\]|metadata)\[([^\]]{1,40})\]")


@dataclass(frozen=True, slots=True)
class TestCard:
    """What becomes of a card: `code` and `decline` where it is refused."""

    brand: str
    code: str | None = None
    decline: str | None = None
    asks_first: bool = False
    disputed: bool = False


CARDS = {
    "4242424242424242": TestCard("visa"),
    "5555555555554444": TestCard("mastercard"),
    "378282246310005": TestCard("amex"),
    "6011111111111117": TestCard("discover"),
    "4000000000000002": TestCard("visa", "card_declined", "generic_decline"),
    "4000000000009995": TestCard("visa", "card_declined", "insufficient_funds"),
    "4000000000000069": TestCard("visa", "expired_card"),
    "4000000000000127": TestCard("visa", "incorrect_cvc"),
    "4000002760003184": TestCard("visa", asks_first=True),
    "4000000000000259": TestCard("visa", disputed=True),
}
"""docs.stripe.com/testing."""

SAYS = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "authentication_failed": "We are unable to authenticate your payment method.",
}


def create(state: State, params: Params, request: Body) -> Body:  # noqa: ARG001
    """POST /v1/checkout/sessions, for one item paid by card."""
    for name in params:
        if name not in _KNOWN and _NOTES.fullmatch(name) is None:
            raise Refusal(400, f"Received unknown parameter: {name}", param=name.split("[")[0])
    chosen(params, "mode", ("payment",))
    for name in (
        "mode",
        f"{_ITEM}[price_data][unit_amount]",
        f"{_ITEM}[price_data][currency]",
        "success_url",
    ):
        if not params.get(name):
            raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    wanted: Body = {
        "amount": integer(params, f"{_ITEM}[price_data][unit_amount]", least=50, most=99_999_999),
        "currency": params[f"{_ITEM}[price_data][currency]"].lower(),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "expires_at": _end(state, params),
        "locale": params.get("locale"),
        "metadata": _notes(params, "metadata"),
        "success_url": params["success_url"],
    }
    suffix = params.get("payment_intent_data[statement_descriptor_suffix]", "")
    if len(suffix) > 22 or (suffix and not re.search("[A-Za-z]", suffix)):
        raise Refusal(400, "The statement descriptor suffix cannot be used.", param="payment_intent_data")
    made = objects.session(state.now(), wanted)
    made["url"] = f"{state.setting('own_url', '')}/c/pay/{made['id']}"
    state.keep(made)
    behind = {
        "product": params.get(f"{_ITEM}[price_data][product_data][name]", ""),
        "suffix": suffix,
        "notes": _notes(params, "payment_intent_data[metadata]"),
    }
    state.set_setting(f"session:{made['id']}", behind)
    state.db.execute("INSERT INTO session_end VALUES (?, ?)", (made["id"], made["expires_at"]))
    state.journal("checkout", id=made["id"], amount_cents=made["amount_total"], suffix=suffix)
    return made


def _notes(params: Params, where: str) -> dict[str, str]:
    found = (_NOTES.fullmatch(name) for name in params)
    return {match[2]: params[match[0]] for match in found if match is not None and match[1] == where}


def _end(state: State, params: Params) -> int:
    asked = integer(params, "expires_at", least=0)
    if asked is None:
        return int(state.now()) + LONGEST_SECONDS
    ahead = asked - state.now()
    # A minute's grace at both ends, since clocks differ and requests take their time.
    if not SHORTEST_SECONDS - 60 <= ahead <= LONGEST_SECONDS + 60:
        told = "The `expires_at` timestamp must be between 30 minutes and 24 hours after creation."
        raise Refusal(400, told, param="expires_at", remembered=True)
    return asked


def session(state: State, id: str) -> Body:
    """GET /v1/checkout/sessions/{id}."""
    body = state.get("checkout.session", id)
    if body is None:
        raise missing("checkout.session", id, "session")
    return body


def end(state: State, id: str, params: Params) -> Body:
    """POST /v1/checkout/sessions/{id}/expire."""
    if params:
        raise Refusal(400, f"Received unknown parameter: {next(iter(params))}")
    body = session(state, id)
    if body["status"] != "open":
        told = f'Only Checkout Sessions with a status in ["open"] can be expired. It is {body["status"]}.'
        raise Refusal(400, told, remembered=True)
    return _ended(state, body)


def _ended(state: State, body: Body) -> Body:
    body |= {"status": "expired", "url": None}
    state.change(body)
    state.db.execute("DELETE FROM session_end WHERE session = ?", (body["id"],))
    state.journal("checkout_expired", id=body["id"])
    emit(state, "checkout.session.expired", body)
    return body


def end_due(state: State) -> None:
    """Ends those whose time is over."""
    due = state.db.execute("SELECT session FROM session_end WHERE due <= ?", (state.now(),)).fetchall()
    for (id,) in due:
        with state.transaction():
            body = session(state, id)
            if body["status"] == "open":
                _ended(state, body)


def pay(state: State, id: str, number: str, is_confirmed: bool) -> str | None:
    """What the hosted page does with a card, in a transaction; None once paid, else why not.

    `asks_first` says that the bank wants to see who it is; then it is asked again, with `is_confirmed`.
    """
    body = session(state, id)
    if body["status"] != "open":
        return None if body["status"] == "complete" else "expired"
    card = CARDS.get(number)
    if card is None:
        return "incorrect_number"
    if card.asks_first and not is_confirmed:
        return "asks_first"
    intent = _intent(state, body)
    if card.code is not None:
        _declined(state, intent, number, card)
        return card.decline if card.decline == "insufficient_funds" else card.code
    _paid(state, body, intent, number, card)
    return None


def _intent(state: State, body: Body) -> Body:
    if body["payment_intent"] is not None:
        found = state.get("payment_intent", body["payment_intent"])
        assert found is not None
        return found
    behind = state.setting(f"session:{body['id']}", {})
    made = objects.intent(state.now(), body["amount_total"], body["currency"], behind["notes"])
    made["statement_descriptor_suffix"] = behind["suffix"] or None
    state.keep(made, intent=made["id"])
    body["payment_intent"] = made["id"]
    state.change(body)
    return made


def _declined(state: State, intent: Body, number: str, card: TestCard) -> None:
    charge = _charge(state, intent, number, card, paid=False)
    charge |= {"failure_code": card.code, "failure_message": SAYS[card.code or ""]}
    state.change(charge)
    error = {
        "type": "card_error",
        "code": card.code,
        "charge": charge["id"],
        "message": SAYS[card.code or ""],
    }
    intent |= {"latest_charge": charge["id"], "last_payment_error": error}
    if card.decline is not None:
        error["decline_code"] = card.decline
    state.change(intent)
    emit(state, "charge.failed", charge)
    emit(state, "payment_intent.payment_failed", intent)


def _paid(state: State, body: Body, intent: Body, number: str, card: TestCard) -> None:
    charge = _charge(state, intent, number, card, paid=True)
    received = {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
    intent |= {"latest_charge": charge["id"], **received}
    state.change(intent)
    body |= {"status": "complete", "payment_status": "paid", "url": None}
    state.change(body)
    state.db.execute("DELETE FROM session_end WHERE session = ?", (body["id"],))
    emit(state, "charge.succeeded", charge)
    emit(state, "payment_intent.succeeded", intent)
    emit(state, "checkout.session.completed", body)
    if card.disputed:
        open_dispute(state, {"charge": charge["id"]})


def _charge(state: State, intent: Body, number: str, card: TestCard, *, paid: bool) -> Body:
    made = objects.charge(state.now(), intent, card.brand, number[-4:], paid)
    state.keep(made, intent=intent["id"], charge=made["id"])
    state.db.execute("INSERT INTO charge_fact VALUES (?, 0, NULL)", (made["id"],))
    state.journal(
        "charge", id=made["id"], payment_intent=intent["id"], amount_cents=made["amount"], paid=paid
    )
    return made
