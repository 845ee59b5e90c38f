"""A keychain of the demo's own: a made-up sign-in has no place among a person's real secrets."""

from __future__ import annotations


class DemoKeychain:
    """Holds secrets for as long as the demo runs."""

    durable = False

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    async def read(self, name: str) -> str | None:
        """The secret, or None."""
        return self._secrets.get(name)

    async def write(self, name: str, secret: str) -> bool:
        """Hold a secret; it will not outlive the demo."""
        self._secrets[name] = secret
        return False

    async def forget(self, name: str) -> None:
        """Drop a secret; none is fine."""
        self._secrets.pop(name, None)
