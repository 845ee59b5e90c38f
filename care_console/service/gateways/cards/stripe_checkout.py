"""Stripe's Checkout Sessions in our words, and ours in Stripe's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe

from care_console.service.gateways.cards.port import (
    CardTry,
    CheckoutStage,
    NewCheckout,
    OutcomeUnknown,
    ProcessorCheckout,
)

API = "https://api.stripe.com"
PAGES = "https://checkout.stripe.com"
"""Where Stripe's hosted pages are, docs.stripe.com/security/guide#content-security-policy."""

SUFFIX_LENGTH = 22
"""The most of a statement descriptor, docs.stripe.com/get-started/account/statement-descriptors."""

_NOT_ON_STATEMENTS = re.compile(r"[^A-Z0-9 .,&-]")


def params_of(wanted: NewCheckout) -> stripe.params.checkout.SessionCreateParams:
    """The fields of a new session: one item, by card, and our id wherever Stripe hands it back to us."""
    ours = {"checkout_id": str(wanted.checkout_id)}
    suffix = _NOT_ON_STATEMENTS.sub("", wanted.on_statement.upper())[:SUFFIX_LENGTH]
    return {
        "mode": "payment",
        # In the version that we name; the library's types are of a newer one.
        "payment_method_types": ["card"],  # type: ignore[typeddict-unknown-key]
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": wanted.currency.lower(),
                    "unit_amount": wanted.amount_cents,
                    "product_data": {"name": wanted.product},
                },
            }
        ],
        "client_reference_id": str(wanted.checkout_id),
        "metadata": ours,
        # A card's statement shows the account's own name and then this; the whole one is refused for cards.
        "payment_intent_data": {"metadata": ours, "statement_descriptor_suffix": suffix},
        "success_url": wanted.paid_url,
        "cancel_url": wanted.back_url,
        "expires_at": int(wanted.ends_at.timestamp()),
        "locale": "es" if wanted.language == "es" else "en",
    }


def translated(session: Mapping[str, Any], charges: Sequence[Mapping[str, Any]]) -> ProcessorCheckout:
    """A session and its charges, newest first as Stripe lists them, in our words."""
    try:
        return ProcessorCheckout(
            processor_id=session["id"],
            checkout_id=UUID(session["metadata"]["checkout_id"]),
            stage=CheckoutStage(session["status"]),
            url=session.get("url"),
            processor_ref=session.get("payment_intent"),
            tries=[_try(charge) for charge in reversed(charges) if charge["status"] != "pending"],
        )
    except (ValueError, LookupError, AttributeError, TypeError) as strange:
        raise OutcomeUnknown("The processor answered with something that cannot be read here.") from strange


def _try(charge: Mapping[str, Any]) -> CardTry:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return CardTry(
        charge_ref=charge["id"],
        succeeded=charge["status"] == "succeeded",
        at=datetime.fromtimestamp(charge["created"], UTC),
        amount_cents=charge["amount"],
        brand=card.get("brand"),
        last4=card.get("last4"),
    )
