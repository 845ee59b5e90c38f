"""Calls out: the number of the story at hand goes to the machine's softphone, as a `tel:` link (RFC 3966)."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from care_console.contract.phone import display_phone
from care_console.desktop.shell.notices import Notice
from care_console.desktop.shell.parts import Parts
from care_console.desktop.shell.tokens import Tone

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Telephone:
    """`hand_over`: who takes the link; the system, unless told otherwise."""

    def __init__(self, parts: Parts, hand_over: Callable[[QUrl], bool] = QDesktopServices.openUrl) -> None:
        self._parts = parts
        self.hand_over = hand_over

    def ring(self) -> None:
        """Call the number of the caller in front. The softphone asks, dials and says the rest."""
        front = self._parts.callers.front
        if front is None or not _E164.fullmatch(front.phone):
            return
        shown = display_phone(front.phone)
        if self.hand_over(QUrl(f"tel:{front.phone}")):
            self._parts.say(Notice(f"{shown} was handed to the softphone.", about="ring"))
        else:
            sentence = f"Nothing on this machine takes phone calls. Dial {shown} by hand; nothing was called."
            self._parts.say(Notice(sentence, Tone.WARN, about="ring"))
