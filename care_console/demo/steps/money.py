"""Money given back: taken back in time, and settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from care_console.demo.facts import Facts
from care_console.demo.hands import Hands
from care_console.demo.steps.scene import GRACIELA, MARIA, TAMIKA, Checked, Scene, hold

_SETTLE_SECONDS = 40.0


async def refund_and_undo(scene: Scene) -> Checked:
    """The charge by its card and amount; F7, a reason, Ctrl+Enter, and Ctrl+Z within ten seconds."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("1005 $5.49", TAMIKA)
    await hands.row("$5.49 by")
    charge, keys = await ask_refund(scene, recipient, "5")
    made = await hands.fact("the refund that waits", lambda: refunds_in(facts, charge, "waiting"))
    hands.press("Ctrl+Z")
    await hands.fact("that it was taken back", lambda: refunds_in(facts, charge, "withdrawn"))
    refund_id = str(made[0]["id"])
    sent = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(not sent, "the processor was never asked")
    await hands.until("that it was taken back", lambda: "taken back" in hands.reads("refundState"))
    await close_review(hands)
    await _told(hands, "Refund,", ", taken back")
    return {"refund_id": refund_id, "state": "withdrawn", "at_the_processor": len(sent), "keys": keys}


async def refund_and_settle(scene: Scene) -> Checked:
    """What was charged twice: the processor gave it back once, whole, and nothing of what was taken back."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("maria delgado", MARIA)
    await hands.row("paid twice")
    charge, keys = await ask_refund(scene, recipient, "1")
    made = await hands.fact(
        "that it succeeded", lambda: refunds_in(facts, charge, "succeeded"), _SETTLE_SECONDS
    )
    refund_id = str(made[0]["id"])
    done = [line for line in facts.journal("refund") if line.get("refund_id") == refund_id]
    hold(len(done) == 1, f"the processor made one refund of it; it made {len(done)}")
    hold(done[0]["amount_cents"] == made[0]["amount_cents"], "the processor gave back the same amount")
    hold(len(facts.journal("refund")) == 1, "the processor made no other refund")
    for action in ("refund.asked", "refund.submitted", "refund.settled"):
        hold(facts.entries(action, f"refund:{refund_id}") == 1, f"{action} has its entry")
    await close_review(hands)
    await _told(hands, "Refund,", ", refunded")
    return {
        "refund_id": refund_id,
        "charge_id": charge,
        "amount_cents": made[0]["amount_cents"],
        "state": "succeeded",
        "at_the_processor": len(done),
        "keys": keys,
    }


async def charged_twice(scene: Scene) -> Checked:
    """Card and prepaid for one message: Ctrl+3 shows both, and F7 takes the duplicate, the card's."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("210-555-0129", GRACIELA)
    paid = facts.rows(
        "SELECT message_id, array_agg(method ORDER BY charged_at) AS methods,"
        " array_agg(id ORDER BY charged_at) AS charges FROM charges"
        " WHERE recipient_id = %s AND status = 'succeeded' GROUP BY message_id HAVING count(*) > 1",
        recipient,
    )
    hold(len(paid) == 1, f"one message of hers is paid twice; there are {len(paid)}")
    hold(paid[0]["methods"] == ["prepaid", "card"], f"prepaid, then card; it was {paid[0]['methods']}")
    before = hands.pressed
    hands.press("Ctrl+3")
    await hands.until("both charges side by side", lambda: hands.sees("chargesBeside"))
    shown = hands.tells_in("side")
    charge, _ = await ask_refund(scene, recipient, "1")
    keys = hands.pressed - before
    hold(charge == paid[0]["charges"][1], "the charge by card is the one that is refunded")
    await hands.fact("that it succeeded", lambda: refunds_in(facts, charge, "succeeded"), _SETTLE_SECONDS)
    await close_review(hands)
    return {"charges": paid[0]["charges"], "refunded": charge, "shown": shown, "keys": keys}


async def _told(hands: Hands, *words: str) -> None:
    """Wait until the timeline says it by itself; F5 where new rows wait so as not to move what is read."""

    def shown() -> bool:
        if hands.sees("newRows"):
            hands.press("F5")
        return hands.tells(*words)

    await hands.until(f"a row of the timeline that says {' '.join(words)}", shown)


async def close_review(hands: Hands) -> None:
    """Esc, and the desk itself is in front again."""
    hands.press("Escape")
    await hands.until("the review closed", lambda: not hands.sees("refundReview"))
    await hands.in_front()


async def ask_refund(
    scene: Scene, recipient: int, reason: str, before: Callable[[], None] = lambda: None
) -> tuple[int, int]:
    """F7 on the selected row, the key of a reason, Ctrl+Enter; the charge, and how many keys it took.

    `before` is called with the review as it stands before it is sent.
    """
    hands = scene.hands
    pressed = hands.pressed
    hands.press("F7")
    await hands.until("the money review", lambda: hands.sees("refundAmount"))
    await hands.until("the amount", lambda: hands.part("refundAmount").isEnabled())
    hands.press(reason)
    before()
    await hands.commit()
    charge = await hands.fact(
        "the refund's row",
        lambda: scene.facts.one(
            "SELECT charge_id FROM refunds WHERE recipient_id = %s ORDER BY requested_at DESC LIMIT 1",
            recipient,
        ),
    )
    return int(charge), hands.pressed - pressed


def refunds_in(facts: Facts, charge: int, state: str) -> list[dict[str, Any]]:
    """A charge's refunds that are in a state, the newest first."""
    return facts.rows(
        "SELECT * FROM refunds WHERE charge_id = %s AND state = %s ORDER BY requested_at DESC", charge, state
    )
