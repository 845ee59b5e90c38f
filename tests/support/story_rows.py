"""The stories of the small service: a Spanish-speaking caller charged twice, an opt-out, awkward names."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from care_console.contract.base import Bilingual
from care_console.contract.charges import Charge, ChargeState, PaymentMethod, RefundReason, RefundState
from care_console.contract.consent import Consent, ConsentChannel, ConsentState
from care_console.contract.messages import (
    ChargedTwice,
    ChargeRole,
    ChargesJudged,
    Diagnosis,
    Facility,
    JudgedCharge,
    Levels,
    Message,
    Offer,
    OfferedCharge,
    OfferKind,
    PreviewReason,
    Sender,
    Verdict,
)
from care_console.contract.recipients import (
    Act,
    OpenMessage,
    Possibility,
    RecipientStory,
    RefundBudget,
)
from care_console.contract.timeline import (
    ChargeEntry,
    ConsentEntry,
    ContactEntry,
    DisputeEntry,
    LinkEntry,
    MessageEntry,
    NoteEntry,
    PlayEntry,
    PreviewEntry,
    RefundEntry,
    TextEntry,
    TimelineEntry,
    VisitEntry,
)

MARIA, AWKWARD, NOBODY, STOPPED = "r1", "r2", "r3", "r4"


def ago(now: datetime, days: float, minutes: float = 0) -> datetime:
    return (now - timedelta(days=days, minutes=-minutes)).replace(microsecond=0)


def around_a_message(
    now: datetime, number: int, days: float, *, paid: bool, heard: int | None
) -> list[TimelineEntry]:
    """Everything that happened around one message, oldest first."""
    m, code = f"m{number}", f"K7Q{number:02}WXMR4TCY"
    when = ago(now, days)
    found: list[TimelineEntry] = [
        MessageEntry(
            id=m,
            at=when,
            message_id=m,
            sender_name="Javier Delgado",
            facility_name="Dallas County Jail",
            seconds=72,
            price_cents=399,
            privileged=False,
            has_sound=True,
            imported_id=f"MSG-{88000 + number}",
        ),
        LinkEntry(
            id=f"l{number}",
            at=ago(now, days, 1),
            message_id=m,
            code=code,
            expires_at=ago(now, days - 14),
            revoked_at=None,
            issued_by="system",
        ),
        TextEntry(
            id=f"t{number}",
            at=ago(now, days, 1),
            message_id=m,
            direction="out",
            text_kind="link",
            status="delivered",
            body=f"Javier Delgado sent you a voice message: mvm.example/{code} Reply STOP to end.",
        ),
    ]
    if paid:
        found += [
            VisitEntry(id=f"v{number}", at=ago(now, days, 58), message_id=m, link_id=f"l{number}"),
            ChargeEntry(
                id=f"c{number}",
                at=ago(now, days, 60),
                message_id=m,
                amount_cents=399,
                method=PaymentMethod.CARD,
                brand="visa",
                last4="4242",
                state=ChargeState.SUCCEEDED,
                refunded_cents=0,
                imported_id=f"CHG-{5000 + number}",
            ),
        ]
    if heard is not None:
        found.append(
            PlayEntry(id=f"p{number}", at=ago(now, days, 63), message_id=m, seconds_played=heard, seconds=72)
        )
    return found


def marias(now: datetime) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for number in range(1, 26):
        entries += around_a_message(now, number, 40 + (26 - number) * 6.3, paid=number % 3 != 0, heard=72)
    for number, days, heard in ((26, 9.2, 72), (27, 4.1, 4)):
        entries += around_a_message(now, number, days, paid=True, heard=heard)
    entries += around_a_message(now, 28, 1.3, paid=True, heard=None)
    entries += [
        ChargeEntry(
            id="c28b",
            at=ago(now, 1.3, 61),
            message_id="m28",
            amount_cents=399,
            method=PaymentMethod.CARD,
            brand="visa",
            last4="4242",
            state=ChargeState.SUCCEEDED,
            refunded_cents=0,
            imported_id=None,
        ),
        ConsentEntry(
            id="o1",
            at=ago(now, 120),
            event="opt_in",
            state=ConsentState.OPTED_IN,
            channel=ConsentChannel.SMS,
            words="START",
            actor="handset",
        ),
        NoteEntry(
            id="n1",
            at=ago(now, 3.9),
            actor="s.okafor",
            text="Caller says the first seconds were only noise. Explained the ringer switch; she will "
            "try again on her sister's phone and call back if it stays silent.",
        ),
        ContactEntry(id="k1", at=ago(now, 3.9, 4), disposition="could_not_hear", actor="s.okafor"),
        PreviewEntry(
            id="w1",
            at=ago(now, 3.9, 2),
            message_id="m27",
            reason=PreviewReason.COULD_NOT_HEAR,
            actor="s.okafor",
        ),
        RefundEntry(
            id="7b1c5e0e-5c34-4a52-9d0d-111111111111",
            at=ago(now, 9.0),
            message_id="m26",
            charge_id="c26",
            amount_cents=399,
            state=RefundState.SUCCEEDED,
            reason=RefundReason.INAUDIBLE,
            requested_by="s.okafor",
        ),
        DisputeEntry(id="d1", at=ago(now, 30), charge_id="c25", amount_cents=399, status="won"),
        TextEntry(
            id="t90",
            at=ago(now, 0.06),
            direction="in",
            text_kind="other",
            status="received",
            body="hola no puedo escuchar el mensaje 😕 <b>ayuda</b>",
        ),
        TextEntry(
            id="t91",
            at=ago(now, 0.3),
            message_id="m28",
            direction="out",
            text_kind="reminder",
            status="undelivered",
            body="Your voice message from Javier Delgado ends Tuesday 9 PM.",
        ),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def a_story(now: datetime, id: str, **given: object) -> RecipientStory:
    allowed = [Possibility(act=act, allowed=True) for act in Act]
    told: dict[str, object] = {
        "id": id,
        "imported_id": None,
        "phone": "+12145550142",
        "name": "María Delgado",
        "language": "es",
        "since": ago(now, 200),
        "version": 1,
        "consent": Consent(
            state=ConsentState.OPTED_IN, since=ago(now, 120), channel=ConsentChannel.SMS, words="START"
        ),
        "consent_history": [],
        "story": Bilingual(
            en="3 messages this week; 1 paid, never heard, ends Tuesday 9 PM; $3.99 charged twice yesterday.",
            es="3 mensajes esta semana; 1 pagado y nunca escuchado; se cobraron $3.99 dos veces ayer.",
        ),
        "on_this_number": [],
        "open_messages": [],
        "may": allowed,
        "refund_budget": RefundBudget(caller_day_left_cents=1101, shift_left_cents=5202),
    }
    return RecipientStory.model_validate(told | given)


def judged(id: str, at: datetime, role: ChargeRole, **given: object) -> JudgedCharge:
    """A charge of the message m28 as it stands beside others."""
    told: dict[str, object] = {
        "charge_id": id,
        "message_id": "m28",
        "charged_at": at,
        "amount_cents": 399,
        "left_cents": 399,
        "method": PaymentMethod.CARD,
        "brand": "visa",
        "last4": "4242",
        "role": role,
    }
    return JudgedCharge.model_validate(told | given)


def _charged_twice(now: datetime) -> ChargesJudged:
    return ChargesJudged(
        charges=(
            judged("c28", ago(now, 1.3, 60), ChargeRole.PAYMENT),
            judged("c28b", ago(now, 1.3, 61), ChargeRole.DUPLICATE),
        ),
        say=Bilingual(
            en="You were charged twice for the same message. I can refund $3.99 now.",
            es="Se le cobró dos veces por el mismo mensaje. Puedo devolverle $3.99 ahora.",
        ),
    )


def open_messages_of(now: datetime) -> list[OpenMessage]:
    return [
        OpenMessage(
            id="m28",
            imported_id="MSG-88028",
            sender_name="Javier Delgado",
            facility_name="Dallas County Jail",
            recorded_at=ago(now, 1.3),
            seconds=72,
            price_cents=399,
            expires_at=ago(now, -12.7),
            privileged=False,
            has_sound=True,
            diagnosis=Diagnosis(
                verdict=Verdict.CHARGED_TWICE,
                sub_kind=ChargedTwice.SAME_MESSAGE_TWICE,
                say=Bilingual(
                    en="You were charged twice for the same message. I can give the second $3.99 back now.",
                    es="Se le cobró dos veces por el mismo mensaje. Le devuelvo ahora los segundos $3.99.",
                ),
                offer=Offer(
                    do=OfferKind.REFUND, charges=(OfferedCharge(charge_id="c28b", amount_cents=399),)
                ),
                charges=_charged_twice(now),
            ),
        )
    ]


def _peaks() -> list[int]:
    """A waveform like speech: words, pauses, and a breath at the end."""
    words = [abs(math.sin(place / 9)) * (0.4 + 0.6 * abs(math.sin(place / 2.3))) for place in range(240)]
    return [round(255 * loud * (0.05 if place % 60 > 46 else 0.85)) for place, loud in enumerate(words)]


def message_of(now: datetime, id: str, charges: list[Charge], open_messages: list[OpenMessage]) -> Message:
    known = next((message for message in open_messages if message.id == id), None)
    fine = Diagnosis(
        verdict=Verdict.FINE,
        say=Bilingual(
            en="The recording is fine. Turn the ringer switch on and try again.",
            es="La grabación está bien. Active el sonido del teléfono y pruebe otra vez.",
        ),
        offer=Offer(do=OfferKind.REISSUE),
    )
    return Message(
        id=id,
        imported_id=None,
        recipient_id=MARIA,
        sender=Sender(name="Javier Delgado", booking_number="22-40917"),
        facility=Facility(name="Dallas County Jail", state="TX", timezone="America/Chicago"),
        recorded_at=ago(now, 1.3),
        seconds=72,
        price_cents=399,
        privileged=False,
        has_sound=True,
        links=[],
        charges=charges,
        plays=[],
        levels=Levels(
            duration_seconds=72.4,
            loudness_lufs=-18.2,
            true_peak_dbfs=-3.1,
            silence_share=0.19,
            clipping_share=0.0,
            codec="aac",
            peaks=_peaks(),
        ),
        diagnosis=known.diagnosis if known else fine,
    )


def charges_of(entries: list[TimelineEntry], message_id: str) -> list[Charge]:
    return [
        Charge(
            id=entry.id,
            message_id=message_id,
            charged_at=entry.at,
            amount_cents=entry.amount_cents,
            method=entry.method,
            brand=entry.brand,
            last4=entry.last4,
            state=entry.state,
            refunded_cents=entry.refunded_cents,
            refunds=[],
        )
        for entry in entries
        if isinstance(entry, ChargeEntry) and entry.message_id == message_id
    ]
