"""The tasks of every room, by the name that stands before theirs: ``refunds:send``."""

from __future__ import annotations

import procrastinate

from care_console.service.foundation import jobs as foundation
from care_console.service.refunds import tasks as refunds

BLUEPRINTS: dict[str, procrastinate.Blueprint] = {
    "jobs": foundation.blueprint,
    "refunds": refunds.blueprint,
}
