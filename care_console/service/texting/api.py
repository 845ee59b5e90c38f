"""Where the SMS gateway calls back: texts that came in, and receipts for those that went out."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from care_console.contract.problems import ProblemType
from care_console.service.foundation.context import Actor
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.foundation.routing import Ctx, OpenRoute, services_of
from care_console.service.gateways.sms.port import SmsGateway, Unreadable
from care_console.service.texting.incoming import take_text
from care_console.service.texting.receipts import take_receipt

router = APIRouter(route_class=OpenRoute, tags=["gateways"])

_RECIPIENT, _CARRIER = Actor("recipient"), Actor("carrier")


@router.get("/gateways/sms/kannel/inbound", response_class=PlainTextResponse)
async def kannel_inbound(ctx: Ctx, request: Request, secret: str = "") -> PlainTextResponse:
    """A text that somebody sent to the short code. The answer is empty: Kannel would text it back."""
    gateway = _gateway(request, secret)
    try:
        incoming = gateway.read_incoming(request.url.query.encode())
    except Unreadable as wrong:
        raise _unreadable(wrong) from wrong
    reading = await take_text(replace(ctx, actor=_RECIPIENT), incoming)
    return PlainTextResponse("", headers={"Care-Read-As": reading.outcome.value})


@router.get("/gateways/sms/kannel/receipt", response_class=PlainTextResponse)
async def kannel_receipt(ctx: Ctx, request: Request, secret: str = "") -> PlainTextResponse:
    """What a carrier says of a text of ours."""
    gateway = _gateway(request, secret)
    try:
        receipt = gateway.read_receipt(request.url.query.encode())
    except Unreadable as wrong:
        raise _unreadable(wrong) from wrong
    if not await take_receipt(replace(ctx, actor=_CARRIER), receipt):
        raise not_found("text", receipt.text_id)
    return PlainTextResponse("")


def _gateway(request: Request, secret: str) -> SmsGateway:
    gateway = services_of(request).sms
    if not gateway.knows(secret):
        raise Problem(
            ProblemType.FORBIDDEN,
            HTTPStatus.FORBIDDEN,
            "The secret is not the gateway's (CARE_KANNEL_SECRET). Nothing was taken.",
        )
    return gateway


def _unreadable(wrong: Unreadable) -> Problem:
    return Problem(
        ProblemType.MALFORMED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"This cannot be used: {wrong}. Nothing was taken.",
    )
