"""Sending a receipt by text, where the number may be texted: asked under its lock, once while one waits."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import exists, select

from care_console.contract.audit import Action
from care_console.contract.charges import ChargeState
from care_console.contract.consent import ConsentState
from care_console.contract.messages import TextPlan
from care_console.contract.problems import ProblemType
from care_console.contract.statements import ExplainedCharge, ReceiptSent
from care_console.service.audit.rules import record
from care_console.service.consent.rules import lock_number, state_of
from care_console.service.facilities.pauses import text_is_paused
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import Problem, not_found
from care_console.service.payments.queries import explained
from care_console.service.recipients.news import announce_people_on
from care_console.service.recipients.tables import recipients
from care_console.service.texting.bodies import ReceiptFacts, receipt_body
from care_console.service.texting.hours import next_moment
from care_console.service.texting.queueing import QueuedText, queue
from care_console.service.texting.tables import texts

KIND = "receipt"
_WAITS = ("queued", "sending")
_ALOUD = "No text went. Read the receipt aloud instead."


async def send_receipt(ctx: Context, charge_id: int) -> ReceiptSent:
    """Queue the receipt of a paid charge to the recipient's number. What forbids it is a problem.

    Two people who press at once send one: the second finds, under the number's lock, that one waits.
    """
    found = await explained(ctx, charge_id)
    if found is None:
        raise not_found("charge", charge_id)
    charge, recipient_id = found
    if charge.state is not ChargeState.SUCCEEDED:
        raise _refused(
            ProblemType.NO_RECEIPT, "This charge did not go through, so it has no receipt. No text went."
        )
    query = select(recipients.c.phone, recipients.c.language).where(recipients.c.id == recipient_id)
    number = (await ctx.connection.execute(query)).one()
    await lock_number(ctx, number.phone)
    message_id = int(charge.message_id)
    await _must_be_allowed(ctx, number.phone, message_id)
    body = receipt_body(number.language, _facts(charge))
    await _must_not_wait(ctx, number.phone, message_id, body)
    send_after = next_moment(number.phone, ctx.now, ctx.settings.allowed_hours)
    text_id = await queue(ctx, QueuedText(number.phone, KIND, body, send_after, message_id=message_id))
    details = {"text": str(text_id)}
    await record(ctx, Action.RECEIPT_SENT, f"charge:{charge_id}", details=details)
    await announce_people_on(ctx, number.phone)
    return ReceiptSent(charge_id=str(charge_id), words=body, text=TextPlan(goes=True, at=send_after))


async def _must_be_allowed(ctx: Context, phone: str, message_id: int) -> None:
    state = await state_of(ctx, phone)
    if state is ConsentState.OPTED_OUT:
        raise _refused(ProblemType.NUMBER_OPTED_OUT, f"This number is opted out of texts. {_ALOUD}")
    if state is ConsentState.HELD:
        held = "This number is held: somebody said what reads like a refusal."
        raise _refused(ProblemType.NUMBER_HELD, f"{held} {_ALOUD}")
    if await text_is_paused(ctx, phone, message_id):
        paused = "A supervisor paused this number, or the facility."
        raise _refused(ProblemType.NUMBER_PAUSED, f"{paused} {_ALOUD}")


async def _must_not_wait(ctx: Context, phone: str, message_id: int, body: str) -> None:
    """The body names its charge, so the same one that waits is the same receipt."""
    waits = exists().where(
        texts.c.phone == phone,
        texts.c.message_id == message_id,
        texts.c.kind == KIND,
        texts.c.body == body,
        texts.c.status.in_(_WAITS),
    )
    if (await ctx.connection.execute(select(waits))).scalar_one():
        raise _refused(
            ProblemType.RECEIPT_WAITS,
            "This receipt is on its way already, and goes at an hour that allows it. No second one was sent.",
        )


def _facts(charge: ExplainedCharge) -> ReceiptFacts:
    return ReceiptFacts(
        amount_cents=charge.amount_cents,
        refunded_cents=charge.refunded_cents,
        charged_at=charge.charged_at,
        paid_by=f"{(charge.brand or 'card').title()} {charge.last4}" if charge.last4 else "",
        sender_name=charge.sender_name,
        reference=charge.reference,
    )


def _refused(kind: ProblemType, sentence: str) -> Problem:
    return Problem(kind, HTTPStatus.CONFLICT, sentence)
