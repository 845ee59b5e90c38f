"""The charges side by side, below the checks, for "I was charged twice"."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from care_console.desktop.screens.story.side.charges_beside import Card, cards
from care_console.desktop.screens.story.side.known import Known
from care_console.desktop.screens.story.side.sections import Exhibit
from care_console.desktop.shell.tokens import Space
from care_console.desktop.widgets.parts import say, set_tone, words

MOST_SHOWN = 6
_IN_A_ROW = 2


class ChargesExhibit(Exhibit):
    """Two charges in a row, as many rows as it takes, and beyond six how many more there are."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chargesBeside")
        self.setAccessibleName("The charges side by side")
        self._cards: list[_CardFrame] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(Space.TIGHT)
        self._more = words("", "hint", "chargesMore")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.TIGHT, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addLayout(self._grid)
        column.addWidget(self._more)

    @property
    def text(self) -> str:
        """What it shows, a line a charge, for whoever reads the window."""
        return "\n".join(frame.accessibleName() for frame in self._cards if not frame.isHidden())

    def show_known(self, known: Known) -> bool:
        """Show the charges of the message at hand, and those that look like them."""
        source = known.message or known.summary
        shown = cards(source.diagnosis, known.now) if source is not None else ()
        while len(self._cards) < min(len(shown), MOST_SHOWN):
            self._add()
        for place, frame in enumerate(self._cards):
            frame.setVisible(place < len(shown))
            if place < len(shown):
                frame.show_card(shown[place])
        more = len(shown) - MOST_SHOWN
        say(self._more, f"and {more} more; the timeline has them all" if more > 0 else "")
        return bool(shown)

    def _add(self) -> None:
        place = len(self._cards)
        frame = _CardFrame(place)
        self._cards.append(frame)
        self._grid.addWidget(frame, place // _IN_A_ROW, place % _IN_A_ROW)
        self._grid.setColumnStretch(place % _IN_A_ROW, 1)


class _CardFrame(QFrame):
    """One charge: what it is, how much, by what and when."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.setObjectName(f"chargeCard{place}")
        self.role, self.amount = (
            words("", "", f"chargeRole{place}"),
            words("", "lead", f"chargeAmount{place}"),
        )
        self.method, self.when = (
            words("", "", f"chargeMethod{place}"),
            words("", "hint", f"chargeWhen{place}"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.SMALL, Space.TIGHT, Space.SMALL, Space.TIGHT)
        column.setSpacing(Space.HAIR)
        lines: tuple[QLabel, ...] = (self.role, self.amount, self.method, self.when)
        for line in lines:
            column.addWidget(line)
        column.addStretch(1)

    def show_card(self, card: Card) -> None:
        """Show a charge."""
        self.role.setText(card.role)
        set_tone(self.role, card.tone)
        self.amount.setText(card.amount)
        self.method.setText(card.method)
        self.when.setText(f"{card.when}\n{card.after}".rstrip())
        if self.property("notice") != card.tone.value:
            self.setProperty("notice", card.tone.value)
            self.style().polish(self)
        told = (card.role.split(" ", 1)[1], card.amount, card.method, card.when, card.after)
        self.setAccessibleName(", ".join(filter(None, told)))
