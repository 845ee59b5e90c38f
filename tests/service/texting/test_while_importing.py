"""An import that brings a number's opt-out and a text on its way to that number: one waits for the other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import psycopg
import pytest

from care_console.service.gateways.storage.files import open_storage
from care_console.service.imports.run import import_folder
from tests.service.imports.test_import import add
from tests.service.texting.conftest import PHONE, Texting
from tests.support.dataset import write_dataset

pytestmark = pytest.mark.asyncio

_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = %s AND NOT granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _import_of_an_opt_out(texting: Texting, folder: Path) -> Coroutine[Any, Any, Any]:
    data = write_dataset(folder / "old", recipients=0)
    add(data.folder, "consent", "E1", PHONE, "opt_out", "sms", "2026-01-01T10:00:00Z", "x", "STOP")
    return import_folder(texting.services.database.url, data.folder, storage=open_storage(folder / "kept"))


async def _until_somebody_waits(url: str, kind: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other, asyncio.timeout(30):
        while (await (await other.execute(_WAITING, (kind,))).fetchone()) == (0,):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_text_that_is_asked_about_during_the_import_waits_for_its_end(
    texting: Texting, tmp_path: Path
) -> None:
    url = texting.services.database.url
    text = await texting.queue()
    async with await psycopg.AsyncConnection.connect(url) as other:
        await other.execute("LOCK consent_states IN EXCLUSIVE MODE")  # the import stops in the midst of it
        importing = asyncio.create_task(_import_of_an_opt_out(texting, tmp_path))
        await _until_somebody_waits(url, "relation")
        sending = asyncio.create_task(texting.send(text))
        await _until_somebody_waits(url, "advisory")
    async with asyncio.timeout(60):
        await asyncio.gather(importing, sending)
    assert await texting.handed() == []
    assert await texting.status(text) == "cancelled"


async def test_the_import_waits_for_the_text_that_is_being_handed_over(
    texting: Texting, tmp_path: Path
) -> None:
    url = texting.services.database.url
    await texting.twin.faults("delay", seconds=2.0)
    text = await texting.queue()
    sending = asyncio.create_task(texting.send(text))
    async with asyncio.timeout(30):
        while not await texting.handed():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.02)
    importing = asyncio.create_task(_import_of_an_opt_out(texting, tmp_path))
    await _until_somebody_waits(url, "advisory")
    assert await texting.status(text) == "sending"
    async with asyncio.timeout(60):
        await asyncio.gather(importing, sending)
    assert await texting.status(text) == "sent", "it was handed over before the opt-out was in force"
