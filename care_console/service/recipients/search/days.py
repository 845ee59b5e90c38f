"""The day that a caller tells of: ``nov 14``, ``the fourteenth``, ``last tuesday``, ``hace dos días``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from care_console.service.recipients.search.spoken import TEENS, TENS, UNITS, bare, number_at, words_of

# fmt: off
_MONTHS = (
    ("jan", "january", "ene", "enero"), ("feb", "february", "febrero"), ("mar", "march", "marzo"),
    ("apr", "april", "abr", "abril"), ("may", "mayo"), ("jun", "june", "junio"), ("jul", "july", "julio"),
    ("aug", "august", "ago", "agosto"), ("sep", "sept", "september", "septiembre", "setiembre"),
    ("oct", "october", "octubre"), ("nov", "november", "noviembre"), ("dec", "december", "dic", "diciembre"),
)
_WEEKDAYS = (
    ("monday", "lunes"), ("tuesday", "martes"), ("wednesday", "miercoles"), ("thursday", "jueves"),
    ("friday", "viernes"), ("saturday", "sabado"), ("sunday", "domingo"),
)
_SHORT_WEEKDAYS = (
    ("mon", "lun"), ("tue", "tues"), ("wed", "mie"), ("thu", "thur", "thurs", "jue"), ("fri", "vie"),
    ("sat", "sab"), ("sun", "dom"),
)
_ORDINALS = {
    "first": 1, "primero": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}
# fmt: on
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_WEEKDAY_NUMBER = {
    name: number
    for names in (_WEEKDAYS, _SHORT_WEEKDAYS)
    for number, some in enumerate(names)
    for name in some
}


def _any_of(words: object) -> str:
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]


_MONTH = rf"(?P<month>{_any_of(_MONTH_NUMBER)})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d.,]\d|\d|[/-]\d)"
_YEAR = r"(?:,? (?:de |del )?(?P<year>20\d\d)(?!\d))?"
_LONG = rf"(?P<weekday>{_any_of(name for names in _WEEKDAYS for name in names if name != 'domingo')})"
_ANY_WEEKDAY = rf"(?P<weekday>{_any_of(_WEEKDAY_NUMBER)})\b\.?"
_COUNT = r"(?P<count>\d{1,2}|a|an|una?)"
_UNIT = r"(?P<unit>days?|dias?|weeks?|semanas?|months?|mes(?:es)?)"
# All against the text without accents and capitals, which is as long as it was.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?<![\w/.-])(?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?:[/-](?P<year>\d{4}|\d{2}))?(?![\w/-])",
        rf"\b{_MONTH} ?(?:the |el )?{_DAY}{_YEAR}",
        rf"(?<!\d)(?<!\d[.,]){_DAY} ?(?:of |de )?{_MONTH}{_YEAR}",
        r"\b(?P<before>(?:the )?day before yesterday|anteayer|antier|antes de ayer)\b",
        rf"\b{_COUNT} {_UNIT} (?:ago|back)\b",
        rf"\bhace {_COUNT} {_UNIT}\b",
        rf"\b(?:last|past|this past|on|this|el|este|the) {_ANY_WEEKDAY}(?: pasado| anterior)?(?!\w)",
        rf"\b{_LONG}\b(?: pasado| anterior)?",
        r"\b(?:the|el|dia) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d.,]\d|\d|[/-]\d)",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)\b",
        r"\b(?P<yesterday>yesterday|last night|ayer|anoche)\b",
        r"\b(?P<today>today|tonight|this (?:morning|afternoon|evening)|hoy|esta (?:manana|tarde|noche))\b",
        r"\b(?P<lastweek>last week|la semana pasada)\b",
        r"\b(?P<thisweek>this week|esta semana)\b",
        r"\b(?P<lastmonth>last month|el mes pasado)\b",
        rf"\b(?:in|during|for|since|en|durante) {_MONTH}{_YEAR}(?! \d)",
    )
)
_ORDINAL_WORD = rf"(?:(?:twenty|thirty)[ -])?(?:{_any_of(_ORDINALS)})"
_CARDINAL_WORD = rf"(?:{_any_of([*TENS, *TEENS, *UNITS])})(?:(?: y |[ -])(?:{_any_of(UNITS)}))?"
_MONTH_WORD = rf"(?:{_any_of(_MONTH_NUMBER)})"
_SPOKEN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_MONTH_WORD}\.? (?:the |el )?(?P<said>{_ORDINAL_WORD}|{_CARDINAL_WORD})\b",
        rf"\b(?P<said>{_ORDINAL_WORD}|{_CARDINAL_WORD}) (?:of |de ){_MONTH_WORD}\b",
        rf"\b(?:the|el|dia) (?P<said>{_ORDINAL_WORD})\b",
        rf"\b(?:el|dia) (?P<said>{_CARDINAL_WORD})\b",
        rf"\b(?P<said>{_CARDINAL_WORD}) {_UNIT} (?:ago|back)\b",
        rf"\bhace (?P<said>{_CARDINAL_WORD}) {_UNIT}\b",
    )
)
# What each pattern above holds at least one of.
_LETTERS = re.compile(r"[a-z]+")
_DIGITS_OF_DAY = re.compile(r"\d(?:[-/]\d|st|nd|rd|th)")
# fmt: off
_WORDS_OF_DAY = frozenset((
    *_MONTH_NUMBER, *_WEEKDAY_NUMBER, "yesterday", "ayer", "anoche", "anteayer", "antier", "ago", "back",
    "hace", "today", "tonight", "hoy", "this", "esta", "last", "semana", "mes", "the", "el", "dia",
))
# fmt: on
_NUMBERS_OF_DAYS = frozenset((*_ORDINALS, *UNITS, *TEENS, *TENS))


@dataclass(frozen=True, slots=True)
class Days:
    """The days that may be meant, the likeliest first, all of them past."""

    days: tuple[date, ...]

    def away(self, day: date) -> int:
        """How many days a day is from the nearest that may be meant."""
        return min(abs((day - one).days) for one in self.days)

    @property
    def first(self) -> date:
        """The earliest."""
        return min(self.days)

    @property
    def last(self) -> date:
        """The latest."""
        return max(self.days)

    def said(self) -> str:
        """``Nov 14``; of a week or a month ``Nov 9 to Nov 15``."""
        if len(self.days) < 3:
            return _name(self.days[0])
        return f"{_name(self.first)} to {_name(self.last)}"


def take_days(text: str, today: date) -> tuple[str, Days | None]:
    """The text without the first day that it tells of, and that day; the text as it is for none."""
    if not _may_tell_day(_folded(text)):
        return text, None
    text = _in_digits(text)
    folded = _folded(text)
    for pattern in _PATTERNS:
        for found in pattern.finditer(folded):
            days = _read(found.groupdict(), today)
            if days:
                return f"{text[: found.start()]} {text[found.end() :]}", Days(days)
    return text, None


def day_named(month: str, day: str, today: date) -> Days | None:
    """The latest day of that name (``nov``, ``14``) that is not ahead; None where no month is called so."""
    if month.lower() not in _MONTH_NUMBER:
        return None
    found = _latest(today, _MONTH_NUMBER[month.lower()], int(day))
    return Days((found,)) if found else None


def _may_tell_day(folded: str) -> bool:
    """Whether there is anything in it that no day is told without; most of what is typed has nothing."""
    return bool(_DIGITS_OF_DAY.search(folded)) or not _WORDS_OF_DAY.isdisjoint(_LETTERS.findall(folded))


def _in_digits(text: str) -> str:
    """Days that are said in words, in digits: ``november fourteenth`` as ``november 14th``."""
    if _NUMBERS_OF_DAYS.isdisjoint(_LETTERS.findall(_folded(text))):
        return text
    for pattern in _SPOKEN:
        found = pattern.search(_folded(text))
        if found:
            number = _spoken_day(found["said"])
            if 1 <= number <= 31:
                text = f"{text[: found.start('said')]}{number}{text[found.end('said') :]}"
    return text


def _spoken_day(said: str) -> int:
    words = words_of(said)
    last = words[-1].bare
    if last in _ORDINALS:
        return _ORDINALS[last] + (TENS.get(words[0].bare, 0) if len(words) > 1 else 0)
    return int(number_at(words, 0)[1] or 0)


def _folded(text: str) -> str:
    """Without capitals and accents, letter for letter."""
    if text.isascii():
        return text.lower()
    return "".join(one if len(one) == 1 else letter for letter in text for one in (bare(letter),))


def _read(said: dict[str, str | None], today: date) -> tuple[date, ...]:
    named = next((name for name in _RELATIVE if said.get(name)), None)
    if named:
        first, count = _RELATIVE[named](today)
        return tuple(
            first + timedelta(days=more) for more in range(count) if first + timedelta(days=more) <= today
        )
    if said.get("unit"):
        return _ago(said["count"] or "", said["unit"] or "", today)
    if said.get("weekday"):
        back = (today.weekday() - _WEEKDAY_NUMBER[said["weekday"] or ""]) % 7 or 7
        return today - timedelta(days=back), today - timedelta(days=back + 7)
    if said.get("month") and not said.get("day"):
        return _month(_MONTH_NUMBER[said["month"] or ""], said.get("year"), today)
    day = _day(said, today)
    return (day,) if day else ()


def _this_week(today: date) -> tuple[date, int]:
    return today - timedelta(days=today.weekday()), 7


def _last_week(today: date) -> tuple[date, int]:
    return today - timedelta(days=today.weekday() + 7), 7


def _last_month(today: date) -> tuple[date, int]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last.day


_RELATIVE = {
    "before": lambda today: (today - timedelta(days=2), 1),
    "yesterday": lambda today: (today - timedelta(days=1), 1),
    "today": lambda today: (today, 1),
    "lastweek": _last_week,
    "thisweek": _this_week,
    "lastmonth": _last_month,
}


def _ago(count: str, unit: str, today: date) -> tuple[date, ...]:
    days = (int(count) if count.isdecimal() else 1) * (1 if unit[0] == "d" else 7 if unit[0] in "ws" else 30)
    near = 0 if unit[0] == "d" else 1 if unit[0] in "ws" else 4
    offsets = sorted(range(-near, near + 1), key=abs)
    return tuple(today - timedelta(days=days + offset) for offset in offsets)


def _month(month: int, year: str | None, today: date) -> tuple[date, ...]:
    first = _valid(int(year), month, 1) if year else _latest(today, month, 1)
    if first is None or first > today:
        return ()
    days = (first + timedelta(days=more) for more in range(31))
    return tuple(day for day in days if day.month == month and day <= today)


def _day(said: dict[str, str | None], today: date) -> date | None:
    day, month, year = int(said["day"] or 0), said.get("month"), said.get("year")
    if not month:
        return _latest_of(today, day)
    number = _MONTH_NUMBER.get(month) or int(month)
    if number > 12 >= day:
        number, day = day, number
    return _latest(today, number, day) if not year else _valid(int(year) % 100 + 2000, number, day)


def _latest(today: date, month: int, day: int) -> date | None:
    years = (_valid(today.year - ago, month, day) for ago in range(5))
    return next((found for found in years if found and found <= today), None)


def _latest_of(today: date, day: int) -> date | None:
    months = ((today.year * 12 + today.month - 1 - ago) for ago in range(3))
    days = (_valid(month // 12, month % 12 + 1, day) for month in months)
    return next((found for found in days if found and found <= today), None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _name(day: date) -> str:
    return f"{_MONTHS[day.month - 1][0].capitalize()} {day.day}"
