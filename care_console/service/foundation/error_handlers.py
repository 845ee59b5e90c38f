"""Turns what was raised into RFC 9457 problems: the world's trouble into a sentence, ours into a report."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote
from uuid import uuid4

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from care_console.contract.audit import Action, Outcome
from care_console.contract.problems import ProblemReply, ProblemType
from care_console.service.audit.rules import record
from care_console.service.foundation.context import Context
from care_console.service.foundation.metrics import route_of
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.routing import is_refusal_to_record, services_of
from care_console.service.gateways.storage.port import StorageUnavailable

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
_MOST_PLACES = 20


def add_error_handlers(app: FastAPI) -> None:
    """Every way out of an endpoint that is not an answer becomes a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(DBAPIError, _on_database)
    for lost in (NoConnectionFree, ConnectorException, psycopg.OperationalError):
        app.add_exception_handler(lost, _on_no_database)
    app.add_exception_handler(StorageUnavailable, _on_no_storage)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    ctx: Context | None = getattr(request.state, "context", None)
    if ctx is not None and ctx.actor.staff_id is not None and is_refusal_to_record(error, request):
        try:
            await _record_refusal(request, ctx, error)
        except DBAPIError as lost:
            return await _on_database(request, lost)
    return _answer(request, error)


async def _record_refusal(request: Request, ctx: Context, problem: Problem) -> None:
    services = services_of(request)
    # Quoted: the path is whatever somebody typed, and a NUL in it could not be stored.
    subject = f"request:{request.method} {quote(request.url.path)}"[:300]
    async with services.database.begin() as connection:
        await record(
            services.context(connection, ctx.actor, ctx.origin),
            Action.REFUSED,
            subject,
            outcome=Outcome.REFUSED,
            details={"problem": problem.kind.value, "status": problem.status.value},
        )


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = {_place(one["loc"]): _sentence(one["msg"]) for one in error.errors()[:_MOST_PLACES]}
    kind = ProblemType.MALFORMED
    if any("card number" in message for message in places.values()):
        kind = ProblemType.CARD_NUMBER
    told = "; ".join(f"{place}: {message}" for place, message in places.items())
    detail = f"The request cannot be used. Nothing was done. {told}"[:1000]
    return await _on_problem(request, Problem(kind, HTTPStatus.UNPROCESSABLE_ENTITY, detail, fields=places))


def _sentence(told: str) -> str:
    return told.removeprefix("Value error, ")


def _place(parts: tuple[int | str, ...]) -> str:
    # The name of a field that is too much is the caller's own, of any length, half a character in it perhaps.
    return ".".join(str(part) for part in parts)[:100].encode("utf-8", "replace").decode()


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = ProblemType.NOT_FOUND if error.status_code == 404 else ProblemType.MALFORMED
    detail = f"{error.detail}: {request.method} {request.url.path}"
    return _answer(request, Problem(kind, HTTPStatus(error.status_code), detail))


async def _on_gone(request: Request, _error: Exception) -> Response:
    detail = "The request broke off before its end. Nothing was done."
    return _answer(request, Problem(ProblemType.MALFORMED, HTTPStatus.BAD_REQUEST, detail))


async def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return await _on_no_database(request, error)
    if isinstance(error.orig, psycopg.DataError):
        # A NUL in a text, a number beyond its column: nothing that anybody means, and nothing that is stored.
        log.warning("request.unstorable", route=route_of(request.scope), code=error.orig.sqlstate)
        problem = Problem(
            ProblemType.MALFORMED,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The request holds a value that cannot be stored or looked for. Nothing was done.",
        )
        return _answer(request, problem)
    return await _on_bug(request, error)


async def _on_no_database(request: Request, error: Exception) -> Response:
    log.error("database.unavailable", route=route_of(request.scope), exc_info=error)
    # The connection may have gone between the commit and its answer: then it was done. Only the key tells.
    problem = Problem(
        ProblemType.UNAVAILABLE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database cannot be reached just now. Send the same again in a moment: what has a key is done "
        "once.",
    )
    return _answer(request, problem)


async def _on_no_storage(request: Request, error: Exception) -> Response:
    log.error("storage.unavailable", route=route_of(request.scope), exc_info=error)
    detail = "The storage of sound cannot be reached just now. Nothing was heard. Try again in a moment."
    return _answer(request, Problem(ProblemType.UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE, detail))


async def _on_bug(request: Request, error: Exception) -> Response:
    report = uuid4().hex[:12]
    log.error("request.failed", report=report, route=route_of(request.scope), exc_info=error)
    problem = Problem(
        ProblemType.INTERNAL,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The service made a mistake of its own; it is written down as report {report}. Look at the story "
        "again before you repeat anything.",
    )
    return _answer(request, problem)


def _answer(request: Request, problem: Problem) -> Response:
    answer = problem_response(problem.document(instance=request.url.path))
    if problem.fields and "retry_after_seconds" in problem.fields:
        answer.headers["Retry-After"] = str(problem.fields["retry_after_seconds"])
    return answer


def problem_response(document: ProblemReply) -> Response:
    """A problem document as an answer."""
    return JSONResponse(
        document.model_dump(mode="json", exclude_none=True), document.status, media_type=MEDIA_TYPE
    )
