"""A field for an amount of money: typed in dollars, held in whole cents."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from care_console.contract.money import dollars

_AMOUNT = re.compile(r"^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,6})?(?:\.(\d{0,2}))?$", re.ASCII)


def parse_dollars(text: str) -> int | None:
    """``$3.99``, ``3.99``, ``3``, ``.5`` and ``1,204`` in cents; None for what is no amount."""
    match = _AMOUNT.match(text.strip())
    if match is None or not (match[1] or match[2]):
        return None
    whole = (match[1] or "0").replace(",", "")
    return int(whole) * 100 + int((match[2] or "").ljust(2, "0"))


class MoneyField(QLineEdit):
    """An amount, edited as text; `cents` is None while the text is no amount."""

    cents_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(12)
        self.textChanged.connect(self.cents_changed)

    @property
    def cents(self) -> int | None:
        """What is typed, in cents."""
        return parse_dollars(self.text())

    def show_cents(self, cents: int) -> None:
        """Put an amount into the field."""
        self.setText(dollars(cents))

    def mark(self, is_right: bool) -> None:
        """Show whether what is typed can be used, for the style sheet's sake."""
        if self.property("invalid") != (not is_right):
            self.setProperty("invalid", not is_right)
            self.style().polish(self)
