"""Reads the facts of messages, with all that hangs on them, in one statement, each part by its index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from care_console.contract.charges import RefundState
from care_console.contract.consent import ConsentState
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Asked
from care_console.service.messages.duplicates import BESIDE_WITHIN
from care_console.service.messages.facts import (
    CLOSED_DISPUTES,
    LOST_DISPUTES,
    ChargeFact,
    LinkFact,
    MessageFacts,
    RefundFact,
    SoundFact,
    TextFact,
)

_at = datetime.fromisoformat

RECENT = timedelta(days=30)
"""A message this young is open, whatever became of it; so is one that ended unheard or was refunded since."""
MONEY_MATTERS = timedelta(days=90)
"""So long a message that was charged more than once stays open: a specialist refunds it without asking."""
MOST_BESIDE = 10
MOST_OPEN = 500
"""So many open messages are read at most, the newest: somebody who gets sixteen a day for a month."""

# Lists of constants of ours; nothing that anybody typed is ever part of a statement.
_OPEN_REFUNDS = ", ".join(f"'{state.value}'" for state in RefundState if state.is_open)
_OVER_DISPUTES = ", ".join(f"'{status}'" for status in CLOSED_DISPUTES + LOST_DISPUTES)

_CHARGE = """json_build_array(c.id, c.charged_at, c.amount_cents, c.method, c.status = 'succeeded',
    c.message_id, c.brand, c.last4,
    (SELECT json_agg(json_build_array(r.amount_cents, r.state, r.requested_at) ORDER BY r.requested_at, r.id)
     FROM refunds r WHERE r.charge_id = c.id),
    (SELECT json_agg(d.status ORDER BY d.at, d.id) FROM disputes d WHERE d.charge_id = c.id))"""

# By the neighbours' index of (recipient, moment), from each charge of the message a day back and a day on.
_BESIDE = f"""SELECT json_agg(beside.told ORDER BY beside.charged_at, beside.id) FROM (
    SELECT DISTINCT ON (c.charged_at, c.id) c.charged_at, c.id, {_CHARGE} AS told
    FROM charges o JOIN charges c ON c.recipient_id = o.recipient_id
        AND c.charged_at BETWEEN o.charged_at - :within AND o.charged_at + :within
    WHERE o.message_id = m.id AND o.status = 'succeeded'
        AND c.message_id <> o.message_id AND c.status = 'succeeded' AND c.amount_cents = o.amount_cents
        AND c.method = o.method AND c.last4 IS NOT DISTINCT FROM o.last4
    ORDER BY c.charged_at, c.id LIMIT {MOST_BESIDE}) beside"""

_FACTS = f"""
    SELECT m.id, m.imported_id, m.recipient_id, m.recorded_at, m.seconds, m.price_cents, m.privileged,
        s.name AS sender_name, f.name AS facility_name,
        EXISTS (SELECT FROM pauses p WHERE p.facility_id = f.id AND p.ended_at IS NULL) AS facility_paused,
        rec.message_id AS sound_of, rec.loudness_lufs, rec.silence_share, rec.clipping_share, rec.copy_lufs,
        (SELECT count(*) FROM visits v WHERE v.message_id = m.id) AS visits,
        json_build_array(
            (SELECT json_agg(json_build_array(l.issued_at, l.expires_at, l.revoked_at)
                             ORDER BY l.issued_at, l.id) FROM links l WHERE l.message_id = m.id),
            (SELECT json_agg(json_build_array(t.at, t.status) ORDER BY t.at, t.id) FROM texts t
             WHERE t.message_id = m.id AND t.direction = 'out' AND t.kind IN ('link', 'reminder')),
            (SELECT json_agg(p.seconds_played ORDER BY p.played_at, p.id)
             FROM plays p WHERE p.message_id = m.id),
            (SELECT json_agg({_CHARGE} ORDER BY c.charged_at, c.id)
             FROM charges c WHERE c.message_id = m.id)
        ) AS told
    FROM wanted JOIN messages m ON m.id = wanted.id
        JOIN senders s ON s.id = m.sender_id JOIN facilities f ON f.id = s.facility_id
        LEFT JOIN recordings rec ON rec.message_id = m.id
    ORDER BY m.recorded_at DESC, m.id DESC LIMIT {MOST_OPEN}"""

_OF_ONE = text(f"WITH wanted AS (SELECT CAST(:id AS bigint) AS id) {_FACTS}")
_BESIDE_ONE = text(f"SELECT ({_BESIDE}) AS beside FROM messages m WHERE m.id = :id")

# Recent ones, those that a link still leads to or that ended unheard lately, those that were paid more than
# once, those with money that somebody still decides on: each by an index of the recipient's, so that two
# thousand old ones cost nothing.
_OF_RECIPIENT = text(
    f"""
    WITH wanted AS (
        SELECT id FROM messages WHERE recipient_id = :recipient AND recorded_at > :recent
        UNION SELECT message_id FROM links WHERE recipient_id = :recipient AND expires_at > :now
        UNION SELECT l.message_id FROM links l WHERE l.recipient_id = :recipient
            AND l.expires_at > :recent AND l.expires_at <= :now
            AND NOT EXISTS (SELECT FROM plays p WHERE p.message_id = l.message_id AND p.seconds_played > 0)
        UNION SELECT message_id FROM charges WHERE recipient_id = :recipient AND status = 'succeeded'
            AND charged_at > :matters GROUP BY message_id HAVING count(*) > 1
        UNION SELECT c.message_id FROM refunds r JOIN charges c ON c.id = r.charge_id
            WHERE r.recipient_id = :recipient AND (r.requested_at > :recent OR r.state IN ({_OPEN_REFUNDS}))
        UNION SELECT c.message_id FROM disputes d JOIN charges c ON c.id = d.charge_id
            WHERE d.recipient_id = :recipient AND d.status NOT IN ({_OVER_DISPUTES})
    ) {_FACTS}"""
)


async def facts_of_message(
    ctx: Context, message_id: int, consent: ConsentState, *, number_paused: bool = False
) -> MessageFacts | None:
    """The facts of one message; None where there is none of that id."""
    asked = {"id": message_id}
    found, near = await ctx.connection.together(
        (_OF_ONE, asked), (_BESIDE_ONE, {**asked, "within": BESIDE_WITHIN})
    )
    row = found.first()
    if row is None:
        return None
    facts = _facts(row, ctx.now, consent, number_paused)
    return replace(facts, beside=[_charge(told) for told in near.scalar_one() or ()])


def asked_open(ctx: Context, recipient_id: int) -> Asked:
    """The statement that asks for a recipient's open messages; `facts_of_rows` reads its rows."""
    asked = {
        "recipient": recipient_id,
        "now": ctx.now,
        "recent": ctx.now - RECENT,
        "matters": ctx.now - MONEY_MATTERS,
    }
    return _OF_RECIPIENT, asked


