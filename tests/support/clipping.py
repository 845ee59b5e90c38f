"""Finds words of a window that are cut off: too narrow, too low, beyond an edge that nothing scrolls to."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QPushButton, QScrollArea, QWidget

from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.labels import Elided

_SLACK = 1


def cut_off(window: QWidget) -> list[str]:
    """What is shown and cannot be read whole, as sentences. A label made to give way is let off."""
    found = []
    for part in window.findChildren(QWidget):
        if part.isVisible() and isinstance(part, QLabel | QPushButton | Badge) and _words(part):
            name = part.objectName() or type(part).__name__
            found += [f"{name} “{_words(part)}” {why}" for why in _why(part, window)]
    return found


def _words(part: QWidget) -> str:
    if isinstance(part, QLabel | QAbstractButton):
        return part.text()
    return part.word if isinstance(part, Badge) else ""


def _why(part: QWidget, window: QWidget) -> Iterator[str]:
    needed = part.sizeHint()
    if isinstance(part, QLabel) and part.wordWrap():
        if part.heightForWidth(part.width()) > part.height() + _SLACK:
            yield f"is {part.height()} high and needs {part.heightForWidth(part.width())}"
    elif not isinstance(part, Elided):
        if needed.width() > part.width() + _SLACK:
            yield f"is {part.width()} wide and needs {needed.width()}"
        if part.height() + _SLACK < part.minimumSizeHint().height():
            yield f"is {part.height()} high and needs {part.minimumSizeHint().height()}"
    place = QRect(part.mapTo(window, QPoint()), part.size())
    room = _room(part, window)
    if place.left() < room.left() - _SLACK or place.right() > room.right() + _SLACK:
        yield f"stands at {place.left()} to {place.right()}, and {room.left()} to {room.right()} is seen"
    if place.top() < room.top() - _SLACK or place.bottom() > room.bottom() + _SLACK:
        yield f"stands at {place.top()} to {place.bottom()} down, and {room.top()} to {room.bottom()} is seen"


def _room(part: QWidget, window: QWidget) -> QRect:
    """Where it can be brought into sight: its viewport, as long as what that scrolls; else the window."""
    at = part.parentWidget()
    while at is not None and at is not window:
        if isinstance(at, QScrollArea):
            view: QAbstractScrollArea = at
            inside = at.widget()
            corner = view.viewport().mapTo(window, QPoint())
            never = at.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            across = 0 if never else at.horizontalScrollBar().maximum()
            top = inside.mapTo(window, QPoint()).y()
            width = view.viewport().width() + across
            return QRect(corner.x(), top, width, max(inside.height(), view.viewport().height()))
        at = at.parentWidget()
    return window.rect()
