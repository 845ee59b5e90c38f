"""Where the steps are done: hands on the desk, the facts behind it, and the people of the sample set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from care_console.demo.facts import Facts
from care_console.demo.hands import Hands
from care_console.demo.line import Line
from care_console.demo.running import Running

MARIA, WALTER = "+12145550142", "+14695550173"
ROSALIND, TAMIKA = "+18175550164", "+19725550117"
HENRY, GRACIELA, WILHELMINA = "+14045550158", "+12105550129", "+15205550166"

Checked = dict[str, Any]


class NotAsItShouldBe(Exception):
    """A fact is not what the step should have made it; `str()` says which."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Hands on the desk, the facts behind it, the service, and the line between the two."""

    hands: Hands
    facts: Facts
    running: Running
    line: Line

    async def recipient(self, phone: str) -> int:
        """The recipient of a phone, by the database."""
        return int(
            await self.hands.fact(
                f"the recipient of {phone}",
                lambda: self.facts.one("SELECT id FROM recipients WHERE phone = %s", phone),
            )
        )

    async def find(self, words: str) -> None:
        """F2, the caller's words, Enter once there are hits, and the story is on the screen."""
        hands = self.hands
        hands.press("F2")
        await hands.until("the find box", lambda: hands.are_at("find"))
        hands.type(words)
        hits = await hands.until(f"a hit for {words!r}", lambda: hands.sees("hits"))
        assert hits
        view = hands.list("hits")
        await hands.until(f"a hit for {words!r}", lambda: view.model().rowCount())
        hands.press("Return")

    async def open(self, words: str, phone: str) -> int:
        """Find somebody and wait for the story; the recipient's id."""
        await self.find(words)
        shown = f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
        await self.hands.until(f"the story of {shown}", lambda: shown in self.hands.reads("storyPhone"))
        await self.hands.until("the timeline", lambda: self.hands.sees("timeline"))
        await self.hands.until("the sentence of the story", lambda: self.hands.reads("storySentence"))
        return await self.recipient(phone)


def hold(condition: object, told: str) -> None:
    """A fact that must hold."""
    if not condition:
        raise NotAsItShouldBe(told)
