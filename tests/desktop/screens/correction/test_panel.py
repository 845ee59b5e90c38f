"""Asking for the correction of a mistyped opt-out, by keys, from the story."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.timeline import ConsentEntry
from care_console.desktop.screens.correction.panel import CorrectionPanel
from care_console.desktop.shell import keys
from tests.desktop.screens.care import CareService, care, on_qt
from tests.support.story_service import MARIA


def _mistyped() -> CareService:
    service = CareService()
    for id, channel in (("99", ConsentChannel.CARE_CALL), ("98", ConsentChannel.SMS)):
        entry = ConsentEntry(
            id=id,
            at=service.now - timedelta(minutes=int(id)),
            event="opt_out",
            state=ConsentState.OPTED_OUT,
            channel=channel,
            words="stop <b>it</b>",
            actor="ana",
        )
        service.timelines[MARIA].insert(0, entry)
    return service


def test_a_mistyped_opt_out_is_asked_about_with_a_reason_and_waits(folder: Path) -> None:
    async def scenario() -> None:
        async with care(folder, _mistyped()) as desk:
            panel = desk.side.findChild(CorrectionPanel)
            await desk.select("consent:98")
            desk.press("Shift+F9")
            assert "only its own START" in desk.side.do.state.text
            assert not panel.isVisible()
            await desk.select("consent:99")
            desk.press("Shift+F9")
            await desk.until(panel.isVisible)
            desk.press("Ctrl+Return")
            assert "Say why it was a mistake" in panel.state.text
            keys.forget_commits()
            desk.find(QPlainTextEdit, "correctionReason").setFocus()
            desk.type("typed 0142 for 0124")
            desk.press("Ctrl+Return")
            await desk.until(lambda: desk.service.done("correct"))
            [deed] = desk.service.done("correct")
            assert deed.fields == {"id": "99", "reason": "typed 0142 for 0124"}
            await desk.until(lambda: "waits for another person" in panel.state.text)
            assert not desk.find(QPushButton, "correctionPanelCommit").isVisible()

    on_qt(scenario())
