"""Moments as people at the desk read them: US Eastern with its age, UTC on asking. Knows nothing of Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def clock_time(at: datetime) -> str:
    """``6:03 PM``, US Eastern."""
    return at.astimezone(EASTERN).strftime("%I:%M %p").lstrip("0")


def day(at: datetime, now: datetime) -> str:
    """``Nov 20``, US Eastern; with the year where it is not this one."""
    local = at.astimezone(EASTERN)
    same_year = local.year == now.astimezone(EASTERN).year
    return f"{local:%b} {local.day}" if same_year else f"{local:%b} {local.day}, {local.year}"


def short_day(at: datetime, now: datetime) -> str:
    """``Nov 20``, US Eastern; ``Nov 20 ’25`` where it is not this year."""
    local = at.astimezone(EASTERN)
    if local.year == now.astimezone(EASTERN).year:
        return f"{local:%b} {local.day}"
    return f"{local:%b} {local.day} ’{local:%y}"


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments fall on one day in US Eastern."""
    return one.astimezone(EASTERN).date() == other.astimezone(EASTERN).date()


def age(at: datetime, now: datetime) -> str:
    """``just now``, ``5 min ago``, ``2 h ago``, ``3 d ago``, ``4 mo ago``, ``2 y ago``; ``in 2 h``."""
    seconds = (now - at).total_seconds()
    amount = _amount(abs(seconds))
    if not amount:
        return "just now"
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def age_to_the_second(at: datetime, now: datetime) -> str:
    """``40 s ago`` within the first minute; then as `age`."""
    seconds = int((now - at).total_seconds())
    return f"{max(0, seconds)} s ago" if seconds < _MINUTE else age(at, now)


def _amount(seconds: float) -> str:
    if seconds < _MINUTE:
        return ""
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h"
    days = int(seconds // _DAY)
    if days < 60:
        return f"{days} d"
    return f"{days // 30} mo" if days < 730 else f"{days // 365} y"


def in_full(at: datetime, now: datetime) -> str:
    """``Nov 20, 6:03 PM Eastern``."""
    return f"{day(at, now)}, {clock_time(at)} Eastern"


def in_utc(at: datetime) -> str:
    """``2026-11-20 23:03:05 UTC``, for the hover."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def length(seconds: int) -> str:
    """A sound's length: ``1:12``."""
    return f"{seconds // 60}:{seconds % 60:02}"
