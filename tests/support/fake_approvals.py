"""The part of the small service for limits and approvals: terms of a charge, requests, decisions."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from care_console.contract.approvals import (
    Approval,
    ApprovalKind,
    CorrectionRequest,
    Decision,
    DecisionRequest,
    why_not_decide,
)
from care_console.contract.base import CountedPage
from care_console.contract.charges import ChargeState, RefundReason
from care_console.contract.limits import RefundLimits, RefundTerms
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Permission, may

if TYPE_CHECKING:
    from tests.support.fake_service import FakeService

WHY = "This needs another person's approval, because only $1.00 of $15.00 is left for this caller today."
LIMITS = RefundLimits(message_percent=100, caller_day_cents=1500, shift_cents=6000, charge_age_days=90)


def some_terms(charge_id: str = "c1", **changes: Any) -> RefundTerms:
    """The terms of a charge of $3.99 from yesterday, with $11.01 left for its caller."""
    now = datetime.now(UTC)
    told = {
        "charge_id": charge_id,
        "as_of": now,
        "state": ChargeState.SUCCEEDED,
        "known_to_processor": True,
        "disputed": False,
        "amount_cents": 399,
        "refunded_cents": 0,
        "message_price_cents": 399,
        "charged_at": now - timedelta(days=1),
        "limits": LIMITS,
        "caller_day_left_cents": 1101,
        "shift_left_cents": 5202,
    }
    return RefundTerms.model_validate(told | changes)


def a_request(id: str, **changes: Any) -> Approval:
    """A refund of $3.99 that ben asked for two minutes ago."""
    now = datetime.now(UTC)
    told = {
        "id": id,
        "kind": ApprovalKind.REFUND,
        "subject": f"00000000-0000-4000-8000-{int(id):012}",
        "recipient_id": "r1",
        "recipient_name": "María Delgado",
        "phone": "+12145550142",
        "amount_cents": 399,
        "reason": RefundReason.DUPLICATE,
        "charge_id": "c28b",
        "message_id": "m28",
        "why": WHY,
        "requested_by": "ben",
        "requested_at": now - timedelta(minutes=2),
        "asked_note": "She holds the line; the second charge is plain to see.",
        "expires_at": now + timedelta(hours=24),
    }
    return Approval.model_validate(told | changes)


class FakeApprovals:
    """Requests by id, open for tests to change; and the terms of charges, where they are given."""

    def __init__(self, service: FakeService) -> None:
        self._service = service
        self.requests: dict[str, Approval] = {}
        self.terms: dict[str, RefundTerms] = {}

    def routes(self, wrap: Any) -> list[Route]:
        """What they answer."""
        return [
            Route("/v1/charges/{id}/refund-terms", wrap(self._terms)),
            Route("/v1/approvals", wrap(self._list)),
            Route("/v1/approvals/{id}", wrap(self._one), methods=["GET", "DELETE"]),
            Route("/v1/approvals/{id}/decision", wrap(self._decide), methods=["POST"]),
            Route("/v1/opt-outs/{id}/corrections", wrap(self._correct), methods=["POST"]),
        ]

    def put(self, approval: Approval) -> None:
        """A request comes, or changes, and everybody is told."""
        self.requests[approval.id] = approval
        self._service.tell("approval", approval.id, recipient_id=approval.recipient_id)

    async def _terms(self, request: Request) -> Response:
        self._service._who(request)
        charge_id = request.path_params["id"]
        return self._json(self.terms.get(charge_id) or some_terms(charge_id))

    async def _list(self, request: Request) -> Response:
        login, role = self._person(request)
        seen = [
            one
            for one in self.requests.values()
            if one.is_open and (may(role, Permission.DECIDE) or one.requested_by == login)
        ]
        return self._json(CountedPage[Approval](items=seen, total=len(seen)))

    async def _one(self, request: Request) -> Response:
        login, _role = self._person(request)
        approval = self._get(request)
        if request.method == "DELETE" and approval.is_open:
            changed = {"withdrawn_at": datetime.now(UTC), "withdrawn_by": login}
            approval = approval.model_copy(update=changed)
            self._deed("take_back", approval.id, {}, login)
            self.put(approval)
        return self._json(approval)

    async def _decide(self, request: Request) -> Response:
        login, role = self._person(request)
        asked = DecisionRequest.model_validate_json(await request.body())
        approval = self._get(request)
        why_not = why_not_decide(approval.requested_by, login, role)
        if why_not is not None:
            raise self._problem(403, ProblemType.OWN_REQUEST, why_not)
        if not approval.is_open:
            who = approval.decided_by or approval.withdrawn_by
            raise self._problem(
                409, ProblemType.ALREADY_DECIDED, f"{who} decided this already. Nothing was done."
            )
        if approval.why_not_approve and asked.decision is Decision.APPROVE:
            raise self._problem(409, ProblemType.STALE_REQUEST, approval.why_not_approve)
        decided = {
            "decision": asked.decision,
            "decided_by": login,
            "decided_at": datetime.now(UTC),
            "note": asked.note,
        }
        approval = approval.model_copy(update=decided)
        self._deed("decide", approval.id, asked.model_dump(mode="json"), login)
        self.put(approval)
        return self._json(approval)

    async def _correct(self, request: Request) -> Response:
        login, body = self._service._who(request), await request.body()
        asked = CorrectionRequest.model_validate_json(body)

        async def do() -> tuple[int, Approval]:
            new = {
                "kind": ApprovalKind.CORRECTION,
                "subject": request.path_params["id"],
                "requested_by": login,
                "asked_note": asked.reason,
                "amount_cents": None,
                "reason": None,
                "charge_id": None,
            }
            approval = a_request(str(len(self.requests) + 1), **new)
            self.put(approval)
            return 202, approval

        return await self._service._once(request, body, do, "correct", login)

    def _get(self, request: Request) -> Approval:
        found = self.requests.get(request.path_params["id"])
        if found is None:
            raise self._problem(404, ProblemType.NOT_FOUND, "There is no such request.")
        return found

    def _person(self, request: Request) -> tuple[str, Any]:
        from tests.support.fake_service import STAFF

        login = self._service._who(request)
        return login, STAFF[login]

    def _deed(self, what: str, key: str, fields: dict[str, Any], login: str) -> None:
        from tests.support.fake_service import Deed

        self._service.deeds.append(Deed(what, key, fields, login))

    @staticmethod
    def _problem(status: int, kind: ProblemType, detail: str) -> Exception:
        from tests.support.fake_service import Problem

        return Problem(status, kind, detail)

    @staticmethod
    def _json(reply: Any) -> Response:
        return Response(reply.model_dump_json(), media_type="application/json")


class HasApprovals:
    """What the small service takes in of all this."""

    @functools.cached_property
    def approvals(self) -> FakeApprovals:
        """Limits, and what waits for another person."""
        return FakeApprovals(self)  # type: ignore[arg-type]
