"""The short forms of the campaigns."""

from __future__ import annotations

import pytest

from tests.campaigns import refunds


@pytest.mark.campaign
@pytest.mark.timeout(400)
@pytest.mark.asyncio
async def test_refunds_through_faults_and_kills(database_url: str) -> None:
    outcome = await refunds.run(refunds.SHORT, 7, database_url)
    assert outcome.wrong == []
    assert outcome.kills == refunds.SHORT.kills
    assert outcome.intents >= refunds.SHORT.refunds - 4
    assert sum(count for fault, count in outcome.faults.items() if fault != "sound") > 0
