"""The twins beside a service on an embedded database, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import SecretStr

from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings

CARDS = "care_console.service.gateways.cards.twin"
SMS = "care_console.service.gateways.sms.twin"
_KEY = "sk_test_of_the_twin"


@dataclass(frozen=True, slots=True)
class Twin:
    """Where a twin listens, and the secret that its calls are signed with, or show."""

    url: str
    secret: str


@contextlib.contextmanager
def card_twin(data_dir: Path, database_url: str, service_url: str | None) -> Iterator[Twin]:
    """The processor's twin on its state in `data_dir`, knowing the charges of the database."""

    def options(state: Path, secret: str) -> list[str]:
        told = ["--state", str(state), "--webhook-secret", secret, "--knows-database", database_url]
        return [
            *told,
            *(["--webhook-url", f"{service_url}/gateways/cards/stripe/webhook"] if service_url else []),
        ]

    with _running(data_dir, "cards", CARDS, "whsec_", service_url, options) as twin:
        yield twin


@contextlib.contextmanager
def sms_twin(data_dir: Path, service_url: str | None) -> Iterator[Twin]:
    """The SMS gateway's twin; what it is handed goes nowhere, and its page shows it."""

    def options(state: Path, secret: str) -> list[str]:
        told = ["--state", str(state), "--secret", secret]
        return [
            *told,
            *(["--incoming-url", f"{service_url}/gateways/sms/kannel/inbound"] if service_url else []),
        ]

    with _running(data_dir, "sms", SMS, "", service_url, options) as twin:
        yield twin


def with_card_twin(settings: Settings, twin: Twin) -> Settings:
    """The settings that make the twin our processor."""
    return settings.model_copy(
        update={
            "stripe_url": twin.url,
            "stripe_key": SecretStr(_KEY),
            "stripe_webhook_secret": SecretStr(twin.secret),
        }
    )


def with_sms_twin(settings: Settings, twin: Twin, service_url: str | None) -> Settings:
    """The settings that make the twin our gateway. It may be called without a secret, as the contract has it,
    unless one is set: it listens on this machine only."""
    update: dict[str, object] = {"kannel_url": twin.url, "kannel_password": SecretStr(twin.secret)}
    return settings.model_copy(update=update | ({"callback_url": service_url} if service_url else {}))


@contextlib.contextmanager
def _running(
    data_dir: Path,
    name: str,
    module: str,
    prefix: str,
    service_url: str | None,
    options: Callable[[Path, str], list[str]],
) -> Iterator[Twin]:
    """A twin's process. One that a killed service left is ended first, and its address taken over: whoever
    holds it goes on. With no `service_url` (a worker alone) a running one is used as it is.
    """
    folder = data_dir / "twins"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    record = folder / f"{name}.json"
    left = _left_running(record, module)
    secret = _secret(folder / f"{name}.secret", prefix)
    if left is not None and service_url is None:
        yield Twin(left[1], secret)
        return
    port = 0
    if left is not None:
        port = int(left[1].rsplit(":", 1)[1])
        left[0].terminate()
        left[0].wait(10)
    process, url = _start(module, port, options(folder / f"{name}.sqlite", secret))
    record.write_text(json.dumps({"pid": process.pid, "url": url}))
    try:
        yield Twin(url, secret)
    finally:
        process.terminate()
        process.wait(10)
        record.unlink(missing_ok=True)


def _start(module: str, port: int, options: list[str]) -> tuple[subprocess.Popen[str], str]:
    # In a session of its own: an interrupt at the terminal is ours to answer, and ends it last.
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("listening on "):
        process.kill()
        raise Trouble(f"The twin {module} did not start; its state is {options[1]}.")
    return process, line.removeprefix("listening on ").strip()


def _left_running(record: Path, module: str) -> tuple[psutil.Process, str] | None:
    try:
        told = json.loads(record.read_text())
        process = psutil.Process(told["pid"])
        return (process, told["url"]) if module in process.cmdline() else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def _secret(place: Path, prefix: str) -> str:
    with contextlib.suppress(FileNotFoundError):
        return place.read_text().strip()
    secret = f"{prefix}{secrets.token_hex(24)}"
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret
