"""People who ask for refunds: two on each charge at once, pressing twice, asking too much, taking back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

PASSWORD = "only for this campaign"
_SHIFT_CENTS = 5000  # under the $60 that one person may give back in a shift
_PARTS = 2
_DOUBLE, _TAKE_BACK, _TOO_MUCH = 0.2, 0.12, 0.05
NewStaff = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Paid:
    """A charge. A ghost's payment is not known to the processor, which refuses each of its refunds."""

    id: int
    processor_ref: str
    amount_cents: int
    is_ghost: bool


@dataclass
class _Person:
    name: str
    token: str
    spent_cents: int = 0


@dataclass
class People:
    """Whoever asks, and what they were told. `wrong` holds a sentence for each broken promise."""

    client: httpx.AsyncClient
    urls: list[str]
    chance: random.Random
    hire: NewStaff
    taken: dict[str, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _staff: list[_Person] = field(default_factory=list)
    _hiring: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refund(self, charge: Paid) -> None:
        """Two people give back parts of a charge at the same time."""
        pair = [await self._somebody(charge.amount_cents) for _ in range(2)]
        await asyncio.gather(*(self._parts(person, charge) for person in pair))

    async def _somebody(self, cents: int) -> _Person:
        """Who has so much of a shift left; the charge's whole amount is put aside for them."""
        async with self._hiring:
            free = [person for person in self._staff if person.spent_cents + cents <= _SHIFT_CENTS]
            person = self.chance.choice(free) if len(free) > 1 else await self._hired()
            person.spent_cents += cents
            return person

    async def _hired(self) -> _Person:
        name = f"campaign{len(self._staff)}"
        await self.hire(name)
        answer = await self._send("POST", "/v1/session", {}, {"login": name, "password": PASSWORD})
        self._staff.append(_Person(name, answer.json()["access_token"]))
        return self._staff[-1]

    async def _parts(self, person: _Person, charge: Paid) -> None:
        held, path = 0, f"/v1/charges/{charge.id}/refunds"
        for _ in range(_PARTS):
            if self.chance.random() < _TOO_MUCH:
                await self._ask_too_much(person, path, charge)
            part = self.chance.randint(1, charge.amount_cents // 4)
            while True:
                answer = await self._ask(person, path, part, held)
                if answer.status_code == 202:
                    break
                assert answer.status_code == 409, answer.text
                self.seen["charge changed meanwhile"] += 1
                held = answer.json()["fields"]["refunded_cents"]
            told = answer.json()
            held += part
            self.taken[told["id"]] = part
            if told["state"] not in ("waiting", "submitted"):
                self.wrong.append(f"{told['id']} was taken as {told['state']}")
            if self.chance.random() < _TAKE_BACK:
                await self._take_back(person, told["id"])

    async def _ask(self, person: _Person, path: str, cents: int, held: int) -> httpx.Response:
        """Ask with a new key; now and then twice at once with the same one."""
        body = {"amount_cents": cents, "reason": "goodwill", "note": "", "expected_refunded_cents": held}
        headers = {
            "Idempotency-Key": str(UUID(int=self.chance.getrandbits(128), version=4)),
            "Authorization": f"Bearer {person.token}",
        }
        times = 2 if self.chance.random() < _DOUBLE else 1
        answers = await asyncio.gather(*(self._send("POST", path, headers, body) for _ in range(times)))
        if times == 2:
            self.seen["pressed twice at once"] += 1
            if {answer.status_code for answer in answers} == {202} and answers[0].content != answers[
                1
            ].content:
                self.wrong.append(f"pressed twice, answered differently: {answers[0].json()['id']}")
        # A refusal is not kept under its key: of two at once, the one that was taken counts.
        return min(answers, key=lambda answer: answer.status_code)

    async def _ask_too_much(self, person: _Person, path: str, charge: Paid) -> None:
        answer = await self._ask(person, path, charge.amount_cents + 1, 0)
        self.seen["asked for too much"] += 1
        if answer.status_code not in (409, 422):
            self.wrong.append(f"more than charge {charge.id} was answered {answer.status_code}")

    async def _take_back(self, person: _Person, refund_id: str) -> None:
        headers = {"Authorization": f"Bearer {person.token}"}
        answer = await self._send("DELETE", f"/v1/refunds/{refund_id}", headers, None)
        if answer.status_code == 200:
            self.withdrawn.add(refund_id)
        self.seen["taken back" if answer.status_code == 200 else "too late to take back"] += 1

    async def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any] | None,
    ) -> httpx.Response:
        """Send until there is an answer: with the same key, as the desk does."""
        for tries in range(1200):
            url = self.urls[tries % len(self.urls)]
            try:
                answer = await self.client.request(method, url + path, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code < 500:
                return answer
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no answer from {path}")
