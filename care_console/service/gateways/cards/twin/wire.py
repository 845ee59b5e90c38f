"""How Stripe writes things: form fields in, lists and errors out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

Params = dict[str, str]
"""Form fields as they came: `metadata[refund_id]` is one name."""


class Refusal(Exception):
    """An error answer in Stripe's shape.

    `remembered`: whether the answer is kept under the idempotency key: Stripe keeps what an endpoint said
    once it began its work, and forgets what was turned away before (bad parameters, conflicts, limits).
    `work_stands`: what was written before the refusal stays, as a declined charge does.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        remembered: bool = False,
        work_stands: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.remembered = remembered
        self.work_stands = work_stands
        error: dict[str, Any] = {"type": type, "message": message, **(more or {})}
        if code is not None:
            error |= {
                "code": code,
                "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
            }
        if param is not None:
            error["param"] = param
        self.body = {"error": error}


def decoded(text: str) -> Params:
    """The fields of a form or a query. A name given twice is refused, as nothing here takes a list."""
    fields: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in fields:
            raise Refusal(400, f"Received {name} twice.", param=name)
        fields[name] = value
    return fields


def only(params: Params, *names: str, metadata: bool = False) -> None:
    """Refuses parameters that are not known here, as Stripe does."""
    for name in params:
        if name not in names and not (metadata and name.startswith("metadata[")):
            raise Refusal(
                400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name.split("[")[0]
            )


def integer(params: Params, name: str, least: int, most: int | None = None) -> int | None:
    """A whole number, or None where it was not given."""
    if name not in params:
        return None
    text = params[name]
    if not text.lstrip("-").isdigit():
        raise Refusal(400, f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    number = int(text)
    if number < least:
        raise Refusal(
            400,
            f"This value must be greater than or equal to {least}.",
            code="parameter_invalid_integer",
            param=name,
        )
    if most is not None and number > most:
        raise Refusal(
            400,
            f"This value must be less than or equal to {most}.",
            code="parameter_invalid_integer",
            param=name,
        )
    return number


def chosen(params: Params, name: str, among: tuple[str, ...]) -> str | None:
    """A word out of a closed set, or None where it was not given."""
    if name not in params:
        return None
    if params[name] not in among:
        raise Refusal(400, f"Invalid {name}: must be one of {', '.join(among)}", param=name)
    return params[name]


def metadata(params: Params) -> dict[str, str]:
    """The caller's own notes, `metadata[name]=value`; an empty value means none."""
    notes = {
        name[len("metadata[") : -1]: value
        for name, value in params.items()
        if name.startswith("metadata[") and name.endswith("]") and value
    }
    if len(notes) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in notes.items()):
        raise Refusal(400, "Metadata takes 50 keys of 40 characters with values of 500.", param="metadata")
    return notes


def missing(kind: str, id: str, param: str, status: int = 404) -> Refusal:
    """There is no such object."""
    return Refusal(status, f"No such {kind}: '{id}'", code="resource_missing", param=param, remembered=True)


def page(path: str, data: list[dict[str, Any]], has_more: bool) -> dict[str, Any]:
    """A list as Stripe shows it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": path}
