"""A desk as a process of its own, to be killed: does one thing, says so, and waits for its end.

``python -m tests.support.desk_process SERVER FOLDER stop|stop-and-send|refund|draft|WORD``
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from care_console.contract.charges import RefundReason
from care_console.desktop.actions.opt_outs import stop_texts
from care_console.desktop.actions.refunds import ask_refund
from care_console.desktop.actions.sessions import sign_in
from care_console.desktop.desk import Desk, assemble
from tests.support.fake_service import PASSWORD
from tests.support.fake_stories import NAME, PHONE


async def _do(desk: Desk, deed: str) -> str:
    if deed.startswith("stop"):
        row = await stop_texts(
            desk, phone=PHONE, words="stop", received_at=datetime.now(UTC), call_id=None, recipient_id="r1"
        )
        return str(row.id)
    if deed == "refund":
        row = await ask_refund(
            desk,
            refund_id=uuid4(),
            charge_id="c1",
            recipient_id="r1",
            amount_cents=399,
            reason=RefundReason.DUPLICATE,
            note="",
            expected_refunded_cents=0,
        )
        return str(row.id)
    if deed == "draft":
        await desk.store.save_draft("note", "r1", {"text": f"{NAME} called"})
        return "saved"
    for number in range(200):
        await desk.store.save_draft("note", f"{deed}-{number}", {"text": "x" * 500})
    return "written"


async def _main(server: str, folder: Path, deed: str) -> None:
    desk = await assemble(server, folder)
    if desk.session.staff is None and server != "none":
        await sign_in(desk, "ana", PASSWORD)
    print(await _do(desk, deed), flush=True)
    if deed.endswith("-and-send"):
        await desk.outbox.run()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
