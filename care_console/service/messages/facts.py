"""What is known of one message: the ground of every diagnosis, and of a story's sentence. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from care_console.contract.charges import RefundState
from care_console.contract.consent import ConsentState

# A dispute that we won, or that never became one, leaves the charge as it was; a lost one gave it back.
CLOSED_DISPUTES = ("won", "warning_closed")
LOST_DISPUTES = ("lost", "charge_refunded")

ARRIVED = frozenset({"delivered"})
UNDER_WAY = frozenset({"queued", "sending", "sent"})
NOT_ARRIVED = frozenset({"undelivered", "failed"})
NEVER_LEFT = frozenset({"cancelled", "withheld"})
"""What became of a text, in the words of the table."""


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund of a charge, in cents."""

    amount_cents: int
    state: RefundState
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A charge and the refunds of it, in the order of asking. `disputes` are their statuses."""

    id: int
    charged_at: datetime
    amount_cents: int
    method: str
    succeeded: bool
    message_id: int = 0
    brand: str | None = None
    last4: str | None = None
    refunds: Sequence[RefundFact] = ()
    disputes: Sequence[str] = ()

    @property
    def held_cents(self) -> int:
        """What of it is refunded or on its way."""
        return sum(refund.amount_cents for refund in self.refunds if refund.state.holds_money)

    @property
    def is_disputed(self) -> bool:
        """Whether a bank has it now."""
        return any(status not in CLOSED_DISPUTES + LOST_DISPUTES for status in self.disputes)

    @property
    def is_given_back(self) -> bool:
        """Whether a bank decided to give it back."""
        return any(status in LOST_DISPUTES for status in self.disputes)

    @property
    def left_cents(self) -> int:
        """What of it the caller has paid to this day: without what went back or is on its way there."""
        if not self.succeeded or self.is_given_back:
            return 0
        return max(0, self.amount_cents - self.held_cents)


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A link's life."""

    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def ends_at(self) -> datetime:
        """When it ends or ended."""
        return min(self.expires_at, self.revoked_at) if self.revoked_at else self.expires_at


@dataclass(frozen=True, slots=True)
class TextFact:
    """A text that carried a link of the message, out, and what became of it."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class SoundFact:
    """What was measured: LUFS, and shares from 0 to 1. `was_levelled`: it was checked when it came in, and
    what is heard is a copy made as loud as people expect."""

    loudness_lufs: float | None
    silence_share: float
    clipping_share: float
    was_levelled: bool = False


@dataclass(frozen=True)  # without slots, so that what is asked again and again is worked out once
class MessageFacts:
    """Everything known of one message. Sequences are in the order of time.

    `beside` are charges of the same recipient's other messages that a caller may take for one of this
    message's: the same amount by the same means, near in time. `number_paused`, `facility_paused`: a
    supervisor paused the recipient's number, or the sender's facility, and nobody has resumed it.
    """

    now: datetime
    id: int
    imported_id: str | None
    recipient_id: int
    sender_name: str
    facility_name: str
    recorded_at: datetime
    seconds: int
    price_cents: int
    privileged: bool
    consent: ConsentState
    links: Sequence[LinkFact] = ()
    texts: Sequence[TextFact] = ()
    visits: int = 0
    charges: Sequence[ChargeFact] = ()
    seconds_played: Sequence[int] = ()
    sound: SoundFact | None = None
    beside: Sequence[ChargeFact] = ()
    number_paused: bool = False
    facility_paused: bool = False

    @cached_property
    def live_until(self) -> datetime | None:
        """Until when a link of it lives; None where none does."""
        ends = [link.ends_at() for link in self.links if link.issued_at <= self.now]
        return max((end for end in ends if end > self.now), default=None)

    @property
    def ended_at(self) -> datetime | None:
        """When its last link ended; None where one lives, or there never was one."""
        if self.live_until is not None:
            return None
        return max((link.ends_at() for link in self.links), default=None)

    @cached_property
    def succeeded(self) -> Sequence[ChargeFact]:
        """The charges that went through, the earliest first, whatever became of them."""
        return [charge for charge in self.charges if charge.succeeded]

    @cached_property
    def paid(self) -> Sequence[ChargeFact]:
        """The charges of which the caller has paid something to this day."""
        return [charge for charge in self.charges if charge.left_cents > 0]

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing: then the page plays it without a payment."""
        return self.price_cents == 0

    @property
    def heard_seconds(self) -> int:
        """The longest that it was ever played at once."""
        return max(self.seconds_played, default=0)

    @property
    def was_opened(self) -> bool:
        """Whether the page was opened, as far as anything shows."""
        return bool(self.visits or self.charges or self.seconds_played)

    @property
    def waits_for_pause(self) -> bool:
        """Whether all that is on its way to the recipient is a text that a pause holds back now."""
        is_paused = self.number_paused or self.facility_paused
        return is_paused and not self.was_opened and self.text_statuses - NEVER_LEFT == {"queued"}

    @cached_property
    def text_statuses(self) -> frozenset[str]:
        """What became of the texts with the link that counts: the newest one's, where texts went with it.

        An older link is dead once a newer one is made, so that its text arrived helps nobody.
        """
        newest = max((link.issued_at for link in self.links), default=None)
        with_it = [text.status for text in self.texts if newest is not None and text.at >= newest]
        return frozenset(with_it or [text.status for text in self.texts])
