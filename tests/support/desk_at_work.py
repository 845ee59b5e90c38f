"""A desk as a process of its own that does one thing as its windows do, and prints what it then shows (JSON).

``python -m tests.support.desk_at_work SERVER FOLDER PHONE see PLAYS SECONDS`` reads until there are so many
plays of so many seconds each; ``... reissue`` makes the number's one message a new link. Login and password
come by standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from care_console.contract.messages import ReissueReason
from care_console.contract.timeline import EntryKind
from care_console.desktop.actions.links import reissue
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.desk import Desk, assemble
from care_console.desktop.outbox.pending import PendingState
from care_console.desktop.queries.find import find
from care_console.desktop.queries.messages import read_message
from care_console.desktop.queries.story import open_story
from care_console.desktop.queries.timeline import page

_SECONDS = 60.0


async def _found(desk: Desk, phone: str) -> tuple[str, str]:
    """The recipient of a number, and their one message."""
    recipient_id = (await find(desk, phone)).hits[0].recipient_id
    entries = await page(desk, recipient_id, kinds=[EntryKind.MESSAGE])
    [message] = entries.items
    return recipient_id, message.id


async def _see(desk: Desk, phone: str, plays: str, seconds: str) -> dict[str, Any]:
    recipient_id, message_id = await _found(desk, phone)
    async with asyncio.timeout(_SECONDS):
        message = await read_message(desk, message_id)
        while [play.seconds_played >= int(seconds) for play in message.plays] != [True] * int(plays):
            await asyncio.sleep(0.2)
            message = await read_message(desk, message_id)
    shown = await open_story(desk, recipient_id)
    timeline = await page(desk, recipient_id)
    return {
        "stale": shown.stale,
        "said": shown.story.story.en,
        "verdict": message.diagnosis.verdict.value,
        "entries": [entry.model_dump(mode="json") for entry in timeline.items],
    }


async def _reissue(desk: Desk, phone: str) -> dict[str, Any]:
    recipient_id, message_id = await _found(desk, phone)
    row = await reissue(desk, message_id=message_id, recipient_id=recipient_id, reason=ReissueReason.EXPIRED)
    async with asyncio.timeout(_SECONDS):
        while (answer := desk.outbox.answer(row.id)) is None:
            left = desk.outbox.find(row.id)
            if left is not None and left.state is PendingState.REFUSED:
                return {"refused": str(left.problem)}
            await asyncio.sleep(0.05)
    return {"link": answer.model_dump(mode="json")}


async def _main(server: str, folder: Path, phone: str, deed: str, *more: str) -> None:
    login, password = sys.stdin.read().split("\n")[:2]
    desk = await assemble(server, folder)
    await sign_in(desk, login, password)
    sending = asyncio.create_task(desk.outbox.run())
    try:
        told = await (_see(desk, phone, *more) if deed == "see" else _reissue(desk, phone))
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await desk.close()
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
