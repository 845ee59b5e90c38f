"""Tells of what was found: who it is about, and what of it helps to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.search import HitKind, SearchHit
from care_console.service.foundation.context import Context
from care_console.service.foundation.quick import together
from care_console.service.recipients.moments import dated, hour_said, length_said
from care_console.service.recipients.search.found import Found

_QUERIES = {
    HitKind.RECIPIENT: text(
        """
        SELECT r.id, r.id AS recipient_id, r.phone, r.name, r.language,
               last.recorded_at AS at, s.name AS sender
        FROM unnest(CAST(:ids AS bigint[])) AS wanted (id) JOIN recipients r USING (id)
        LEFT JOIN LATERAL (SELECT recorded_at, sender_id FROM messages WHERE recipient_id = r.id
                           ORDER BY recorded_at DESC, id DESC LIMIT 1) last ON true
        LEFT JOIN senders s ON s.id = last.sender_id
        """
    ),
    HitKind.MESSAGE: text(
        """
        SELECT m.id, m.recipient_id, r.phone, r.name, r.language, m.recorded_at AS at,
               m.seconds, m.price_cents, s.name AS sender, f.name AS facility
        FROM unnest(CAST(:ids AS bigint[])) AS wanted (id) JOIN messages m USING (id)
        JOIN recipients r ON r.id = m.recipient_id
        JOIN senders s ON s.id = m.sender_id JOIN facilities f ON f.id = s.facility_id
        """
    ),
    HitKind.CHARGE: text(
        """
        SELECT c.id, c.recipient_id, r.phone, r.name, r.language, c.charged_at AS at, c.amount_cents,
               c.method, c.brand, c.last4, c.status, s.name AS sender
        FROM unnest(CAST(:ids AS bigint[])) AS wanted (id) JOIN charges c USING (id)
        JOIN recipients r ON r.id = c.recipient_id
        JOIN messages m ON m.id = c.message_id JOIN senders s ON s.id = m.sender_id
        """
    ),
}


async def as_hits(ctx: Context, found: Sequence[Found], limit: int) -> list[SearchHit]:
    """The best of what was found: by rank, and within a rank by who was last heard of."""
    rows: dict[tuple[HitKind, int], Any] = {}
    ids = {kind: [one.id for one in found if one.kind is kind] for kind in HitKind}
    asked = [(kind, (_QUERIES[kind], {"ids": some})) for kind, some in ids.items() if some]
    if asked:
        given = await together(ctx.connection, *(one for _, one in asked))
        for (kind, _), found_rows in zip(asked, given, strict=True):
            rows |= {(kind, row.id): row for row in found_rows}
    there = [one for one in found if (one.kind, one.id) in rows]
    there.sort(key=lambda one: (-one.rank, *_last_heard(rows[one.kind, one.id])))
    return [_hit(ctx, one, rows[one.kind, one.id]) for one in there[:limit]]


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
    detail = f"{moment} · {length_said(row.seconds)} · {dollars(row.price_cents)} · for {_whom(row)}"
    return f"Message from {row.sender}, {row.facility}", detail


def _tell_charge(ctx: Context, row: Any) -> tuple[str, str]:
    method = (
        "prepaid" if row.method == "prepaid" else f"{(row.brand or 'card').capitalize()} {row.last4 or ''}"
    )
    ended = "paid" if row.status == "succeeded" else "failed"
    moment = f"{dated(row.at, ctx.now)}, {hour_said(row.at)}"
    return f"{dollars(row.amount_cents)} {method.strip()}", (
        f"{ended} {moment} · for the message from {row.sender} to {_whom(row)}"
    )


def _whom(row: Any) -> str:
    return str(row.name or display_phone(row.phone))


_TELLERS = {
    HitKind.RECIPIENT: _tell_recipient,
    HitKind.MESSAGE: _tell_message,
    HitKind.CHARGE: _tell_charge,
}
