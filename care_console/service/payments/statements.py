"""How a card's statement shows a charge, and when: by our short name, some business days later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from care_console.contract.hours import EASTERN, federal_holidays
from care_console.contract.statements import OnStatement
from care_console.service.settings import Settings


def on_statement(charged_at: datetime, settings: Settings) -> OnStatement:
    """The name, and the days between which a bank posts a charge of that moment.

    The processor settles each day, and the cardholder's bank posts what it gets in one to three business days
    (as card issuers tell their customers; both ends are settings).
    """
    day = charged_at.astimezone(EASTERN).date()
    first = business_days_after(day, settings.bank_days_first)
    return OnStatement(
        name=settings.on_statements.upper(),
        first_day=first,
        last_day=business_days_after(day, settings.bank_days_last),
    )


def business_days_after(day: date, days: int) -> date:
    """The day so many business days later: banks settle nothing on weekends and federal holidays."""
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in federal_holidays(day.year):
            days -= 1
    return day
