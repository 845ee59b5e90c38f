"""Brings rows to the service: a lane for STOP alone, and one for the rest that stands while a STOP can go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from dataclasses import replace
from enum import StrEnum
from typing import cast
from uuid import UUID

from care_console.contract.base import Reply
from care_console.contract.charges import Refund
from care_console.contract.problems import ProblemType
from care_console.contract.roles import Permission
from care_console.desktop.backend.backoff import Backoff
from care_console.desktop.backend.client import Backend, ConnectionState
from care_console.desktop.backend.failures import BackendFailure, Failure, Refused
from care_console.desktop.backend.session import SessionState
from care_console.desktop.changes import Announcement, LocalKind
from care_console.desktop.outbox.answers import Answers
from care_console.desktop.outbox.delivery import deliver, read_refund
from care_console.desktop.outbox.fates import NEVER_ARRIVED, Wait, after_failure, resumed, why_held
from care_console.desktop.outbox.pending import PendingAction, PendingState, Verb
from care_console.desktop.outbox.rack import Rack

_log = logging.getLogger(__name__)
_GOES = (PendingState.QUEUED, PendingState.CHECKING)


class Lane(StrEnum):
    """Which rows go one after another."""

    STOP = "stop"
    REST = "rest"


def lane_of(row: PendingAction) -> Lane:
    """The lane that a row goes in."""
    return Lane.STOP if row.verb is Verb.OPT_OUT else Lane.REST


class Worker:
    """Sends the rows of a rack, and follows what becomes of the refunds."""

    def __init__(self, rack: Rack, backend: Backend, answers: Answers, backoff: Backoff) -> None:
        self._rack = rack
        self._backend = backend
        self._answers = answers
        self._backoff = backoff
        self._wakes = {lane: asyncio.Event() for lane in Lane}
        self._failures: dict[UUID, int] = {}
        self._not_before: dict[UUID, float] = {}
        self._unreached = 0
        self._gate_opens = 0.0

    async def run(self) -> None:
        """Send, for ever."""
        for row in self._rack:
            if row.state is PendingState.SENDING:
                self._rack.show(resumed(row))
        self._review_pauses()
        async with asyncio.TaskGroup() as group:
            for lane in Lane:
                group.create_task(self._serve(lane), name=f"outbox {lane}")
            group.create_task(self._answers.follow(), name="outbox follow refunds")

    def hear(self, change: Announcement) -> None:
        """Go on when the connection or the session is there again."""
        self._answers.hear(change)
        if change.kind is LocalKind.CONNECTION and change.id == ConnectionState.ONLINE:
            self._unreached, self._gate_opens = 0, 0.0
            self.wake()
        elif change.kind is LocalKind.SESSION:
            self._review_pauses()
            self.wake()

    def review(self) -> None:
        """Take up a row that is new, or was confirmed."""
        self._review_pauses()
        self.wake()

    def wake(self) -> None:
        """Look again at what there is to do."""
        for wake in self._wakes.values():
            wake.set()

    async def _serve(self, lane: Lane) -> None:
        wake = self._wakes[lane]
        while True:
            wake.clear()
            row = self._next(lane)
            if row is None:
                await self._rest(lane, wake)
                continue
            try:
                await self._step(row)
            except Exception:  # noqa: BLE001 - one row's mishap (a full disk) must not stop a STOP behind it
                _log.exception("a row of the outbox could not be worked on")
                self._rack.show(resumed(replace(row, maybe_arrived=True)))
                self._later(row)
            self.wake()

    async def _rest(self, lane: Lane, wake: asyncio.Event) -> None:
        """Until woken, or until the first row of the lane is due."""
        due = min((self._due(row) for row in self._rack if self._wants(row, lane)), default=math.inf)
        delay = None if due == math.inf else max(0.01, due - _now())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await wake.wait()

    def _next(self, lane: Lane) -> PendingAction | None:
        """The row to send now, if any."""
        if lane is Lane.REST and self._stop_can_go():
            return None
        now = _now()
        return next((row for row in self._rack if self._wants(row, lane) and self._due(row) <= now), None)

    def _stop_can_go(self) -> bool:
        now = _now()
        return any(
            lane_of(row) is Lane.STOP
            and (row.state is PendingState.SENDING or (self._wants(row, Lane.STOP) and self._due(row) <= now))
            for row in self._rack
        )

    def _wants(self, row: PendingAction, lane: Lane) -> bool:
        """Whether a row has something to ask the service, when its time has come."""
        if lane_of(row) is not lane:
            return False
        if row.verb is Verb.WITHDRAW_REFUND:
            refund = self._rack.get(UUID(row.subject_id))
            # First the refund's own answer: a withdrawal that overtakes it would find nothing to withdraw.
            if refund is not None and refund.state in (*_GOES, PendingState.SENDING, PendingState.PAUSED):
                return False
        return row.state in _GOES or self._only_reads(row)

    def _only_reads(self, row: PendingAction) -> bool:
        """Whether it waits for its person's word and may have arrived: reading tells, and moves nothing."""
        return (
            row.state is PendingState.NEEDS_CONFIRMATION
            and row.maybe_arrived
            and self._backend.session.state is SessionState.SIGNED_IN
        )

    def _due(self, row: PendingAction) -> float:
        return max(self._gate_opens, self._not_before.get(row.id, 0.0))

    async def _step(self, row: PendingAction) -> None:
        withdrawal = self._rack.withdrawal_of(row.id)
        if withdrawal is not None and not row.maybe_arrived:
            await self._rack.remove(row, withdrawal)
        elif row.state is PendingState.NEEDS_CONFIRMATION:
            await self._look(row)
        else:
            await self._send(row)

    async def _send(self, row: PendingAction) -> None:
        # Written before the call, so that a desk killed during it knows that it may have arrived.
        sending = replace(row, state=PendingState.SENDING, problem=None, maybe_arrived=True)
        await self._rack.save(sending)
        try:
            reply = await deliver(self._backend, row)
        except BackendFailure as failure:
            await self._failed(row, failure)
        else:
            await self._answered(row, reply)

    async def _look(self, row: PendingAction) -> None:
        try:
            refund = await read_refund(self._backend, row.id)
        except Refused as no:
            if self._rack.get(row.id) is not row:
                return
            if no.kind is ProblemType.NOT_FOUND:
                await self._rack.save(replace(row, maybe_arrived=False, problem=NEVER_ARRIVED))
            else:
                self._later(row)
        except BackendFailure:
            self._later(row)
        else:
            await self._answered(row, refund)

    async def _answered(self, row: PendingAction, reply: Reply) -> None:
        self._unreached = 0
        self._forget(row)
        gone = [row]
        if row.verb is Verb.WITHDRAW_REFUND and isinstance(reply, Refund):
            refund = self._rack.get(reply.id)
            gone += [refund] if refund else []
            self._answers.put(reply.id, reply)
        self._answers.put(row.id, reply)
        await self._rack.remove(*gone)

    async def _failed(self, row: PendingAction, failure: BackendFailure) -> None:
        if await self._never_was(row, failure):
            return
        after, wait = after_failure(row, cast("Failure", failure))
        if wait is Wait.CONNECTION:
            self._unreached += 1
            self._gate_opens = _now() + self._backoff.seconds(self._unreached)
        elif wait is Wait.TIME:
            self._later(row)
        else:
            self._forget(row)
        await self._rack.save(after)
        self._review_pauses()

    async def _never_was(self, row: PendingAction, failure: BackendFailure) -> bool:
        """A withdrawal of what the service never had: both rows are done with."""
        if row.verb is not Verb.WITHDRAW_REFUND or not isinstance(failure, Refused):
            return False
        refund = self._rack.get(UUID(row.subject_id))
        if refund is None or failure.kind is not ProblemType.NOT_FOUND:
            return False
        await self._rack.remove(row, refund)
        return True

    def _later(self, row: PendingAction) -> None:
        failures = self._failures[row.id] = self._failures.get(row.id, 0) + 1
        self._not_before[row.id] = _now() + self._backoff.seconds(failures)

    def _forget(self, row: PendingAction) -> None:
        self._failures.pop(row.id, None)
        self._not_before.pop(row.id, None)

    def _review_pauses(self) -> None:
        """Hold what cannot go as whoever is signed in now, and let go what can."""
        session = self._backend.session
        login = session.staff.login if session.staff and session.state is SessionState.SIGNED_IN else None
        for row in self._rack:
            if row.state not in (*_GOES, PendingState.PAUSED):
                continue
            held = why_held(
                row,
                login,
                expired=session.state is SessionState.EXPIRED,
                may_opt_out=session.may(Permission.OPT_OUT),
            )
            if held is not None:
                self._rack.show(replace(row, state=PendingState.PAUSED, problem=held))
            elif row.state is PendingState.PAUSED:
                self._rack.show(resumed(row))


def _now() -> float:
    return asyncio.get_running_loop().time()
