"""When a text that asks for money may leave: in the allowed hours where the recipient is, by the number.

A number may belong to several zones; then only the hours that all of them share count.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

from care_console.service.texting.allowed import Hours

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


def may_leave(phone: str, at: datetime, hours: Hours) -> bool:
    """Whether it is an allowed hour in every zone of the number."""
    return all(hours.have(at.astimezone(zone)) for zone in zones_of(phone))


def next_moment(phone: str, at: datetime, hours: Hours) -> datetime:
    """`at`, or the next quarter of an hour at which such a text may leave, within two days."""
    if may_leave(phone, at, hours):
        return at
    moment = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(2 * 24 * 4):
        moment += _STEP
        if may_leave(phone, moment, hours):
            return moment
    # The hours that may be set span more than any area code, and than all states together.
    raise ValueError(f"no hour of the day is allowed in all zones of a number: {zones_of(phone)}")
