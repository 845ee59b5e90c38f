"""What the installed Qt binding must not do."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal


class _Speaker(QObject):
    spoke = Signal()


def test_emitting_a_signal_gives_no_reference_away() -> None:
    # PySide6 6.12.0 lost one reference to True for each emit; Python 3.11 aborts when the last is gone
    speaker = _Speaker()
    before = sys.getrefcount(True)
    for _ in range(200):
        speaker.spoke.emit()
    assert abs(sys.getrefcount(True) - before) < 50
