"""What one person may not do alone: asked on one desk, approved on another."""

from __future__ import annotations

from care_console.demo.hands import Hands
from care_console.demo.running import PASSWORD, SPECIALIST, SUPERVISOR
from care_console.demo.steps.money import ask_refund, close_review, refunds_in
from care_console.demo.steps.scene import WILHELMINA, Checked, Scene, hold
from care_console.desktop import app as desk

_SETTLE_SECONDS = 40.0


async def approved_by_another(scene: Scene) -> Checked:
    """A charge of over 90 days: the desk says beforehand that another person approves; a supervisor does."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("stokes abernathy", WILHELMINA)
    await hands.row("$3.99 by")
    said: list[str] = []
    charge, _ = await ask_refund(
        scene, recipient, "5", before=lambda: said.append(hands.reads("refund_allowed"))
    )
    hold("another person's approval" in said[0], f"the limit is told beforehand; told: {said[0]}")
    asked = await hands.fact("the request", lambda: refunds_in(facts, charge, "awaiting_approval"))
    refund_id = str(asked[0]["id"])
    sent = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(not sent, "the processor was not asked before somebody approved")
    await close_review(hands)
    picture = await _approve(scene, refund_id)
    scene.hands.window.activateWindow()
    await hands.in_front()
    await hands.fact("that it succeeded", lambda: refunds_in(facts, charge, "succeeded"), _SETTLE_SECONDS)
    decided = facts.rows("SELECT * FROM approvals WHERE subject = %s", refund_id)[0]
    hold(decided["requested_by"] == SPECIALIST, "the specialist asked")
    hold(decided["decided_by"] == SUPERVISOR, "the supervisor decided")
    sent = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(len(sent) == 1, f"the processor made one refund of it; it made {len(sent)}")
    return {
        "refund_id": refund_id,
        "said_beforehand": said[0],
        "requested_by": decided["requested_by"],
        "decided_by": decided["decided_by"],
        "at_the_processor": len(sent),
        "other_desk": picture,
    }


async def _approve(scene: Scene, refund_id: str) -> str:
    """The supervisor's own desk: the request is there by itself; Enter, 1, Ctrl+Enter. Its picture."""
    folder = scene.running.data_dir / "desk-of-the-supervisor"
    handle = await desk.open_desk(scene.line.url, SUPERVISOR, PASSWORD, data_dir=folder)
    try:
        handle.window.activateWindow()
        hands = Hands(handle.window, scene.hands.pictures)
        await hands.in_front()
        await hands.until("the request in the queue", lambda: hands.sees("decisionChoices"))
        await hands.until("the queue's list", lambda: hands.sees("queueItems"))
        hands.list("queueItems").setFocus()
        hands.press("Return", "1")
        await hands.until("the story behind the request", lambda: hands.sees("timeline"))
        picture = hands.picture("approval-on-the-other-desk")
        await hands.commit()
        state = "SELECT count(*) FROM approvals WHERE subject = %s AND decision = 'approve'"
        await hands.fact("the decision", lambda: scene.facts.one(state, refund_id))
    finally:
        await handle.close()
    return picture
