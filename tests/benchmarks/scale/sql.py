"""The rows, made inside the database: each from its number alone, so the same size gives the same rows.

`:recipients`, `:messages` and `:anchor` (the moment up to which things happened) are filled in; `roll(n, salt)`
is a number from 0 to 1 that depends on nothing else.
"""

from __future__ import annotations

HEAVIEST = 7
"""The id of the recipient with the most messages."""

HEAVIEST_MESSAGES = 2459

FUNCTIONS = """
CREATE FUNCTION pg_temp.roll(n bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992 $$;
CREATE FUNCTION pg_temp.pick(words text[], n bigint, salt int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT words[1 + floor(pg_temp.roll(n, salt) * array_length(words, 1))::int] $$;
CREATE FUNCTION pg_temp.rare(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_temp.pick({beginnings}, n, 71) || pg_temp.pick({middles}, n, 72) || pg_temp.pick({endings}, n, 73) $$;
CREATE FUNCTION pg_temp.surname(n bigint, salt int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN pg_temp.roll(n, salt) < 0.6
   THEN ({surnames})[1 + floor(power(pg_temp.roll(n, salt + 1), 1.6) * {surname_count})::int]
   ELSE pg_temp.rare(floor(power(pg_temp.roll(n, salt + 2), 2) * {rare_surnames})::bigint) END $$;
CREATE FUNCTION pg_temp.given(n bigint, salt int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN pg_temp.roll(n, salt) < 0.88
   THEN ({given})[1 + floor(power(pg_temp.roll(n, salt + 1), 1.4) * {given_count})::int]
   ELSE pg_temp.rare(1000000 + floor(power(pg_temp.roll(n, salt + 2), 2) * {rare_given})::bigint) END $$;
CREATE FUNCTION pg_temp.phone(person bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT '+1' || pg_temp.pick({areas}, n, 81) || (200 + floor(pg_temp.roll(n, 82) * 800)::int)
       || lpad(floor(pg_temp.roll(n, 83) * 10000)::text, 4, '0')
   FROM (SELECT CASE WHEN pg_temp.roll(person, 80) < 0.15 THEN person - 1 ELSE person END) AS one (n) $$;
CREATE FUNCTION pg_temp.digits(n bigint, salt int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT lpad(floor(pg_temp.roll(n, salt) * 10000)::text, 4, '0') $$;
"""

