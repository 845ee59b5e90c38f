"""The desk's own fixtures, offscreen."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.support.desks import folder, keyring_environment

__all__ = ["folder", "keyring_environment"]
