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
# Of many, only the best are told of: by rank, and within a rank by who was last heard of.
_PARTS = {
    HitKind.RECIPIENT: """
        SELECT {also}'recipient' AS kind, r.id, r.id AS recipient_id, r.phone, r.name, r.language, best.at,
               s.name AS sender, NULL::text AS facility, NULL::int AS seconds, NULL::int AS cents,
               NULL::text AS method, NULL::text AS brand, NULL::text AS last4, NULL::text AS status,
               best.place
        FROM (
            SELECT wanted.id, last.at, last.sender_id,
                   row_number() OVER (
                       ORDER BY wanted.rank DESC, last.at DESC NULLS LAST, wanted.id DESC) AS place
            FROM unnest(CAST(:recipient_ids AS bigint[]), CAST(:recipient_ranks AS int[]))
                AS wanted (id, rank)
            {last_heard}
            ORDER BY place LIMIT :limit) AS best
        JOIN recipients AS r ON r.id = best.id LEFT JOIN senders AS s ON s.id = best.sender_id
    """,
    HitKind.MESSAGE: """
        SELECT {also}'message' AS kind, m.id, m.recipient_id, r.phone, r.name, r.language,
               m.recorded_at AS at, s.name AS sender, f.name AS facility,
               m.seconds::int AS seconds, m.price_cents AS cents,
               NULL::text AS method, NULL::text AS brand, NULL::text AS last4, NULL::text AS status,
               0::bigint AS place
        FROM {wanted}
        JOIN recipients AS r ON r.id = m.recipient_id
        JOIN senders AS s ON s.id = m.sender_id JOIN facilities AS f ON f.id = s.facility_id
    """,
    HitKind.CHARGE: """
        SELECT {also}'charge' AS kind, c.id, c.recipient_id, r.phone, r.name, r.language, c.charged_at AS at,
               s.name AS sender, NULL::text AS facility, NULL::int AS seconds, c.amount_cents AS cents,
               c.method, c.brand, c.last4, c.status, 0::bigint AS place
        FROM {wanted}
        JOIN recipients AS r ON r.id = c.recipient_id
        JOIN messages AS m ON m.id = c.message_id JOIN senders AS s ON s.id = m.sender_id
    """,
}


_JOINED = {
    HitKind.RECIPIENT: "",
    HitKind.MESSAGE: "JOIN messages AS m USING (id)",
    HitKind.CHARGE: "JOIN charges AS c USING (id)",
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
    return text(" UNION ALL ".join(f"({written(kind)})" for kind in kinds))


def written(kind: HitKind, wanted: str = "", also: str = "") -> str:
    """The SQL that tells of hits of one kind: of the ids of `wanted`; `also` is selected first."""
    wanted = wanted or f"unnest(CAST(:{kind.value}_ids AS bigint[])) AS wanted (id)"
    return told_from(kind, f"{wanted} {_JOINED[kind]}", also)


def told_from(kind: HitKind, rows: str, also: str) -> str:
    """As `written`, of rows that are at hand: messages by the name of `m`, charges by that of `c`."""
    return _PARTS[kind].format(wanted=rows, also=also, last_heard=LAST_HEARD.format(of="wanted.id"))


def arranged(ctx: Context, found: Iterable[Found], rows: Iterable[Any], limit: int) -> list[SearchHit]:
    """The hits of rows that tell of what was found: by rank, and within a rank by who was last heard of."""
    by_key: dict[tuple[str, int], Found] = {(one.kind, one.id): one for one in found}
    pairs = [(by_key[row.kind, row.id], row) for row in rows]
    pairs.sort(key=lambda pair: (-pair[0].rank, *_last_heard(pair[1])))
    return [_hit(ctx, one, row) for one, row in pairs[:limit]]


def _last_heard(row: Any) -> tuple[float, int]:
    return (-row.at.timestamp() if row.at else 0.0, -row.id)


def _hit(ctx: Context, found: Found, row: Any) -> SearchHit:
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
