"""`care-console self-check`: one line for each part that the desk stands on; 0 only if all of them hold."""

from __future__ import annotations

import io
import math
import os
import struct
import sys
import wave

from PySide6.QtCore import QCoreApplication, QTimer

from care_console.desktop.self_checks import Finding, check_keychain, check_store, check_tls

_LIMIT_MS = 15_000
_RATE = 8000


def main() -> int:
    """Check every part and say what was found."""
    findings = [check_player(), check_keychain(), check_tls(), check_store()]
    for finding in findings:
        sys.stdout.write(finding.line() + "\n")
    return 0 if all(finding.holds for finding in findings) else 1


def check_player() -> Finding:
    """A second of tone is played from memory until its position moves."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")
    from PySide6.QtWidgets import QApplication

    from care_console.desktop.screens.preview.player import PlayerState, PreviewPlayer

    application = QCoreApplication.instance() or QApplication([sys.argv[0]])
    player = PreviewPlayer()
    outcome = [Finding("player", False, "the sound did not begin within 15 s.")]

    def moved(position_ms: int) -> None:
        if position_ms > 0:
            device = "" if player.has_device else "; there is no sound device, so nothing can be heard"
            outcome[0] = Finding("player", True, f"played from memory{device}")
            application.quit()

    def changed(state: object) -> None:
        if state is PlayerState.READY:
            player.play()

    def broke(sentence: str) -> None:
        outcome[0] = Finding("player", False, sentence)
        application.quit()

    player.position_changed.connect(moved)
    player.state_changed.connect(changed)
    player.failed.connect(broke)
    player.load(_tone())
    QTimer.singleShot(_LIMIT_MS, application.quit)
    application.exec()
    player.unload()
    return outcome[0]


def _tone() -> bytes:
    samples = (round(8000 * math.sin(2 * math.pi * 440 * place / _RATE)) for place in range(_RATE))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, _RATE, _RATE, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()
