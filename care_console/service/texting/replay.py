"""`care-console service replay-replies`: what the rule set of this version would have decided differently."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select

from care_console.service.at_hand import database_at_hand
from care_console.service.consent.replies.reading import Outcome, Reading, read_reply
from care_console.service.consent.replies.vocabulary import RULE_SET
from care_console.service.foundation.database import Database
from care_console.service.settings import Settings
from care_console.service.texting.tables import replies, texts

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """A text that would be read in another way now."""

    text_id: int
    was: Reading
    now: Reading


async def differences(database: Database) -> AsyncIterator[Difference | None]:
    """Each text that came in, oldest first: what would differ, or None. Changes nothing."""
    after = 0
    while True:
        query = (
            select(texts.c.id, texts.c.body, replies.c.outcome, replies.c.rule, replies.c.rule_set)
            .join(replies, replies.c.text_id == texts.c.id)
            .where(texts.c.id > after)
            .order_by(texts.c.id)
            .limit(_BATCH)
        )
        async with database.begin() as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            now, was = read_reply(row.body), Reading(Outcome(row.outcome), row.rule, row.rule_set)
            yield None if now.outcome is was.outcome else Difference(row.id, was, now)
        if len(rows) < _BATCH:
            return
        after = rows[-1].id


def replay_command(settings: Settings) -> int:
    """Print each difference by the text's id, without anybody's words, and how many of each kind."""
    with database_at_hand(settings) as url:
        asyncio.run(_replay(url))
    return 0


async def _replay(url: str) -> None:
    database = Database(url, pool_size=1)
    read, kinds = 0, Counter[tuple[str, str]]()
    try:
        async for found in differences(database):
            read += 1
            if found is None:
                continue
            kinds[found.was.outcome.value, found.now.outcome.value] += 1
            told = f"{found.was.outcome.value} ({found.was.rule}, {found.was.rule_set})"
            sys.stdout.write(
                f"text {found.text_id}: {told} -> {found.now.outcome.value} ({found.now.rule})\n"
            )
    finally:
        await database.close()
    for (was, now), number in sorted(kinds.items()):
        sys.stdout.write(f"{number} {was} -> {now}\n")
    sys.stdout.write(
        f"{read} replies read by rule set {RULE_SET}: {kinds.total()} would be read differently.\n"
    )
