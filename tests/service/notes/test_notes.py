"""Writing a note."""

from __future__ import annotations

import pytest

from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.conftest import SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio


async def test_a_note_is_kept_as_it_was_written(services: Services, sign_in: SignIn) -> None:
    async with services.database.begin() as connection:
        recipient = await builders.a_recipient(services.context(connection, SYSTEM, "test"))
    client = await sign_in(login="ana")
    words = "Llamó O'Nguyễn-Smith <b>: =cmd()"
    answer = await client.post(f"/v1/recipients/{recipient}/notes", json={"text": f"  {words} "})
    assert answer.status_code == 201
    assert answer.json()["text"] == words
    assert answer.json()["actor"] == "ana"


async def test_an_empty_note_and_one_for_nobody_are_refused(sign_in: SignIn) -> None:
    client = await sign_in()
    assert (await client.post("/v1/recipients/1/notes", json={"text": " "})).status_code == 422
    assert (await client.post("/v1/recipients/1/notes", json={"text": "x"})).status_code == 404