def facts_of_rows(
    ctx: Context, rows: Iterable[Any], consent: ConsentState, number_paused: bool
) -> list[MessageFacts]:
    """What the rows tell, in their order; beside each message the like charges of the others."""
    return with_neighbours([_facts(row, ctx.now, consent, number_paused) for row in rows])


def with_neighbours(messages: Sequence[MessageFacts]) -> list[MessageFacts]:
    """Each message with the charges of the others beside it: the same amount by the same means, near in time.

    Found among the messages themselves: what is charged within a day of an open message is nearly always of
    an open one, and looking for each by itself would cost more than all the rest of a story.
    """
    alike: dict[_Means, list[ChargeFact]] = defaultdict(list)
    for charge in (charge for facts in messages for charge in facts.succeeded):
        alike[_means(charge)].append(charge)
    for charges in alike.values():
        charges.sort(key=_moment)
    return [
        replace(facts, beside=near) if facts.charges and (near := _near(facts, alike)) else facts
        for facts in messages
    ]


_Means = tuple[int, str, str | None]


def _means(charge: ChargeFact) -> _Means:
    return charge.amount_cents, charge.method, charge.last4


def _near(facts: MessageFacts, alike: Mapping[_Means, Sequence[ChargeFact]]) -> list[ChargeFact]:
    near: dict[int, ChargeFact] = {}
    for own in facts.succeeded:
        others = alike[_means(own)]
        first = bisect_left(others, own.charged_at - BESIDE_WITHIN, key=_charged_at)
        last = bisect_right(others, own.charged_at + BESIDE_WITHIN, key=_charged_at)
        near |= {other.id: other for other in others[first:last] if other.message_id != facts.id}
    return sorted(near.values(), key=_moment)[:MOST_BESIDE]


def _moment(charge: ChargeFact) -> tuple[datetime, int]:
    return charge.charged_at, charge.id


def _charged_at(charge: ChargeFact) -> datetime:
    return charge.charged_at


def _facts(row: Any, now: datetime, consent: ConsentState, number_paused: bool) -> MessageFacts:
    links, texts, plays, charges = row.told
    sound = None
    if row.sound_of is not None:
        was_levelled = row.copy_lufs is not None
        sound = SoundFact(row.loudness_lufs, row.silence_share, row.clipping_share, was_levelled)
    return MessageFacts(
        now=now,
        id=row.id,
        imported_id=row.imported_id,
        recipient_id=row.recipient_id,
        sender_name=row.sender_name,
        facility_name=row.facility_name,
        recorded_at=row.recorded_at,
        seconds=row.seconds,
        price_cents=row.price_cents,
        privileged=row.privileged,
        consent=consent,
        links=[_link(told) for told in links or ()],
        texts=[TextFact(_at(at), status) for at, status in texts or ()],
        visits=row.visits,
        charges=[_charge(told) for told in charges or ()],
        seconds_played=plays or (),
        sound=sound,
        number_paused=number_paused,
        facility_paused=row.facility_paused,
    )


def _link(told: Sequence[Any]) -> LinkFact:
    issued_at, expires_at, revoked_at = told
    return LinkFact(_at(issued_at), _at(expires_at), _at(revoked_at) if revoked_at else None)


def _charge(told: Sequence[Any]) -> ChargeFact:
    id, charged_at, amount_cents, method, succeeded, message_id, brand, last4, refunds, disputes = told
    given = [RefundFact(cents, RefundState(state), _at(at)) for cents, state, at in refunds or ()]
    return ChargeFact(
        id,
        _at(charged_at),
        amount_cents,
        method,
        succeeded,
        message_id,
        brand,
        last4,
        given,
        disputes or (),
    )
