"""Counts, times and one log line of each request: by its route, never by what is in its path or query."""

from __future__ import annotations

import os
import time
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care_console.service.foundation.logging import log_request

REQUESTS = Counter("care_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "care_request_seconds",
    "Time to the first byte of an answer",
    ["route"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which prometheus_client is told where several processes keep their figures."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsMiddleware:
    """Counts each answer. Plain ASGI, since Starlette's own base class would hold up streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        is_told = False

        async def counted(message: Message) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start":
                is_told = True
                _tell(scope, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            # A mistake of ours is answered further out, where nobody counts.
            if not is_told:
                _tell(scope, 500, time.perf_counter() - began)
            raise


def figures() -> bytes:
    """The figures in Prometheus's text format: of all processes, where there are several."""
    registry = REGISTRY
    if SHARED_FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """A process of several has ended. What it counted stays counted."""
    if SHARED_FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def route_of(scope: Scope) -> str:
    """The template of a request's path, such as ``/v1/messages/{message_id}``."""
    return getattr(scope.get("route"), "path", "none")


def _tell(scope: Scope, status: int, seconds: float) -> None:
    # A method is a word of the caller's choosing, and a label for each would fill the memory.
    method = scope["method"] if scope["method"] in _METHODS else "other"
    tell_answered(method, route_of(scope), status, seconds)


def tell_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer to one of our routes, and write its line into the log."""
    answered, took = _counted(method, route, status)
    answered.inc()
    took.observe(seconds)
    log_request(method, route, status, seconds)


@cache
def _counted(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(route)
