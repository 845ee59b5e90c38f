"""Hearing what the caller could not hear."""

from __future__ import annotations

from care_console.demo.steps.scene import MARIA, Checked, Scene, hold


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


def _seconds(clock: str) -> int:
    minutes, _, rest = clock.split("/", maxsplit=1)[0].strip().partition(":")
    return int(minutes or 0) * 60 + int(rest or 0)
