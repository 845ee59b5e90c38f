"""Does what the desk stands on work on this machine? The parts with no window: keychain, TLS, store.

A frozen build can lose any of them without a word, so each is tried for real and not just imported.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PROBE = "self-check"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it holds, and a sentence of what was found or what to do."""

    part: str
    holds: bool
    told: str

    def line(self) -> str:
        """The finding as the command prints it."""
        return f"{'ok  ' if self.holds else 'FAIL'}  {self.part}: {self.told}"


def check_tls() -> Finding:
    """A context with the certificates that the service's connections are checked against."""
    import httpx

    context = httpx.create_ssl_context()
    count = context.cert_store_stats()["x509_ca"]
    is_strict = context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    if not count or not is_strict:
        return Finding("TLS", False, "no certificate authorities were found; install ca-certificates.")
    return Finding("TLS", True, f"{ssl.OPENSSL_VERSION}, {count} certificate authorities")


def check_keychain() -> Finding:
    """A secret is written, read back and removed."""
    return asyncio.run(_check_keychain())


async def _check_keychain() -> Finding:
    from care_console.desktop.keychain import KeychainUnavailable, open_keychain

    keychain = await open_keychain()
    if not keychain.durable:
        told = "none that keeps secrets safe; sign-ins and unsent work would be lost when the desk closes."
        return Finding("keychain", False, told)
    secret = secrets.token_hex(8)
    try:
        kept = await keychain.write(_PROBE, secret)
        read = await keychain.read(_PROBE)
    except KeychainUnavailable:
        kept, read = False, None
    await keychain.forget(_PROBE)
    if not kept or read != secret:
        return Finding("keychain", False, "it is there but gave back no secret; unlock it and try again.")
    return Finding("keychain", True, "a secret was written, read back and removed")


def check_store() -> Finding:
    """A store is made, closed, opened again with its key, and not without it."""
    from sqlalchemy import text

    from care_console.desktop.store.cipher import Damaged, open_engine

    key = secrets.token_hex(32)
    with tempfile.TemporaryDirectory(prefix="care-self-check-") as folder:
        path = Path(folder) / "desk.db"
        open_engine(path, key).dispose()
        engine = open_engine(path, key)
        with engine.connect() as connection:
            version = connection.execute(text("PRAGMA cipher_version")).scalar()
        engine.dispose()
        is_plain = path.read_bytes()[:15] == b"SQLite format 3"
        try:
            open_engine(path, secrets.token_hex(32)).dispose()
            is_open = True
        except Damaged:
            is_open = False
    if not version or is_plain or is_open:
        return Finding(
            "encrypted store", False, "the file can be read without its key; SQLCipher is missing."
        )
    return Finding("encrypted store", True, f"SQLCipher {version}; another key does not open it")
