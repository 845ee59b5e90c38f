"""What every section of the right-hand column has: a caption, and room under it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.parts import words


class Section(QWidget):
    """A caption, and what is under it."""

    def __init__(self, name: str, caption: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(caption)
        self.caption = words(caption, "section", f"{name}Caption")
        self.caption.setProperty("names_keys", True)
        self.head = QHBoxLayout()
        self.head.addWidget(self.caption, 1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.TIGHT)
        self.body.addLayout(self.head)