ROWS: dict[str, str] = {
    "facilities": """
        INSERT INTO facilities (name, state, timezone, imported_id)
        SELECT pg_temp.rare(n) || CASE WHEN n % 2 = 0 THEN ' County Jail' ELSE ' Correctional Center' END,
               (ARRAY['TX','CA','FL','IL','NY','AZ'])[1 + n % 6], 'America/Chicago', 'FAC-' || n
        FROM generate_series(1, 80) AS n
    """,
    "senders": """
        INSERT INTO senders (name, booking_number, facility_id, imported_id)
        SELECT pg_temp.given(n, 101) || ' ' || pg_temp.surname(n, 105),
               'BK' || lpad(n::text, 8, '0'), 1 + n % 80, 'SND-' || lpad(n::text, 8, '0')
        FROM generate_series(1, :recipients) AS n
    """,
    "recipients": """
        INSERT INTO recipients (phone, name, language, created_at, imported_id)
        SELECT pg_temp.phone(n),
               pg_temp.given(n, 1)
               || CASE WHEN pg_temp.roll(n, 4) < 0.12 THEN ' ' || pg_temp.given(n, 5) ELSE '' END
               || ' ' || pg_temp.surname(n, 11)
               || CASE WHEN pg_temp.roll(n, 15) < 0.16 THEN ' ' || pg_temp.surname(n, 16)
                       WHEN pg_temp.roll(n, 15) < 0.20 THEN '-' || pg_temp.surname(n, 16) ELSE '' END,
               CASE WHEN pg_temp.roll(n, 19) < 0.25 THEN 'es' ELSE 'en' END,
               :anchor - interval '1 year' * (1 + pg_temp.roll(n, 20)), 'RCP-' || lpad(n::text, 8, '0')
        FROM generate_series(1, :recipients) AS n
    """,
    # In the order of time, as they come; somebody near to few people gets most of what they get from them.
    "messages": """
        INSERT INTO messages (sender_id, recipient_id, recorded_at, seconds, price_cents, privileged, imported_id)
        SELECT 1 + (to_whom * 31 + CASE WHEN pg_temp.roll(n, 32) < 0.8 THEN 0 ELSE n % 3 END) % :recipients,
               to_whom, :anchor - interval '365 days' * ((:messages - n)::float8 / :messages), seconds,
               CASE WHEN seconds <= 30 THEN 199 WHEN seconds <= 60 THEN 299 ELSE 399 END,
               pg_temp.roll(n, 33) < 0.003, 'MSG-' || lpad(n::text, 9, '0')
        FROM (
            SELECT n, 1 + floor(pg_temp.roll(n, 31) * 120)::int AS seconds,
                   CASE WHEN n % :every = 0 AND n / :every <= :heaviest_messages THEN :heaviest
                        ELSE :heaviest + 1 + floor(
                            power(pg_temp.roll(n, 30), 1.3) * (:recipients - :heaviest))::bigint END AS to_whom
            FROM generate_series(1, :messages) AS n
        ) AS one
    """,
    "recordings": """
        INSERT INTO recordings (message_id, source_key, source_sha256, playable_key, playable_media_type, codec,
            duration_seconds, loudness_lufs, true_peak_dbfs, silence_share, clipping_share, peaks, measured_at)
        SELECT id, 'source/' || id, hashbytes, 'playable/' || id, 'audio/mp4', 'aac', seconds,
               CASE WHEN pg_temp.roll(id, 40) < 0.01 THEN NULL ELSE -16 - 20 * pg_temp.roll(id, 41) ^ 3 END,
               -1.5, pg_temp.roll(id, 42) ^ 4, CASE WHEN pg_temp.roll(id, 43) < 0.01 THEN 0.02 ELSE 0 END,
               hashbytes, recorded_at
        FROM (SELECT *, sha256(int8send(id)) AS hashbytes FROM messages WHERE id > :messages * 0.7) AS m
    """,
    "links": """
        INSERT INTO links (message_id, recipient_id, code, issued_at, expires_at, revoked_at, issued_by, reason,
            imported_id)
        SELECT id, recipient_id, translate(upper(left(md5('link' || id || which), 15)), '01ABE', 'CDFHJ'),
               issued, issued + interval '30 days', CASE WHEN which < links THEN issued + interval '2 days' END,
               CASE WHEN which = 1 THEN 'system' ELSE 'care' END, CASE WHEN which > 1 THEN 'lost' END,
               'LNK-' || lpad(id::text, 9, '0') || '-' || which
        FROM (
            SELECT m.id, recipient_id, which, links, recorded_at + interval '2 days' * (which - 1) AS issued
            FROM (SELECT *, CASE WHEN pg_temp.roll(id, 50) < 0.06 THEN 2 ELSE 1 END AS links FROM messages) AS m,
                 generate_series(1, m.links) AS which
            ORDER BY recorded_at
        ) AS one
    """,
    "texts": """
        INSERT INTO texts (phone, message_id, link_id, direction, kind, body, at, status, provider_id, imported_id)
        SELECT r.phone, l.message_id, l.id, 'out', 'link',
               'You have a voice message. Listen: https://mvm.example/m/' || l.code || ' Reply STOP to stop.',
               l.issued_at + interval '1 minute',
               CASE WHEN pg_temp.roll(l.id, 51) < 0.03 THEN 'failed' ELSE 'delivered' END,
               'smsc-' || l.id, 'TXT-' || lpad(l.id::text, 9, '0')
        FROM links AS l JOIN recipients AS r ON r.id = l.recipient_id
        ORDER BY l.id
    """,
    "visits": """
        INSERT INTO visits (link_id, message_id, recipient_id, at)
        SELECT id, message_id, recipient_id, issued_at + interval '3 hours' * pg_temp.roll(id, 53)
        FROM links WHERE pg_temp.roll(id, 52) < 0.82 ORDER BY id
    """,
    # One in a hundred is charged twice, one in twenty failed at first; a fifth pay from a prepaid account.
    "charges": """
        INSERT INTO charges (message_id, recipient_id, charged_at, amount_cents, method, brand, last4, status,
            processor_ref, imported_id)
        SELECT id, recipient_id, recorded_at + interval '4 hours' * pg_temp.roll(id, 55) + interval '1 minute' * which,
               price_cents, CASE WHEN card THEN 'card' ELSE 'prepaid' END,
               CASE WHEN card THEN (ARRAY['visa','visa','visa','mastercard','amex','discover'])
                   [1 + (recipient_id % 6)] END,
               CASE WHEN card THEN pg_temp.digits(recipient_id * 2 + CASE WHEN pg_temp.roll(id, 58) < 0.8
                   THEN 0 ELSE 1 END, 59) END,
               CASE WHEN failed_first AND which = 1 THEN 'failed' ELSE 'succeeded' END,
               'ch_' || md5('charge' || id || which), 'CHG-' || lpad(id::text, 9, '0') || '-' || which
        FROM (
            SELECT *, pg_temp.roll(recipient_id, 56) < 0.8 AS card, pg_temp.roll(id, 57) < 0.05 AS failed_first
            FROM messages WHERE pg_temp.roll(id, 54) < 0.75
        ) AS m,
        generate_series(1, CASE WHEN failed_first OR pg_temp.roll(m.id, 60) < 0.01 THEN 2 ELSE 1 END) AS which
        ORDER BY m.recorded_at
    """,
    "plays": """
        INSERT INTO plays (message_id, recipient_id, played_at, seconds_played, imported)
        SELECT id, recipient_id, recorded_at + interval '5 hours' + interval '1 day' * (time - 1),
               greatest(1, floor(seconds * CASE WHEN pg_temp.roll(id, 62) < 0.1 THEN 0.1 ELSE 1 END)), true
        FROM messages AS m, generate_series(1, CASE WHEN pg_temp.roll(m.id, 63) < 0.2 THEN 2 ELSE 1 END) AS time
        WHERE pg_temp.roll(m.id, 54) < 0.75 AND pg_temp.roll(m.id, 61) < 0.85
        ORDER BY m.id
    """,
    "refunds": """
        INSERT INTO refunds (id, charge_id, recipient_id, amount_cents, reason, state, requested_by, requested_at,
            settled_at, processor_ref, imported_id)
        SELECT md5('refund' || id)::uuid, id, recipient_id, amount_cents, 'expired_unheard', 'succeeded', 'care',
               charged_at + interval '2 days', charged_at + interval '3 days', 're_' || md5('refund' || id),
               'RFD-' || lpad(id::text, 9, '0')
        FROM charges WHERE status = 'succeeded' AND amount_cents > 0 AND pg_temp.roll(id, 64) < 0.03 ORDER BY id
    """,
    "disputes": """
        INSERT INTO disputes (charge_id, recipient_id, amount_cents, status, processor_ref, at)
        SELECT id, recipient_id, amount_cents, 'lost', 'dp_' || md5('dispute' || id), charged_at + interval '20 days'
        FROM charges WHERE status = 'succeeded' AND method = 'card' AND pg_temp.roll(id, 65) < 0.001 ORDER BY id
    """,
    "consent_events": """
        INSERT INTO consent_events (phone, kind, channel, words, received_at, effective_at, actor, imported_id)
        SELECT phone, 'opt_out', 'sms', 'STOP', at, at, 'recipient', 'CNS-' || lpad(id::text, 8, '0')
        FROM (
            SELECT min(id) AS id, phone, :anchor - interval '300 days' * pg_temp.roll(min(id), 67) AS at
            FROM recipients GROUP BY phone HAVING pg_temp.roll(min(id), 66) < 0.06
        ) AS one ORDER BY at
    """,
    "consent_states": """
        INSERT INTO consent_states (phone, state, since, channel, event_id)
        SELECT phone, 'opted_out', effective_at, channel, id FROM consent_events
    """,
    "notes": """
        INSERT INTO notes (recipient_id, text, at, actor)
        SELECT id, 'Called about a message that did not play; sent a new link.',
               :anchor - interval '200 days' * pg_temp.roll(id, 69), 'care'
        FROM recipients WHERE pg_temp.roll(id, 68) < 0.1
    """,
    "reference_beginnings": """
        INSERT INTO reference_beginnings (beginning, table_name)
        VALUES ('MSG', 'messages'), ('LNK', 'links'), ('TXT', 'texts'), ('CHG', 'charges'), ('RFD', 'refunds'),
               ('ch_', 'charges'), ('re_', 'refunds'),
               ((SELECT left(min(imported_id), 3) FROM recipients), 'recipients')
    """,
}
