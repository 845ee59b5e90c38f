"""A facility's recorder, for the tests: sends recordings to the service, and looks at what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from sqlalchemy import Table, func, select

from care_console.contract.problems import TYPE_PREFIX
from care_console.service.facilities.keys import new_key
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.recordings.more_copies import make_more_copies
from care_console.service.tables import metadata
from tests.support import builders

PHONE = "+12145550142"
_ids = count(1)


@dataclass(frozen=True)
class Recorder:
    """A recorder with its facility's key."""

    services: Services
    client: httpx.AsyncClient
    facility_id: int
    key: str

    async def send(self, sound: bytes, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """`POST /v1/recordings`, with an id of its own unless one is given; a field of None is left out."""
        defaults: dict[str, Any] = {
            "recorder_id": f"rec-{next(_ids)}",
            "sender_name": "John Doe",
            "booking_number": "B0001",
            "phone": PHONE,
        }
        data = {name: value for name, value in (defaults | fields).items() if value is not None}
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        files = {"sound": ("a.wav", sound)}
        return await self.client.post("/v1/recordings", data=data, files=files, headers=headers, timeout=60)

    async def more_copies(self, message_id: int) -> None:
        """Let the worker make the other copies of a message's sound."""
        await make_more_copies(self.services, message_id)

    async def refusal(self, sound: bytes, **fields: Any) -> tuple[int, str]:
        """The status and kind of a refusal, after which nothing is there that was not there before."""
        before = await self.everything()
        answer = await self.send(sound, **fields)
        assert await self.everything() == before
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        told = answer.json()
        assert told["detail"]
        return answer.status_code, told["type"].removeprefix(TYPE_PREFIX)

    async def everything(self) -> dict[str, int]:
        """How many rows each table has that a recording adds to, and how many files the storage."""
        names = ("messages", "recordings", "links", "texts", "intakes", "recipients", "senders")
        rows = {name: len(await self.rows(metadata.tables[name])) for name in names}
        folder = self.services.settings.data_dir / "sound"
        return rows | {"files": sum(1 for one in folder.rglob("*") if one.is_file())}

    async def rows(self, table: Table) -> list[Any]:
        """All rows of a table."""
        async with self.services.database.begin() as connection:
            return list((await connection.execute(select(table))).all())

    async def count(self, table: Table) -> int:
        """How many rows a table has."""
        async with self.services.database.begin() as connection:
            return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def a_recorder(services: Services, client: httpx.AsyncClient) -> Recorder:
    """A recorder of a new facility in Dallas."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        facility_id = await builders.a_facility(ctx)
        made = await new_key(ctx, facility_id)
    return Recorder(services, client, facility_id, made.key)
