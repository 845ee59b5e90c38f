"""The twins beside a service on an embedded database: the card processor, as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings

CARDS = "care_console.service.gateways.cards.twin"
_KEY = "sk_test_of_the_twin"


@dataclass(frozen=True, slots=True)
class Twin:
    """Where a twin listens, and the secret that its webhooks are signed with."""

    url: str
    secret: str


@contextlib.contextmanager
def card_twin(data_dir: Path, database_url: str, service_url: str | None) -> Iterator[Twin]:
    """The processor's twin on its state in `data_dir`, knowing the charges of the database.

    One that a killed service left is ended first, and its address taken over: whoever holds it goes on.
    With no `service_url` (a worker alone) a running one is used as it is.
    """
    folder = data_dir / "twins"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    record = folder / "cards.json"
    left = _left_running(record)
    secret = _secret(folder / "cards.secret")
    if left is not None and service_url is None:
        yield Twin(left[1], secret)
        return
    port = 0
    if left is not None:
        port = int(left[1].rsplit(":", 1)[1])
        left[0].terminate()
        left[0].wait(10)
    process, url = _start(folder, database_url, service_url, secret, port)
    record.write_text(json.dumps({"pid": process.pid, "url": url}))
    try:
        yield Twin(url, secret)
    finally:
        process.terminate()
        process.wait(10)
        record.unlink(missing_ok=True)


def with_twin(settings: Settings, twin: Twin) -> Settings:
    """The settings that make the twin our processor."""
    return settings.model_copy(
        update={
            "stripe_url": twin.url,
            "stripe_key": type(settings.stripe_key)(_KEY),
            "stripe_webhook_secret": type(settings.stripe_webhook_secret)(twin.secret),
        }
    )


def _start(
    folder: Path, database_url: str, service_url: str | None, secret: str, port: int
) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", CARDS, "--port", str(port), "--state", str(folder / "cards.sqlite")]
    command += ["--webhook-secret", secret, "--knows-database", database_url]
    if service_url:
        command += ["--webhook-url", f"{service_url}/gateways/cards/stripe/webhook"]
    # In a session of its own: an interrupt at the terminal is ours to answer, and ends it last.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("listening on "):
        process.kill()
        raise Trouble(f"The card processor's twin did not start; its state is {folder / 'cards.sqlite'}.")
    return process, line.removeprefix("listening on ").strip()


def _left_running(record: Path) -> tuple[psutil.Process, str] | None:
    try:
        told = json.loads(record.read_text())
        process = psutil.Process(told["pid"])
        return (process, told["url"]) if CARDS in process.cmdline() else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def _secret(place: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return place.read_text().strip()
    secret = f"whsec_{secrets.token_hex(24)}"
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret
