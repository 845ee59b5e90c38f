"""The right-hand column of the log: one row's whole evidence, its number's history, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from care_console.contract.consent import ConsentState, OptOut, OptOutEvidence
from care_console.contract.phone import display_phone
from care_console.contract.roles import Permission
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.queries.opt_outs import evidence
from care_console.desktop.screens.correction.mistake import Mistake, of_evidence
from care_console.desktop.screens.correction.panel import CorrectionPanel
from care_console.desktop.screens.opt_out_log.deciding import Deciding
from care_console.desktop.screens.opt_out_log.lines import correction_told, evidence_of, said_in, standing
from care_console.desktop.shell import keys
from care_console.desktop.shell.tasks import start
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.badges import Badge
from care_console.desktop.widgets.flow import FlowLayout
from care_console.desktop.widgets.parts import Notice, button, say, words
from care_console.desktop.widgets.section import Section
from care_console.desktop.widgets.when import day

_SETTLES_MS = 200
_MOST_FACTS = 12
_LINES_SHOWN = 40


class EvidenceColumn(QScrollArea):
    """Shows the selected row. `story_wanted` fires with the recipient's id and the number."""

    story_wanted = Signal(str, str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logEvidence")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._desk = desk
        self._row: OptOut | None = None
        self._found: OptOutEvidence | None = None
        self._settles = QTimer(self)
        self._settles.setSingleShot(True)
        self._settles.setInterval(_SETTLES_MS)
        self._settles.timeout.connect(self.read)
        self._make_parts()
        self.correcting.closed.connect(self.correcting.hide)
        for panel in (self.deciding, self.correcting):
            panel.closed.connect(self._show_actions)
            panel.done.connect(self.read)
        self.story.clicked.connect(self.open_story)
        self.stop.clicked.connect(self.stop_for_good)
        self.correct.clicked.connect(self.ask_correction)
        self.show_row(None)

    @property
    def row(self) -> OptOut | None:
        """The row that is shown."""
        return self._row

    def show_row(self, row: OptOut | None) -> None:
        """Another row: what the list knows of it at once, the rest when the selection rests on it."""
        if row is not None and self._row is not None and row.id == self._row.id:
            return
        self._row, self._found = row, None
        self._close_correcting()
        self.deciding.put(row)
        self._settles.stop()
        for part in (self.facts, self.acts):
            part.setVisible(row is not None)
        for part in (self.history, self.cancelled, self.stands):
            part.hide()
        self.correction.say("")
        self.trouble.say("")
        if row is None:
            say(self.phone, "No row is selected")
            say(self.said, "Up and Down choose one; Enter opens it in its place.")
            return
        say(self.phone, display_phone(row.phone))
        say(self.said, f"“{row.words}”" if row.words else "(no words)")
        self._show_facts(row)
        self._show_actions()
        self._settles.start()

    def read(self) -> None:
        """Read the row with its history now."""
        self._settles.stop()
        if self._row is not None:
            start(self._read(self._row), "reading an opt-out")

    def open_story(self) -> None:
        """Ask for the story of whoever is known by the number."""
        if self._found is not None and self._found.recipient_id is not None and self.story.isVisible():
            self.story_wanted.emit(self._found.recipient_id, self._found.opt_out.phone)

    def stop_for_good(self) -> None:
        """Say what it does to opt the held number out, to be committed."""
        self._close_correcting()
        self.deciding.stop_for_good()

    def ask_correction(self) -> None:
        """Ask that this row be corrected, or say why it cannot be."""
        if self._found is None:
            return
        mistake = of_evidence(self._found)
        if isinstance(mistake, str):
            self.trouble.say(mistake, Tone.WARN)
            return
        self.trouble.say("")
        self.deciding.step_back()
        self.correcting.show()
        self.correcting.show_for(self._found.recipient_id, mistake)
        QTimer.singleShot(0, self.correcting, lambda: self.ensureWidgetVisible(self.correcting))

    def step_back(self) -> bool:
        """Close what is half decided; what was typed is kept."""
        return self._close_correcting() or self.deciding.step_back()

    def _close_correcting(self) -> bool:
        return not self.correcting.isHidden() and self.correcting.step_back()

    async def _read(self, row: OptOut) -> None:
        try:
            found = await evidence(self._desk, row.id)
        except BackendFailure as failure:
            if self._row is row:
                self.trouble.say(failure.sentence, Tone.WARN)
            return
        if self._row is not row:
            return
        self._found = found
        self.trouble.say("")
        word, icon, tone = standing(found)
        self.stands.show_state(word, icon, tone)
        self.stands.show()
        self._show_facts(found.opt_out)
        self._show_history(found)
        self._show_cancelled(found)
        self.correction.say(correction_told(found.correction) if found.correction else "", Tone.ACCENT)
        self.deciding.known(found)
        self._show_actions()

    def _show_facts(self, row: OptOut) -> None:
        told = [(label, value) for label, value in evidence_of(row) if label not in ("Number", "Words")]
        for place, (label, value) in enumerate(self._facts):
            has = place < len(told)
            label.setText(told[place][0] if has else "")
            value.setText(told[place][1] if has else "")
            self._form.setRowVisible(place, has)

    def _show_history(self, found: OptOutEvidence) -> None:
        lines = [said_in(event) for event in found.history[:_LINES_SHOWN]]
        if found.history_total > len(lines):
            lines.append(f"and {found.history_total - len(lines):,} before these")
        self._history_words.setText("\n".join(lines))
        self.history.caption.setText(f"All that this number said ({found.history_total:,})")
        self.history.show()

    def _show_cancelled(self, found: OptOutEvidence) -> None:
        now = found.opt_out.effective_at
        lines = [
            f"{text.kind.capitalize()} {text.id}, queued {day(text.queued_at, now)}"
            for text in found.cancelled_texts[:_LINES_SHOWN]
        ]
        self._cancelled_words.setText("\n".join(lines))
        self.cancelled.setVisible(bool(lines))

    def _show_actions(self) -> None:
        found, session = self._found, self._desk.session
        is_held = found is not None and found.stands.state is ConsentState.HELD
        knows = found is not None and found.recipient_id is not None
        mistake = of_evidence(found) if found is not None else None
        may_ask = isinstance(mistake, Mistake) and session.may(Permission.ASK_CORRECTION)
        self.correct.setVisible(may_ask)
        self._label_correct(is_held)
        self.stop.setVisible(is_held and session.may(Permission.OPT_OUT))
        self.story.setVisible(knows and session.may(Permission.READ_STORY))

    def _label_correct(self, is_held: bool) -> None:
        verb = "No refusal" if is_held else "A mistake"
        self.correct.setText(f"{verb}  {keys.shown('correction.open')}")

    def _make_parts(self) -> None:
        body = QWidget(self)
        body.setObjectName("logEvidenceBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        column.setSpacing(Space.SMALL)
        self.phone = words("", "title", "evidencePhone")
        self.stands = Badge(body)
        self.stands.setObjectName("evidenceStands")
        self.said = words("", "lead", "evidenceWords")
        self.trouble = Notice("evidenceTrouble", body)
        self.correction = Notice("evidenceCorrection", body)
        self.facts = QFrame(body)
        self._form = QFormLayout(self.facts)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(Space.TIGHT)
        self._form.setHorizontalSpacing(Space.MEDIUM)
        self._facts: list[tuple[QLabel, QLabel]] = []
        for _ in range(_MOST_FACTS):
            pair = (words("", "faint"), words())
            pair[0].setWordWrap(False)
            self._form.addRow(*pair)
            self._facts.append(pair)
        self.acts = QWidget(body)
        row = FlowLayout(self.acts)
        self.stop = button(f"Stop for good  {keys.shown('stop.open')}", "evidenceStop", "danger")
        self.correct = button("", "evidenceCorrect")
        self.story = button(f"Story  {keys.shown('log.story')}", "evidenceStory")
        for made in (self.stop, self.correct, self.story):
            row.addWidget(made)
        self.deciding = Deciding(self._desk, body)
        self.correcting = CorrectionPanel(self._desk, body)
        self.correcting.hide()
        self.history = Section("evidenceHistory", "All that this number said")
        self._history_words = words("", "", "evidenceHistoryWords")
        self.history.body.addWidget(self._history_words)
        self.cancelled = Section("evidenceCancelled", "Texts that never went out because of it")
        self._cancelled_words = words("", "", "evidenceCancelledWords")
        self.cancelled.body.addWidget(self._cancelled_words)
        told: tuple[QWidget, ...] = (self.phone, self.stands, self.said, self.correction, self.trouble)
        for part in (
            *told,
            self.acts,
            self.deciding,
            self.correcting,
            self.facts,
            self.history,
            self.cancelled,
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(body)
