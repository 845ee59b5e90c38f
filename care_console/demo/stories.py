"""The stories that somebody trying the desk will meet: each is one thing that callers say, in rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_console.demo.rows import Rows, Sender, Sound

_SECONDS, _HOURS, _DAYS = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Inside:
    """Who records messages, by the facility's place in the list."""

    senders: tuple[Sender, ...]

    def __getitem__(self, place: int) -> Sender:
        return self.senders[place % len(self.senders)]


def tell_all(rows: Rows, now: datetime, inside: Inside) -> None:
    """Every hand-made story, up to `now`."""
    for story in (
        _maria,
        _rosalind,
        _tamika,
        _walter,
        _quiet_recording,
        _card_and_prepaid,
        _failed_then_paid,
        _counsel,
        _two_on_one_number,
        _opted_out,
        _bounced,
        _long_ago,
        _stranger,
    ):
        story(rows, now, inside)


def _maria(rows: Rows, now: datetime, inside: Inside) -> None:
    """Three messages this week; one is silent, one is paid twice and not heard, and its link soon ends."""
    maria = rows.person("+12145550142", "Maria Delgado", "es", now - 200 * _DAYS)
    old = rows.message(maria, inside[0], now - 19 * _DAYS, Sound("es", 31), 299)
    rows.charge(old, old.at + 2 * _HOURS)
    rows.play(old, old.at + 2 * _HOURS + 50 * _SECONDS, 31)
    silent = rows.message(maria, inside[0], now - 4 * _DAYS - 3 * _HOURS, Sound("es", 38, "silent"), 299)
    rows.charge(silent, silent.at + 1 * _HOURS)
    rows.play(silent, silent.at + 1 * _HOURS + 40 * _SECONDS, 38)
    rows.play(silent, silent.at + 1 * _HOURS + 140 * _SECONDS, 12)
    twice = rows.message(
        maria, inside[0], now - 3 * _DAYS - 2 * _HOURS, Sound("es", 72), 399, expires=now + 2 * _DAYS
    )
    rows.charge(twice, twice.at + 85 * _SECONDS)
    rows.charge(twice, twice.at + 112 * _SECONDS)
    rows.message(maria, inside[0], now - 20 * _HOURS, Sound("es", 26), 299)


def _rosalind(rows: Rows, now: datetime, inside: Inside) -> None:
    """Paid, then the link ended before she listened."""
    rosalind = rows.person("+18175550164", "Rosalind Gutiérrez", "en", now - 310 * _DAYS)
    heard = rows.message(rosalind, inside[3], now - 60 * _DAYS, Sound("en", 44), 299)
    rows.charge(heard, heard.at + 3 * _HOURS, ("mastercard", "5100"))
    rows.play(heard, heard.at + 3 * _HOURS + 30 * _SECONDS, 44)
    ended = rows.message(rosalind, inside[3], now - 33 * _DAYS, Sound("en", 58), 399, expires=now - 3 * _DAYS)
    rows.charge(ended, now - 5 * _DAYS, ("mastercard", "5100"))


def _tamika(rows: Rows, now: datetime, inside: Inside) -> None:
    """Asks what the charge on her card was."""
    tamika = rows.person("+19725550117", "Tamika Rhodes", "en", now - 90 * _DAYS)
    message = rows.message(tamika, inside[1], now - 9 * _DAYS, Sound("en", 96), 549)
    rows.charge(message, message.at + 5 * _HOURS, ("amex", "1005"))
    rows.play(message, message.at + 5 * _HOURS + 20 * _SECONDS, 96)


def _walter(rows: Rows, now: datetime, inside: Inside) -> None:
    """Wants no more texts, and one is just about to leave."""
    walter = rows.person("+14695550173", "Walter Kowalczyk", "en", now - 40 * _DAYS)
    for days in (21, 12, 6):
        rows.message(walter, inside[5], now - days * _DAYS, Sound("en", 44), 299)
    newest = rows.message(walter, inside[5], now - 2 * _HOURS, Sound("en", 31), 299, texted=None)
    body = f"{newest.sender.name} left you a voice message. Listen: https://mvm.example/m/{newest.code}"
    rows.text(walter.phone, "link", body, now - 2 * _HOURS, "queued", about=newest)


def _quiet_recording(rows: Rows, now: datetime, inside: Inside) -> None:
    """Could not hear it: the recording is far too quiet, and he tried twice."""
    henry = rows.person("+14045550158", "Henry Adebayo-Clarke", "en", now - 75 * _DAYS)
    quiet = rows.message(henry, inside[6], now - 2 * _DAYS, Sound("en", 51, "quiet"), 399)
    rows.charge(quiet, quiet.at + 40 * _SECONDS * 60, ("discover", "1117"))
    rows.play(quiet, quiet.at + 41 * _SECONDS * 60, 51)
    rows.play(quiet, quiet.at + 45 * _SECONDS * 60, 9)
    rows.message(henry, inside[6], now - 26 * _DAYS, Sound("en", 26, "clipped"), 299)


