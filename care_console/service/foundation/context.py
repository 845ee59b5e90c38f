"""On whose behalf a transaction runs, and when: what each rule is handed first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import procrastinate

from care_console.contract.roles import Permission, Role, may
from care_console.service.foundation.connections import Connection
from care_console.service.settings import Settings


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `name` is a staff login, or one of ``system``, ``recipient``, ``carrier``, ``import``."""

    name: str
    role: Role | None = None
    staff_id: int | None = None
    session_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds a permission; the service itself holds none, it asks nobody."""
        return self.role is not None and may(self.role, permission)


SYSTEM = Actor("system")
NOBODY = Actor("nobody")


@dataclass(frozen=True, slots=True)
class Context:
    """One transaction, who it is for, since when, from where (an address, or a job's name)."""

    connection: Connection
    actor: Actor
    now: datetime
    origin: str
    settings: Settings
    jobs: procrastinate.App
