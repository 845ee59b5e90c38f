"""The files of a data set: their columns, what each row must be, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from care_console.service.imports import checks
from care_console.service.imports.checks import Check


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file. SQL speaks of the staged row as `s`, of parents by the aliases in `parents`."""

    name: str
    columns: tuple[str, ...]
    table: str
    checks: tuple[Check, ...]
    into: dict[str, str]
    """Each column of the table, and the expression that fills it."""
    parents: tuple[tuple[str, str, str], ...] = ()
    """(alias, table, the staged column that names it by its old identifier)."""
    unique: tuple[str, ...] = ()
    """Sets of staged columns that no two rows share: the first row has them."""
    free_text: tuple[str, ...] = ()
    same_as: str | None = None
    """When a row `t` of the table is the staged row, imported before; by its old identifier where None."""

    @property
    def file(self) -> str:
        """The file's name in the folder."""
        return f"{self.name}.csv"

    @property
    def key(self) -> str:
        """The staged column that is the row's own identifier (of plays: their message's)."""
        return self.columns[0]

    @property
    def same(self) -> str:
        """When a row `t` of the table is the staged row `s`, imported before."""
        return self.same_as or f"t.imported_id = s.{self.key}"

    def joins(self, kind: str) -> str:
        """The joins of the parents, `LEFT` or `INNER`."""
        return " ".join(
            f"{kind} JOIN {table} {alias} ON {alias}.imported_id = s.{column}"
            for alias, table, column in self.parents
        )


def _words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _at(column: str) -> str:
    return f"s.{column}::timestamptz"


def _text(column: str) -> str:
    return f"coalesce(s.{column}, '')"


