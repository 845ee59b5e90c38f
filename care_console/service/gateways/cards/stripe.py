"""The card processor Stripe, by its own library. One attempt a call; the caller decides when to try again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx
import stripe

from care_console.service.gateways.cards import stripe_checkout as checkouts
from care_console.service.gateways.cards.port import (
    BadSignature,
    NewCheckout,
    NotSent,
    OutcomeUnknown,
    ProcessorCheckout,
    ProcessorDispute,
    ProcessorEvent,
    ProcessorProblem,
    ProcessorRefund,
    ProcessorState,
    Refused,
)

API_VERSION = "2026-05-27.dahlia"
"""The version of Stripe's API that this file is written and checked against; every request names it."""

REQUEST_SECONDS = 10.0
"""From the first byte out to the last byte in. The library's own time-outs restart with each packet."""

SIGNATURE_SECONDS = 300
"""How old a webhook's signature may be; Stripe's own advice, docs.stripe.com/webhooks."""

PAGE = 100
"""The most that Stripe gives in one page of a list."""

_CONNECT_SECONDS = 4.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Answer = TypeVar("Answer")


class StripeCards:
    """A `CardProcessor` at Stripe, or at whatever speaks its API at `url`."""

    def __init__(
        self,
        api_key: str,
        webhook_secret: str,
        url: str = "https://api.stripe.com",
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._request_seconds = request_seconds
        self._webhook_secret = webhook_secret
        self._url = url.rstrip("/")
        self._http = stripe.HTTPXClient(
            timeout=httpx.Timeout(request_seconds, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS)
        )
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": self._url},
            max_network_retries=0,
            http_client=self._http,
        )

    async def refund(
        self, *, refund_id: UUID, processor_ref: str, amount_cents: int, currency: str, reason: str
    ) -> ProcessorRefund:
        """See the port. Stripe pays back in the payment's own currency; `currency` is compared afterwards."""
        found = await self._asked(
            self._client.v1.refunds.create_async(
                {
                    "payment_intent": processor_ref,
                    "amount": amount_cents,
                    "reason": "duplicate" if reason == "duplicate" else "requested_by_customer",
                    "metadata": {"refund_id": str(refund_id), "reason": reason},
                },
                {"idempotency_key": str(refund_id)},
            )
        )
        made = _refund(found)
        if (made.refund_id, made.amount_cents, made.currency) != (refund_id, amount_cents, currency.lower()):
            raise OutcomeUnknown(
                f"The processor answered with another refund ({made.processor_id}, {made.amount_cents} "
                f"{made.currency}) than the one asked for. Read it there before anything else is done."
            )
        return made

    async def find_refund(self, *, refund_id: UUID, processor_ref: str) -> ProcessorRefund | None:
        """See the port. Newest first, a hundred a page, until it is found or there are no more."""
        wanted = str(refund_id)
        last: str | None = None
        while True:
            params: stripe.params.RefundListParams = {"payment_intent": processor_ref, "limit": PAGE}
            if last is not None:
                params["starting_after"] = last
            page = await self._asked(self._client.v1.refunds.list_async(params))
            for refund in page.data:
                if (refund.to_dict().get("metadata") or {}).get("refund_id") == wanted:
                    return _refund(refund)
            if not page.has_more or not page.data:
                return None
            last = page.data[-1].id

    async def read_refund(self, processor_refund_id: str) -> ProcessorRefund:
        """See the port."""
        refund = await self._asked(self._client.v1.refunds.retrieve_async(processor_refund_id))
        return _refund(refund)

    async def read_dispute(self, processor_dispute_id: str) -> ProcessorDispute:
        """See the port."""
        found = (await self._asked(self._client.v1.disputes.retrieve_async(processor_dispute_id))).to_dict()
        try:
            return ProcessorDispute(
                processor_id=found["id"],
                processor_ref=found.get("payment_intent") or "",
                amount_cents=found["amount"],
                status=found["status"],
                opened_at=datetime.fromtimestamp(found["created"], UTC),
            )
        except (ValueError, LookupError, TypeError) as strange:
            raise OutcomeUnknown("The processor's answer about a dispute cannot be read here.") from strange

    @property
    def page_origin(self) -> str:
        """See the port. Stripe's pages are on a host of their own; whatever stands in for it has one host."""
        return checkouts.PAGES if self._url == checkouts.API else self._url

    async def open_checkout(self, wanted: NewCheckout) -> ProcessorCheckout:
        """See the port."""
        made = await self._asked(
            self._client.v1.checkout.sessions.create_async(
                checkouts.params_of(wanted), {"idempotency_key": str(wanted.checkout_id)}
            )
        )
        return checkouts.translated(made.to_dict(), [])

    async def read_checkout(self, processor_id: str) -> ProcessorCheckout:
        """See the port. Two requests where a card was tried: the session, and its payment's charges."""
        session = await self._asked(self._client.v1.checkout.sessions.retrieve_async(processor_id))
        return await self._with_tries(session.to_dict())

    async def end_checkout(self, processor_id: str) -> ProcessorCheckout:
        """See the port. What is complete cannot be ended, which Stripe says with a 400: reading tells."""
        try:
            session = await self._asked(self._client.v1.checkout.sessions.expire_async(processor_id))
        except Refused as refused:
            if refused.code == "resource_missing":
                raise
            return await self.read_checkout(processor_id)
        return await self._with_tries(session.to_dict())

    async def _with_tries(self, session: dict[str, Any]) -> ProcessorCheckout:
        if not session.get("payment_intent"):
            return checkouts.translated(session, [])
        intent = session["payment_intent"]
        page = await self._asked(
            self._client.v1.charges.list_async({"payment_intent": intent, "limit": PAGE})
        )
        return checkouts.translated(session, [charge.to_dict() for charge in page.data])

    def read_event(self, body: bytes, signature: str) -> ProcessorEvent:
        """See the port. A refund in a state that we do not know is left out: reading it will say so."""
        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(text, signature, self._webhook_secret, SIGNATURE_SECONDS)
            event = json.loads(text)
            told = event["data"]["object"]
            known = told.get("object") == "refund" and told.get("status") in set(ProcessorState)
            return ProcessorEvent(
                event_id=event["id"],
                type=event["type"],
                created_at=datetime.fromtimestamp(event["created"], UTC),
                refund=_translated(told) if known else None,
                checkout_id=_our_id((told.get("metadata") or {}).get("checkout_id")),
                dispute_id=told["id"] if told.get("object") == "dispute" else None,
            )
        except stripe.SignatureVerificationError as wrong:
            raise BadSignature("The webhook's signature is not the processor's, or too old.") from wrong
        except (ValueError, LookupError, AttributeError, TypeError) as wrong:
            raise BadSignature("The webhook is no event of the processor's.") from wrong

    async def close(self) -> None:
        """See the port."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def _asked(self, call: Awaitable[Answer]) -> Answer:
        """One request, its failure told as one of the port's three."""
        try:
            async with asyncio.timeout(self._request_seconds):
                return await call
        except TimeoutError as late:
            raise OutcomeUnknown(
                f"The processor did not answer within {self._request_seconds:g} seconds."
            ) from late
        except stripe.StripeError as error:
            raise _problem(error) from error


