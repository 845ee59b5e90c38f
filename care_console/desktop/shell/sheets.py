"""What a sheet over the window is: a frame in its middle, not modal, that Esc puts away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from care_console.desktop.shell import theme
from care_console.desktop.shell.tokens import Space


class Sheet(QFrame):
    """A frame in the middle of the window that gives the focus back when it is put away."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName(name)
        self.setProperty("sheet", True)
        self._before: QWidget | None = None
        self.hide()

    def bring(self, width: int, top: int = 90) -> None:
        """Show it, remembering where the focus was."""
        if self.isHidden():
            self._before = self.window().focusWidget()
        scaled = round(width * theme.current().sizes.scale)
        self.setFixedWidth(min(scaled, self._over.width() - 2 * Space.WIDE))
        self.setMaximumHeight(self._over.height() - top - Space.WIDE)
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, top)
        self.show()
        self.raise_()

    def put_away(self) -> bool:
        """Hide it. False where it was not shown."""
        if self.isHidden():
            return False
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        return True
