"""Panels in the place of the buttons: stop texts, new link, correction, receipt, pause. One at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction
from care_console.desktop.screens.correction.panel import CorrectionPanel
from care_console.desktop.screens.opt_out.panel import OptOutPanel
from care_console.desktop.screens.panel import ActionPanel
from care_console.desktop.screens.pauses.panel import PausePanel
from care_console.desktop.screens.receipt.panel import ReceiptPanel
from care_console.desktop.screens.reissue.panel import ReissuePanel
from care_console.desktop.screens.story.side.sections import DoSection
from care_console.desktop.screens.story.side.way_back import WayBack, bring_into_view


class Panels(QObject):
    """Opens and closes them. `asked` fires with the outbox row of whatever was asked for in one, `moved` when

    another one is half-filled, or none.
    """

    asked = Signal(object)
    moved = Signal()

    def __init__(self, desk: Desk, do: DoSection, way_back: WayBack, parent: QWidget) -> None:
        super().__init__(parent)
        self._do = do
        self._way_back = way_back
        self.opt_out = OptOutPanel(desk)
        self.reissue = ReissuePanel(desk)
        self.correction = CorrectionPanel(desk)
        self.receipt = ReceiptPanel(desk)
        self.pause = PausePanel(desk)
        for panel in self._all:
            do.place.addWidget(panel)
            panel.hide()
            panel.asked.connect(self._asked)
            panel.closed.connect(self._close)

    @property
    def _all(self) -> tuple[ActionPanel, ...]:
        return self.opt_out, self.reissue, self.correction, self.receipt, self.pause

    @property
    def open_now(self) -> ActionPanel | None:
        """The one that is open."""
        return next((panel for panel in self._all if not panel.isHidden()), None)

    @property
    def half_filled(self) -> str:
        """The name of the one that is half-filled, to be opened again later; empty where none is."""
        panel = self.open_now
        return panel.objectName() if panel is not None and panel.editing else ""

    def open(self, panel: ActionPanel, show: Callable[[], None]) -> None:
        """Open a panel in the place of whatever is open; `show` fills it."""
        other = self.open_now
        if other is not None and other is not panel:
            other.step_back()
        self._way_back.remember()
        self._do.state.say("")
        self._do.show_buttons(False)
        panel.show()
        show()
        self.moved.emit()
        QTimer.singleShot(0, panel, lambda: bring_into_view(panel))

    def step_back(self) -> bool:
        """Close the one that is open; False where none is."""
        panel = self.open_now
        return panel is not None and panel.step_back()

    def _close(self) -> None:
        for panel in self._all:
            panel.hide()
        self._do.show_buttons(True)
        self._way_back.go()
        self.moved.emit()

    def _asked(self, row: PendingAction) -> None:
        self.moved.emit()
        self.asked.emit(row)
