"""Other keys, other words: buttons, placeholders and hints that name a key follow it when it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from care_console.desktop.shell import keys

NAMES_KEYS = "names_keys"
"""A label with this property says our own words only, and names keys in them."""


def relabel(widgets: Iterable[QWidget], before: Mapping[str, str]) -> None:
    """Name the keys that actions have now; `before`: how each was shown when the words were written."""
    new = {shown: keys.shown(name) for name, shown in before.items() if shown != keys.shown(name)}
    if not new:
        return
    longest_first = sorted(new, key=len, reverse=True)
    named = re.compile(r"(?<![\w+])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w+])")

    def renamed(words: str) -> str:
        return named.sub(lambda found: new[found[1]], words)

    for widget in widgets:
        if isinstance(widget, QPushButton):
            # A button's key stands at its end, two spaces after its words.
            words, gap, key = widget.text().rpartition("  ")
            if gap and key in new:
                widget.setText(f"{words}{gap}{new[key]}")
        elif isinstance(widget, QLineEdit | QPlainTextEdit):
            widget.setPlaceholderText(renamed(widget.placeholderText()))
        elif isinstance(widget, QLabel) and widget.property(NAMES_KEYS):
            widget.setText(renamed(widget.text()))
