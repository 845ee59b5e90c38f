"""Makes the parts of one process from its settings: the only place that chooses a vendor."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from care_console.service.foundation.clock import Clock, SystemClock
from care_console.service.foundation.database import Database
from care_console.service.foundation.events import EventHub
from care_console.service.foundation.jobs import make_job_app
from care_console.service.foundation.services import Services
from care_console.service.gateways.cards.stripe import StripeCards
from care_console.service.gateways.sms.kannel import Kannel
from care_console.service.gateways.storage.files import open_storage
from care_console.service.recordings.workshop import (
    BEHIND_ALL,
    LONGEST_SECONDS_BEHIND,
    MOST_WORKERS,
    Workshop,
)
from care_console.service.settings import Settings


@asynccontextmanager
async def wired(
    settings: Settings,
    database_url: str,
    *,
    clock: Clock | None = None,
    twins: Mapping[str, str] | None = None,
) -> AsyncIterator[Services]:
    """The parts for as long as the process needs them; closed in the end, the last made first."""
    database = Database(database_url, settings.pool_size)
    jobs = make_job_app(database_url)
    cards = StripeCards(
        settings.stripe_key.get_secret_value(),
        settings.stripe_webhook_secret.get_secret_value(),
        settings.stripe_url,
    )
    sms = Kannel(
        settings.kannel_url,
        user=settings.kannel_user,
        password=settings.kannel_password.get_secret_value(),
        sender=settings.short_code,
        callback_url=settings.callback_url,
        secret=settings.kannel_secret.get_secret_value(),
    )
    storage = open_storage(settings.storage_url or settings.data_dir / "sound")
    workers = settings.sound_workers or min(os.cpu_count() or 1, MOST_WORKERS)
    sounds = Workshop(workers)
    sounds_behind = Workshop(workers, LONGEST_SECONDS_BEHIND, niceness=BEHIND_ALL)
    services = Services(
        settings=settings,
        database=database,
        clock=clock or SystemClock(),
        jobs=jobs,
        events=EventHub(database_url),
        cards=cards,
        sms=sms,
        storage=storage,
        sounds=sounds,
        sounds_behind=sounds_behind,
        twins=twins or {},
    )
    try:
        yield services
    finally:
        await sounds.close()
        await sounds_behind.close()
        await cards.close()
        await sms.close()
        await database.close()
