"""Tells of what was found: who it is about, and what of it helps to choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text

from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.service.foundation.context import Context
from care_console.service.recipients.moments import dated, hour_said, length_said
from care_console.service.recipients.search.cards import shown_brand
from care_console.service.recipients.search.found import Found

# With a LIMIT of its own, so that it is looked up for each, and never all of it read for many.
LAST_HEARD = (
    "LEFT JOIN LATERAL "
    "(SELECT at, sender_id FROM last_heard WHERE recipient_id = {of} LIMIT 1) AS last ON true"
)
_WHO = "r.phone, r.name, r.language"
# What a kind of hit is told by. Of a kind that stands beside others in one answer, the columns of those are
# NULL; of one that stands alone they are left out: a third of the time that its row takes to get here.
_TOLD: dict[HitKind, dict[str, str]] = {
    HitKind.RECIPIENT: {"id": "r.id", "recipient_id": "r.id", "at": "last.at", "sender": "s.name"},
    HitKind.MESSAGE: {
        "id": "m.id",
        "recipient_id": "m.recipient_id",
        "at": "m.recorded_at",
        "sender": "s.name",
        "facility": "f.name",
        "seconds": "m.seconds::int",
        "cents": "m.price_cents",
    },
    HitKind.CHARGE: {
        "id": "c.id",
        "recipient_id": "c.recipient_id",
        "at": "c.charged_at",
        "sender": "s.name",
        "cents": "c.amount_cents",
        "method": "c.method",
        "brand": "c.brand",
        "last4": "c.last4",
        "status": "c.status",
    },
}
_ALL = {
    "id": "NULL::bigint",
    "recipient_id": "NULL::bigint",
    "at": "NULL::timestamptz",
    "sender": "NULL::text",
    "facility": "NULL::text",
    "seconds": "NULL::int",
    "cents": "NULL::int",
    "method": "NULL::text",
    "brand": "NULL::text",
    "last4": "NULL::text",
    "status": "NULL::text",
}
_FROM = {
    HitKind.RECIPIENT: "{wanted} LEFT JOIN senders AS s ON s.id = last.sender_id",
    HitKind.MESSAGE: """
        {wanted} JOIN recipients AS r ON r.id = m.recipient_id
        JOIN senders AS s ON s.id = m.sender_id JOIN facilities AS f ON f.id = s.facility_id
    """,
    HitKind.CHARGE: """
        {wanted} JOIN recipients AS r ON r.id = c.recipient_id
        JOIN messages AS m ON m.id = c.message_id JOIN senders AS s ON s.id = m.sender_id
    """,
}
# By id. Of many people, only the best are told of: by rank, and within a rank by who was last heard of.
_WANTED = {
    HitKind.RECIPIENT: f"""
        (SELECT wanted.id, last.at, last.sender_id
         FROM unnest(CAST(:recipient_ids AS bigint[]), CAST(:recipient_ranks AS int[])) AS wanted (id, rank)
         {LAST_HEARD.format(of="wanted.id")}
         ORDER BY wanted.rank DESC, last.at DESC NULLS LAST, wanted.id DESC LIMIT :limit) AS last
        JOIN recipients AS r ON r.id = last.id
    """,
    HitKind.MESSAGE: "unnest(CAST(:message_ids AS bigint[])) AS wanted (id) JOIN messages AS m USING (id)",
    HitKind.CHARGE: "unnest(CAST(:charge_ids AS bigint[])) AS wanted (id) JOIN charges AS c USING (id)",
}


async def as_hits(ctx: Context, found: Sequence[Found], limit: int) -> list[SearchHit]:
    """The best of what was found: by rank, and within a rank by who was last heard of."""
    kinds = tuple(kind for kind in HitKind if any(one.kind is kind for one in found))
    if not kinds:
        return []
    values: dict[str, Any] = {"limit": limit}
    for kind in kinds:
        of_kind = [one for one in found if one.kind is kind]
        values[f"{kind.value}_ids"] = [one.id for one in of_kind]
        values[f"{kind.value}_ranks"] = [int(one.rank) for one in of_kind]
    return arranged(ctx, found, await ctx.connection.execute(_statement(kinds), values), limit)


@cache
def _statement(kinds: tuple[HitKind, ...]) -> TextClause:
    return text(" UNION ALL ".join(f"({told_from(kind, _WANTED[kind])})" for kind in kinds))


def told_from(kind: HitKind, wanted: str, also: str = "", *, is_alone: bool = False) -> str:
    """The SQL that tells of hits of one kind.

    `wanted` is what it is told from: messages by the name of `m`, charges by that of `c`, recipients by that
    of `r` with `last`, of whom and when something was heard last. `also` is selected first. The rows of one
    that `is_alone` cannot be put together with those of another kind.
    """
    columns = _TOLD[kind]
    if not is_alone:  # all kinds in one order
        columns = {name: columns.get(name, null) for name, null in _ALL.items()}
    told = ", ".join(f"{what} AS {name}" for name, what in columns.items())
    return f"SELECT {also}'{kind.value}' AS kind, {_WHO}, {told} FROM {_FROM[kind].format(wanted=wanted)}"


def arranged(ctx: Context, found: Iterable[Found], rows: Iterable[Any], limit: int) -> list[SearchHit]:
    """The hits of rows that tell of what was found: by rank, and within a rank by who was last heard of."""
    by_key: dict[tuple[str, int], Found] = {(one.kind, one.id): one for one in found}
    pairs = [(by_key[row.kind, row.id], row) for row in rows]
    pairs.sort(key=lambda pair: (-pair[0].rank, *_last_heard(pair[1])))
    return [told(ctx, one, row) for one, row in pairs[:limit]]


def _last_heard(row: Any) -> tuple[float, int]:
    return (-row.at.timestamp() if row.at else 0.0, -row.id)


def told(ctx: Context, found: Found, row: Any) -> SearchHit:
    """The hit of one row that tells of what was found."""
    title, detail = _TELLERS[found.kind](ctx, row)
    return SearchHit(
        kind=found.kind,
        id=str(found.id),
        recipient_id=str(row.recipient_id),
        title=title,
        detail=detail,
        why=found.why,
        phone=row.phone,
        name=row.name,
        language=row.language,
    )


def _tell_recipient(ctx: Context, row: Any) -> tuple[str, str]:
    heard = "no message yet"
    if row.at is not None:
        heard = f"last message {dated(row.at, ctx.now)} from {row.sender}"
    phone = display_phone(row.phone)
    return row.name or phone, f"{phone} · {heard}" if row.name else heard


def _tell_message(ctx: Context, row: Any) -> tuple[str, str]:
    moment = f"{dated(row.at, ctx.now)}, {hour_said(row.at)}"
    detail = f"{moment} · {length_said(row.seconds)} · {dollars(row.cents)} · for {_whom(row)}"
    return f"Message from {row.sender}, {row.facility}", detail


def _tell_charge(ctx: Context, row: Any) -> tuple[str, str]:
    card = f"{shown_brand(row.brand) if row.brand else 'card'} {row.last4 or ''}"
    ended = "paid" if row.status == "succeeded" else "failed"
    moment = f"{dated(row.at, ctx.now)}, {hour_said(row.at)}"
    return f"{dollars(row.cents)} {'prepaid' if row.method == 'prepaid' else card.strip()}", (
        f"{ended} {moment} · for the message from {row.sender} to {_whom(row)}"
    )


def _whom(row: Any) -> str:
    return str(row.name or display_phone(row.phone))


_TELLERS = {
    HitKind.RECIPIENT: _tell_recipient,
    HitKind.MESSAGE: _tell_message,
    HitKind.CHARGE: _tell_charge,
}
