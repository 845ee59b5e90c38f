"""Turns what was raised into RFC 9457 problems: the world's trouble into a sentence, ours into a report."""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from care_console.contract.audit import Action, Outcome
from care_console.contract.problems import ProblemReply, ProblemType
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.routing import is_refusal_to_record, services_of

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"


def add_error_handlers(app: FastAPI) -> None:
    """Every way out of an endpoint that is not an answer becomes a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    ctx: Context | None = getattr(request.state, "context", None)
    if ctx is not None and ctx.actor.staff_id is not None and is_refusal_to_record(error, request):
        await _record_refusal(request, ctx, error)
    return problem_response(error.document(instance=request.url.path))


async def _record_refusal(request: Request, ctx: Context, problem: Problem) -> None:
    services = services_of(request)
    async with services.database.begin() as connection:
        await record(
            services.context(connection, ctx.actor, ctx.origin),
            Action.REFUSED,
            f"request:{request.method} {request.url.path}"[:300],
            outcome=Outcome.REFUSED,
            details={"problem": problem.kind.value, "status": problem.status.value},
        )


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = {".".join(str(part) for part in one["loc"]): str(one["msg"]) for one in error.errors()}
    kind = ProblemType.MALFORMED
    if any("card number" in message for message in places.values()):
        kind = ProblemType.CARD_NUMBER
    told = "; ".join(f"{place}: {message}" for place, message in places.items())
    detail = f"The request cannot be used. Nothing was done. {told}"[:1000]
    problem = Problem(kind, HTTPStatus.UNPROCESSABLE_ENTITY, detail, fields=places)
    return problem_response(problem.document(instance=request.url.path))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = ProblemType.NOT_FOUND if error.status_code == 404 else ProblemType.MALFORMED
    problem = Problem(
        kind, HTTPStatus(error.status_code), f"{error.detail}: {request.method} {request.url.path}"
    )
    return problem_response(problem.document(instance=request.url.path))


async def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    if isinstance(error.orig, psycopg.DataError):
        # A NUL in a text, a number beyond its column: nothing that anybody means, and nothing that is stored.
        problem = Problem(
            ProblemType.MALFORMED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The request holds a value that cannot be stored or looked for. Nothing was done.",
        )
        return problem_response(problem.document(instance=request.url.path))
    if not (error.connection_invalidated or error.code == "e3q8"):
        return await _on_bug(request, error)
    log.error("database.unavailable", path=request.url.path)
    problem = Problem(
        ProblemType.UNAVAILABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database cannot be reached just now. Nothing was done. Try again in a moment.",
    )
    return problem_response(problem.document(instance=request.url.path))


async def _on_bug(request: Request, error: Exception) -> Response:
    report = uuid4().hex[:12]
    log.error("request.failed", report=report, path=request.url.path, exc_info=error)
    problem = Problem(
        ProblemType.INTERNAL,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The service made a mistake of its own; it is written down as report {report}. Look at the story "
        "again before you repeat anything.",
    )
    return problem_response(problem.document(instance=request.url.path))


def problem_response(document: ProblemReply) -> Response:
    """A problem document as an answer."""
    return JSONResponse(
        document.model_dump(mode="json", exclude_none=True), document.status, media_type=MEDIA_TYPE
    )
