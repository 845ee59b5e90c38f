"""Where each number of an imported history stands, by our rules, and which opt-ins are for a supervisor."""

from __future__ import annotations

from care_console.service.consent.turns import LIFTS_NOTHING as _LIFTS_NOTHING
from care_console.service.consent.turns import states_sql as _states
from care_console.service.foundation.locks import IMPORTED_CONSENT
from care_console.service.imports.connection import Driver
from care_console.service.imports.staging import open_transaction, run, run_all

# Numbers settled in one transaction: each is locked until it ends, and a server has only so many locks.
_NUMBERS_AT_A_TIME = 500

_NOTE_PHONES = """
CREATE TEMP TABLE IF NOT EXISTS import_phones (phone text PRIMARY KEY);
INSERT INTO import_phones SELECT DISTINCT phone FROM import_stage ON CONFLICT DO NOTHING
"""
_NOTE_REVIEWS = f"""
INSERT INTO import_reviews (consent_event_id, at, reason)
SELECT e.id, now(), 'opt_in_by_' || e.channel
FROM import_stage s JOIN consent_events e ON e.imported_id = s.event_id
WHERE {_LIFTS_NOTHING} ORDER BY e.id ON CONFLICT DO NOTHING
"""
# Before any row of theirs is written: who hands a text over may have to write one too.
_STOP_TEXTS = f"SELECT pg_advisory_xact_lock(hashtextextended('{IMPORTED_CONSENT}', 0))"
_FIRST_STATES = f"""
INSERT INTO consent_states (phone, state, since, channel, scope, event_id)
{_states("import_phones")} ON CONFLICT DO NOTHING
"""
_LIST_REVIEWS = f"""
SELECT e.imported_id, count(*) OVER ()
FROM import_reviews r JOIN consent_events e ON e.id = r.consent_event_id
WHERE e.phone IN (SELECT phone FROM import_phones) AND {_LIFTS_NOTHING} ORDER BY e.effective_at, e.id LIMIT 20
"""
_UNSETTLED = f"""
CREATE TEMP TABLE import_unsettled ON COMMIT DROP AS
SELECT n.phone FROM ({_states("import_phones")}) n JOIN consent_states c USING (phone)
WHERE (c.state, c.since, c.event_id) IS DISTINCT FROM (n.state, n.since, n.event_id)
ORDER BY n.phone LIMIT {_NUMBERS_AT_A_TIME}
"""
# The lock that an opt-out takes (consent/rules.py): else a STOP that is just being committed could be lifted.
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('number:' || phone, 0))
FROM (SELECT phone FROM import_unsettled ORDER BY phone) locked
"""
_SETTLE = f"""
UPDATE consent_states c SET state = n.state, since = n.since, channel = n.channel, scope = n.scope,
       event_id = n.event_id
FROM ({_states("import_unsettled")}) n WHERE n.phone = c.phone
"""


async def note_consent(driver: Driver) -> None:
    """After the events are loaded: whose they are, and what of them is for a supervisor."""
    await run_all(driver, _NOTE_PHONES)
    await run(driver, _NOTE_REVIEWS)


async def store_first_states(driver: Driver) -> None:
    """The state of each number that had none: the last thing before the events' commit.

    From here to there no text is handed over, or one that asked just before would pass an opt-out. These are
    too many numbers to lock each.
    """
    await run(driver, _STOP_TEXTS)
    await run(driver, _FIRST_STATES)


async def reviews(driver: Driver) -> tuple[tuple[str, ...], int]:
    """Old identifiers of the first opt-ins to look at, of this data set's numbers; and how many there are."""
    rows = await (await driver.execute(_LIST_REVIEWS.encode())).fetchall()
    return tuple(str(row[0]) for row in rows), rows[0][1] if rows else 0


async def settle_numbers(driver: Driver) -> None:
    """Move the numbers that had a state before this import, each under its lock, some hundred at a time."""
    while True:
        async with driver.transaction():
            await open_transaction(driver)
            if not await run(driver, _UNSETTLED):
                return
            await run(driver, _LOCK)
            await run(driver, _SETTLE)
