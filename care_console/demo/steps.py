"""The jobs of a specialist, done by keys on the real window; each returns the facts that show it was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from care_console.demo.facts import Facts
from care_console.demo.hands import Hands
from care_console.demo.running import PASSWORD, SPECIALIST

MARIA, WALTER = "+12145550142", "+14695550173"
ROSALIND, TAMIKA = "+18175550164", "+19725550117"
_SETTLE_SECONDS = 40.0

Checked = dict[str, Any]


class NotAsItShouldBe(Exception):
    """A fact is not what the step should have made it; `str()` says which."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Hands on the desk, and the facts behind it."""

    hands: Hands
    facts: Facts

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


async def sign_in(scene: Scene) -> Checked:
    """Login, Tab, password, Enter."""
    hands, facts = scene.hands, scene.facts
    await hands.until("the sign-in screen", lambda: hands.are_at("signInLogin"))
    hands.type(SPECIALIST)
    hands.press("Tab")
    hands.type(PASSWORD)
    hands.press("Return")
    await hands.until("who is signed in", lambda: SPECIALIST in hands.reads("signedInAs"))
    opened = "SELECT count(*) FROM audit_entries WHERE action = 'session.opened' AND actor = %s"
    entries = await hands.fact("the entry of the session", lambda: facts.one(opened, SPECIALIST))
    return {"login": SPECIALIST, "session_entries": entries}


async def find_by_number(scene: Scene) -> Checked:
    """What a caller says of a number, with words around it."""
    recipient = await scene.open("call from 214 555 0142", MARIA)
    subject = f"recipient:{recipient}"
    read = await scene.hands.fact("the entry of the look", lambda: scene.facts.entries("story.read", subject))
    return {"recipient_id": recipient, "story_read_entries": read}


async def read_story(scene: Scene) -> Checked:
    """The sentence says as many messages as there are, and the charge that was taken twice."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.recipient(MARIA)
    week = facts.one(
        "SELECT count(*) FROM messages WHERE recipient_id = %s AND recorded_at > now() - interval '7 days'",
        recipient,
    )
    twice = facts.rows(
        "SELECT message_id, min(amount_cents) AS cents FROM charges WHERE recipient_id = %s AND "
        "status = 'succeeded' GROUP BY message_id HAVING count(*) > 1",
        recipient,
    )
    sentence = hands.reads("storySentence")
    hold(sentence.startswith(f"{week} messages this week"), f"{week} messages this week; told: {sentence}")
    hold(len(twice) == 1, "one message of Maria's is charged twice")
    hold(f"${twice[0]['cents'] / 100:.2f} twice" in sentence, f"the charge taken twice; told: {sentence}")
    return {"messages_this_week": week, "charged_twice_cents": twice[0]["cents"], "sentence": sentence}


async def preview(scene: Scene) -> Checked:
    """The recording, after the reason: F4, 1."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.recipient(MARIA)
    await hands.row("Message")
    await hands.until("the waveform", lambda: hands.sees("previewWaveform"))
    before = hands.pressed
    hands.press("F4", "1")
    clock = await hands.until("the sound's clock", lambda: hands.reads("previewClock"))
    await hands.until("the sound moving on", lambda: _seconds(hands.reads("previewClock")) >= 1)
    rows = facts.rows(
        "SELECT w.message_id, w.reason, w.at, (SELECT min(e.at) FROM audit_entries e WHERE "
        "e.action = 'preview.opened' AND e.subject = 'message:' || w.message_id) AS recorded_at "
        "FROM previews w WHERE w.recipient_id = %s",
        recipient,
    )
    hold(len(rows) == 1, f"one preview is recorded; there are {len(rows)}")
    hold(rows[0]["recorded_at"] is not None, "the preview has its entry in the audit log")
    return {
        "message_id": rows[0]["message_id"],
        "reason": rows[0]["reason"],
        "entry_at": rows[0]["recorded_at"].isoformat(),
        "keys": hands.pressed - before,
        "clock_began_at": clock,
    }


async def stop_texts(scene: Scene) -> Checked:
    """F9, the words by one key, Ctrl+Enter: suppressed, and the queued text is cancelled."""
    hands, facts = scene.hands, scene.facts
    await scene.open("469-555-0173", WALTER)
    queued = "SELECT count(*) FROM texts WHERE phone = %s AND status = %s"
    waiting = facts.one(queued, WALTER, "queued")
    before = hands.pressed
    hands.press("F9", "1")
    await hands.commit()
    keys = hands.pressed - before
    state = await hands.fact(
        "the opt-out in the database",
        lambda: facts.rows("SELECT * FROM consent_states WHERE phone = %s AND state = 'opted_out'", WALTER),
    )
    event = facts.rows("SELECT * FROM consent_events WHERE id = %s", state[0]["event_id"])[0]
    hold(facts.one(queued, WALTER, "queued") == 0, "no text to the number is queued any more")
    hold(facts.entries("consent.opted_out", f"opt_out:{event['id']}") == 1, "the opt-out has its entry")
    await hands.until("that texts are off", lambda: "OFF" in hands.reads("storyConsent").upper())
    return {
        "words": event["words"],
        "actor": event["actor"],
        "texts_queued_before": waiting,
        "texts_cancelled": event["texts_cancelled"],
        "keys": keys,
    }


