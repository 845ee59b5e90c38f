"""Where somebody who tries the demo can be a recipient: a message's page, and the gateway's page of texts."""

from __future__ import annotations

from care_console.demo.facts import read_facts
from care_console.demo.running import Running

TEST_CARD, DECLINED_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"

# The newest that can be paid and heard. Not Maria's, the first caller of the demo: her story stays as it is.
_TO_TRY = """
    SELECT l.code FROM links l
        JOIN messages m ON m.id = l.message_id JOIN recipients r ON r.id = m.recipient_id
        JOIN recordings rec ON rec.message_id = m.id
    WHERE l.revoked_at IS NULL AND l.expires_at > now() + interval '1 day' AND NOT m.privileged
        AND rec.deleted_at IS NULL AND rec.loudness_lufs > -30
        AND r.language = 'en' AND r.phone <> '+12145550142'
        AND NOT EXISTS (SELECT FROM charges c WHERE c.message_id = m.id)
        AND NOT EXISTS (SELECT FROM texts t WHERE t.message_id = m.id AND t.status <> 'delivered')
    ORDER BY m.recorded_at DESC, m.id DESC LIMIT 1
"""


def pages_to_try(running: Running) -> list[str]:
    """Lines that say where, in any browser of this machine, for as long as the demo runs."""
    facts = read_facts(running.url, running.data_dir)
    code = facts.one(_TO_TRY)
    lines = [f"Texts that leave are shown at {facts.texts}/, where you can text back, too."]
    if code is None:  # the demo's data was kept, and all of it was paid by now
        return lines
    return [
        f"A message as its recipient meets it: {running.url}/m/{code}",
        f"Pay there with the test card {TEST_CARD} ({DECLINED_CARD} is declined); no money moves.",
        *lines,
    ]
