"""Where a number stands: what the events tell afterwards is what each of them did when it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, text

from care_console.contract.consent import ConsentChannel
from care_console.service.consent.by_text import hold, opt_in
from care_console.service.consent.rules import Words, opt_out
from care_console.service.consent.tables import consent_states
from care_console.service.consent.turns import states_sql
from care_console.service.foundation.clock import SettableClock
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services

pytestmark = pytest.mark.asyncio
PHONE = "+12145550142"
SAYS = {"out": opt_out, "hold": hold, "in": opt_in}
SEQUENCES = [said for length in (1, 2, 3, 4) for said in product(SAYS, repeat=length)]


async def test_the_events_of_any_number_tell_where_it_was_put_live(
    services: Services, clock: SettableClock
) -> None:
    phones = {f"+1214555{number:04}": said for number, said in enumerate(SEQUENCES)}
    for step in range(4):
        clock.advance(timedelta(minutes=1))
        async with services.database.begin() as connection:
            ctx = services.context(connection, SYSTEM, "test")
            for phone, said in phones.items():
                if step < len(said):
                    await SAYS[said[step]](ctx, phone, Words(ConsentChannel.SMS, said[step], ctx.now))
    table = "(SELECT DISTINCT phone FROM consent_events) asked"
    async with services.database.begin() as connection:
        live = (await connection.execute(select(consent_states))).all()
        read = (await connection.execute(text(states_sql(table)))).all()
    stands = {row.phone: (row.state, row.since, row.event_id) for row in live}
    told = {row.phone: (row.state, row.since, row.event_id) for row in read}
    # one that only ever said START, and was never anything else, has no row of its own to begin with
    assert len(told) == len(phones)
    assert {phone: told[phone] for phone in stands} == stands
    assert all(told[phone][0] == "opted_in" for phone in phones.keys() - stands.keys())
    assert {state for state, _since, _event in told.values()} == {"opted_in", "opted_out", "held"}


async def test_who_waited_longer_for_the_number_takes_effect_after_who_went_before(
    services: Services,
) -> None:
    async with services.database.begin() as connection:
        began = services.context(connection, SYSTEM, "test")
        later = replace(began, now=began.now + timedelta(seconds=2))
        await opt_in(later, PHONE, Words(ConsentChannel.SMS, "START", later.now))
        said = await opt_out(began, PHONE, Words(ConsentChannel.SMS, "STOP", began.now))
        standing = (await connection.execute(text(states_sql(f"(SELECT '{PHONE}' AS phone) asked")))).one()
        kept = (await connection.execute(select(consent_states))).one()
    assert (standing.state, kept.state) == ("opted_out", "opted_out")
    assert standing.since == kept.since == said.effective_at == later.now
