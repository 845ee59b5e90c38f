"""A recipient's story: who, where consent stands, the sentence, the open messages, what may be done."""

from __future__ import annotations

from care_console.contract.consent import Consent, ConsentState
from care_console.contract.recipients import Act, OpenMessage, Possibility, RecipientStory
from care_console.contract.roles import Permission
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import not_found
from care_console.service.messages.diagnosis import diagnose
from care_console.service.messages.facts import MessageFacts
from care_console.service.messages.facts_queries import asked_open, facts_of_rows
from care_console.service.recipients.sentence import tell_story
from care_console.service.recipients.tally import is_open
from care_console.service.recipients.who import asked_who, who_of
from care_console.service.refunds.limits import asked_spent, budget
from care_console.service.texting.hours import known_zones

MOST_OPEN = 20
"""So many open messages are told of one by one, the newest; the sentence counts all of them."""


async def read_story(ctx: Context, recipient_id: int) -> RecipientStory:
    """The story as it stands in this transaction."""
    who_rows, open_rows, spent = await ctx.connection.together(
        asked_who(ctx, recipient_id),
        asked_open(ctx, recipient_id),
        asked_spent(ctx, recipient_id),
    )
    who = who_of(who_rows.first())
    if who is None:
        raise not_found("recipient", recipient_id)
    told = facts_of_rows(ctx, open_rows, who.consent.state, who.paused is not None)
    facts = [one for one in told if is_open(one)]
    return RecipientStory(
        id=str(recipient_id),
        imported_id=who.imported_id,
        phone=who.phone,
        name=who.name,
        language=who.language,
        since=who.since,
        version=round(ctx.now.timestamp() * 1_000_000),
        consent=who.consent,
        consent_history=who.history,
        story=tell_story(ctx.now, who.recorded, facts, who.consent, who.paused),
        on_this_number=who.others,
        open_messages=[_open_message(one) for one in facts[:MOST_OPEN]],
        may=_may(ctx, who.recorded.newest_at is not None, who.consent),
        refund_budget=budget(ctx, spent.one()),
        zones=known_zones(who.phone),
        out_of_reach=who.out_of_reach,
        paused=who.paused,
        prepaid_cents=who.prepaid_cents,
    )


def _open_message(facts: MessageFacts) -> OpenMessage:
    return OpenMessage(
        id=str(facts.id),
        imported_id=facts.imported_id,
        sender_name=facts.sender_name,
        facility_name=facts.facility_name,
        recorded_at=facts.recorded_at,
        seconds=facts.seconds,
        price_cents=facts.price_cents,
        expires_at=facts.live_until or max((link.ends_at() for link in facts.links), default=None),
        privileged=facts.privileged,
        has_sound=facts.sound is not None,
        diagnosis=diagnose(facts),
    )


def _may(ctx: Context, has_messages: bool, consent: Consent) -> list[Possibility]:
    """What this person may do here, and why not; the service decides again when it is asked."""

    def possibility(act: Act, permission: Permission, why_not: str | None = None) -> Possibility:
        if not ctx.actor.may(permission):
            role = ctx.actor.role.value if ctx.actor.role else "nobody"
            why_not = f"The role {role} may not do this."
        return Possibility(act=act, allowed=why_not is None, why_not=why_not)

    no_messages = None if has_messages else "No message was ever recorded for this recipient."
    is_out = consent.state is ConsentState.OPTED_OUT
    stopped = "Texts to this number are stopped already." if is_out else None
    return [
        possibility(Act.OPT_OUT, Permission.OPT_OUT, stopped),
        possibility(Act.REISSUE, Permission.REISSUE, no_messages),
        possibility(Act.REFUND, Permission.REFUND, no_messages),
        possibility(Act.PREVIEW, Permission.PREVIEW, no_messages),
        possibility(Act.NOTE, Permission.WRITE_NOTE),
    ]
