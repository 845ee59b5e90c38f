"""`/v1/opt-outs`: taking one, and the log of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from care_console.contract.approvals import Approval, CorrectionRequest
from care_console.contract.audit import Action
from care_console.contract.base import CountedPage, Instant
from care_console.contract.consent import ConsentChannel, ConsentState, OptOut, OptOutRequest
from care_console.contract.roles import Permission
from care_console.service.approvals.queries import read_approval
from care_console.service.audit.rules import record
from care_console.service.consent.corrections import ask_correction
from care_console.service.consent.queries import OptOutFilter, opt_out_page
from care_console.service.consent.rules import Words, opt_out
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed

router = APIRouter(route_class=StaffRoute, tags=["consent"])


@router.post("/v1/opt-outs", status_code=201, dependencies=[allowed(Permission.OPT_OUT)])
async def post_opt_out(ctx: Ctx, body: OptOutRequest) -> OptOut:
    """Stop the texts to a number, known or not, in the caller's own words."""
    return await opt_out(ctx, body.phone, Words(body.channel, body.words, body.received_at, body.call_id))


@router.post(
    "/v1/opt-outs/{opt_out_id}/corrections",
    status_code=202,
    dependencies=[allowed(Permission.ASK_CORRECTION)],
)
async def post_correction(ctx: Ctx, opt_out_id: str, body: CorrectionRequest) -> Approval:
    """Ask that a mistyped opt-out be corrected. Another person decides; until then texts stay off."""
    return await read_approval(ctx, await ask_correction(ctx, row_id("opt-out", opt_out_id), body.reason))


@router.get("/v1/opt-outs", dependencies=[allowed(Permission.READ_OPT_OUT_LOG)])
async def get_opt_outs(
    ctx: Ctx,
    since: Instant | None = None,
    until: Instant | None = None,
    channel: ConsentChannel | None = None,
    actor: Annotated[str | None, Query(max_length=64)] = None,
    state: ConsentState | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CountedPage[OptOut]:
    """The opt-out log, newest first; a hold is a row with the state `held`."""
    page = await opt_out_page(ctx, OptOutFilter(since, until, channel, actor, state), cursor, limit)
    await record(ctx, Action.OPT_OUT_LOG_READ, "opt_out_log:all", details={"rows": len(page.items)})
    return page
