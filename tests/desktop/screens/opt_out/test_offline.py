"""A STOP while the line is cut: taken, first out afterwards, and never "done" before it was.

That it outlives the desk's process is shown in tests/desktop/outbox, with a real keychain.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from care_console.desktop.app import open_desk
from care_console.desktop.keychain import MemoryKeychain
from care_console.desktop.outbox.pending import PendingState, Verb
from care_console.desktop.shell import keys
from tests.desktop.screens.care import Care, CareService, on_qt
from tests.support import fake_service as plain_service
from tests.support.fake_service import PASSWORD
from tests.support.fault_proxy import FaultProxy

STRANGER = "9075550100"


def says(desk: Care) -> str:
    text: str = desk.find(QWidget, "optOutPanelState").text
    return text


def test_a_stop_of_a_number_nobody_knows_is_taken_offline_and_goes_first(folder: Path) -> None:
    async def scenario() -> None:
        keys.forget_commits()
        async with plain_service.fake_service(CareService()) as service:
            assert isinstance(service, CareService)
            line = FaultProxy(service.url)
            await line.open()
            handle = await open_desk(line.url, "ana", PASSWORD, data_dir=folder, keychain=MemoryKeychain())
            desk = Care(handle, service)
            outbox = handle.desk.outbox
            handle.window.activateWindow()
            await desk.until(handle.window.isActiveWindow)
            await line.shut()
            desk.press("F2")
            desk.type(STRANGER)
            await desk.until(lambda: handle.window.finder.unknown_phone is not None)
            desk.press("F9", "3", "Ctrl+Return")  # three keys
            await desk.until(lambda: "cannot be reached" in says(desk))
            assert "not yet recorded by the service" in says(desk)
            assert "Texts are off" not in says(desk)
            assert service.done("opt_out") == []
            [row] = [one for one in outbox.pending() if one.verb is Verb.OPT_OUT]
            assert (row.verb, row.state, row.subject_id) == (
                Verb.OPT_OUT,
                PendingState.QUEUED,
                f"+1{STRANGER}",
            )
            await line.open()
            await desk.until(lambda: "Texts are off since" in says(desk), 30)
            [deed] = service.done("opt_out")
            assert deed.key == str(row.id)
            assert deed.fields["words"] == "Wrong number"
            assert service.deeds[0] is deed
            await handle.close()
            await line.shut()

    on_qt(scenario())