async def reissue(scene: Scene) -> Checked:
    """Found by a misspelled name; F8, the reason by one key, Ctrl+Enter: a code to read aloud."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("roslind gutierez", ROSALIND)
    await hands.row("Message")
    before = hands.pressed
    hands.press("F8")
    await hands.until("the panel for a new link", lambda: hands.sees("reissuePanel"))
    hands.press("1")
    await hands.commit()
    keys = hands.pressed - before
    code = await hands.until("the new code", lambda: hands.reads("reissueCode"))
    made = await hands.fact(
        "the new link",
        lambda: facts.rows(
            "SELECT * FROM links WHERE recipient_id = %s AND issued_by = %s", recipient, SPECIALIST
        ),
    )
    live = facts.one(
        "SELECT count(*) FROM links WHERE message_id = %s AND revoked_at IS NULL AND expires_at > now()",
        made[0]["message_id"],
    )
    hold(len(made) == 1 and live == 1, f"one new link, and it alone lives; there are {len(made)} and {live}")
    hold(made[0]["code"] == code.replace("-", "").replace(" ", ""), "the code on the screen is the link's")
    texts = facts.rows("SELECT status FROM texts WHERE link_id = %s", made[0]["id"])
    return {
        "link_id": made[0]["id"],
        "message_id": made[0]["message_id"],
        "reason": made[0]["reason"],
        "live_links": live,
        "text": texts[0]["status"] if texts else None,
        "keys": keys,
    }


async def refund_and_undo(scene: Scene) -> Checked:
    """The charge by its card and amount; F7, a reason, Ctrl+Enter, and Ctrl+Z within ten seconds."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("1005 $5.49", TAMIKA)
    await hands.row("$5.49 by")
    charge, keys = await _ask_refund(scene, recipient, "5")
    made = await hands.fact("the refund that waits", lambda: _refunds(facts, charge, "waiting"))
    hands.press("Ctrl+Z")
    await hands.fact("that it was taken back", lambda: _refunds(facts, charge, "withdrawn"))
    refund_id = str(made[0]["id"])
    sent = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(not sent, "the processor was never asked")
    await hands.until("that it was taken back", lambda: "taken back" in hands.reads("refundState"))
    await _close_review(hands)
    await _told(hands, "Refund,", ", taken back")
    return {"refund_id": refund_id, "state": "withdrawn", "at_the_processor": len(sent), "keys": keys}


async def refund_and_settle(scene: Scene) -> Checked:
    """What was charged twice: the processor gave it back once, whole, and nothing of what was taken back."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("maria delgado", MARIA)
    await hands.row("paid twice")
    charge, keys = await _ask_refund(scene, recipient, "1")
    made = await hands.fact(
        "that it succeeded", lambda: _refunds(facts, charge, "succeeded"), _SETTLE_SECONDS
    )
    refund_id = str(made[0]["id"])
    done = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(len(done) == 1, f"the processor made one refund of it; it made {len(done)}")
    hold(done[0]["amount_cents"] == made[0]["amount_cents"], "the processor gave back the same amount")
    hold(len(facts.journal("refund")) == 1, "the processor made no other refund")
    for action in ("refund.asked", "refund.submitted", "refund.settled"):
        hold(facts.entries(action, f"refund:{refund_id}") == 1, f"{action} has its entry")
    await _close_review(hands)
    await _told(hands, "Refund,", ", refunded")
    return {
        "refund_id": refund_id,
        "charge_id": charge,
        "amount_cents": made[0]["amount_cents"],
        "state": "succeeded",
        "at_the_processor": len(done),
        "keys": keys,
    }


async def _told(hands: Hands, *words: str) -> None:
    """Wait until the timeline says it by itself; F5 where new rows wait so as not to move what is read."""

    def shown() -> bool:
        if hands.sees("newRows"):
            hands.press("F5")
        return hands.tells(*words)

    await hands.until(f"a row of the timeline that says {' '.join(words)}", shown)


async def _close_review(hands: Hands) -> None:
    hands.press("Escape")
    await hands.until("the review closed", lambda: not hands.sees("refundReview"))
    await hands.in_front()


async def _ask_refund(scene: Scene, recipient: int, reason: str) -> tuple[int, int]:
    """F7 on the selected row, the key of a reason, Ctrl+Enter; the charge, and how many keys it took."""
    hands = scene.hands
    before = hands.pressed
    hands.press("F7")
    await hands.until("the money review", lambda: hands.sees("refundAmount"))
    await hands.until("the amount", lambda: hands.part("refundAmount").isEnabled())
    hands.press(reason)
    await hands.commit()
    charge = await hands.fact(
        "the refund's row",
        lambda: scene.facts.one(
            "SELECT charge_id FROM refunds WHERE recipient_id = %s ORDER BY requested_at DESC LIMIT 1",
            recipient,
        ),
    )
    return int(charge), hands.pressed - before


def _refunds(facts: Facts, charge: int, state: str) -> list[dict[str, Any]]:
    return facts.rows(
        "SELECT * FROM refunds WHERE charge_id = %s AND state = %s ORDER BY requested_at DESC", charge, state
    )


def _seconds(clock: str) -> int:
    minutes, _, rest = clock.split("/", maxsplit=1)[0].strip().partition(":")
    return int(minutes or 0) * 60 + int(rest or 0)


STEPS: tuple[tuple[str, Callable[[Scene], Awaitable[Checked]]], ...] = (
    ("sign-in", sign_in),
    ("find", find_by_number),
    ("story", read_story),
    ("preview", preview),
    ("stop-texts", stop_texts),
    ("new-link", reissue),
    ("refund-undo", refund_and_undo),
    ("refund-settle", refund_and_settle),
)
