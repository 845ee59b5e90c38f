"""Signing in, finding a caller, and reading what happened."""

from __future__ import annotations

from care_console.demo.running import PASSWORD, SPECIALIST
from care_console.demo.steps.scene import MARIA, Checked, Scene, hold


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
