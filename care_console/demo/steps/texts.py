"""Texts: stopped for good, and a new link."""

from __future__ import annotations

from care_console.demo.running import SPECIALIST
from care_console.demo.steps.scene import GRACIELA, ROSALIND, WALTER, Checked, Scene, hold


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


async def stop_while_offline(scene: Scene) -> Checked:
    """The line is cut while a caller says stop: queued, not called done, and out first once it is mended."""
    hands, facts = scene.hands, scene.facts
    await scene.open("210 555 0129", GRACIELA)
    scene.line.cut()
    await hands.until("that the desk is offline", lambda: "Offline" in hands.reads("connection"))
    hands.press("F9", "1")
    await hands.commit()
    await hands.until("the STOP in the queue", lambda: hands.reads("stopQueue") == "STOP queue 1")
    out = "SELECT count(*) FROM consent_events WHERE phone = %s AND kind = 'opt_out'"
    hold(facts.one(out, GRACIELA) == 0, "the service knows of no opt-out while the line is cut")
    hold("ON" in hands.reads("storyConsent").upper(), "texts are not called off before the service said so")
    cut_until = facts.one("SELECT now()")
    scene.line.mend()
    await hands.fact("the opt-out in the database", lambda: facts.one(out, GRACIELA))
    await hands.until("an empty queue", lambda: hands.reads("stopQueue") == "STOP queue 0")
    await hands.until("that texts are off", lambda: "OFF" in hands.reads("storyConsent").upper())
    events = facts.rows("SELECT * FROM consent_events WHERE phone = %s AND kind = 'opt_out'", GRACIELA)
    hold(len(events) == 1, f"one opt-out; there are {len(events)}")
    hold(events[0]["received_at"] < cut_until, "it counts from when the caller said it")
    return {
        "opt_outs_while_cut": 0,
        "opt_outs": len(events),
        "received_at": events[0]["received_at"].isoformat(),
        "effective_at": events[0]["effective_at"].isoformat(),
    }
