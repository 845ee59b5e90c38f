"""What a charge was for: which message, which days a statement shows it, and the words for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from care_console.contract.charges import ChargeState
from care_console.contract.roles import Role
from care_console.contract.statements import ExplainedCharge, ExplainedCharges
from care_console.service.foundation.context import SYSTEM
from care_console.service.foundation.services import Services
from care_console.service.payments.statements import business_days_after, on_statement
from care_console.service.settings import Settings
from tests.service.conftest import NOON, SignIn
from tests.support import builders


@pytest.mark.parametrize(
    ("day", "days", "then"),
    [
        (date(2026, 11, 16), 0, date(2026, 11, 16)),
        (date(2026, 11, 16), 1, date(2026, 11, 17)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 25), 1, date(2026, 11, 27)),  # over Thanksgiving
        (date(2026, 11, 25), 3, date(2026, 12, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over New Year and a weekend
    ],
)
def test_business_days_leave_out_weekends_and_holidays(day: date, days: int, then: date) -> None:
    assert business_days_after(day, days) == then


def test_a_day_is_eastern_and_the_name_and_the_days_are_settings() -> None:
    late = datetime(2026, 11, 17, 4, 30, tzinfo=UTC)  # still Monday, the 16th, in New York
    told = on_statement(late, Settings())
    assert (told.name, told.first_day, told.last_day) == (
        "MVM.EXAMPLE",
        date(2026, 11, 17),
        date(2026, 11, 19),
    )
    other = Settings(statement_descriptor="AC Voice", bank_days_first=0, bank_days_last=5)
    told = on_statement(late, other)
    assert (told.name, told.first_day, told.last_day) == (
        "AC VOICE",
        date(2026, 11, 16),
        date(2026, 11, 23),
    )


async def a_payer(services: Services) -> tuple[int, list[int]]:
    """Somebody with a card charge, one from prepaid, a failed one, and one refunded in part."""
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        recipient = await builders.a_recipient(ctx)
        charges = []
        for days, given in (
            (6, {}),
            (5, {"method": "prepaid"}),
            (4, {"status": "failed", "brand": "amex", "last4": "1005"}),
            (3, {}),
        ):
            message = await builders.a_message(
                ctx, recipient_id=recipient, recorded_at=NOON - timedelta(days=days)
            )
            charges.append(await builders.a_charge(ctx, message, **given))
        await builders.a_refund(ctx, charges[3], amount_cents=100, state="pending")
        return recipient, charges


@pytest.mark.asyncio
async def test_each_charge_is_explained_the_newest_first(services: Services, sign_in: SignIn) -> None:
    recipient, charges = await a_payer(services)
    client = await sign_in()
    page = ExplainedCharges.model_validate((await client.get(f"/v1/recipients/{recipient}/charges")).json())
    assert [each.charge_id for each in page.items] == [str(id) for id in reversed(charges)]
    part, failed, prepaid, card = page.items
    assert card.say.en == (
        "The $3.99 on Nov 14 was for a voice message of 1:12 from John Doe at Dallas County Jail. It was "
        "paid with the Visa ending 4242. The statement calls us MVM.EXAMPLE, and shows it between Nov 16 and "
        "Nov 18, since banks take some business days."
    )
    assert "con la Visa que termina en 4242" in card.say.es
    assert "entre el 16 de nov y el 18 de nov" in card.say.es
    assert card.receipt.en == (
        "Voice message of Nov 14, 12 PM Eastern, 1:12 long, from John Doe, Dallas County Jail. Paid: $3.99 "
        f"on Nov 14, 12:30 PM Eastern, with the Visa ending 4242. Reference {charges[0]}."
    )
    assert prepaid.statement is None
    assert "on no card statement" in prepaid.say.en
    assert (failed.state, failed.statement) == (ChargeState.FAILED, None)
    assert "no money was taken" in failed.say.en
    assert "no se cobró nada" in failed.say.es
    assert (part.refunded_cents, "$1.00 of it has been refunded" in part.say.en) == (100, True)


@pytest.mark.asyncio
async def test_pages_join_to_the_whole_and_one_charge_is_the_same_by_itself(
    services: Services, sign_in: SignIn
) -> None:
    recipient, charges = await a_payer(services)
    client = await sign_in()
    whole, cursor = [], None
    while True:
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/v1/recipients/{recipient}/charges", params=asked)).json()
        whole += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each["charge_id"] for each in whole] == [str(id) for id in reversed(charges)]
    alone = (await client.get(f"/v1/charges/{charges[0]}")).json()
    assert ExplainedCharge.model_validate(alone) == ExplainedCharge.model_validate(whole[-1])


@pytest.mark.asyncio
async def test_it_is_for_the_desk_only_and_what_is_not_there_is_said(
    services: Services, sign_in: SignIn
) -> None:
    _recipient, charges = await a_payer(services)
    auditor = await sign_in(Role.AUDITOR)
    assert (await auditor.get(f"/v1/charges/{charges[0]}")).status_code == 403
    client = await sign_in()
    assert (await client.get("/v1/charges/999999")).status_code == 404
    assert (await client.get("/v1/recipients/999999/charges")).status_code == 404
    async with services.database.begin() as connection:
        ctx = services.context(connection, SYSTEM, "test")
        nobody = await builders.a_recipient(ctx)
    assert (await client.get(f"/v1/recipients/{nobody}/charges")).json()["items"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("shown", "which"),
    [
        ("MVM.EXAMPLE*VOICE 3.99 11/18", [3, 2, 1, 0]),
        ("3.99 nov 14 4242", [0]),
        ("4242", [3, 0]),
        ("amex", [2]),
        ("$4.99", []),
        ("3.99 dec 24", []),
        ("", [3, 2, 1, 0]),
    ],
)
async def test_a_line_of_a_statement_leaves_the_charges_that_fit_it_with_the_days_banks_lag(
    services: Services, sign_in: SignIn, shown: str, which: list[int]
) -> None:
    recipient, charges = await a_payer(services)
    client = await sign_in()
    page = (await client.get(f"/v1/recipients/{recipient}/charges", params={"shown": shown})).json()
    assert [each["charge_id"] for each in page["items"]] == [str(charges[place]) for place in which]


@pytest.mark.asyncio
async def test_pages_of_what_fits_join_and_words_that_tell_nothing_are_refused(
    services: Services, sign_in: SignIn
) -> None:
    recipient, charges = await a_payer(services)
    client, place = await sign_in(), f"/v1/recipients/{recipient}/charges"
    first = (await client.get(place, params={"shown": "visa 4242", "limit": 1})).json()
    asked = {"shown": "visa 4242", "limit": 1, "cursor": first["next_cursor"]}
    second = (await client.get(place, params=asked)).json()
    assert [first["items"][0]["charge_id"], second["items"][0]["charge_id"]] == [
        str(charges[3]),
        str(charges[0]),
    ]
    assert second["next_cursor"] is None
    refused = await client.get(place, params={"shown": "no idea"})
    assert refused.status_code == 422
    assert "3.99 nov 16" in refused.json()["detail"]
