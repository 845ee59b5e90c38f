"""The labels, buttons and notices that panels are made of. Always plain text: much of it strangers wrote."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from care_console.desktop.shell.tokens import Space, Tone


def words(text: str = "", role: str = "", name: str = "") -> QLabel:
    """A label that wraps, shows its text as it is, and lets it be selected by the mouse."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setProperty("text_role", role)
    label.setObjectName(name)
    return label


def set_tone(label: QLabel, tone: Tone) -> None:
    """Colour a label's words; the words must say it too."""
    if label.property("tone") != tone.value:
        label.setProperty("tone", tone.value)
        label.style().polish(label)


def say(label: QLabel, text: str, tone: Tone = Tone.PLAIN) -> None:
    """Show a text in a tone, and no label at all for no text."""
    label.setText(text)
    label.setVisible(bool(text))
    set_tone(label, tone)


def button(text: str, name: str, kind: str = "") -> QPushButton:
    """A push button of a kind of the style sheet."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    return made


class Notice(QFrame):
    """A framed sentence: its tone is its ground, and its words say the same."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.label = words(name=f"{name}Words")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.SMALL, Space.TIGHT, Space.SMALL, Space.TIGHT)
        layout.addWidget(self.label)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a sentence, or nothing."""
        self.label.setText(text)
        self.setAccessibleName(text)
        if self.property("notice") != tone.value:
            self.setProperty("notice", tone.value)
            self.style().polish(self)
        self.setVisible(bool(text))
