"""The twin as a process: `python -m care_console.service.gateways.cards.twin --port 0 --state FILE`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from care_console.service.gateways.cards.twin.api import Api
from care_console.service.gateways.cards.twin.control import Control
from care_console.service.gateways.cards.twin.hosted import Hosted
from care_console.service.gateways.cards.twin.known import KnownCharges
from care_console.service.gateways.cards.twin.state import State
from care_console.service.gateways.cards.twin.webhooks import Postman
from care_console.service.gateways.twins.serving import serve


def application(state: State, postman: Postman, known: KnownCharges | None) -> Starlette:
    """Stripe's API and the control endpoints, with the postman at work while it runs."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        rounds = asyncio.create_task(postman.run())
        rounds.add_done_callback(_end_if_broken)
        yield
        rounds.cancel()
        with suppress(asyncio.CancelledError):
            await rounds
        if known is not None:
            await known.close()
        state.close()

    api = Route("/v1/{rest:path}", Api(state, known, postman).answer, methods=["GET", "POST", "DELETE"])
    routes = [*Control(state, postman, known).routes(), *Hosted(state, postman).routes(), api]
    return Starlette(routes=routes, lifespan=life)


def _end_if_broken(rounds: asyncio.Task[None]) -> None:
    """Without its postman the twin would be silent about refunds that settle: it ends, and is seen to."""
    if not rounds.cancelled() and rounds.exception() is not None:
        logging.getLogger("uvicorn.error").error("The postman broke", exc_info=rounds.exception())
        signal.raise_signal(signal.SIGTERM)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="care_console.service.gateways.cards.twin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one (default)")
    parser.add_argument("--state", type=Path, required=True, help="the file that remembers everything")
    parser.add_argument("--webhook-url", default="", help="where events are sent; nowhere by default")
    parser.add_argument("--webhook-secret", default="whsec_twin", help="what they are signed with")
    parser.add_argument("--knows-database", metavar="DSN", help="a service's database, to know its charges")
    parser.add_argument(
        "--refunds",
        default="succeed",
        choices=["succeed", "pending", "pending_then_succeed", "pending_then_fail", "succeed_then_fail"],
        help="what becomes of a refund by default (%(default)s)",
    )
    return parser.parse_args()


def main() -> None:
    """Serves until told to stop."""
    told = _arguments()
    state = State(told.state)
    state.set_setting("refunds", told.refunds)
    known = KnownCharges(told.knows_database) if told.knows_database else None
    postman = Postman(state, told.webhook_url, told.webhook_secret)
    serve(application(state, postman, known), told.host, told.port)


if __name__ == "__main__":
    main()
