"""The tasks of every room, by the name that stands before theirs: ``refunds:send``."""

from __future__ import annotations

import procrastinate

from care_console.service.foundation import jobs as foundation

BLUEPRINTS: dict[str, procrastinate.Blueprint] = {
    "jobs": foundation.blueprint,
}
