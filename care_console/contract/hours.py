"""When care answers the phone: Monday to Friday, 9 AM to 9 PM US Eastern."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

CARE_PHONE = "+18447770710"
SHORT_CODE = "33297"
EASTERN = ZoneInfo("America/New_York")
OPENS, CLOSES = time(9), time(21)


def is_open(at: datetime) -> bool:
    """Whether the care line answers at a moment. Holidays are not in it yet."""
    local = at.astimezone(EASTERN)
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES
