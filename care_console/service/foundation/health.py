"""`/healthz`: the process lives. `/readyz`: it can work. `/metrics`: how it does."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from care_console.service.foundation.metrics import figures
from care_console.service.foundation.routing import services_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """The database answers; where the twins run, on an embedded database, their addresses."""
    services = services_of(request)
    try:
        async with services.database.begin() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return JSONResponse({"status": "waiting for the database"}, HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"status": "ready", "twins": dict(services.twins)})


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> Response:
    """Figures in Prometheus's text format."""
    return Response(figures(), media_type=CONTENT_TYPE_LATEST)
