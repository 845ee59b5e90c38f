"""The one window: frame, key map, theme, notices, commands."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 - what it does to `import` must have been done before it is undone

# PySide reads the source of whatever is imported after it, to see whether it wants Qt's names spelled in
# another way (`from __feature__ import ...`), and leaves every line of it in linecache: 21 MB. Nothing here
# wants that, so imports go the way they went before.
builtins.__import__ = vars(builtins).get("__orig_import__", builtins.__import__)
