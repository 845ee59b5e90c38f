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
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemReply"}}}
_ANY = "A problem (RFC 9457): what is wrong, where, and what to do."
_TOLD = {
    "400": "The header Idempotency-Key is missing.",
    "401": "Nobody is signed in, the session has ended, or the key is none.",
    "403": "The role does not allow it.",
    "404": "There is no such thing.",
    "422": "What was sent cannot be used, or its key was used for something else.",
    "503": "The database or the storage cannot be reached; the same may be sent again.",
}
SESSION_SECURITY: list[dict[str, list[str]]] = [{"session": []}]
FACILITY_SECURITY: list[dict[str, list[str]]] = [{"facility": []}]
_FACILITY = {"type": "http", "scheme": "bearer", "description": "The key of a facility."}
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
    parts["securitySchemes"] = {"session": _SESSION, "facility": _FACILITY}
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
    if is_for_staff:
        operation["security"] = SESSION_SECURITY
    needs_key = is_for_staff and method == "POST"
    if needs_key:
        others = [one for one in operation.get("parameters", []) if one["name"].lower() != "idempotency-key"]
        operation["parameters"] = [*others, _KEY]
    for status in _statuses(operation, needs_key):
        operation["responses"][status] = {"description": _TOLD[status], "content": _CONTENT}
    operation["responses"]["default"] = {"description": _ANY, "content": _CONTENT}


def _statuses(operation: dict[str, Any], needs_key: bool) -> list[str]:
    """What every operation of its kind may answer; what is its own besides is under `default`."""
    operation["responses"].pop("422", None)  # the framework's own form of it
    names = operation.get("parameters", [])
    told = {
        "400": needs_key,
        "401": "security" in operation,
        "403": "security" in operation,
        "404": any(one["in"] == "path" for one in names),
        "422": bool(names) or "requestBody" in operation,
        "503": not {"health"} & set(operation.get("tags", [])),
    }
    return [status for status, can_be in told.items() if can_be]
