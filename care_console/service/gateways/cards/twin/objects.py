"""The shapes of Stripe's objects, with the fields that we or anybody reading along would look at."""

from __future__ import annotations

from typing import Any

from care_console.service.gateways.cards.twin.state import Body, new_id

API_VERSION = "2026-05-27.dahlia"


def intent(at: float, amount_cents: int, currency: str, notes: dict[str, str], id: str | None = None) -> Body:
    """A payment intent that has not been paid yet."""
    return {
        "id": id or new_id("pi"),
        "object": "payment_intent",
        "amount": amount_cents,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "created": int(at),
        "currency": currency,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": notes,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def session(at: float, wanted: Body) -> Body:
    """A Checkout Session that nobody has paid on yet."""
    return {
        "id": new_id("cs_test"),
        "object": "checkout.session",
        "amount_subtotal": wanted["amount"],
        "amount_total": wanted["amount"],
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": wanted["cancel_url"],
        "client_reference_id": wanted["client_reference_id"],
        "created": int(at),
        "currency": wanted["currency"],
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "expires_at": wanted["expires_at"],
        "livemode": False,
        "locale": wanted["locale"],
        "metadata": wanted["metadata"],
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "success_url": wanted["success_url"],
        "url": None,
    }


def charge(at: float, of: Body, brand: str, last4: str, paid: bool) -> Body:
    """The charge of a payment intent, gone through or declined; the first one's id follows the intent's."""
    return {
        "id": f"ch_{of['id'].removeprefix('pi_')}" if of["latest_charge"] is None else new_id("ch"),
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": of["amount"] if paid else 0,
        "amount_refunded": 0,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": paid,
        "created": int(at),
        "currency": of["currency"],
        "disputed": False,
        "failure_code": None if paid else "card_declined",
        "failure_message": None if paid else "Your card was declined.",
        "livemode": False,
        "metadata": of["metadata"],
        "paid": paid,
        "payment_intent": of["id"],
        "payment_method_details": {"type": "card", "card": _card(brand, last4)},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def _card(brand: str, last4: str) -> Body:
    return {
        "amount_authorized": None,
        "authorization_code": None,
        "brand": brand,
        "checks": None,
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "funding": "credit",
        "installments": None,
        "last4": last4,
        "mandate": None,
        "network": brand,
        "network_transaction_id": None,
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }


def refund(
    at: float, of: Body, amount_cents: int, status: str, reason: str | None, notes: dict[str, str]
) -> Body:
    """A refund of a charge."""
    made: Body = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount_cents,
        "balance_transaction": new_id("txn"),
        "charge": of["id"],
        "created": int(at),
        "currency": of["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund", "reference_status": "pending"}},
        "metadata": notes,
        "payment_intent": of["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        made["pending_reason"] = "processing"
    return made


def dispute(at: float, of: Body, amount_cents: int, reason: str) -> Body:
    """A charge back, opened by the bank of whoever paid."""
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount_cents,
        "balance_transactions": [],
        "charge": of["id"],
        "created": int(at),
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": int(at) + 9 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }


def event(at: float, type: str, about: Body, request: dict[str, Any] | None) -> Body:
    """Something that happened, with the object as it was then."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(at),
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": request or {"id": None, "idempotency_key": None},
        "type": type,
    }
