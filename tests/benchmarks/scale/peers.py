"""The peer: prepared SQL with the best index, giving the very columns that the service's answer is made of."""

from __future__ import annotations

_LAST = """
    LEFT JOIN LATERAL (SELECT recorded_at, sender_id FROM messages WHERE recipient_id = r.id
                       ORDER BY recorded_at DESC, id DESC LIMIT 1) AS last ON true
    LEFT JOIN senders AS s ON s.id = last.sender_id
"""
_WHO = "r.id, r.phone, r.name, r.language, last.recorded_at, s.name"

PHONE = (
    f"SELECT {_WHO} FROM recipients AS r {_LAST} WHERE r.phone = %s ORDER BY 5 DESC NULLS LAST LIMIT 20",
)

LAST_FOUR = (
    f"""
    SELECT {_WHO} FROM (SELECT * FROM recipients WHERE right(phone, 4) = %s LIMIT 60) AS r {_LAST}
    ORDER BY 5 DESC NULLS LAST LIMIT 20
    """,
)

REFERENCE = (
    """
    SELECT m.id, m.recipient_id, r.phone, r.name, r.language, m.recorded_at, m.seconds, m.price_cents, s.name, f.name
    FROM messages AS m JOIN recipients AS r ON r.id = m.recipient_id
    JOIN senders AS s ON s.id = m.sender_id JOIN facilities AS f ON f.id = s.facility_id
    WHERE m.imported_id = %s
    """,
)

CARD = (
    """
    SELECT c.id, c.recipient_id, r.phone, r.name, r.language, c.charged_at, c.amount_cents, c.method, c.brand,
           c.last4, c.status, s.name
    FROM charges AS c JOIN recipients AS r ON r.id = c.recipient_id
    JOIN messages AS m ON m.id = c.message_id JOIN senders AS s ON s.id = m.sender_id
    WHERE c.last4 = %s AND c.amount_cents = %s AND c.charged_at >= %s AND c.charged_at < %s
    ORDER BY c.charged_at DESC LIMIT 20
    """,
)

MISSPELLED = (
    f"""
    SELECT {_WHO} FROM (
        SELECT * FROM recipients WHERE name %% %s ORDER BY similarity(name, %s) DESC LIMIT 20
    ) AS r {_LAST}
    """,
)

# A plain program's way to everything that a story tells: one statement for each kind of thing, one after the
# other. `{phone}` and `{open}` stand for what the first and second gave. Open is what the story counts: what is
# young, still to be had or ended unheard lately, and what has money that matters yet.
STORY = (
    """
    SELECT r.*, c.state, c.since, c.channel, c.scope, e.words,
           (SELECT count(*) FROM messages WHERE recipient_id = r.id AND recorded_at > now() - interval '7 days'),
           (SELECT count(*) FROM messages WHERE recipient_id = r.id AND recorded_at > now() - interval '30 days'),
           (SELECT max(recorded_at) FROM messages WHERE recipient_id = r.id)
    FROM recipients AS r
    LEFT JOIN consent_states AS c USING (phone) LEFT JOIN consent_events AS e ON e.id = c.event_id WHERE r.id = %s
    """,
    """
    WITH mine AS (SELECT %s::bigint AS id), open AS (
        SELECT m.id FROM messages AS m, mine
        WHERE m.recipient_id = mine.id AND m.recorded_at > now() - interval '30 days'
        UNION SELECT l.message_id FROM links AS l, mine
        WHERE l.recipient_id = mine.id AND l.expires_at > now() - interval '30 days' AND (l.expires_at > now()
            OR NOT EXISTS (SELECT FROM plays AS p WHERE p.message_id = l.message_id AND p.seconds_played > 0))
        UNION SELECT c.message_id FROM charges AS c, mine
        WHERE c.recipient_id = mine.id AND c.status = 'succeeded' AND c.charged_at > now() - interval '90 days'
        GROUP BY c.message_id HAVING count(*) > 1
        UNION SELECT c.message_id FROM mine JOIN refunds AS r ON r.recipient_id = mine.id
            JOIN charges AS c ON c.id = r.charge_id WHERE r.requested_at > now() - interval '30 days'
        UNION SELECT c.message_id FROM mine JOIN disputes AS d ON d.recipient_id = mine.id
            JOIN charges AS c ON c.id = d.charge_id WHERE d.status NOT IN ('won', 'lost', 'warning_closed')
    )
    SELECT m.*, s.name, f.name, x.loudness_lufs, x.silence_share, x.clipping_share
    FROM open JOIN messages AS m USING (id)
    JOIN senders AS s ON s.id = m.sender_id JOIN facilities AS f ON f.id = s.facility_id
    LEFT JOIN recordings AS x ON x.message_id = m.id
    ORDER BY m.recorded_at DESC, m.id DESC LIMIT 500
    """,
    "SELECT * FROM consent_events WHERE phone = {phone} ORDER BY effective_at DESC, id DESC LIMIT 50",
    "SELECT id, name FROM recipients WHERE phone = {phone} ORDER BY id LIMIT 50",
    "SELECT message_id, issued_at, expires_at, revoked_at FROM links WHERE message_id = ANY({open}) ORDER BY issued_at",
    """
    SELECT message_id, status FROM texts
    WHERE message_id = ANY({open}) AND direction = 'out' AND kind IN ('link', 'reminder') ORDER BY at
    """,
    "SELECT message_id, count(*) FROM visits WHERE message_id = ANY({open}) GROUP BY message_id",
    """
    SELECT c.id, c.message_id, c.charged_at, c.amount_cents, c.method, c.brand, c.last4, c.status
    FROM charges AS c WHERE c.message_id = ANY({open}) ORDER BY c.charged_at
    """,
    """
    SELECT r.charge_id, r.amount_cents, r.state, r.requested_at FROM refunds AS r
    JOIN charges AS c ON c.id = r.charge_id WHERE c.message_id = ANY({open}) ORDER BY r.requested_at
    """,
    """
    SELECT d.charge_id, d.status FROM disputes AS d JOIN charges AS c ON c.id = d.charge_id
    WHERE c.message_id = ANY({open}) ORDER BY d.at
    """,
    """
    SELECT o.message_id, c.id, c.message_id, c.charged_at, c.amount_cents, c.method, c.brand, c.last4
    FROM charges AS o JOIN charges AS c ON c.recipient_id = o.recipient_id
        AND c.charged_at BETWEEN o.charged_at - interval '1 day' AND o.charged_at + interval '1 day'
    WHERE o.message_id = ANY({open}) AND o.status = 'succeeded' AND c.message_id <> o.message_id
        AND c.status = 'succeeded' AND c.amount_cents = o.amount_cents AND c.method = o.method
        AND c.last4 IS NOT DISTINCT FROM o.last4
    """,
    "SELECT message_id, played_at, seconds_played FROM plays WHERE message_id = ANY({open}) ORDER BY played_at",
    """
    SELECT coalesce(sum(amount_cents), 0) FROM refunds
    WHERE recipient_id IN (SELECT id FROM recipients WHERE phone = {phone}) AND requested_at >= now() - interval '1 day'
    """,
    """
    SELECT coalesce(sum(amount_cents), 0) FROM refunds
    WHERE requested_by = 'bench' AND requested_at > now() - interval '12 hours'
    """,
)
