"""`/v1/opt-outs`: taking one, the log of them, one with its evidence, and the log as a file."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from care_console.contract.approvals import Approval, CorrectionRequest
from care_console.contract.audit import Action
from care_console.contract.base import E164, CountedPage, Instant
from care_console.contract.consent import (
    ConsentChannel,
    ConsentState,
    OptOut,
    OptOutEvidence,
    OptOutRequest,
)
from care_console.contract.roles import Permission
from care_console.evidence.entries import Json
from care_console.service.approvals.queries import read_approval
from care_console.service.audit.rules import record
from care_console.service.consent.corrections import ask_correction
from care_console.service.consent.exports import MEDIA_TYPES, Exports, Format
from care_console.service.consent.log import OptOutFilter
from care_console.service.consent.queries import count_rows, opt_out_evidence, opt_out_page
from care_console.service.consent.rules import Words, opt_out
from care_console.service.foundation.problems import row_id
from care_console.service.foundation.routing import Ctx, StaffRoute, allowed, services_of
from care_console.service.foundation.spool import SpooledResponse

router = APIRouter(route_class=StaffRoute, tags=["consent"])
_READS = [allowed(Permission.READ_OPT_OUT_LOG)]
_exports = Exports()

Person = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]


def _filter(
    since: Instant | None = None,
    until: Instant | None = None,
    channel: ConsentChannel | None = None,
    actor: Person | None = None,
    state: ConsentState | None = None,
    phone: E164 | None = None,
    waiting: bool = False,
) -> OptOutFilter:
    return OptOutFilter(since, until, channel, actor, state, phone, waiting)


Wanted = Annotated[OptOutFilter, Depends(_filter)]


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


@router.get("/v1/opt-outs", dependencies=_READS)
async def get_opt_outs(
    ctx: Ctx,
    wanted: Wanted,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CountedPage[OptOut]:
    """The opt-out log, newest first; a hold is a row with the state `held`, and `waiting` asks for those that
    nobody has decided.
    """
    page = await opt_out_page(ctx, wanted, cursor, limit)
    details: dict[str, Json] = {"rows": len(page.items), "filter": _told(wanted)}
    await record(ctx, Action.OPT_OUT_LOG_READ, "opt_out_log:all", details=details)
    return page


@router.get(
    "/v1/opt-outs.csv",
    dependencies=_READS,
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def get_opt_outs_csv(ctx: Ctx, request: Request, wanted: Wanted) -> Response:
    """All rows of the filter as CSV. A cell that a spreadsheet would calculate has a ' before it, and so has
    one that begins with a '.
    """
    return await _export(ctx, request, wanted, Format.CSV)


@router.get(
    "/v1/opt-outs.xlsx",
    dependencies=_READS,
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPES[Format.XLSX]: {}}}},
)
async def get_opt_outs_xlsx(ctx: Ctx, request: Request, wanted: Wanted) -> Response:
    """All rows of the filter as XLSX, on as many sheets as they need. It is sent once it is whole."""
    return await _export(ctx, request, wanted, Format.XLSX)


@router.get("/v1/opt-outs/{opt_out_id}", dependencies=_READS)
async def get_opt_out(ctx: Ctx, opt_out_id: str) -> OptOutEvidence:
    """One row with all that stands around it: the number's history, texts cancelled, a correction."""
    event_id = row_id("opt-out", opt_out_id)
    evidence = await opt_out_evidence(ctx, event_id)
    await record(ctx, Action.OPT_OUT_READ, f"opt_out:{event_id}")
    return evidence


async def _export(ctx: Ctx, request: Request, wanted: OptOutFilter, format: Format) -> Response:
    """The entry is written here and committed before the answer is sent: no byte goes without it."""
    _exports.refuse_if_full()
    rows = await count_rows(ctx, wanted)
    details: dict[str, Json] = {"format": format.value, "rows": rows, "filter": _told(wanted)}
    await record(ctx, Action.OPT_OUT_LOG_EXPORTED, "opt_out_log:all", details=details)
    name = f"opt-outs-{ctx.now:%Y-%m-%dT%H%M%SZ}.{format.value}"
    make = partial(_exports.make, format, services_of(request).database.url, wanted)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Care-Rows": str(rows),
    }
    folder = ctx.settings.data_dir / "exports"
    return SpooledResponse(make, folder, media_type=MEDIA_TYPES[format], headers=headers)


def _told(wanted: OptOutFilter) -> dict[str, Json]:
    """A filter as an entry tells of it. Of a number only its last four digits."""
    told: dict[str, Any] = {
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
        "channel": wanted.channel and wanted.channel.value,
        "actor": wanted.actor,
        "state": wanted.state and wanted.state.value,
        "phone_ends_in": wanted.phone and wanted.phone[-4:],
        "waiting": wanted.waiting or None,
    }
    return {name: value for name, value in told.items() if value is not None}
