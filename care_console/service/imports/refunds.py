"""Refunds of the old system that would take a charge beyond what was charged."""

from __future__ import annotations

from care_console.service.imports.connection import Driver
from care_console.service.imports.reasons import Reason
from care_console.service.imports.staging import run, run_all

_BEYOND = Reason.REFUND_BEYOND_CHARGE.value

# A charge that failed took nothing, so nothing of it can be refunded. What is there already counts, too.
_NEW = """
CREATE TEMP TABLE import_refunds ON COMMIT DROP AS
SELECT s.ord, c.id AS charge_id, s.requested_at, s.amount_cents::bigint AS amount,
       s.status <> 'failed' AS counts,
       CASE c.status WHEN 'succeeded' THEN c.amount_cents ELSE 0 END::bigint AS charged
FROM import_stage s JOIN charges c ON c.imported_id = s.charge_id
WHERE NOT EXISTS (SELECT FROM refunds t WHERE t.imported_id = s.refund_id)
  AND NOT EXISTS (SELECT FROM import_bad b WHERE b.ord = s.ord)
"""
_ALONE = f"""
INSERT INTO import_bad SELECT ord, '{_BEYOND}' FROM import_refunds
WHERE amount > charged AND (counts OR charged > 0);
DELETE FROM import_refunds WHERE NOT counts OR amount > charged
"""
# The few charges on which the rest is still too much; their refunds are then taken in their order.
_TOGETHER = """
WITH held AS (
    SELECT r.charge_id, sum(r.amount_cents) AS held FROM refunds r
    WHERE r.state NOT IN ('failed', 'withdrawn', 'declined')
      AND r.charge_id IN (SELECT charge_id FROM import_refunds) GROUP BY r.charge_id
), beyond AS (
    SELECT n.charge_id, coalesce(min(held), 0) AS held FROM import_refunds n LEFT JOIN held USING (charge_id)
    GROUP BY n.charge_id HAVING sum(n.amount) + coalesce(min(held), 0) > min(n.charged)
)
SELECT n.ord, n.charge_id, n.amount, n.charged - b.held AS free
FROM import_refunds n JOIN beyond b USING (charge_id)
ORDER BY n.charge_id, n.requested_at, n.ord
"""


async def refuse_beyond_charge(driver: Driver) -> None:
    """Put the staged refunds that go too far into `import_bad`, taking them by their time, then by line.

    A refused one takes nothing, so a smaller one after it may still be good. A failed one takes nothing
    either, but is refused where it alone is more than was charged.
    """
    await run(driver, _NEW)
    await run_all(driver, _ALONE)
    taken: dict[int, int] = {}
    bad: list[int] = []
    async with driver.cursor(name="beyond") as found:
        await found.execute(_TOGETHER.encode())
        async for ord_, charge_id, amount, free in found:
            if charge_id not in taken:
                taken = {charge_id: 0}
            if taken[charge_id] + amount > free:
                bad.append(ord_)
            else:
                taken[charge_id] += amount
    async with driver.cursor() as cursor, cursor.copy(b"COPY import_bad FROM STDIN") as copy:
        for ord_ in bad:
            await copy.write_row((ord_, _BEYOND))
