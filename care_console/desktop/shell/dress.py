"""The look and the size of text, changed in the app."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from care_console.desktop.shell import theme
from care_console.desktop.shell.tokens import Look

TEXT_SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
LOOK_NAMES = {Look.LIGHT: "Light theme", Look.DARK: "Dark theme", Look.HIGH_CONTRAST: "High contrast"}


class Dress(QObject):
    """Dresses the application. `changed` fires once it is done, for whoever measures by text."""

    changed = Signal()

    def set_look(self, look: Look) -> None:
        """Another theme."""
        self.put_on(look, theme.current().sizes.scale)

    def scale_text(self, by: int) -> None:
        """Larger (1) or smaller (-1) by one step."""
        scales = list(TEXT_SCALES)
        now = scales.index(min(scales, key=lambda scale: abs(scale - theme.current().sizes.scale)))
        self.put_on(theme.current().look, scales[max(0, min(len(scales) - 1, now + by))])

    def put_on(self, look: Look, scale: float) -> None:
        """A theme and a scale of text (1.0 to 2.0)."""
        if theme.current().look is look and theme.current().sizes.scale == scale:
            return
        theme.apply(cast(QApplication, QApplication.instance()), look, scale)
        self.changed.emit()
