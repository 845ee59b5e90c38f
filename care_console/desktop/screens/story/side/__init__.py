"""The right-hand column, in the order that hands learn: reason, checks, say, do, preview, note."""

from care_console.desktop.screens.story.side.column import SideColumn

__all__ = ["SideColumn"]