def _problem(error: stripe.StripeError) -> ProcessorProblem:
    """What an error of the library means for money. What is not known for certain is unknown."""
    said = error.user_message or "The processor gave no reason."
    if isinstance(error, stripe.APIConnectionError):
        if isinstance(error.__cause__, _NEVER_SENT):
            return NotSent("The processor could not be reached.")
        return OutcomeUnknown("The connection to the processor was lost before it answered.")
    if isinstance(error, stripe.RateLimitError):
        return NotSent("The processor is turning requests away for now.")
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return NotSent(f"The processor does not accept our key; an operator has to look at it. {said}")
    if isinstance(error, stripe.IdempotencyError):
        # The key was used before with other words: that other request may well have moved money.
        return OutcomeUnknown(f"The processor knows this id from another request. {said}")
    status = error.http_status or 0
    # Without Stripe's own words in it, an answer is somebody's on the way there, and tells nothing.
    if 400 <= status < 500 and status != 409 and error.error is not None:
        return Refused(error.code or error.error.type or "refused", said)
    return OutcomeUnknown(f"The processor answered with status {status}. {said}")


def _refund(answer: stripe.Refund) -> ProcessorRefund:
    """The refund of an answer. What cannot be read, as a state we do not know, is an unknown outcome."""
    try:
        return _translated(answer.to_dict())
    except (ValueError, LookupError, AttributeError, TypeError) as strange:
        raise OutcomeUnknown("The processor answered with something that cannot be read here.") from strange


def _translated(raw: Mapping[str, Any]) -> ProcessorRefund:
    """Stripe's refund in our words."""
    return ProcessorRefund(
        processor_id=raw["id"],
        processor_ref=raw.get("payment_intent") or "",
        amount_cents=raw["amount"],
        currency=raw["currency"],
        state=ProcessorState(raw["status"]),
        failure_reason=raw.get("failure_reason"),
        refund_id=_our_id((raw.get("metadata") or {}).get("refund_id")),
    )


def _our_id(text: str | None) -> UUID | None:
    """None, too, for an id that somebody typed at the processor's own desk."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
