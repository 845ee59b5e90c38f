"""A few things to choose one of, each by one key: 1, 2, 3 ... while the focus is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from care_console.desktop.widgets.flow import FlowLayout

Value = TypeVar("Value")


class Choices(QWidget, Generic[Value]):
    """Numbered chips. `chosen` fires for what a person chose, not for what `choose` set."""

    chosen = Signal(object)

    def __init__(
        self, name: str, choices: Sequence[tuple[Value, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._values = [value for value, _label in choices]
        self._group = QButtonGroup(self)
        self.setAccessibleName(name)
        layout = FlowLayout(self)
        for number, (_value, label) in enumerate(choices, start=1):
            chip = QPushButton(f"{number}  {label}".replace("&", "&&"))
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setAccessibleName(f"{name}: {label}")
            self._group.addButton(chip, number - 1)
            layout.addWidget(chip)
        self._group.idClicked.connect(lambda place: self.chosen.emit(self._values[place]))
        self.setFocusProxy(self._group.buttons()[0])
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def value(self) -> Value | None:
        """What is chosen."""
        place = self._group.checkedId()
        return self._values[place] if place >= 0 else None

    def choose(self, value: Value | None) -> None:
        """Choose without telling; None takes the choice away."""
        self._group.setExclusive(False)
        for place, button in enumerate(self._group.buttons()):
            button.setChecked(value is not None and self._values[place] == value)
        self._group.setExclusive(True)
        self.setFocusProxy(self._group.buttons()[max(self._group.checkedId(), 0)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses; the arrows are the chips' own."""
        place = event.key() - Qt.Key.Key_1
        if event.modifiers() in _PLAIN and 0 <= place < len(self._values):
            self._press(place)
        else:
            super().keyPressEvent(event)

    def _press(self, place: int) -> None:
        button = self._group.buttons()[place]
        button.setFocus(Qt.FocusReason.OtherFocusReason)
        button.setChecked(True)
        self.chosen.emit(self._values[place])


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
