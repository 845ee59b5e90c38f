"""Who a story is about: the person, the number's consent and how it came to be, and how much was recorded.

One statement, each part of it by an index: a story is opened while somebody is on the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from care_console.contract.consent import Consent, ConsentChannel, ConsentState
from care_console.contract.pauses import Pause
from care_console.contract.recipients import PersonOnNumber
from care_console.contract.texts import OutOfReach
from care_console.service.foundation.context import Context
from care_console.service.foundation.statements import Asked
from care_console.service.messages.facts_queries import RECENT

WEEK = timedelta(days=7)

_STATE_AFTER = {
    "opt_out": ConsentState.OPTED_OUT,
    "hold": ConsentState.HELD,
    "opt_in": ConsentState.OPTED_IN,
    "correction": ConsentState.OPTED_IN,
}

_WHO = text(
    """
    SELECT r.id, r.imported_id, r.phone, r.name, r.language, r.created_at,
        s.state, s.since, s.channel, s.scope, e.words,
        (SELECT json_agg(json_build_array(h.kind, h.effective_at, h.channel, h.scope, h.words, h.state_after)
                         ORDER BY h.effective_at DESC, h.id DESC)
         FROM (SELECT * FROM consent_events WHERE phone = r.phone
               ORDER BY effective_at DESC, id DESC LIMIT 50) h) AS history,
        (SELECT json_agg(json_build_array(o.id::text, o.name) ORDER BY o.id)
         FROM (SELECT id, name FROM recipients WHERE phone = r.phone AND id <> r.id
               ORDER BY id LIMIT 50) o) AS others,
        (SELECT json_build_array(u.failures, u.answer, u.at, u.at + make_interval(days => :marked_days))
         FROM undeliverable_numbers u WHERE u.phone = r.phone AND u.failures >= :marked_after
             AND u.at + make_interval(days => :marked_days) > :now) AS out_of_reach,
        (SELECT json_build_array(p.id::text, p.reason, p.since, p.actor)
         FROM pauses p WHERE p.phone = r.phone AND p.ended_at IS NULL) AS paused,
        (SELECT coalesce(sum(n.amount_cents), 0)::bigint FROM ledger_accounts a
         LEFT JOIN ledger_entries n ON n.account_id = a.id WHERE a.phone = r.phone
         GROUP BY a.id) AS prepaid_cents,
        (SELECT count(*) FROM messages WHERE recipient_id = r.id AND recorded_at > :week) AS this_week,
        (SELECT count(*) FROM messages WHERE recipient_id = r.id AND recorded_at > :recent) AS recent,
        (SELECT max(recorded_at) FROM messages WHERE recipient_id = r.id) AS newest_at
    FROM recipients r LEFT JOIN consent_states s ON s.phone = r.phone
        LEFT JOIN consent_events e ON e.id = s.event_id
    WHERE r.id = :recipient
    """
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many messages were recorded: in the last seven days, in the last thirty, and when the newest."""

    this_week: int
    recent: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Who:
    """A recipient, the consent of the number, newest first what became of it, and who else is on it."""

    id: int
    imported_id: str | None
    phone: str
    name: str
    language: str
    since: datetime
    consent: Consent
    history: list[Consent]
    others: list[PersonOnNumber]
    recorded: Recorded
    out_of_reach: OutOfReach | None
    paused: Pause | None
    prepaid_cents: int | None


def asked_who(ctx: Context, recipient_id: int) -> Asked:
    """The statement that asks for the recipient of this id, for a round trip that it shares."""
    return _WHO, {
        "recipient": recipient_id,
        "now": ctx.now,
        "week": ctx.now - WEEK,
        "recent": ctx.now - RECENT,
        "marked_after": ctx.settings.undeliverable_after,
        "marked_days": ctx.settings.undeliverable_days,
    }


def who_of(row: Any) -> Who | None:
    """What its row tells; None for no row."""
    if row is None:
        return None
    return Who(
        id=row.id,
        imported_id=row.imported_id,
        phone=row.phone,
        name=row.name,
        language=row.language,
        since=row.created_at,
        consent=_consent(row),
        history=[_event(*told) for told in row.history or ()],
        others=[PersonOnNumber(id=id, name=name) for id, name in row.others or ()],
        recorded=Recorded(row.this_week, row.recent, row.newest_at),
        out_of_reach=_out_of_reach(*row.out_of_reach) if row.out_of_reach else None,
        paused=_paused(row.phone, *row.paused) if row.paused else None,
        prepaid_cents=row.prepaid_cents,
    )


async def is_known(ctx: Context, recipient_id: int) -> bool:
    """Whether there is a recipient of that id."""
    found = await ctx.connection.execute(text("SELECT FROM recipients WHERE id = :id"), {"id": recipient_id})
    return found.first() is not None


def _consent(row: Any) -> Consent:
    if row.state is None:
        return Consent(state=ConsentState.OPTED_IN)
    return Consent(
        state=ConsentState(row.state),
        since=row.since,
        channel=ConsentChannel(row.channel),
        scope=row.scope,
        words=row.words,
    )


def _out_of_reach(failures: int, answer: str, at: str, until: str) -> OutOfReach:
    return OutOfReach(
        failures=failures, answer=answer, at=datetime.fromisoformat(at), until=datetime.fromisoformat(until)
    )


def _paused(phone: str, id: str, reason: str, since: str, actor: str) -> Pause:
    return Pause(id=id, phone=phone, reason=reason, since=datetime.fromisoformat(since), actor=actor)


def _event(
    kind: str, effective_at: str, channel: str, scope: str, words: str, state_after: str | None
) -> Consent:
    return Consent(
        state=ConsentState(state_after) if state_after else _STATE_AFTER[kind],
        since=datetime.fromisoformat(effective_at),
        channel=ConsentChannel(channel),
        scope=scope,
        words=words,
    )
