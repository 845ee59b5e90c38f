"""Refunds at `/v1`, and the card processor's webhook."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request

from care_console.contract.audit import Action
from care_console.contract.charges import Refund, RefundRequest
from care_console.contract.limits import RefundTerms
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Permission
from care_console.service.audit.rules import record
from care_console.service.foundation.problems import Problem, row_id
from care_console.service.foundation.routing import Ctx, OpenRoute, StaffRoute, allowed, services_of
from care_console.service.gateways.cards.port import BadSignature
from care_console.service.refunds import rules
from care_console.service.refunds.inbox import take_event
from care_console.service.refunds.limits import read_terms
from care_console.service.refunds.problems import key_is_no_uuid
from care_console.service.refunds.queries import read_refund

router = APIRouter(route_class=StaffRoute, tags=["refunds"])
webhook_router = APIRouter(route_class=OpenRoute, tags=["gateways"])


@router.post("/v1/charges/{charge_id}/refunds", status_code=202, dependencies=[allowed(Permission.REFUND)])
async def post_refund(
    ctx: Ctx,
    charge_id: str,
    body: RefundRequest,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Refund:
    """Ask for a refund. It is stored and holds its amount; it leaves after ten seconds."""
    return await rules.ask(ctx, row_id("charge", charge_id), _refund_id(idempotency_key), body)


@router.get("/v1/charges/{charge_id}/refund-terms", dependencies=[allowed(Permission.REFUND)])
async def get_refund_terms(ctx: Ctx, charge_id: str) -> RefundTerms:
    """All that decides a refund of a charge by whoever asks: said before it is tried, with the same rule."""
    terms = await read_terms(ctx, row_id("charge", charge_id))
    await record(ctx, Action.CHARGE_READ, f"charge:{terms.charge_id}")
    return terms


@router.get("/v1/refunds/{refund_id}", dependencies=[allowed(Permission.READ_STORY)])
async def get_refund(ctx: Ctx, refund_id: UUID) -> Refund:
    """Where a refund stands."""
    return await read_refund(ctx, refund_id)


@router.delete("/v1/refunds/{refund_id}", dependencies=[allowed(Permission.REFUND)])
async def delete_refund(ctx: Ctx, refund_id: UUID) -> Refund:
    """Take a refund back within its ten seconds, or while it waits for approval."""
    return await rules.withdraw(ctx, refund_id)


@webhook_router.post("/gateways/cards/stripe/webhook", status_code=204)
async def card_webhook(
    ctx: Ctx, request: Request, stripe_signature: Annotated[str, Header(max_length=1000)] = ""
) -> None:
    """The processor tells of something: kept once, looked at by a job."""
    body = await request.body()
    try:
        event = services_of(request).cards.read_event(body, stripe_signature)
    except BadSignature as error:
        raise Problem(
            ProblemType.MALFORMED,
            HTTPStatus.BAD_REQUEST,
            "The signature is not the processor's, or is too old. Nothing was kept.",
        ) from error
    await take_event(ctx, event, body)


def _refund_id(key: str | None) -> UUID:
    try:
        return UUID(key or "")
    except ValueError as error:
        raise key_is_no_uuid() from error
