"""A story: told from the facts in both languages, with what may be done, and read only on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care_console.contract.audit import Action
from care_console.contract.consent import ConsentState
from care_console.contract.messages import ChargedTwice, OfferKind, Verdict
from care_console.contract.recipients import RecipientStory
from care_console.contract.roles import Role
from care_console.service.audit.tables import audit_entries
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from tests.service.conftest import NOON, SignIn
from tests.support import builders

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"
NAME = "O'Nguyễn-Smith <b>"


async def marias_story(services: Services) -> int:
    """Three messages: one paid and not heard, one charged twice, one silent; two people on the number."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx, phone=PHONE, name=NAME)
        await builders.a_recipient(ctx, phone=PHONE, name="Rosa")
        unheard = await builders.a_message(ctx, recipient_id=recipient)
        await builders.a_link(ctx, unheard)
        await builders.a_text(ctx, unheard)
        await builders.a_charge(ctx, unheard)
        twice = await builders.a_message(ctx, recipient_id=recipient, recorded_at=NOON - timedelta(days=1))
        await builders.a_link(ctx, twice)
        await builders.a_text(ctx, twice)
        await builders.a_charge(ctx, twice)
        await builders.a_charge(ctx, twice)
        await builders.a_play(ctx, twice)
        silent = await builders.a_message(ctx, recipient_id=recipient, recorded_at=NOON - timedelta(days=2))
        await builders.a_link(ctx, silent)
        await builders.a_text(ctx, silent)
        await builders.a_recording(ctx, silent, loudness_lufs=None, silence_share=1.0)
        return recipient


async def test_the_sentence_and_the_verdicts_follow_from_the_facts(
    services: Services, sign_in: SignIn
) -> None:
    recipient = await marias_story(services)
    client = await sign_in()
    answer = await client.get(f"/v1/recipients/{recipient}")
    story = RecipientStory.model_validate(answer.json())
    assert story.story.en == (
        "3 messages this week; 1 paid, not heard, expires Dec 20; 1 not opened; 1 is silent; "
        "$3.99 twice on Nov 19."
    )
    assert story.story.es == (
        "3 mensajes esta semana; 1 pagado, sin oír, vence el 20 de dic; 1 sin abrir; 1 sin sonido; "
        "$3.99 dos veces el 19 de nov."
    )
    verdicts = [message.diagnosis.verdict for message in story.open_messages]
    assert verdicts == [Verdict.PAID_NEVER_PLAYED, Verdict.CHARGED_TWICE, Verdict.RECORDING_SILENT]
    twice = story.open_messages[1].diagnosis
    assert twice.sub_kind is ChargedTwice.SAME_MESSAGE_TWICE
    assert twice.offer.do is OfferKind.REFUND
    assert [charge.amount_cents for charge in twice.offer.charges] == [399]
    assert [person.name for person in story.on_this_number] == ["Rosa"]
    assert story.name == NAME
    assert all(one.allowed for one in story.may)


async def test_who_stopped_is_told_since_when_and_cannot_be_stopped_again(
    services: Services, sign_in: SignIn
) -> None:
    recipient = await marias_story(services)
    client = await sign_in()
    said = {"phone": PHONE, "words": "stop", "received_at": NOON.isoformat()}
    await client.post("/v1/opt-outs", json=said)
    story = RecipientStory.model_validate((await client.get(f"/v1/recipients/{recipient}")).json())
    assert story.consent.state is ConsentState.OPTED_OUT
    assert story.consent.words == "stop"
    assert story.story.en.endswith("texts stopped on Nov 20.")
    [stop] = [one for one in story.may if one.act == "opt_out"]
    assert not stop.allowed
    assert stop.why_not


async def test_every_look_is_an_entry_and_not_for_everybody(services: Services, sign_in: SignIn) -> None:
    recipient = await marias_story(services)
    client = await sign_in(login="ana")
    await client.get(f"/v1/recipients/{recipient}")
    await client.get(f"/v1/recipients/{recipient}/timeline")
    auditor = await sign_in(Role.AUDITOR)
    assert (await auditor.get(f"/v1/recipients/{recipient}")).status_code == 403
    async with services.database.begin() as connection:
        looks = await connection.execute(
            select(audit_entries.c.action, audit_entries.c.actor).where(
                audit_entries.c.subject == f"recipient:{recipient}"
            )
        )
        assert {tuple(row) for row in looks} == {(Action.STORY_READ, "ana"), (Action.TIMELINE_READ, "ana")}


async def test_kinds_are_filtered_and_unknown_ones_named(services: Services, sign_in: SignIn) -> None:
    recipient = await marias_story(services)
    client = await sign_in()
    call = f"/v1/recipients/{recipient}/timeline"
    page = (await client.get(call, params={"kinds": "charge,play"})).json()
    assert {entry["kind"] for entry in page["items"]} == {"charge", "play"}
    wrong = await client.get(call, params={"kinds": "charge,gossip"})
    assert wrong.status_code == 422
    assert "'gossip'" in wrong.json()["detail"]
    assert (await client.get(call, params={"limit": "0"})).status_code == 422
    assert (await client.get("/v1/recipients/777/timeline")).status_code == 404


async def test_a_message_is_told_whole(services: Services, sign_in: SignIn) -> None:
    recipient = await marias_story(services)
    client = await sign_in()
    story = (await client.get(f"/v1/recipients/{recipient}")).json()
    message = (await client.get(f"/v1/messages/{story['open_messages'][2]['id']}")).json()
    assert message["levels"]["loudness_lufs"] is None
    assert len(message["levels"]["peaks"]) == len(builders.PEAKS)
    assert message["diagnosis"]["verdict"] == "recording_silent"
    twice = (await client.get(f"/v1/messages/{story['open_messages'][1]['id']}")).json()
    assert [charge["refunded_cents"] for charge in twice["charges"]] == [0, 0]
    assert twice["plays"][0]["seconds_played"] == 72
