"""What one process of the service is wired with: made once, in `app` or `worker`, handed everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import procrastinate

from care_console.service.foundation.clock import Clock
from care_console.service.foundation.connections import Connection
from care_console.service.foundation.context import Actor, Context
from care_console.service.foundation.database import Database
from care_console.service.foundation.events import EventHub
from care_console.service.gateways.cards.port import CardProcessor
from care_console.service.gateways.sms.port import SmsGateway
from care_console.service.gateways.storage.port import Storage
from care_console.service.recordings.workshop import Workshop
from care_console.service.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the running service."""

    settings: Settings
    database: Database
    clock: Clock
    jobs: procrastinate.App
    events: EventHub
    cards: CardProcessor
    sms: SmsGateway
    storage: Storage
    sounds: Workshop
    sounds_behind: Workshop
    """For what nobody waits for."""
    twins: Mapping[str, str] = field(default_factory=dict)

    def context(self, connection: Connection, actor: Actor, origin: str) -> Context:
        """A transaction begun now on behalf of somebody."""
        return Context(connection, actor, self.clock.now(), origin, self.settings, self.jobs)
