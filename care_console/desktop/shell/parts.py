"""What the window is made of, for those who work with several of its parts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from care_console.desktop.desk import Desk
from care_console.desktop.screens.search.finder import Finder
from care_console.desktop.screens.search.sheet import HitsSheet
from care_console.desktop.screens.story.open_callers import OpenCallers
from care_console.desktop.screens.story.reading import StoryReader
from care_console.desktop.shell.frame import Frame, Side
from care_console.desktop.shell.notices import Notice


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of one window."""

    desk: Desk
    frame: Frame
    callers: OpenCallers
    reader: StoryReader
    finder: Finder
    hits: HitsSheet

    @property
    def side(self) -> Side:
        """The column at the right."""
        return cast(Side, self.frame.side_widget)

    def say(self, notice: Notice) -> None:
        """Show a notice."""
        self.frame.notices.say(notice)
