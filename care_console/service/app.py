"""The web side of the service: its rooms' routers, problems, health, and the event stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from care_console import __version__
from care_console.service.approvals.api import router as approvals_router
from care_console.service.consent.api import router as consent_router
from care_console.service.contacts.api import router as contacts_router
from care_console.service.facilities.api import router as pauses_router
from care_console.service.foundation.at_once import in_a_task
from care_console.service.foundation.bodies import BodyLimitMiddleware
from care_console.service.foundation.error_handlers import add_error_handlers
from care_console.service.foundation.health import router as health_router
from care_console.service.foundation.metrics import MetricsMiddleware
from care_console.service.foundation.openapi import complete_openapi
from care_console.service.foundation.services import Services
from care_console.service.foundation.short_way import ShortWay
from care_console.service.foundation.stream import router as stream_router
from care_console.service.links.api import router as links_router
from care_console.service.messages.api import router as messages_router
from care_console.service.messages.preview_api import router as previews_router
from care_console.service.notes.api import router as notes_router
from care_console.service.pages.api import router as pages_router
from care_console.service.pages.open_api import router as open_pages_router
from care_console.service.pages.sound_api import router as sound_router
from care_console.service.payments.api import router as charges_router
from care_console.service.prepaid.api import router as prepaid_router
from care_console.service.presence.api import router as presence_router
from care_console.service.recipients.api import SHORT_READS as RECIPIENT_READS
from care_console.service.recipients.api import router as recipients_router
from care_console.service.recipients.search.api import SHORT_READ as SEARCH_READ
from care_console.service.recipients.search.api import router as search_router
from care_console.service.recordings.api import router as recordings_router
from care_console.service.refunds.api import router as refunds_router
from care_console.service.refunds.api import webhook_router as card_webhook_router
from care_console.service.staff.api import open_router as session_open_router
from care_console.service.staff.api import router as session_router
from care_console.service.texting.api import router as texting_router
from care_console.service.texting.desk_api import router as texts_router

log = structlog.get_logger(__name__)

ROUTERS: tuple[APIRouter, ...] = (
    session_open_router,
    session_router,
    recipients_router,
    search_router,
    messages_router,
    consent_router,
    links_router,
    previews_router,
    notes_router,
    contacts_router,
    presence_router,
    charges_router,
    refunds_router,
    approvals_router,
    pauses_router,
    recordings_router,
    card_webhook_router,
    texting_router,
    texts_router,
    prepaid_router,
    pages_router,
    sound_router,
    open_pages_router,
    stream_router,
    health_router,
)

SHORT_READS = (SEARCH_READ, *RECIPIENT_READS)


class _App(FastAPI):
    """The application; what is asked for at every key is answered before the framework's own layers."""

    short_way: ShortWay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if not await self.short_way.answers(scope, send):
            await in_a_task()
            await super().__call__(scope, receive, send)


def make_app(services: Services) -> FastAPI:
    """The application on the parts given. Its OpenAPI document is at ``/openapi.json``."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(services.events.run(), name="event hub")
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    app = _App(
        title="Mobile Voice Messaging",
        version=__version__,
        description="What Care Console works through.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.short_way = ShortWay(services, SHORT_READS)
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(MetricsMiddleware)
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    complete_openapi(app)
    return app
