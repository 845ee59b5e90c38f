"""The OpenAPI document, completed in one place by what every route has in common."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from care_console.contract.problems import ProblemReply
from care_console.service.foundation.routing import StaffRoute

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new UUID for each act; the same key and body give the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_PROBLEM = {
    "description": "A problem (RFC 9457): what is wrong, where, and what to do.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemReply"}}},
}
_SESSION = {"type": "http", "scheme": "bearer", "description": "The access token of a session."}


def complete_openapi(app: FastAPI) -> None:
    """Make ``/openapi.json`` say what the routes do: who may call, which key, which problems."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["ProblemReply"] = ProblemReply.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):  # the framework's own form, never answered
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {"session": _SESSION}
    for route in _api_routes(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, method, isinstance(route, StaffRoute))
    return document


def _api_routes(routes: Any) -> list[APIRoute]:
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        found += _api_routes(getattr(getattr(route, "original_router", None), "routes", ()))
    return found


def _complete(operation: dict[str, Any], method: str, is_for_staff: bool) -> None:
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = _PROBLEM
    if not is_for_staff:
        return
    operation["security"] = [{"session": []}]
    if method == "POST":
        others = [one for one in operation.get("parameters", []) if one["name"].lower() != "idempotency-key"]
        operation["parameters"] = [*others, _KEY]
