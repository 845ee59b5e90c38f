"""Makes up small data sets for stories: lives of messages, mixed by chance, told as rows.

``python -m tests.support.make_stories DIR COUNT SEED`` writes them, ten to a file, without their sentences.
Kept so that more can be made; the stories in the tests were made once and are read as they stand.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.told import EASTERN, NOW, Told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PRICES = ("$2.99", "$3.99", "$5.49")
CARDS = ("visa 4242", "mastercard 5100", "amex 1005", "discover 1117", "prepaid")
NOWS = (
    NOW,
    datetime(2026, 11, 24, 9, 5, tzinfo=EASTERN),
    datetime(2027, 1, 4, 20, 40, tzinfo=EASTERN),  # the year just turned
    datetime(2026, 3, 9, 10, 30, tzinfo=EASTERN),  # the clocks went forward the day before
    datetime(2026, 11, 2, 15, 0, tzinfo=EASTERN),  # and back
)


class Life:
    """One message while its rows are written; `at` is when it was recorded."""

    def __init__(
        self, rows: list[str], number: int, at: datetime, now: datetime, chance: random.Random
    ) -> None:
        self.rows, self.name, self.at, self.now, self.chance = rows, f"m{number}", at, now, chance
        self.number = number
        self.price, self.card = chance.choice(PRICES), chance.choice(CARDS)
        self.seconds = chance.choice((26, 45, 58, 72, 119))
        self.charges = 0
        self.last = at

    def when(self, at: datetime) -> str:
        """A moment as rows have it."""
        local = at.astimezone(EASTERN)
        year = "" if local.year == self.now.astimezone(EASTERN).year else f"{local.year} "
        return f"{year}{local:%b} {local.day} {local:%H:%M}"

    def message(self, price: str | None = None) -> None:
        """It was recorded."""
        self.price = price or self.price
        length = f"{self.seconds // 60}:{self.seconds % 60:02}"
        self.rows.append(f"message  {self.name}  {self.when(self.at)}  {length}  {self.price}")

    def link(self, days: float = 30, status: str | None = "delivered") -> None:
        """A link was made, and a text went with it."""
        issued = self.last + timedelta(minutes=1)
        until = issued + days * DAY
        self.rows.append(f"link     {self.name}  {self.when(issued)}  until {self.when(until)}")
        if status:
            self.rows.append(f"text     {self.name}  {self.when(issued)}  {status}")

    def later(self, most_hours: float = 8) -> datetime:
        """Some time after what happened last, and before now."""
        self.last = min(
            self.last + self.chance.uniform(0.1, most_hours) * HOUR, self.now - timedelta(minutes=2)
        )
        return self.last

    def visit(self) -> None:
        """The page was opened."""
        self.rows.append(f"visit    {self.name}  {self.when(self.later())}")

    def charge(self, *, price: str | None = None, at: datetime | None = None, failed: bool = False) -> str:
        """A charge; its name."""
        self.charges += 1
        name = f"c{self.number}{'abcde'[self.charges - 1]}"
        when = self.when(at or self.later())
        words = f"charge   {name}  {self.name}  {when}  {price or self.price}  {self.card}"
        self.rows.append(words + ("  failed" if failed else ""))
        return name

    def play(self, seconds: int) -> None:
        """It was played for so long."""
        self.rows.append(f"play     {self.name}  {self.when(self.later(1))}  {seconds} s")

    def refund(self, charge: str, state: str, price: str | None = None) -> None:
        """A refund of a charge."""
        self.rows.append(f"refund   {charge}  {self.when(self.later())}  {price or self.price}  {state}")

    def dispute(self, charge: str, status: str) -> None:
        """A dispute of a charge."""
        self.rows.append(f"dispute  {charge}  {self.when(self.later())}  {status}")

    def sound(self, what: str) -> None:
        """Its recording was measured."""
        self.rows.append(f"sound    {self.name}  {what}")


def _heard(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.play(life.seconds)


def _unheard(life: Life) -> None:
    life.message()
    life.link(life.chance.choice((8.2, 12.5, 30)))
    life.charge()


def _expired_unheard(life: Life) -> None:
    life.message()
    life.link(0.9)
    life.charge(at=life.at + 3 * HOUR)


def _not_texted(life: Life) -> None:
    life.message()


def _not_delivered(life: Life) -> None:
    life.message()
    life.link(status=life.chance.choice(("undelivered", "failed")))


def _not_opened(life: Life) -> None:
    life.message()
    life.link(status=life.chance.choice(("delivered", "sent", "queued")))


def _opened(life: Life) -> None:
    life.message()
    life.link()
    life.visit()


def _payment_failed(life: Life) -> None:
    life.message()
    life.link()
    life.charge(failed=True)


def _expired_unpaid(life: Life) -> None:
    life.message()
    life.link(0.9)
    if life.chance.random() < 0.5:
        life.visit()


def _silent(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.play(life.seconds)
    life.sound("silent")


def _quiet(life: Life) -> None:
    life.message()
    life.link()
    life.sound("quiet")


def _distorted(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.sound("distorted")


def _twice(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.charge(at=life.last + timedelta(minutes=2))


def _twice_over_two_days(life: Life) -> None:
    life.message()
    life.link()
    life.charge(at=life.at + HOUR)
    life.charge(at=life.at + 26 * HOUR)


def _three_times(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.charge(at=life.last + timedelta(minutes=1))
    life.charge(at=life.last + timedelta(minutes=2))
    life.play(life.seconds)


def _twice_differing(life: Life) -> None:
    life.message("$3.99")
    life.link()
    life.charge()
    life.charge(price="$4.25", at=life.last + timedelta(minutes=2))


def _second_refunded(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    second = life.charge(at=life.last + timedelta(minutes=2))
    life.play(life.seconds)
    life.refund(second, life.chance.choice(("succeeded", "pending", "awaiting_approval")))


def _refunded(life: Life) -> None:
    life.message()
    life.link()
    life.refund(life.charge(), life.chance.choice(("succeeded", "pending", "unknown", "waiting")))


def _partly_refunded(life: Life) -> None:
    life.message()
    life.link()
    charge = life.charge()
    life.play(life.seconds)
    life.refund(charge, "succeeded", "$1.00")


def _refund_failed(life: Life) -> None:
    life.message()
    life.link()
    charge = life.charge()
    life.refund(charge, "failed")
    if life.chance.random() < 0.3:
        life.refund(charge, "succeeded")


def _disputed(life: Life) -> None:
    life.message()
    life.link()
    charge = life.charge()
    life.play(life.seconds)
    life.dispute(charge, life.chance.choice(("needs_response", "under_review", "lost", "won")))


def _played_little(life: Life) -> None:
    life.message()
    life.link()
    life.charge()
    life.play(life.chance.choice((0, 2, 4)))


def _free(life: Life) -> None:
    life.message("$0.00")
    life.link()
    life.visit()
    life.play(life.seconds)


def _free_unheard(life: Life) -> None:
    life.message("$0.00")
    life.link()
    life.visit()


LIVES: tuple[Callable[[Life], None], ...] = (
    _heard, _unheard, _expired_unheard, _not_texted, _not_delivered, _not_opened, _opened, _payment_failed,
    _expired_unpaid, _silent, _quiet, _distorted, _twice, _twice_over_two_days, _three_times,
    _twice_differing, _second_refunded, _refunded, _partly_refunded, _refund_failed, _disputed,
    _played_little, _free, _free_unheard,
)  # fmt: skip
COMMON = (_heard, _unheard, _not_opened, _opened)
AGES = ((1.6, 6.5), (1.6, 6.5), (1.6, 6.5), (7.5, 29), (7.5, 29), (31, 44), (62, 80), (150, 420))


def make(number: int, chance: random.Random) -> Told:
    """One data set: up to five messages, and what the number said of texts."""
    now = chance.choice(NOWS)
    rows: list[str] = []
    how_many = chance.choice((1, 1, 2, 2, 3, 3, 4, 5)) if number > 3 else 0
    lives = []
    for place in range(how_many):
        least, most = chance.choice(AGES if number % 3 else AGES[:5])
        at = (now - chance.uniform(least, most) * DAY).replace(second=0, microsecond=0)
        life = chance.choice(COMMON if chance.random() < 0.25 else LIVES)
        lives.append(life.__name__.strip("_").replace("_", " "))
        life(Life(rows, place + 1, at, now, chance))
    said = chance.random()
    when = now - chance.uniform(0.1, 300) * DAY
    told = Life(rows, 0, when, now, chance)
    if said < 0.15:
        rows.append(f"consent  opt_out  {told.when(when)}")
        lives.append("stopped")
    elif said < 0.25:
        rows.append(f"consent  hold  {told.when(when)}")
        lives.append("held")
    elif said < 0.3:
        rows.append(f"consent  opt_out  {told.when(when)}")
        rows.append(f"consent  opt_in  {told.when(when + HOUR)}")
        lives.append("stopped and allowed again")
    return Told(f"{number:03} {', '.join(lives) or 'nothing yet'}", now, rows)


def main() -> int:
    """Write the files."""
    into, how_many, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    sets = [make(number, chance) for number in range(1, how_many + 1)]
    for start in range(0, how_many, 10):
        told = "\n".join(one.written() for one in sets[start : start + 10])
        (into / f"stories-{start + 1:03}.txt").write_text(told, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