FACILITIES = DataFile(
    "facilities",
    _words("facility_id name state timezone"),
    "facilities",
    (checks.an_identifier("facility_id"), checks.a_time_zone("timezone")),
    {
        "imported_id": "s.facility_id",
        "name": _text("name"),
        "state": _text("state"),
        "timezone": "s.timezone",
    },
    unique=("facility_id",),
    free_text=("name",),
)
SENDERS = DataFile(
    "senders",
    _words("sender_id name booking_number facility_id"),
    "senders",
    (checks.an_identifier("sender_id"), checks.a_parent("f")),
    {
        "imported_id": "s.sender_id",
        "name": _text("name"),
        "booking_number": _text("booking_number"),
        "facility_id": "f.id",
    },
    parents=(("f", "facilities", "facility_id"),),
    unique=("sender_id",),
    free_text=("name",),
)
RECIPIENTS = DataFile(
    "recipients",
    _words("recipient_id phone name language created_at"),
    "recipients",
    (
        checks.an_identifier("recipient_id"),
        checks.a_us_phone("phone"),
        checks.one_of("language", ("en", "es")),
        checks.a_time("created_at"),
    ),
    {
        "imported_id": "s.recipient_id",
        "phone": "s.phone",
        "name": _text("name"),
        "language": "s.language",
        "created_at": _at("created_at"),
    },
    unique=("recipient_id",),
    free_text=("name",),
)
MESSAGES = DataFile(
    "messages",
    _words("message_id sender_id recipient_id recorded_at seconds price_cents audio privileged"),
    "messages",
    (
        checks.an_identifier("message_id"),
        checks.a_parent("a"),
        checks.a_parent("r"),
        checks.a_time("recorded_at"),
        checks.seconds("seconds", 1, 120),
        checks.cents("price_cents"),
        checks.one_of_or_nothing("privileged", ("yes",)),
    ),
    {
        "imported_id": "s.message_id",
        "sender_id": "a.id",
        "recipient_id": "r.id",
        "recorded_at": _at("recorded_at"),
        "seconds": "s.seconds::smallint",
        "price_cents": "s.price_cents::integer",
        "privileged": "s.privileged IS NOT NULL",
    },
    parents=(("a", "senders", "sender_id"), ("r", "recipients", "recipient_id")),
    unique=("message_id",),
)
_OF_A_MESSAGE = (("m", "messages", "message_id"),)
LINKS = DataFile(
    "links",
    _words("link_id message_id issued_at expires_at revoked_at issued_by code"),
    "links",
    (
        checks.an_identifier("link_id"),
        checks.an_identifier("code"),
        checks.a_parent("m"),
        checks.a_time("issued_at"),
        checks.a_time("expires_at"),
        checks.a_time_or_nothing("revoked_at"),
    ),
    {
        "imported_id": "s.link_id",
        "message_id": "m.id",
        "recipient_id": "m.recipient_id",
        "code": "s.code",
        "issued_at": _at("issued_at"),
        "expires_at": _at("expires_at"),
        "revoked_at": _at("revoked_at"),
        "issued_by": _text("issued_by"),
    },
    parents=_OF_A_MESSAGE,
    unique=("link_id", "code"),
)
TEXTS = DataFile(
    "texts",
    _words("text_id phone message_id direction kind body at status provider_id"),
    "texts",
    (
        checks.an_identifier("text_id"),
        checks.a_us_phone("phone"),
        checks.a_parent_or_nothing("m", "message_id"),
        checks.one_of("direction", ("in", "out")),
        checks.one_of("kind", _words("link reminder stop stop_confirmation help start other")),
        checks.a_time("at"),
        checks.one_of("status", _words("queued sent delivered undelivered failed received")),
    ),
    {
        "imported_id": "s.text_id",
        "phone": "s.phone",
        "message_id": "m.id",
        "direction": "s.direction",
        "kind": "s.kind",
        "body": _text("body"),
        "at": _at("at"),
        "status": "s.status",
        "provider_id": "s.provider_id",
    },
    parents=_OF_A_MESSAGE,
    unique=("text_id",),
    free_text=("body",),
)
CHARGES = DataFile(
    "charges",
    _words("charge_id message_id charged_at amount_cents method brand last4 status processor_ref"),
    "charges",
    (
        checks.an_identifier("charge_id"),
        checks.a_parent("m"),
        checks.a_time("charged_at"),
        checks.cents("amount_cents"),
        checks.one_of("method", ("card", "prepaid")),
        checks.one_of_or_nothing("brand", _words("visa mastercard amex discover")),
        checks.four_digits_or_nothing("last4"),
        checks.one_of("status", ("succeeded", "failed")),
    ),
    {
        "imported_id": "s.charge_id",
        "message_id": "m.id",
        "recipient_id": "m.recipient_id",
        "charged_at": _at("charged_at"),
        "amount_cents": "s.amount_cents::integer",
        "method": "s.method",
        "brand": "s.brand",
        "last4": "s.last4",
        "status": "s.status",
        "processor_ref": "s.processor_ref",
    },
    parents=_OF_A_MESSAGE,
    unique=("charge_id",),
)
REFUNDS = DataFile(
    "refunds",
    _words("refund_id charge_id amount_cents reason requested_by requested_at status processor_ref"),
    "refunds",
    (
        checks.an_identifier("refund_id"),
        checks.a_parent("c"),
        checks.cents("amount_cents"),
        checks.one_of("reason", _words("duplicate inaudible expired_unheard wrong_recipient goodwill other")),
        checks.a_time("requested_at"),
        checks.one_of("status", _words("succeeded failed pending")),
    ),
    {
        "id": "gen_random_uuid()",
        "imported_id": "s.refund_id",
        "charge_id": "c.id",
        "recipient_id": "c.recipient_id",
        "amount_cents": "s.amount_cents::integer",
        "reason": "s.reason",
        "state": "s.status",
        "requested_by": _text("requested_by"),
        "requested_at": _at("requested_at"),
        "submitted_at": _at("requested_at"),
        "processor_ref": "s.processor_ref",
    },
    parents=(("c", "charges", "charge_id"),),
    unique=("refund_id",),
)
PLAYS = DataFile(
    "plays",
    _words("message_id played_at seconds_played"),
    "plays",
    (
        checks.a_parent("m"),
        checks.a_time("played_at"),
        checks.seconds("seconds_played", 0, 32_767),
    ),
    {
        "message_id": "m.id",
        "recipient_id": "m.recipient_id",
        "played_at": _at("played_at"),
        "seconds_played": "s.seconds_played::smallint",
        "imported": "true",
    },
    parents=_OF_A_MESSAGE,
    unique=("message_id, played_at, seconds_played",),
    same_as=(
        "t.imported AND t.message_id = m.id AND t.played_at = s.played_at::timestamptz "
        "AND t.seconds_played = s.seconds_played::smallint"
    ),
)
CONSENT = DataFile(
    "consent",
    _words("event_id phone kind channel at actor evidence"),
    "consent_events",
    (
        checks.an_identifier("event_id"),
        checks.a_us_phone("phone"),
        checks.one_of("kind", ("opt_out", "opt_in")),
        checks.one_of("channel", _words("sms care_call web carrier complaint")),
        checks.a_time("at"),
    ),
    {
        "imported_id": "s.event_id",
        "phone": "s.phone",
        "kind": "s.kind",
        "channel": "s.channel",
        "words": _text("evidence"),
        "received_at": _at("at"),
        "effective_at": _at("at"),
        "actor": _text("actor"),
    },
    unique=("event_id",),
    free_text=("actor", "evidence"),
)

FILES = (FACILITIES, SENDERS, RECIPIENTS, MESSAGES, LINKS, TEXTS, CHARGES, REFUNDS, PLAYS, CONSENT)
"""Parents before children: a row's parents are in their table when it comes."""
