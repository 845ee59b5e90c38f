"""Trouble that belongs to the world: a sentence for a person, a status and a stable type."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from care_console.contract.problems import ProblemReply, ProblemType


class Problem(Exception):
    """Raised anywhere below an endpoint: the transaction is rolled back and the caller is told.

    `detail` says what is wrong, where, and what to do; for money and texts also that nothing was done.
    """

    def __init__(
        self, kind: ProblemType, status: HTTPStatus, detail: str, *, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status
        self.detail = detail
        self.fields = dict(fields) if fields else None

    def document(self, instance: str | None = None) -> ProblemReply:
        """The problem as it stands on the wire (RFC 9457)."""
        return ProblemReply(
            type=self.kind.uri,
            title=self.kind.value.replace("-", " ").capitalize(),
            status=self.status.value,
            detail=self.detail,
            instance=instance,
            fields=self.fields,
        )


def not_found(what: str, identifier: object) -> Problem:
    """There is no such thing, or not for this person."""
    return Problem(
        ProblemType.NOT_FOUND,
        HTTPStatus.NOT_FOUND,
        f"There is no {what} {str(identifier)[:80]!r}. Find it again.",
    )


def forbidden(detail: str) -> Problem:
    """This person's role does not allow it."""
    return Problem(ProblemType.FORBIDDEN, HTTPStatus.FORBIDDEN, detail)


def row_id(what: str, text: str) -> int:
    """The number behind an id of the API; a text that is none was never given out, so it is not found."""
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise not_found(what, text)
    return int(text)
