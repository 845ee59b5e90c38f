"""The head of a story: who, whether they are texted, in which language, and the one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from care_console.contract.consent import Consent, ConsentState
from care_console.contract.money import dollars
from care_console.contract.phone import display_phone
from care_console.contract.recipients import PersonOnNumber
from care_console.desktop.queries.story import StoryView
from care_console.desktop.screens.pauses.pause_words import pause_in_words
from care_console.desktop.screens.story.lines import CHANNELS
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.flow import FlowLayout
from care_console.desktop.widgets.folding import Folding
from care_console.desktop.widgets.labels import Elided, hover, plain
from care_console.desktop.widgets.when import age, in_full

LANGUAGES = {"en": "English", "es": "Spanish"}


class StoryHeader(QWidget):
    """Shows a story's head. Choosing somebody else on the same number emits their id."""

    person_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: StoryView | None = None
        self._in_spanish = False
        self._is_cut_off = False
        self.setObjectName("storyHeader")
        self.phone = plain("", "title", parent=self)
        self.phone.setObjectName("storyPhone")
        self.name = Elided("", "title", self)
        self.name.setObjectName("storyName")
        self.language, self.consent = Badge(self), Badge(self)
        self.language.setObjectName("storyLanguage")
        self.consent.setObjectName("storyConsent")
        self.sentence = plain("", "lead", wrap=True, parent=self)
        self.sentence.setObjectName("storySentence")
        self.since = Elided("", "faint", self)
        self.since.setObjectName("consentSince")
        self.reach = Badge(self)
        self.reach.setObjectName("storyReach")
        self.reach.show_state("OUT OF REACH", "warn", Tone.WARN)
        self.paused = Badge(self)
        self.paused.setObjectName("storyPaused")
        self.paused.show_state("PAUSED", "paused", Tone.WARN)
        self.pause = Elided("", "soft", self)
        self.pause.setObjectName("pauseSince")
        self.here = Badge(self)
        self.here.setObjectName("alsoHere")
        self.here.hide()
        self.prepaid = plain("", "soft", parent=self)
        self.prepaid.setObjectName("storyPrepaid")
        self._people_line = QWidget(self)
        self._people = FlowLayout(self._people_line)
        who = _side_by_side(self.phone, self.name)
        states = _side_by_side(self.language, self.reach, self.paused, self.consent, stretches=False)
        first = Folding(who, states, Space.MEDIUM, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.SMALL)
        column.setSpacing(Space.TIGHT)
        column.addWidget(first)
        column.addWidget(self.sentence)
        column.addWidget(self.pause)
        second = QHBoxLayout()
        second.setSpacing(Space.MEDIUM)
        second.addWidget(self.since, 1)
        second.addWidget(self.prepaid)
        second.addWidget(self.here)
        column.addLayout(second)
        column.addWidget(self._people_line)

    def show_story(self, view: StoryView) -> None:
        """Show who it is about."""
        story = view.story
        self.phone.setText(display_phone(story.phone))
        self.name.setText(story.name or "No name on file")
        word, icon, tone = consent_words(story.consent.state)
        self.consent.show_state(word, icon, tone)
        language = LANGUAGES.get(story.language, story.language.upper())
        spoken = Tone.PLAIN if story.language == "en" else Tone.ACCENT
        self.language.show_state(language, "language", spoken)
        if self._view is None or self._view.story.id != story.id:
            self._in_spanish = False
        self._view = view
        self._show_sentence()
        self._show_prepaid(story.prepaid_cents)
        self.reach.setVisible(story.out_of_reach is not None)
        self.paused.setVisible(story.paused is not None)
        self.pause.setVisible(story.paused is not None)
        self._show_since(view)
        self._show_people(story.on_this_number)

    def turn_language(self) -> None:
        """Tell the story in the other language, to be read aloud."""
        self._in_spanish = not self._in_spanish
        self._show_sentence()

    def show_here(self, words: str, tone: Tone) -> None:
        """Who else has the story open; nothing where nobody has."""
        self.here.setVisible(bool(words))
        if words:
            self.here.show_state(words, "people", tone)

    def cut_off(self, is_cut_off: bool) -> None:
        """Whether the service cannot be reached: what is shown then tells its own age."""
        if is_cut_off is not self._is_cut_off:
            self._is_cut_off = is_cut_off
            self.tick()

    def tick(self) -> None:
        """Ages are a while older now; nothing moves for it."""
        if self._view is not None:
            self._show_since(self._view)

    def _show_sentence(self) -> None:
        if self._view is not None:
            told = self._view.story.story
            self.sentence.setText(told.es if self._in_spanish else told.en)

    def _show_prepaid(self, cents: int | None) -> None:
        self.prepaid.setVisible(cents is not None)
        if cents is not None:
            self.prepaid.setText(f"Prepaid {dollars(cents)}  {keys.shown('prepaid.open')}")

    def _show_since(self, view: StoryView) -> None:
        now = datetime.now(UTC)
        since = _since(view.story.consent, now)
        self.pause.setText(pause_in_words(view.story.paused, now) if view.story.paused else "")
        is_old = view.stale or self._is_cut_off
        self.since.setText(f"Read {age(view.read_at, now)}, not newer. {since}" if is_old else since)

    def _show_people(self, people: list[PersonOnNumber]) -> None:
        while (item := self._people.takeAt(0)) is not None:
            if (button := item.widget()) is not None:
                button.deleteLater()
        self._people_line.setVisible(bool(people))
        if not people:
            return
        self._people.addWidget(plain("Also on this number", "hint", parent=self._people_line))
        for person in people:
            self._people.addWidget(self._person_button(person))

    def _person_button(self, person: PersonOnNumber) -> QPushButton:
        button = QPushButton(self._people_line)
        # An ampersand in a button's text marks a key; theirs is part of a name.
        name = person.name or "No name on file"
        button.setText(name.replace("&", "&&"))
        button.setProperty("kind", "chip")
        button.setAccessibleName(f"Open {name}")
        button.setToolTip(hover(f"Open {name}"))
        button.clicked.connect(lambda: self.person_chosen.emit(person.id))
        return button


def _side_by_side(*parts: QWidget, stretches: bool = True) -> QWidget:
    """Some in a row; the room that is over is the last one's, or nobody's."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.MEDIUM)
    for part in parts:
        row.addWidget(part, 1 if stretches and part is parts[-1] else 0)
    if not stretches:
        row.addStretch(1)
    return made


def consent_words(state: ConsentState) -> tuple[str, str, Tone]:
    """Texts on or off as word, shape and colour."""
    match state:
        case ConsentState.OPTED_IN:
            return "TEXTS ON", "consent_on", Tone.GOOD
        case ConsentState.OPTED_OUT:
            return "TEXTS OFF", "consent_off", Tone.BAD
        case ConsentState.HELD:
            return "TEXTS HELD", "consent_held", Tone.WARN
        case _:
            assert_never(state)


def _since(consent: Consent, now: datetime) -> str:
    if consent.since is None:
        return "Never said anything about texts."
    state = {
        ConsentState.OPTED_IN: "Texts on",
        ConsentState.OPTED_OUT: "Texts off",
        ConsentState.HELD: "Texts held",
    }[consent.state]
    channel = f" {CHANNELS[consent.channel]}" if consent.channel else ""
    words = f": “{consent.words}”" if consent.words else ""
    return f"{state} since {in_full(consent.since, now)}{channel}{words}"
