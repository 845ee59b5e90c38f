"""The small service with stories worth looking at: a Spanish-speaking caller charged twice, an opt-out,
an empty story, awkward names. For tests and pictures of the window."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

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
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import (
    Act,
    OpenMessage,
    PersonOnNumber,
    Possibility,
    RecipientStory,
    RefundBudget,
)
from care_console.contract.search import HitKind, SearchHit, SearchReply
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
    TimelinePage,
    VisitEntry,
)
from tests.support import fake_service as plain_service
from tests.support.fake_service import FakeService, Problem

MARIA, AWKWARD, NOBODY, STOPPED = "r1", "r2", "r3", "r4"
AWKWARD_NAME = "O'Nguyễn-Smith <b>of the Very Long Double-Barrelled Family Name</b> & Sons"
PAGE = 50


def _at(now: datetime, days: float, minutes: float = 0) -> datetime:
    return (now - timedelta(days=days, minutes=-minutes)).replace(microsecond=0)


def _a_message(
    now: datetime, number: int, days: float, *, paid: bool, heard: int | None
) -> list[TimelineEntry]:
    """Everything that happened around one message, oldest first."""
    m, code = f"m{number}", f"K7Q{number:02}WXMR4TCY"
    when = _at(now, days)
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
            at=_at(now, days, 1),
            message_id=m,
            code=code,
            expires_at=_at(now, days - 14),
            revoked_at=None,
            issued_by="system",
        ),
        TextEntry(
            id=f"t{number}",
            at=_at(now, days, 1),
            message_id=m,
            direction="out",
            text_kind="link",
            status="delivered",
            body=f"Javier Delgado sent you a voice message: mvm.example/{code} Reply STOP to end.",
        ),
    ]
    if paid:
        found += [
            VisitEntry(id=f"v{number}", at=_at(now, days, 58), message_id=m, link_id=f"l{number}"),
            ChargeEntry(
                id=f"c{number}",
                at=_at(now, days, 60),
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
            PlayEntry(id=f"p{number}", at=_at(now, days, 63), message_id=m, seconds_played=heard, seconds=72)
        )
    return found


def _marias(now: datetime) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for number in range(1, 26):
        entries += _a_message(now, number, 40 + (26 - number) * 6.3, paid=number % 3 != 0, heard=72)
    for number, days, heard in ((26, 9.2, 72), (27, 4.1, 4)):
        entries += _a_message(now, number, days, paid=True, heard=heard)
    entries += _a_message(now, 28, 1.3, paid=True, heard=None)
    entries += [
        ChargeEntry(
            id="c28b",
            at=_at(now, 1.3, 61),
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
            at=_at(now, 120),
            event="opt_in",
            state=ConsentState.OPTED_IN,
            channel=ConsentChannel.SMS,
            words="START",
            actor="handset",
        ),
        NoteEntry(
            id="n1",
            at=_at(now, 3.9),
            actor="s.okafor",
            text="Caller says the first seconds were only noise. Explained the ringer switch; she will "
            "try again on her sister's phone and call back if it stays silent.",
        ),
        ContactEntry(id="k1", at=_at(now, 3.9, 4), disposition="could_not_hear", actor="s.okafor"),
        PreviewEntry(
            id="w1",
            at=_at(now, 3.9, 2),
            message_id="m27",
            reason=PreviewReason.COULD_NOT_HEAR,
            actor="s.okafor",
        ),
        RefundEntry(
            id="7b1c5e0e-5c34-4a52-9d0d-111111111111",
            at=_at(now, 9.0),
            message_id="m26",
            charge_id="c26",
            amount_cents=399,
            state=RefundState.SUCCEEDED,
            reason=RefundReason.INAUDIBLE,
            requested_by="s.okafor",
        ),
        DisputeEntry(id="d1", at=_at(now, 30), charge_id="c25", amount_cents=399, status="won"),
        TextEntry(
            id="t90",
            at=_at(now, 0.06),
            direction="in",
            text_kind="other",
            status="received",
            body="hola no puedo escuchar el mensaje 😕 <b>ayuda</b>",
        ),
        TextEntry(
            id="t91",
            at=_at(now, 0.3),
            message_id="m28",
            direction="out",
            text_kind="reminder",
            status="undelivered",
            body="Your voice message from Javier Delgado ends Tuesday 9 PM.",
        ),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _story(now: datetime, id: str, **given: object) -> RecipientStory:
    allowed = [Possibility(act=act, allowed=True) for act in Act]
    told: dict[str, object] = {
        "id": id,
        "imported_id": None,
        "phone": "+12145550142",
        "name": "María Delgado",
        "language": "es",
        "since": _at(now, 200),
        "version": 1,
        "consent": Consent(
            state=ConsentState.OPTED_IN, since=_at(now, 120), channel=ConsentChannel.SMS, words="START"
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
            judged("c28", _at(now, 1.3, 60), ChargeRole.PAYMENT),
            judged("c28b", _at(now, 1.3, 61), ChargeRole.DUPLICATE),
        ),
        say=Bilingual(
            en="You were charged twice for the same message. I can refund $3.99 now.",
            es="Se le cobró dos veces por el mismo mensaje. Puedo devolverle $3.99 ahora.",
        ),
    )


def _open_messages(now: datetime) -> list[OpenMessage]:
    return [
        OpenMessage(
            id="m28",
            imported_id="MSG-88028",
            sender_name="Javier Delgado",
            facility_name="Dallas County Jail",
            recorded_at=_at(now, 1.3),
            seconds=72,
            price_cents=399,
            expires_at=_at(now, -12.7),
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


def _message(now: datetime, id: str, charges: list[Charge], open_messages: list[OpenMessage]) -> Message:
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
        recorded_at=_at(now, 1.3),
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


def _charges_of(entries: list[TimelineEntry], message_id: str) -> list[Charge]:
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


@dataclass
class StoryService(FakeService):
    """Its state can be changed by tests: `slow_search` seconds, `timelines` by recipient."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slow_search: dict[str, float] = field(default_factory=dict)
    searches: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    slow_stories: float = 0.0
    story_reads: list[str] = field(default_factory=list)
    stories: dict[str, RecipientStory] = field(default_factory=dict)
    timelines: dict[str, list[TimelineEntry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = self.now
        people = [PersonOnNumber(id=STOPPED, name="Rosa Delgado"), PersonOnNumber(id=NOBODY, name="")]
        self.stories = {
            MARIA: _story(now, MARIA, on_this_number=people, open_messages=_open_messages(now)),
            AWKWARD: _story(
                now,
                AWKWARD,
                name=AWKWARD_NAME,
                phone="+19725550199",
                language="en",
                consent=Consent(
                    state=ConsentState.HELD,
                    since=_at(now, 2),
                    channel=ConsentChannel.SMS,
                    words="quit texting me <i>please</i>",
                ),
            ),
            NOBODY: _story(
                now,
                NOBODY,
                name="",
                language="en",
                consent=Consent(state=ConsentState.OPTED_IN),
                story=Bilingual(en="Nothing has reached this number yet.", es="Nada ha llegado aún."),
            ),
            STOPPED: _story(
                now,
                STOPPED,
                name="Rosa Delgado",
                consent=Consent(
                    state=ConsentState.OPTED_OUT,
                    since=_at(now, 12),
                    channel=ConsentChannel.SMS,
                    words="ALTO por favor",
                ),
            ),
        }
        self.timelines = {
            MARIA: _marias(now),
            AWKWARD: _a_message(now, 50, 2.5, paid=True, heard=None)[::-1],
            NOBODY: [],
            STOPPED: _a_message(now, 60, 14, paid=False, heard=None)[::-1],
        }

    async def _search(self, request: Request) -> Response:
        self._who(request)
        words = request.query_params["q"].lower()
        self.searches.append(words)
        await asyncio.sleep(self.slow_search.get(words, 0))
        hits = [hit for hit in self._hits() if any(words in part for part in _findable(hit))]
        told = "" if hits else f"No recipient is called “{words}”."
        return plain_service._json(SearchReply(items=hits, understood=[f"“{words}”"], not_found=told))

    def _hits(self) -> list[SearchHit]:
        hits = [
            SearchHit(
                kind=HitKind.RECIPIENT,
                id=id,
                recipient_id=id,
                title=story.name or "No name on file",
                detail=story.story.en,
                why="last 4 digits of the phone",
                phone=story.phone,
                name=story.name,
                language=story.language,
            )
            for id, story in self.stories.items()
        ]
        maria = self.stories[MARIA]
        hits.append(
            SearchHit(
                kind=HitKind.CHARGE,
                id="c28",
                recipient_id=MARIA,
                title="$3.99 by Visa 4242, yesterday",
                detail="María Delgado, message from Javier Delgado",
                why="last 4 of the card",
                phone=maria.phone,
                name=maria.name,
                language="es",
            )
        )
        return hits

    async def _story(self, request: Request) -> Response:
        self._who(request)
        self.story_reads.append(request.path_params["id"])
        await asyncio.sleep(self.slow_stories)
        story = self.stories.get(request.path_params["id"])
        if story is None:
            raise Problem(404, ProblemType.NOT_FOUND, "Nobody is known by that reference.")
        return plain_service._json(story)

    async def _timeline(self, request: Request) -> Response:
        self._who(request)
        asked = request.query_params
        self.pages.append(str(asked))
        kinds = set(filter(None, asked.get("kinds", "").split(",")))
        entries = [e for e in self.timelines[request.path_params["id"]] if not kinds or e.kind in kinds]
        start, limit = int(asked.get("cursor", 0)), int(asked.get("limit", PAGE))
        end = start + limit
        cursor = str(end) if end < len(entries) else None
        return plain_service._json(TimelinePage(items=entries[start:end], next_cursor=cursor))

    async def _message(self, request: Request) -> Response:
        self._who(request)
        id = request.path_params["id"]
        charges = _charges_of(self.timelines[MARIA], id)
        return plain_service._json(_message(self.now, id, charges, self.stories[MARIA].open_messages))

    def refund_row(self, id: UUID, state: RefundState) -> None:
        """Put a refund into Maria's timeline, as the service would, and say so."""
        entry = RefundEntry(
            id=str(id),
            at=datetime.now(UTC),
            charge_id="c28b",
            amount_cents=399,
            state=state,
            reason=RefundReason.DUPLICATE,
            requested_by="ana",
        )
        self.timelines[MARIA] = [entry, *(e for e in self.timelines[MARIA] if e.id != entry.id)]
        self.tell("refund", str(id), 2, MARIA)


def _findable(hit: SearchHit) -> tuple[str, ...]:
    return hit.title.lower(), hit.phone, hit.name.lower()


@contextlib.asynccontextmanager
async def story_service() -> AsyncIterator[StoryService]:
    """Run one on a free port, on this loop."""
    async with plain_service.fake_service(StoryService()) as service:
        assert isinstance(service, StoryService)
        yield service
