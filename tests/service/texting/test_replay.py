"""A changed rule set shows which past replies it would have read otherwise, and changes none of them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from care_console.service.foundation.database import Database
from care_console.service.texting.replay import differences
from care_console.service.texting.tables import replies
from tests.service.texting.conftest import Texting

pytestmark = pytest.mark.asyncio


async def test_only_what_would_be_read_otherwise_is_told(texting: Texting) -> None:
    for number, words in enumerate(("wrong number", "thanks", "STOP")):
        await texting.hear(words, id=f"k{number}")
    [first, *_] = await texting.rows("in")
    async with texting.services.database.begin() as connection:
        earlier = {"outcome": "none", "rule": "no-rule", "rule_set": "2026-01-01.1"}
        await connection.execute(update(replies).where(replies.c.text_id == first.id).values(earlier))
    database = Database(texting.services.database.url, pool_size=1)
    try:
        found = [each async for each in differences(database)]
    finally:
        await database.close()
    assert [each is not None for each in found] == [True, False, False]
    assert found[0] is not None
    assert (found[0].text_id, found[0].now.outcome, found[0].now.rule) == (first.id, "hold", "wrong-number")
