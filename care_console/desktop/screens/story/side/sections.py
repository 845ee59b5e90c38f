"""The small sections of the right-hand column: the reason, checks, what to say, the three things to do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from care_console.contract.base import Bilingual
from care_console.contract.recipients import Act, Possibility
from care_console.desktop.screens.preview.levels import Check
from care_console.desktop.screens.story.side.known import Known
from care_console.desktop.screens.story.side.reasons import LABELS, CallReason
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.even import EvenRow
from care_console.desktop.widgets.parts import Notice, button, say, set_tone, words
from care_console.desktop.widgets.section import Section

_SIGNS = {Tone.GOOD: "✓", Tone.WARN: "!", Tone.BAD: "✕", Tone.PLAIN: "·", Tone.ACCENT: "·"}


class ReasonSection(Section):
    """What the caller needs, one of seven."""

    def __init__(self) -> None:
        caption = f"What do they need?  {keys.shown('reason.1')} to {keys.shown('reason.7')}"
        super().__init__("sideReason", caption)
        self.reasons: Choices[CallReason] = Choices("What they need", LABELS)
        self.reasons.setObjectName("callReasons")
        self.body.addWidget(self.reasons)


class Exhibit(QWidget):
    """A picture of the facts below the checks, for one reason: the charges side by side, say.

    `says` is a sentence that it has itself; `changed` fires when it has another one.
    """

    changed = Signal()
    says: Bilingual | None = None

    def show_known(self, known: Known) -> bool:
        """Show what is known; False where there is nothing to show."""
        raise NotImplementedError


class ChecksSection(Section):
    """What the facts say, a line each: a sign, and words; below them, for some reasons, an exhibit."""

    def __init__(self) -> None:
        super().__init__("sideChecks", "Checks")
        self._lines: list[QLabel] = []
        self._exhibits: dict[CallReason, Exhibit] = {}
        self._lines_place = QVBoxLayout()
        self._lines_place.setSpacing(Space.TIGHT)
        self.body.addLayout(self._lines_place)

    def add_exhibit(self, reason: CallReason, exhibit: Exhibit) -> None:
        """Show an exhibit whenever the caller gives this reason."""
        self._exhibits[reason] = exhibit
        self.body.addWidget(exhibit)
        exhibit.hide()

    @property
    def exhibit_says(self) -> Bilingual | None:
        """What the one that is shown says itself; None where none does."""
        shown = (exhibit for exhibit in self._exhibits.values() if not exhibit.isHidden())
        return next((exhibit.says for exhibit in shown), None)

    @property
    def has_exhibit(self) -> bool:
        """Whether one is shown."""
        return any(not exhibit.isHidden() for exhibit in self._exhibits.values())

    def show_exhibit(self, known: Known) -> None:
        """Show the one for the caller's reason, and no other."""
        for reason, exhibit in self._exhibits.items():
            exhibit.setVisible(reason is known.reason and exhibit.show_known(known))

    @property
    def text(self) -> str:
        """All lines, for whoever reads the window."""
        return "\n".join(line.text() for line in self._lines if not line.isHidden())

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show these and no others."""
        while len(self._lines) < len(checks):
            line = words()
            self._lines.append(line)
            self._lines_place.addWidget(line)
        for number, line in enumerate(self._lines):
            line.setVisible(number < len(checks))
            if number < len(checks):
                check = checks[number]
                line.setText(f"{_SIGNS[check.tone]}  {check.words}")
                set_tone(line, check.tone)


class SaySection(Section):
    """The sentence to say, in the caller's language, and the other at one press."""

    def __init__(self) -> None:
        super().__init__("sideSay", "Say this")
        self._both: Bilingual | None = None
        self._language = "en"
        self.toggle = button("", "sayLanguage", "chip")
        self.toggle.clicked.connect(self.turn)
        self.head.addWidget(self.toggle)
        self.sentence = words("", "lead", "saySentence")
        self.body.addWidget(self.sentence)

    def show_sentence(self, both: Bilingual | None, language: str) -> None:
        """Show a sentence, first in the caller's language."""
        self._both, self._language = both, "es" if language == "es" else "en"
        self._show()

    def turn(self) -> None:
        """Show it in the other language."""
        self._language = "en" if self._language == "es" else "es"
        self._show()

    def _show(self) -> None:
        text = "" if self._both is None else self._both.es if self._language == "es" else self._both.en
        self.sentence.setText(f"“{text}”" if text else "")
        self.sentence.setVisible(bool(text))
        self.toggle.setVisible(bool(text))
        in_english = self._language == "en"
        self.toggle.setText(f"{'EN → ES' if in_english else 'ES → EN'}  {keys.shown('language')}")
        self.toggle.setAccessibleName("Show it in Spanish" if in_english else "Show it in English")


class DoSection(Section):
    """Refund, new link, stop texts; each says why not where it cannot be done."""

    _ACTS = (
        (Act.REFUND, "Refund", "refund.open", "doRefund"),
        (Act.REISSUE, "New link", "reissue.open", "doReissue"),
        (Act.OPT_OUT, "Stop texts", "stop.open", "doStop"),
    )

    def __init__(self) -> None:
        super().__init__("sideDo", "Do")
        self.buttons: dict[Act, QPushButton] = {}
        self._why_not: dict[Act, QLabel] = {}
        for act, label, action, name in self._ACTS:
            made = button(f"{label}  {keys.shown(action)}", name)
            made.setAccessibleName(label)
            self.buttons[act] = made
            self._why_not[act] = words("", "hint", f"{name}WhyNot")
        self._row = EvenRow(list(self.buttons.values()))
        self.body.addWidget(self._row)
        for label_of in self._why_not.values():
            self.body.addWidget(label_of)
            label_of.hide()
        self.state = Notice("doState")
        self.body.addWidget(self.state)
        self.place = QVBoxLayout()
        self.place.setSpacing(Space.TIGHT)
        self.body.addLayout(self.place)

    def show_may(self, may: Sequence[Possibility]) -> None:
        """Show what may be done; what is not named may not."""
        by_act = {each.act: each for each in may}
        for act, label, _action, _name in self._ACTS:
            found = by_act.get(act)
            allowed = found is not None and found.allowed
            self.buttons[act].setEnabled(allowed)
            reason = (found.why_not if found else None) or "Your role cannot do this."
            say(self._why_not[act], "" if allowed else f"{label}: {reason}")

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done; None where it can."""
        return None if self.buttons[act].isEnabled() else self._why_not[act].text()

    def show_buttons(self, shown: bool) -> None:
        """The buttons make room while a panel is open in their place."""
        self._row.setVisible(shown)
        for act, label in self._why_not.items():
            label.setVisible(shown and not self.buttons[act].isEnabled())
