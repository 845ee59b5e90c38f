"""Days and times as people at the desk say them: US Eastern, in English and Spanish."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from care_console.contract.hours import EASTERN

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}


def day_said(at: datetime, language: str = "en") -> str:
    """``Nov 20``; ``20 de nov`` in Spanish."""
    return _day_said(at.astimezone(EASTERN), language)


def _day_said(local: datetime, language: str) -> str:
    month = _MONTHS[language][local.month - 1]
    return f"{local.day} de {month}" if language == "es" else f"{month} {local.day}"


@lru_cache(64)
def _year(now: datetime) -> int:
    return now.astimezone(EASTERN).year


def dated(at: datetime, now: datetime, language: str = "en") -> str:
    """A day, with its year where that is not this one: ``Nov 20``, ``Nov 20, 2024``."""
    local = at.astimezone(EASTERN)
    day = _day_said(local, language)
    if local.year == _year(now):
        return day
    return f"{day} de {local.year}" if language == "es" else f"{day}, {local.year}"


def hour_said(at: datetime, language: str = "en") -> str:
    """``9 PM``, ``6:02 PM``; ``21:00`` in Spanish."""
    local = at.astimezone(EASTERN)
    if language == "es":
        return f"{local.hour}:{local.minute:02}"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'AM' if local.hour < 12 else 'PM'}"


def soon_said(at: datetime, now: datetime, language: str = "en") -> str:
    """A moment by its weekday where it is less than six days off, else by its day: ``Tue 9 PM``."""
    if abs((at.astimezone(EASTERN).date() - now.astimezone(EASTERN).date()).days) >= 6:
        return dated(at, now, language)
    weekday = _DAYS[language][at.astimezone(EASTERN).weekday()]
    return f"{weekday} {hour_said(at, language)}"


def length_said(seconds: int) -> str:
    """``1:12``."""
    return f"{seconds // 60}:{seconds % 60:02}"
