"""What the twin does wrong on request, and then only as often as it was asked to.

before the work, undone:    "500" (remembered under its key), "503" and "429" (not remembered), "delay"
after the work, committed:  "500_after" (remembered under its key), "delay_after", "drop_reply" (no answer)
"delay" holds the key in use meanwhile, and the work is done even when the caller has gone: the late refund.
"""

from __future__ import annotations

from care_console.service.gateways.cards.twin.state import Body, State
from care_console.service.gateways.cards.twin.wire import Refusal

AT_THE_DOOR = ("503", "429")
IN_THE_WORK = ("500", "500_after")
KINDS = ("drop_reply", "delay", "delay_after", *IN_THE_WORK, *AT_THE_DOOR)


def order(state: State, wanted: Body) -> Body:
    """POST /faults {"next", "count"?, "seconds"?, "path"?, "method"?}; `path` is the beginning of one."""
    if wanted.get("next") not in KINDS:
        raise Refusal(400, f"next is one of {', '.join(KINDS)}")
    fault = {
        "next": wanted["next"],
        "count": int(wanted.get("count", 1)),
        "seconds": float(wanted.get("seconds", 1.0)),
        "path": str(wanted.get("path", "/v1/")),
        "method": str(wanted.get("method", "")).upper(),
    }
    with state.transaction():
        state.set_setting("faults", [*state.setting("faults", []), fault])
        state.journal("fault", **fault)
    return fault


def clear(state: State) -> None:
    """DELETE /faults."""
    with state.transaction():
        state.set_setting("faults", [])
        state.journal("faults_cleared")


def take(state: State, method: str, path: str, replay: bool) -> Body | None:
    """The fault that befalls this request, used up once. What goes wrong in the work spares a replay."""
    waiting: list[Body] = state.setting("faults", [])
    for place, fault in enumerate(waiting):
        if not path.startswith(fault["path"]) or fault["method"] not in ("", method):
            continue
        if replay and fault["next"] in IN_THE_WORK:
            continue
        fault["count"] -= 1
        if fault["count"] <= 0:
            del waiting[place]
        with state.transaction():
            state.set_setting("faults", waiting)
            state.journal("fault_taken", next=fault["next"], method=method, path=path, left=fault["count"])
        return fault
    return None
