"""The desk's own fixtures, and a service to talk to."""

from __future__ import annotations

from tests.support.desks import folder, keyring_environment

__all__ = ["folder", "keyring_environment"]
