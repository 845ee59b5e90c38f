"""One keychain for all tests of the desk, and a folder of its own for each."""

from __future__ import annotations

from tests.support.desks import folder, keyring_environment

__all__ = ["folder", "keyring_environment"]
