"""Where each kind of timeline entry comes from: its table, its moment, its index's condition, its fields.

Every text here is a constant of ours; nothing that anybody typed is ever part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from care_console.contract.charges import RefundState
from care_console.contract.timeline import EntryKind


@dataclass(frozen=True, slots=True)
class Branch:
    """One kind: SQL for its rows, its moment, its id, which rows are the recipient's, and its fields."""

    source: str
    at: str
    id: str
    where: str
    fields: str


_HOLDING = ", ".join(f"'{state.value}'" for state in RefundState if state.holds_money)

_APPROVAL = (
    "CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_object('id', a.id::text, 'why', a.why, "
    "'decision', a.decision, 'decided_by', a.decided_by, 'decided_at', a.decided_at, 'note', a.note) END"
)

BRANCHES: dict[EntryKind, Branch] = {
    EntryKind.MESSAGE: Branch(
        "messages m JOIN senders s ON s.id = m.sender_id JOIN facilities f ON f.id = s.facility_id",
        "m.recorded_at",
        "m.id",
        "m.recipient_id = :recipient",
        "'message_id', m.id::text, 'sender_name', s.name, 'facility_name', f.name, 'seconds', m.seconds, "
        "'price_cents', m.price_cents, 'privileged', m.privileged, 'imported_id', m.imported_id, "
        "'has_sound', EXISTS (SELECT FROM recordings r WHERE r.message_id = m.id)",
    ),
    EntryKind.TEXT: Branch(
        "texts t",
        "t.at",
        "t.id",
        "t.phone = :phone",
        "'message_id', t.message_id::text, 'direction', t.direction, 'text_kind', t.kind, "
        "'status', t.status, 'body', t.body",
    ),
    EntryKind.LINK: Branch(
        "links l",
        "l.issued_at",
        "l.id",
        "l.recipient_id = :recipient",
        "'message_id', l.message_id::text, 'code', l.code, 'expires_at', l.expires_at, "
        "'revoked_at', l.revoked_at, 'issued_by', l.issued_by, 'reason', l.reason",
    ),
    EntryKind.VISIT: Branch(
        "visits v",
        "v.at",
        "v.id",
        "v.recipient_id = :recipient",
        "'message_id', v.message_id::text, 'link_id', v.link_id::text",
    ),
    EntryKind.PLAY: Branch(
        "plays p JOIN messages m ON m.id = p.message_id",
        "p.played_at",
        "p.id",
        "p.recipient_id = :recipient",
        "'message_id', p.message_id::text, 'seconds_played', p.seconds_played, 'seconds', m.seconds",
    ),
    EntryKind.CHARGE: Branch(
        "charges c",
        "c.charged_at",
        "c.id",
        "c.recipient_id = :recipient",
        "'message_id', c.message_id::text, 'amount_cents', c.amount_cents, 'method', c.method, "
        "'brand', c.brand, 'last4', c.last4, 'state', c.status, 'imported_id', c.imported_id, "
        "'refunded_cents', (SELECT coalesce(sum(r.amount_cents), 0) FROM refunds r "
        f"WHERE r.charge_id = c.id AND r.state IN ({_HOLDING}))",
    ),
    EntryKind.REFUND: Branch(
        "refunds r JOIN charges c ON c.id = r.charge_id "
        "LEFT JOIN approvals a ON a.kind = 'refund' AND a.subject = r.id::text",
        "r.requested_at",
        "r.id",
        "r.recipient_id = :recipient",
        "'message_id', c.message_id::text, 'charge_id', r.charge_id::text, 'amount_cents', r.amount_cents, "
        "'state', r.state, 'reason', r.reason, 'requested_by', r.requested_by, 'sends_at', r.sends_at, "
        f"'failure', r.failure, 'approval', {_APPROVAL}",
    ),
    EntryKind.DISPUTE: Branch(
        "disputes d JOIN charges c ON c.id = d.charge_id",
        "d.at",
        "d.id",
        "d.recipient_id = :recipient",
        "'message_id', c.message_id::text, 'charge_id', d.charge_id::text, 'amount_cents', d.amount_cents, "
        "'status', d.status",
    ),
    EntryKind.CONSENT: Branch(
        "consent_events e LEFT JOIN LATERAL (SELECT * FROM approvals k WHERE k.kind = 'correction' "
        "AND k.subject = e.id::text AND k.withdrawn_at IS NULL ORDER BY k.id DESC LIMIT 1) a ON true",
        "e.effective_at",
        "e.id",
        "e.phone = :phone",
        # An imported opt-in lifts an opt-out only by text or web; by any other channel nothing changed.
        "'event', e.kind, 'channel', e.channel, 'words', e.words, 'actor', e.actor, "
        f"'approved_by', e.approved_by, 'correction', {_APPROVAL}, "
        "'state', CASE WHEN e.kind = 'opt_out' THEN 'opted_out' WHEN e.kind = 'hold' THEN 'held' "
        "WHEN e.kind = 'correction' THEN coalesce(e.state_after, 'opted_in') "
        "WHEN e.kind = 'opt_in' AND e.imported_id IS NOT NULL AND e.channel NOT IN ('sms', 'web') "
        "THEN 'opted_out' ELSE 'opted_in' END",
    ),
    EntryKind.NOTE: Branch(
        "notes n", "n.at", "n.id", "n.recipient_id = :recipient", "'text', n.text, 'actor', n.actor"
    ),
    EntryKind.PREVIEW: Branch(
        "previews w",
        "w.at",
        "w.id",
        "w.recipient_id = :recipient",
        "'message_id', w.message_id::text, 'reason', w.reason, 'actor', w.actor",
    ),
    EntryKind.CONTACT: Branch(
        "contacts k",
        "k.ended_at",
        "k.id",
        "k.recipient_id = :recipient",
        "'reason', k.reason, 'disposition', k.disposition, 'actor', k.actor, "
        "'seconds', extract(epoch FROM k.ended_at - k.began_at)::bigint",
    ),
}
