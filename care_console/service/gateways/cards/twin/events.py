"""Events: what happened, kept in the transaction in which it did, with the deliveries that it asks for."""

from __future__ import annotations

from care_console.service.gateways.cards.twin import objects
from care_console.service.gateways.cards.twin.state import Body, State


def emit(state: State, type: str, about: Body, request: Body | None = None) -> None:
    """Writes an event and its deliveries, in the shape that `POST /webhooks` asked for."""
    event = objects.event(state.now(), type, about, request)
    state.keep(event)
    shape = state.setting("webhook_shape", {})
    due = state.now() + float(shape.get("delay_seconds", 0))
    held = int(shape.get("hold", False))
    for copy in range(1, int(shape.get("copies", 1)) + 1):
        state.db.execute(
            "INSERT INTO delivery (event, copy, due, held) VALUES (?, ?, ?, ?)",
            (event["id"], copy, due, held),
        )
