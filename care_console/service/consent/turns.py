"""Where a number stands, told from what it said: one reading of the events, for the imports and for
corrections.

A correction is no event of the number's: the opt-out that it corrects counts as never said, and it itself
says nothing. What reads like a refusal holds no number that is opted out already.
"""

from __future__ import annotations

# An old system's opt-in lifts an opt-out only where the person gave it: by a text, or on the web.
LIFTS_NOTHING = "e.kind = 'opt_in' AND e.imported_id IS NOT NULL AND e.channel NOT IN ('sms', 'web')"

_NEVER_SAID = (
    "e.kind = 'correction' OR EXISTS (SELECT FROM consent_events k WHERE k.corrects_id = e.id)"
    f" OR ({LIFTS_NOTHING})"
)


def states_sql(phones: str, *, without: str = "false") -> str:
    """SQL for where each number of a table of phones stands: the event that turned it last, if one did.

    `without`: a condition on an event `e` that is left out too. Both are SQL of ours, never what anybody
    typed.
    """
    return f"""
    SELECT DISTINCT ON (phone) phone, state, effective_at AS since, channel, scope, id AS event_id FROM (
        SELECT stood.*, lag(state) OVER (PARTITION BY phone ORDER BY effective_at, id) AS before FROM (
            SELECT phone, id, effective_at, channel, scope,
                   CASE WHEN said = 'held' AND first_value(said) OVER (
                            PARTITION BY phone, answers ORDER BY effective_at, id) = 'opted_out'
                        THEN 'opted_out' ELSE said END AS state
            FROM (
                SELECT e.phone, e.id, e.effective_at, e.channel, e.scope,
                       CASE e.kind WHEN 'opt_out' THEN 'opted_out' WHEN 'hold' THEN 'held' ELSE 'opted_in' END
                       AS said,
                       count(*) FILTER (WHERE e.kind <> 'hold')
                           OVER (PARTITION BY e.phone ORDER BY e.effective_at, e.id) AS answers
                FROM consent_events e
                WHERE e.phone IN (SELECT phone FROM {phones}) AND NOT ({_NEVER_SAID}) AND NOT ({without})
            ) events
        ) stood
    ) turns WHERE state IS DISTINCT FROM before ORDER BY phone, effective_at DESC, id DESC"""
