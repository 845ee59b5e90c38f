"""`POST /v1/recordings`: what a facility's recorder sends, with the facility's key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from care_console.contract.audit import Action, Outcome
from care_console.contract.base import OuterId, PlainName
from care_console.contract.problems import ProblemType
from care_console.contract.recordings import RecordingTaken
from care_console.service.audit.rules import record
from care_console.service.facilities.keys import KeyedFacility, facility_of, take_turn
from care_console.service.foundation.context import NOBODY, Actor
from care_console.service.foundation.openapi import FACILITY_SECURITY
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.routing import Handler, origin_of, services_of
from care_console.service.recordings.receiving import Sent, receive


class RecorderRoute(APIRoute):
    """A recorder's request: who asks is known before its body is read, and each refusal is recorded.

    No transaction is around it: a sound takes seconds to come and to be prepared, with a connection kept.
    """

    def get_route_handler(self) -> Handler:
        """Find out whose key it is, then hand over."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            services = services_of(request)
            async with services.database.begin() as connection:
                ctx = services.context(connection, NOBODY, origin_of(request))
                facility = await facility_of(ctx, request.headers.get("authorization"))
                await take_turn(ctx, facility.key_id)
            request.state.facility = facility
            try:
                return await inner(request)
            except (Problem, RequestValidationError) as refused:
                await _record_refusal(request, facility, refused)
                raise

        return handle


router = APIRouter(route_class=RecorderRoute, tags=["recordings"])


@router.post(
    "/v1/recordings",
    status_code=201,
    response_model=RecordingTaken,
    openapi_extra={"security": FACILITY_SECURITY},
)
async def post_recording(
    request: Request,
    sound: Annotated[
        UploadFile, File(description="WAV, MP3, Opus, AAC, GSM or FLAC, of at most two minutes.")
    ],
    recorder_id: Annotated[
        OuterId, Form(description="The recorder's own id: the same again is answered alike.")
    ],
    sender_name: Annotated[PlainName, Form()],
    booking_number: Annotated[OuterId, Form()],
    phone: Annotated[OuterId, Form(description="The recipient's US mobile number.")],
    privileged: Annotated[
        bool, Form(description="To or from counsel: plays for nobody at the desk.")
    ] = False,
    language: Annotated[Literal["en", "es"] | None, Form(description="A new recipient's language.")] = None,
) -> Response:
    """Take a recording, and offer it to whom it is for."""
    sent = Sent(recorder_id, sender_name, booking_number, phone, privileged, language)
    facility: KeyedFacility = request.state.facility
    answer = await receive(services_of(request), facility, origin_of(request), sent, sound.file)
    headers = {"Idempotent-Replayed": "true"} if answer.is_replayed else {}
    return Response(answer.body, HTTPStatus.CREATED, headers, "application/json")


async def _record_refusal(
    request: Request, facility: KeyedFacility, refused: Problem | RequestValidationError
) -> None:
    services = services_of(request)
    kind = refused.kind if isinstance(refused, Problem) else ProblemType.MALFORMED
    async with services.database.begin() as connection:
        ctx = services.context(connection, Actor(f"facility:{facility.id}"), origin_of(request))
        await record(
            ctx,
            Action.RECORDING_REFUSED,
            f"facility:{facility.id}",
            outcome=Outcome.REFUSED,
            details={"problem": kind.value, "key": str(facility.key_id)},
        )
