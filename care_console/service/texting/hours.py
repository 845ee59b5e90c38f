"""When a text that asks for money may leave: 9:00 to 20:00 where the recipient is, by the number.

47 CFR 64.1200(c)(1) has 8:00 to 21:00, some states less. A number may belong to several zones; then only the
hours that all of them share count.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

OPENS, CLOSES = time(9), time(20)
_STEP = timedelta(minutes=15)
_UNKNOWN = "Etc/Unknown"
_MOST_ZONES_OF_A_PLACE = 4  # a toll-free number has some forty, islands that share no daylight among them
# Where a number tells nothing: every zone of the states, so that it is day in all of them.
_ALL = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage",
        "Pacific/Honolulu")  # fmt: skip


@lru_cache(maxsize=4096)
def zones_of(phone: str) -> tuple[ZoneInfo, ...]:
    """The zones a number may be in; where it tells nothing, all of them."""
    return tuple(ZoneInfo(name) for name in known_zones(phone) or _ALL)


@lru_cache(maxsize=4096)
def known_zones(phone: str) -> tuple[str, ...]:
    """The zones (IANA) that a number tells of; none where it tells no place."""
    names = timezone.time_zones_for_number(phonenumbers.parse(phone))
    known = tuple(name for name in names if name != _UNKNOWN)
    return known if len(known) <= _MOST_ZONES_OF_A_PLACE else ()


def may_leave(phone: str, at: datetime) -> bool:
    """Whether it is between 9:00 and 20:00 in every zone of the number."""
    return all(OPENS <= at.astimezone(zone).time() < CLOSES for zone in zones_of(phone))


def next_moment(phone: str, at: datetime) -> datetime:
    """`at`, or the next quarter of an hour at which such a text may leave, within two days."""
    if may_leave(phone, at):
        return at
    moment = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(2 * 24 * 4):
        moment += _STEP
        if may_leave(phone, moment):
            return moment
    # From New York to Honolulu five hours are shared, in summer six; no area code spans as much.
    raise ValueError(f"no hour of the day is allowed in all zones of a number: {zones_of(phone)}")
