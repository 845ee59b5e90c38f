"""Hearing what the caller could not hear."""

from __future__ import annotations

from care_console.demo.steps.scene import HENRY, MARIA, Checked, Scene, hold


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


async def diagnosis(scene: Scene) -> Checked:
    """Why he could not hear it, told before anybody listens: Ctrl+1."""
    hands, facts = scene.hands, scene.facts
    recipient = await scene.open("henry adebayo", HENRY)
    before = hands.pressed
    hands.press("Ctrl+1")
    keys = hands.pressed - before
    await hands.until("the verdict", lambda: "The recording is too quiet" in hands.tells_in("side"))
    measured = facts.rows(
        "SELECT m.id, r.loudness_lufs, (SELECT count(*) FROM plays p WHERE p.message_id = m.id) AS plays"
        " FROM messages m JOIN recordings r ON r.message_id = m.id WHERE m.recipient_id = %s"
        " ORDER BY m.recorded_at DESC LIMIT 1",
        recipient,
    )[0]
    hold(measured["loudness_lufs"] is not None and measured["loudness_lufs"] < -30, "the recording is quiet")
    hold(measured["plays"] > 0, "it was played, and still not heard")
    return {
        "message_id": measured["id"],
        "loudness_lufs": measured["loudness_lufs"],
        "plays": measured["plays"],
        "keys": keys,
    }


def _seconds(clock: str) -> int:
    minutes, _, rest = clock.split("/", maxsplit=1)[0].strip().partition(":")
    return int(minutes or 0) * 60 + int(rest or 0)
