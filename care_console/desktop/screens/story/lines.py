"""One line of facts for each kind of timeline entry, and the details that its open row shows."""

from __future__ import annotations

from typing import assert_never

from care_console.contract.charges import ChargeState, PaymentMethod, RefundState
from care_console.contract.consent import ConsentChannel, ConsentState
from care_console.contract.decisions import Decision
from care_console.contract.money import dollars
from care_console.contract.timeline import (
    ChargeEntry,
    ConsentEntry,
    ContactEntry,
    DisputeEntry,
    EntryKind,
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
from care_console.desktop.shell.tokens import Tone
from care_console.desktop.widgets.timeline.rows import Details, Row
from care_console.desktop.widgets.when import in_full, length

KIND_WORDS: dict[EntryKind, str] = {
    EntryKind.MESSAGE: "Message",
    EntryKind.TEXT: "Text",
    EntryKind.LINK: "Link",
    EntryKind.VISIT: "Visit",
    EntryKind.PLAY: "Play",
    EntryKind.CHARGE: "Charge",
    EntryKind.REFUND: "Refund",
    EntryKind.DISPUTE: "Dispute",
    EntryKind.CONSENT: "Consent",
    EntryKind.NOTE: "Note",
    EntryKind.PREVIEW: "Preview",
    EntryKind.CONTACT: "Call",
}

_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover"}

_REFUND_BADGES: dict[RefundState, tuple[str, Tone]] = {
    RefundState.AWAITING_APPROVAL: ("awaits approval", Tone.WARN),
    RefundState.WAITING: ("sends in seconds", Tone.ACCENT),
    RefundState.WITHDRAWN: ("taken back", Tone.PLAIN),
    RefundState.SUBMITTED: ("sent to the bank", Tone.ACCENT),
    RefundState.UNKNOWN: ("checking", Tone.WARN),
    RefundState.PENDING: ("waiting for the bank", Tone.ACCENT),
    RefundState.SUCCEEDED: ("refunded", Tone.GOOD),
    RefundState.FAILED: ("not refunded", Tone.BAD),
    RefundState.DECLINED: ("declined", Tone.BAD),
}

_TEXT_BADGES: dict[str, tuple[str, Tone]] = {
    "queued": ("queued", Tone.ACCENT),
    "sending": ("being sent", Tone.ACCENT),
    "sent": ("sent", Tone.PLAIN),
    "delivered": ("delivered", Tone.GOOD),
    "undelivered": ("not delivered", Tone.BAD),
    "failed": ("failed", Tone.BAD),
    "received": ("received", Tone.PLAIN),
    "cancelled": ("cancelled", Tone.WARN),
    "withheld": ("waits for an answer", Tone.WARN),
}

CHANNELS: dict[ConsentChannel, str] = {
    ConsentChannel.SMS: "by text",
    ConsentChannel.CARE_CALL: "on a call to care",
    ConsentChannel.WEB: "on the web",
    ConsentChannel.CARRIER: "by the carrier",
    ConsentChannel.COMPLAINT: "by a complaint",
}


def row_of(entry: TimelineEntry, doubled: frozenset[str] = frozenset()) -> Row:
    """The row that an entry is shown as. `doubled`: ids of charges that may have been made twice."""
    icon, line, badge, tone, _ = _parts(entry)
    if isinstance(entry, ChargeEntry) and entry.id in doubled and badge == "paid":
        badge, tone = "paid twice?", Tone.WARN
    return Row(
        key=f"{entry.kind}:{entry.id}",
        at=entry.at,
        kind=KIND_WORDS[EntryKind(entry.kind)],
        icon=icon,
        line=line,
        badge=badge,
        tone=tone,
        origin=entry,
        tell=_details,
    )


def _details(entry: TimelineEntry) -> Details:
    return (*_parts(entry)[-1], ("Reference", entry.id))


_Parts = tuple[str, str, str, Tone, Details]


def _parts(entry: TimelineEntry) -> _Parts:
    match entry:
        case MessageEntry():
            return _message(entry)
        case TextEntry():
            return _text(entry)
        case LinkEntry():
            return _link(entry)
        case VisitEntry():
            return "visit", "The page was opened", "", Tone.PLAIN, (("Link", entry.link_id),)
        case PlayEntry():
            return _play(entry)
        case ChargeEntry():
            return _charge(entry)
        case RefundEntry():
            return _refund(entry)
        case DisputeEntry():
            line = f"{dollars(entry.amount_cents)} disputed with the bank"
            tone = Tone.PLAIN if entry.status == "won" else Tone.BAD
            return "dispute", line, _words(entry.status), tone, (("Charge", entry.charge_id),)
        case ConsentEntry():
            return _consent(entry)
        case NoteEntry():
            return "note", entry.text, "", Tone.PLAIN, (("By", entry.actor), ("Note", entry.text))
        case PreviewEntry():
            line = f"Heard by {entry.actor}: {_words(entry.reason)}"
            return "preview", line, "", Tone.PLAIN, (("By", entry.actor), ("Reason", _words(entry.reason)))
        case ContactEntry():
            line = f"Call to care, {_words(entry.disposition)}"
            return "contact", line, "", Tone.PLAIN, (("Taken by", entry.actor),)
        case _:
            assert_never(entry)


def _message(entry: MessageEntry) -> _Parts:
    line = (
        f"{entry.sender_name}, {entry.facility_name} · {length(entry.seconds)} · {dollars(entry.price_cents)}"
    )
    details: Details = (
        ("From", entry.sender_name),
        ("Facility", entry.facility_name),
        ("Length", length(entry.seconds)),
        ("Price", dollars(entry.price_cents)),
        *_given("Imported as", entry.imported_id),
    )
    if entry.privileged:
        return "privileged", line, "privileged", Tone.WARN, details
    if not entry.has_sound:
        return "message", line, "no recording", Tone.PLAIN, details
    return "message", line, "", Tone.PLAIN, details


def _text(entry: TextEntry) -> _Parts:
    badge, tone = _TEXT_BADGES.get(entry.status, (_words(entry.status), Tone.PLAIN))
    incoming = entry.direction == "in"
    lead = "They wrote" if incoming else f"{_words(entry.text_kind).capitalize()} sent"
    line = f"{lead}: {entry.body}" if entry.body else lead
    return "text_in" if incoming else "text_out", line, badge, tone, (("Words", entry.body or "(none)"),)


def _link(entry: LinkEntry) -> _Parts:
    details: Details = (
        ("Code", entry.code),
        ("Ends", in_full(entry.expires_at, entry.at)),
        ("Issued by", entry.issued_by),
        *_given("Reason", entry.reason and _words(entry.reason)),
    )
    line = f"{entry.code}, good until {in_full(entry.expires_at, entry.at)}"
    if entry.revoked_at is not None:
        details = (*details, ("Replaced", in_full(entry.revoked_at, entry.at)))
        return "link", line, "replaced", Tone.PLAIN, details
    return "link", line, "", Tone.PLAIN, details


def _play(entry: PlayEntry) -> _Parts:
    line = f"Played {length(entry.seconds_played)} of {length(entry.seconds)}"
    little = entry.seconds_played * 4 < entry.seconds
    whole = entry.seconds_played >= entry.seconds
    badge = "barely heard" if little else ("heard" if whole else "")
    return "play", line, badge, Tone.WARN if little else (Tone.GOOD if whole else Tone.PLAIN), ()


def method_words(method: PaymentMethod, brand: str | None, last4: str | None) -> str:
    """How it was paid: ``Visa 4242``, ``prepaid account``."""
    if method is PaymentMethod.PREPAID:
        return "prepaid account"
    return " ".join(part for part in (_BRANDS.get(brand or "", brand or "card"), last4) if part)


def _charge(entry: ChargeEntry) -> _Parts:
    line = f"{dollars(entry.amount_cents)} by {method_words(entry.method, entry.brand, entry.last4)}"
    left = entry.amount_cents - entry.refunded_cents
    details: Details = (
        ("Amount", dollars(entry.amount_cents)),
        ("Paid by", method_words(entry.method, entry.brand, entry.last4)),
        ("Refunded", f"{dollars(entry.refunded_cents)}; {dollars(left)} left"),
        *_given("Message", entry.message_id),
        *_given("Imported as", entry.imported_id),
    )
    if entry.state is ChargeState.FAILED:
        return "charge", line, "did not go through", Tone.WARN, details
    if entry.refunded_cents == 0:
        return "charge", line, "paid", Tone.GOOD, details
    if left > 0:
        return "charge", f"{line}, {dollars(entry.refunded_cents)} going back", "part", Tone.ACCENT, details
    return "charge", f"{line}, all of it going back", "paid", Tone.PLAIN, details


def _refund(entry: RefundEntry) -> _Parts:
    badge, tone = _REFUND_BADGES[entry.state]
    line = f"{dollars(entry.amount_cents)}, {_words(entry.reason)}, by {entry.requested_by}"
    details: Details = (
        ("Amount", dollars(entry.amount_cents)),
        ("Reason", _words(entry.reason)),
        ("Asked by", entry.requested_by),
        ("Charge", entry.charge_id),
        *_given("Why not", entry.failure),
        *_approval(entry),
    )
    return "refund", line + _decided(entry), badge, tone, details


def _decided(entry: RefundEntry) -> str:
    """Who said yes or no, where somebody had to."""
    if entry.approval is None or entry.approval.decision is None:
        return ""
    word = "approved" if entry.approval.decision is Decision.APPROVE else "declined"
    return f", {word} by {entry.approval.decided_by}"


def _approval(entry: RefundEntry) -> Details:
    if entry.approval is None:
        return ()
    return (
        ("Approval", entry.approval.why),
        *_given("Decided by", entry.approval.decided_by),
        *_given("They wrote", entry.approval.note),
    )


def _consent(entry: ConsentEntry) -> _Parts:
    quoted = f": “{entry.words}”" if entry.words else ""
    lead = {
        "opt_out": "Texts stopped",
        "opt_in": "Texts allowed",
        "hold": "Texts held",
        "correction": "Corrected",
    }[entry.event]
    line = f"{lead} {CHANNELS[entry.channel]}{quoted}"
    if entry.event == "correction":
        line = f"An opt-out {CHANNELS[entry.channel]} was a mistake{quoted}"
    details: Details = (
        ("Words", entry.words or "(none)"),
        ("By", entry.actor),
        *_given("Approved by", entry.approved_by),
        *_given("Correction", _correction_words(entry)),
    )
    if entry.correction is not None and entry.correction.decision is None:
        return "consent_off", line, "correction asked", Tone.WARN, details
    match entry.state:
        case ConsentState.OPTED_IN:
            return "consent_on", line, "texts on", Tone.GOOD, details
        case ConsentState.OPTED_OUT:
            return "consent_off", line, "texts off", Tone.BAD, details
        case ConsentState.HELD:
            return "consent_held", line, "held", Tone.WARN, details
        case _:
            assert_never(entry.state)


def _correction_words(entry: ConsentEntry) -> str:
    """What became of the asking that this be corrected; empty where nobody asked."""
    asked = entry.correction
    if asked is None:
        return ""
    if asked.decision is None:
        return "asked for; waits for another person"
    word = "approved" if asked.decision is Decision.APPROVE else "declined"
    return f"{word} by {asked.decided_by}" + (f": “{asked.note}”" if asked.note else "")


def _given(label: str, value: str | None) -> Details:
    return ((label, value),) if value else ()


def _words(term: str) -> str:
    return str(term).replace("_", " ")
