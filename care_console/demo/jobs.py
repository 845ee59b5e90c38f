"""What a specialist does in the demo with nobody at the keys: each step by keys, each fact from where it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from care_console.demo.facts import Fact, Facts
from care_console.demo.hands import Hands, NotSeen
from care_console.demo.house import SPECIALIST
from care_console.demo.report import Checked, Step

MARIA, ROSALIND, TAMIKA, WALTER, HENRY = (
    "Maria Delgado",
    "Rosalind Gutiérrez",
    "Tamika Rhodes",
    "Walter Kowalczyk",
    "Henry Adebayo-Clarke",
)
_ME = SPECIALIST.login
# The ten seconds in which a refund can be taken back, and what a busy machine takes to send and settle it.
_SETTLED_SECONDS = 45.0


class Jobs:
    """The steps, over one window and the facts behind it."""

    def __init__(self, hands: Hands, facts: Facts) -> None:
        self._hands = hands
        self._facts = facts

    def steps(self) -> list[Step]:
        """All of them, in order."""
        return [
            Step("sign-in", self.sign_in),
            self._finding("find-by-phone", "214 555 0142", MARIA),
            Step("read-the-story", self.read_the_story, ("find-by-phone",)),
            Step("preview", self.preview, ("find-by-phone",)),
            Step("refund-and-settle", self.refund_and_settle, ("find-by-phone",)),
            self._finding("find-by-name-with-a-typo", "roslind gutierez", ROSALIND),
            Step("new-link", self.new_link, ("find-by-name-with-a-typo",)),
            self._finding("find-by-card-and-amount", "1005 $5.49", TAMIKA),
            Step("refund-and-undo", self.refund_and_undo, ("find-by-card-and-amount",)),
            self._finding("find-by-last-four", "0173", WALTER),
            Step("stop-texts", self.stop_texts, ("find-by-last-four",)),
            Step("find-by-link", self.find_by_link, ("sign-in",)),
            Step("preview-again", self.preview_again, ("find-by-link",)),
            Step("what-went-out", self.what_went_out, ("refund-and-settle", "refund-and-undo")),
        ]

    # signing in and finding

    async def sign_in(self, checked: Checked) -> None:
        """Login and password, typed."""
        await self._hands.until(lambda: self._hands.sees("signInLogin"), "the sign-in screen")
        await self._hands.type(SPECIALIST.login)
        await self._hands.press("Return")
        await self._hands.type(SPECIALIST.password)
        await self._hands.press("Return")
        await self._hands.until(lambda: not self._hands.sees("signInLogin"), "signed in", 20)
        checked.equal("sessions", await self._count("sessions WHERE closed_at IS NULL"), 1)
        checked.equal("audit: session.opened", await self._entries("session.opened"), 1)

    def _finding(self, name: str, words: str, who: str) -> Step:
        async def act(checked: Checked) -> None:
            await self._find(checked, words, who)

        return Step(name, act, ("sign-in",))

    async def find_by_link(self, checked: Checked) -> None:
        """The code at the end of the link in the caller's text."""
        link = await self._row(
            "SELECT l.code FROM links l JOIN recipients r ON r.id = l.recipient_id "
            "WHERE r.name = %s ORDER BY l.issued_at DESC LIMIT 1",
            HENRY,
        )
        await self._find(checked, str(link["code"]), HENRY)

    async def _find(self, checked: Checked, words: str, who: str) -> None:
        """F2, the words, Enter; the story of whom they mean must have been read, and entered in the log."""
        person = await self._row("SELECT id FROM recipients WHERE name = %s", who)
        read = f"audit_entries WHERE action = 'story.read' AND actor = %s AND subject = 'recipient:{person['id']}'"
        before = await self._count(read, _ME)
        searched = await self._entries("search.made")
        await self._hands.press("F2")
        await self._hands.type(words)
        await self._hands.until(lambda: self._hands.rows("hits"), f"hits for {words}")
        self._hands.keys_pressed = 0
        await self._hands.press("Return")
        await self._hands.until(lambda: self._hands.reads("storyName") == who, f"the story of {who}")
        await self._hands.until(lambda: self._hands.rows("timeline"), "rows in the timeline")
        checked.facts["typed"] = words
        last = await self._row(
            "SELECT subject FROM audit_entries WHERE action = 'story.read' ORDER BY id DESC LIMIT 1"
        )
        checked.equal("story read of", last["subject"], f"recipient:{person['id']}")
        checked.equal("audit: story.read", await self._count(read, _ME) > before, True)
        checked.equal("audit: search.made", await self._entries("search.made") > searched, True)

    # reading and hearing

    async def read_the_story(self, checked: Checked) -> None:
        """What is the matter, by one key: the message that is meant is read, and the verdict shown."""
        silent = await self._message_with(
            MARIA, "recordings s ON s.message_id = m.id", "s.silence_share > 0.9"
        )
        self._hands.keys_pressed = 0
        await self._hands.press("Ctrl+1")
        checked.facts["keys"] = self._hands.keys_pressed
        read = f"audit_entries WHERE action = 'message.read' AND subject = 'message:{silent}'"
        await self._wait(lambda: self._facts.number(f"SELECT count(*) FROM {read}"), "the message is read")
        checked.equal("audit: message.read", await self._count(read) >= 1, True)
        timeline = "audit_entries WHERE action = 'timeline.read'"
        checked.equal("audit: timeline.read", await self._count(timeline) >= 1, True)
        await self._hands.until(lambda: self._hands.sees("previewWaveform"), "the waveform")

    async def preview(self, checked: Checked) -> None:
        """F4, the reason, and it plays: of the recording that was silent."""
        silent = await self._message_with(
            MARIA, "recordings s ON s.message_id = m.id", "s.silence_share > 0.9"
        )
        await self._hear(checked, silent)

    async def preview_again(self, checked: Checked) -> None:
        """A second recording by the same player: the one that is too quiet."""
        quiet = await self._message_with(
            HENRY, "recordings s ON s.message_id = m.id", "s.loudness_lufs < -35"
        )
        await self._hands.press("Ctrl+1")
        await self._hear(checked, quiet)

    async def _hear(self, checked: Checked, message: int) -> None:
        self._hands.keys_pressed = 0
        await self._hands.press("F4")
        await self._hands.until(lambda: self._hands.sees("previewReasons"), "the question for a reason")
        await self._hands.press("1")
        checked.equal("keys", self._hands.keys_pressed, 2)
        played = ("", "0:00")
        await self._hands.until(
            lambda: self._hands.reads("previewClock").split(" / ")[0] not in played, "the position moved"
        )
        heard = await self._row(
            "SELECT message_id, reason, actor FROM previews ORDER BY at DESC LIMIT 1",
        )
        checked.equal("preview", heard, {"message_id": message, "reason": "could_not_hear", "actor": _ME})
        entry = f"audit_entries WHERE action = 'preview.opened' AND subject = 'message:{message}'"
        checked.equal("audit: preview.opened", await self._count(entry), 1)
        await self._hands.press("Space", "Escape")

    # acting

    async def refund_and_settle(self, checked: Checked) -> None:
        """Charged twice: the later charge goes back, in four keys, and the processor says that it did."""
        charges = await self._rows(
            "SELECT c.id, c.amount_cents FROM charges c JOIN recipients r ON r.id = c.recipient_id "
            "WHERE r.name = %s AND c.message_id IN (SELECT message_id FROM charges GROUP BY message_id "
            "HAVING count(*) > 1) ORDER BY c.charged_at",
            MARIA,
        )
        self._hands.keys_pressed = 0
        await self._hands.press("Ctrl+3", "F7")
        await self._review_is_ready()
        await self._hands.press("1", "Ctrl+Return")
        checked.equal("keys", self._hands.keys_pressed, 4)
        asked = await self._refund_of(int(charges[-1]["id"]))
        refund_id = str(asked["id"])
        await self._wait(
            lambda: self._facts.number(
                "SELECT count(*) FROM refunds WHERE id = %s AND state IN ('succeeded', 'failed')", refund_id
            ),
            "the refund is settled",
            _SETTLED_SECONDS,
        )
        refund = await self._row(
            "SELECT charge_id, amount_cents, reason, state, requested_by FROM refunds WHERE id = %s",
            refund_id,
        )
        expected = {"charge_id": charges[-1]["id"], "amount_cents": 399, "reason": "duplicate"}
        checked.equal("refund", refund, {**expected, "state": "succeeded", "requested_by": _ME})
        made = await asyncio.to_thread(self._made_by_processor, refund_id)
        checked.equal("processor made", [one["amount_cents"] for one in made], [399])
        for action in ("refund.asked", "refund.submitted", "refund.settled"):
            entry = f"audit_entries WHERE action = '{action}' AND subject = 'refund:{refund_id}'"
            checked.equal(f"audit: {action}", await self._count(entry), 1)
        await self._hands.until(lambda: "Done" in self._told_of_refund(), "the desk says that it is done")
        await self._put_review_away()

    async def refund_and_undo(self, checked: Checked) -> None:
        """A refund of the charge that was found, taken back within its ten seconds."""
        charge = await self._row(
            "SELECT c.id FROM charges c JOIN recipients r ON r.id = c.recipient_id WHERE r.name = %s", TAMIKA
        )
        await self._hands.press("F7")
        await self._review_is_ready()
        await self._hands.press("5", "Ctrl+Return")
        asked = await self._refund_of(int(charge["id"]))
        await self._hands.press("Ctrl+Z")
        await self._wait(
            lambda: self._facts.number(
                "SELECT count(*) FROM refunds WHERE id = %s AND state = 'withdrawn'", asked["id"]
            ),
            "the refund is withdrawn",
        )
        checked.equal("state", "withdrawn", "withdrawn")
        made = await asyncio.to_thread(self._made_by_processor, str(asked["id"]))
        checked.equal("processor made", len(made), 0)
        entry = f"audit_entries WHERE action = 'refund.withdrawn' AND subject = 'refund:{asked['id']}'"
        checked.equal("audit: refund.withdrawn", await self._count(entry), 1)
        await self._hands.until(lambda: "taken back" in self._told_of_refund(), "the desk says so")
        await self._put_review_away()

    async def new_link(self, checked: Checked) -> None:
        """It expired before she listened: a new link, in three keys."""
        message = await self._message_with(
            ROSALIND, "links l ON l.message_id = m.id", "l.expires_at < now()", 1
        )
        self._hands.keys_pressed = 0
        await self._hands.press("Ctrl+6", "F8")
        await self._hands.until(lambda: self._hands.sees("reissuePanel"), "the panel")
        await self._hands.press("Ctrl+Return")
        checked.equal("keys", self._hands.keys_pressed, 3)
        new = f"links WHERE message_id = {message} AND issued_by = '{_ME}'"
        await self._wait(lambda: self._facts.number(f"SELECT count(*) FROM {new}"), "the link is made")
        link = await self._row(f"SELECT id, reason, length(code) AS length FROM {new}")
        checked.equal("link", {k: link[k] for k in ("reason", "length")}, {"reason": "expired", "length": 15})
        live = f"links WHERE message_id = {message} AND expires_at > now() AND revoked_at IS NULL"
        checked.equal("links that open", await self._count(live), 1)
        text = f"texts WHERE link_id = {link['id']} AND direction = 'out'"
        checked.equal("texts with it", await self._count(text), 1)
        entry = f"audit_entries WHERE action = 'link.issued' AND subject = 'link:{link['id']}'"
        checked.equal("audit: link.issued", await self._count(entry), 1)
        await self._hands.until(lambda: self._hands.reads("reissueCode"), "the code to read aloud")

    async def stop_texts(self, checked: Checked) -> None:
        """Three keys; the text that was waiting does not go."""
        phone = (await self._row("SELECT phone FROM recipients WHERE name = %s", WALTER))["phone"]
        queued = f"texts WHERE phone = '{phone}' AND direction = 'out' AND status = 'queued'"
        checked.equal("texts waiting before", await self._count(queued), 1)
        self._hands.keys_pressed = 0
        await self._hands.press("F9")
        await self._hands.until(lambda: self._hands.sees("optOutPanel"), "the panel")
        await self._hands.press("1", "Ctrl+Return")
        checked.equal("keys", self._hands.keys_pressed, 3)
        state = "SELECT state, channel FROM consent_states WHERE phone = %s"
        await self._wait(lambda: self._facts.one(state, phone), "texts are off")
        checked.equal(
            "consent", await self._row(state, phone), {"state": "opted_out", "channel": "care_call"}
        )
        event = await self._row(
            "SELECT id, words, actor, texts_cancelled FROM consent_events WHERE phone = %s", phone
        )
        said = {"words": "Stop texting me", "actor": _ME, "texts_cancelled": 1}
        checked.equal("evidence", {name: event[name] for name in said}, said)
        checked.equal("texts waiting after", await self._count(queued), 0)
        entry = f"audit_entries WHERE action = 'consent.opted_out' AND subject = 'opt_out:{event['id']}'"
        checked.equal("audit: consent.opted_out", await self._count(entry), 1)
        await self._hands.until(lambda: self._hands.reads("optOutPanelState"), "the desk says so")

    async def what_went_out(self, checked: Checked) -> None:
        """Past the ten seconds of every refund: the processor made one, and the withdrawn one never reached it."""
        due = "SELECT count(*) FROM refunds WHERE imported_id IS NULL AND sends_at > now() - interval '2 s'"
        await self._wait(lambda: not self._facts.number(due), "the ten seconds are over")
        made = await asyncio.to_thread(self._facts.journal, "refund")
        succeeded = await self._rows(
            "SELECT id::text, amount_cents FROM refunds WHERE imported_id IS NULL AND state = 'succeeded'"
        )
        checked.equal("refunds that succeeded", len(succeeded), 1)
        told = [{"id": one["refund_id"], "amount_cents": one["amount_cents"]} for one in made]
        checked.equal("refunds that the processor made", told, succeeded)
        asked = await asyncio.to_thread(self._facts.journal, "request")
        posts = [one for one in asked if one["method"] == "POST" and one["path"].endswith("/refunds")]
        checked.equal("refunds that the processor was asked for", len(posts), 1)
        refused = "audit_entries WHERE outcome = 'refused'"
        checked.equal("refusals", await self._count(refused), 0)

    # the review

    async def _review_is_ready(self) -> None:
        await self._hands.until(lambda: self._hands.sees("refundReview"), "the money review")
        await self._hands.until(lambda: self._hands.reads("refund_card") not in ("", "..."), "its charge")

    async def _put_review_away(self) -> None:
        await self._hands.press("Escape")
        await self._hands.until(lambda: not self._hands.sees("refundReview"), "the review is closed")

    def _told_of_refund(self) -> str:
        return self._hands.reads("refundState")

    async def _refund_of(self, charge: int) -> Fact:
        question = "SELECT id, state FROM refunds WHERE charge_id = %s AND imported_id IS NULL"
        await self._wait(lambda: self._facts.one(question, charge), "the refund is asked for")
        return await self._row(question, charge)

    def _made_by_processor(self, refund_id: str) -> list[Fact]:
        return [one for one in self._facts.journal("refund") if one["refund_id"] == refund_id]

    # facts, beside the window's thread

    async def _rows(self, question: str, *values: object) -> list[Fact]:
        return await asyncio.to_thread(self._facts.all, question, *values)

    async def _row(self, question: str, *values: object) -> Fact:
        found = await asyncio.to_thread(self._facts.one, question, *values)
        if found is None:
            raise NotSeen(f"no row for {question}")
        return found

    async def _count(self, of: str, *values: object) -> int:
        return await asyncio.to_thread(self._facts.number, f"SELECT count(*) FROM {of}", *values)

    async def _entries(self, action: str) -> int:
        return await self._count("audit_entries WHERE action = %s AND actor = %s", action, _ME)

    async def _message_with(self, who: str, join: str, condition: str, paid: int = 0) -> int:
        row = await self._row(
            f"SELECT m.id FROM messages m JOIN recipients r ON r.id = m.recipient_id JOIN {join} "
            f"WHERE r.name = %s AND {condition} "
            f"AND NOT (%s = 1 AND EXISTS (SELECT 1 FROM plays p WHERE p.message_id = m.id)) "
            "ORDER BY m.recorded_at DESC LIMIT 1",
            who,
            paid,
        )
        return int(row["id"])

    async def _wait(self, fact: Callable[[], object], what: str, seconds: float = 15.0) -> None:
        """Wait for something to be so in the database."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not await asyncio.to_thread(fact):
            if loop.time() > deadline:
                raise NotSeen(f"{what}: not so after {seconds:.0f} s")
            await asyncio.sleep(0.1)
