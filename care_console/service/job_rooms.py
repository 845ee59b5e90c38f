"""The tasks of every room, by the name that stands before theirs: ``refunds:send``."""

from __future__ import annotations

import procrastinate

from care_console.service.approvals import tasks as approvals
from care_console.service.consent import tasks as consent
from care_console.service.foundation import jobs as foundation
from care_console.service.foundation import upkeep
from care_console.service.links import tasks as links
from care_console.service.payments import tasks as payments
from care_console.service.presence import tasks as presence
from care_console.service.recordings import tasks as recordings
from care_console.service.refunds import tasks as refunds
from care_console.service.texting import tasks as texting

_ROOMS: dict[str, procrastinate.Blueprint] = {
    "approvals": approvals.blueprint,
    "consent": consent.blueprint,
    "jobs": foundation.blueprint,
    "links": links.blueprint,
    "payments": payments.blueprint,
    "presence": presence.blueprint,
    "recordings": recordings.blueprint,
    "refunds": refunds.blueprint,
    "texting": texting.blueprint,
    "upkeep": upkeep.blueprint,
}


def _with_every_task() -> procrastinate.App:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    for namespace, tasks in _ROOMS.items():
        app.add_tasks_from(tasks, namespace=namespace)
    return app


# A blueprint's tasks take their full names once in a process: a worker puts its own connection under this.
EVERY_TASK = _with_every_task()