def _card_and_prepaid(rows: Rows, now: datetime, inside: Inside) -> None:
    """Paid from the prepaid account, and by card a minute later."""
    person = rows.person("+12105550129", "Graciela Montoya", "es", now - 150 * _DAYS)
    message = rows.message(person, inside[2], now - 5 * _DAYS, Sound("es", 45), 399)
    rows.charge(message, message.at + 3 * _HOURS, None)
    rows.charge(message, message.at + 3 * _HOURS + 65 * _SECONDS, ("visa", "0026"))
    rows.play(message, message.at + 3 * _HOURS + 120 * _SECONDS, 45)
    before = rows.message(person, inside[2], now - 40 * _DAYS, Sound("es", 26), 299)
    rows.charge(before, before.at + 6 * _HOURS, None)
    rows.play(before, before.at + 6 * _HOURS + 30 * _SECONDS, 26)


def _failed_then_paid(rows: Rows, now: datetime, inside: Inside) -> None:
    """Her card was declined and then taken: one payment, which looks like two."""
    person = rows.person("+19155550135", "Odalys Zamora", "es", now - 120 * _DAYS)
    message = rows.message(person, inside[4], now - 1 * _DAYS, Sound("es", 31), 299)
    rows.charge(message, message.at + 1 * _HOURS, ("visa", "0341"), status="failed")
    rows.charge(message, message.at + 1 * _HOURS + 48 * _SECONDS, ("visa", "0341"))
    rows.play(message, message.at + 2 * _HOURS, 3)


def _counsel(rows: Rows, now: datetime, inside: Inside) -> None:
    """An attorney: what is privileged plays for nobody."""
    counsel = rows.person("+14055550150", "Law Office of M. Abramowitz", "en", now - 400 * _DAYS)
    for days in (30, 3):
        rows.message(counsel, inside[7], now - days * _DAYS, Sound("en", 84), 399, privileged=True)


def _two_on_one_number(rows: Rows, now: datetime, inside: Inside) -> None:
    """A mother and her son share a phone."""
    for name, sender in (("Ofelia Barragán", 8), ("Julian Barragán", 9)):
        person = rows.person("+15205550121", name, "es", now - 220 * _DAYS)
        message = rows.message(person, inside[sender], now - (sender - 2) * _DAYS, Sound("es", 31), 299)
        rows.charge(message, message.at + 4 * _HOURS, ("visa", "7731"))
        rows.play(message, message.at + 4 * _HOURS + 60 * _SECONDS, 31)


def _opted_out(rows: Rows, now: datetime, inside: Inside) -> None:
    """Said STOP last month; what was recorded since then was never texted."""
    person = rows.person("+15105550188", "Vernon Castellanos-Pike", "en", now - 260 * _DAYS)
    before = rows.message(person, inside[10], now - 34 * _DAYS, Sound("en", 44), 299)
    said = before.at + 1 * _HOURS
    rows.text(person.phone, "stop", "STOP", said, "received")
    sorry = "You will get no more texts from Mobile Voice Messaging. Help: (844) 777-0710."
    rows.text(person.phone, "stop_confirmation", sorry, said + 4 * _SECONDS, "delivered")
    rows.consent(person.phone, "opt_out", "sms", said, "STOP", actor="system")
    rows.message(person, inside[10], now - 8 * _DAYS, Sound("en", 26), 299, texted=None)


def _bounced(rows: Rows, now: datetime, inside: Inside) -> None:
    """The carrier would not deliver it."""
    person = rows.person("+12145550191", "Gwendolyn Achterberg", "en", now - 15 * _DAYS)
    rows.message(person, inside[11], now - 6 * _HOURS, Sound("en", 58), 399, texted="undelivered")


def _long_ago(rows: Rows, now: datetime, inside: Inside) -> None:
    """Asks for money of last season back: the charge is too old for a specialist alone."""
    person = rows.person("+15205550166", "Wilhelmina Stokes-Abernathy", "en", now - 330 * _DAYS)
    message = rows.message(person, inside[4], now - 104 * _DAYS, Sound("en", 58), 399)
    rows.charge(message, message.at + 9 * _HOURS, ("visa", "3063"))


def _stranger(rows: Rows, now: datetime, _inside: Inside) -> None:
    """A number that nobody is known by said STOP too."""
    said = now - 11 * _DAYS
    rows.text("+14045550199", "stop", "stop texting this number!!", said, "received")
    rows.consent("+14045550199", "opt_out", "sms", said, "stop texting this number!!", actor="system")
