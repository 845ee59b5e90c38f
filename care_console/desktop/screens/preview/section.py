"""The preview: what was measured first, then the reason, then the sound, which never leaves memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from care_console.contract.messages import Levels, LouderCopy, PreviewReason
from care_console.contract.recipients import OpenMessage
from care_console.desktop.actions.previews import open_preview
from care_console.desktop.backend.failures import BackendFailure
from care_console.desktop.desk import Desk
from care_console.desktop.screens.preview.levels import levels_in_words
from care_console.desktop.screens.preview.states import NO_SOUND_DEVICE, RATES, PlayerState
from care_console.desktop.shell import keys, tasks
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.choices import Choices
from care_console.desktop.widgets.parts import Notice, button, words
from care_console.desktop.widgets.section import Section
from care_console.desktop.widgets.waveform import Waveform
from care_console.desktop.widgets.when import length

if TYPE_CHECKING:
    from care_console.desktop.screens.preview.player import PreviewPlayer

REASONS = (
    (PreviewReason.COULD_NOT_HEAR, "Could not hear"),
    (PreviewReason.WRONG_MESSAGE, "Wrong message"),
    (PreviewReason.ABUSE_REPORT, "Abuse report"),
    (PreviewReason.QUALITY, "Quality"),
)
_NOT_LOUDER = {
    LouderCopy.NONE: "There is no louder copy of this recording.",
    LouderCopy.BEING_MADE: "The louder copy is being made; look again later.",
    LouderCopy.CANNOT_BE_MADE: "No louder copy of this recording can be made.",
    LouderCopy.READY: "",
}
_LOUDER_PLAYS = "This is the louder copy: on their page, “The same message, louder”."
_ASK = "Why is it heard? The reason is recorded before the first sound."


class PreviewSection(Section):
    """Levels and waveform are there without asking; the sound only after a reason.

    `heard` fires with the reason once a sound was fetched.
    """

    heard = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("sidePreview", "Preview")
        self._desk = desk
        self._message: OpenMessage | None = None
        self._player: PreviewPlayer | None = None
        self._duration_ms = 0
        self._rate = RATES.index(1.0)
        self._opening = 0
        self._louder = LouderCopy.NONE
        self._wants_louder = self._plays_louder = False
        self.levels = words("", "soft", "previewLevels")
        self.waveform = Waveform()
        self.waveform.setObjectName("previewWaveform")
        self.ask = words(_ASK, "hint", "previewAsk")
        self.reasons: Choices[PreviewReason] = Choices("Why it is heard", REASONS)
        self.reasons.setObjectName("previewReasons")
        self.open_button = button(f"Hear it  {keys.shown('preview.open')}", "previewOpen")
        self.louder_button = button(f"Louder  {keys.shown('preview.louder')}", "previewLouder")
        self.louder_button.hide()
        self.play_button = button("Play", "previewPlay")
        self.speed_button = button("1×", "previewSpeed", "chip")
        self.clock = words("", "number", "previewClock")
        self.state = Notice("previewState")
        self._controls = self._make_controls()
        for part in (self.levels, self.waveform, self.ask, self.reasons, self._controls, self.state):
            self.body.addWidget(part)
        self.head.addWidget(self.louder_button)
        self.head.addWidget(self.open_button)
        self.open_button.clicked.connect(self.ask_reason)
        self.louder_button.clicked.connect(self.ask_louder)
        self.reasons.chosen.connect(self._open)
        self.play_button.clicked.connect(self.toggle)
        self.speed_button.clicked.connect(self.next_rate)
        self.waveform.sought.connect(self._seek)
        keys.bind(self, "preview.play", self.toggle)
        self._show_asking(False)
        self._controls.hide()

    @property
    def player(self) -> PreviewPlayer | None:
        """The player; None until the first sound, since its library is slow to load."""
        return self._player

    def show_message(self, message: OpenMessage | None) -> None:
        """Another message: what was heard of the one before is forgotten."""
        if message is not None and self._message is not None and message.id == self._message.id:
            self._message = message
            return
        self.forget()
        self._message = message
        why_not = self.why_not
        self.open_button.setEnabled(message is not None and why_not is None)
        self.state.say(why_not or "", Tone.WARN)
        self.levels.setText("" if message is None else length(message.seconds))
        self.waveform.set_peaks(())
        self.waveform.setVisible(False)
        self.show_louder(LouderCopy.NONE)

    def show_levels(self, levels: Levels | None) -> None:
        """What was measured of the message."""
        self.waveform.setVisible(levels is not None)
        if levels is not None:
            self.levels.setText(levels_in_words(levels))
            self.waveform.set_peaks(levels.peaks)

    @property
    def why_not(self) -> str | None:
        """Why it cannot be heard; None where it can."""
        if self._message is None:
            return "No message is at hand."
        if self._message.privileged:
            return "Privileged: to or from counsel. It plays for nobody at the desk."
        if not self._message.has_sound:
            return "No recording is stored for this message."
        return None

    def show_louder(self, louder: LouderCopy) -> None:
        """Whether there is a louder copy of the message."""
        self._louder = louder
        self.louder_button.setVisible(louder is not LouderCopy.NONE)
        self.louder_button.setEnabled(louder is LouderCopy.READY and self.why_not is None)
        self.louder_button.setToolTip(_NOT_LOUDER[louder])

    def ask_louder(self) -> None:
        """Ask why the louder copy is heard; where the other one is being heard, it is for the same reason."""
        if self.why_not is not None or self._louder is not LouderCopy.READY:
            self.state.say(self.why_not or _NOT_LOUDER[self._louder], Tone.WARN)
            return
        reason, is_loaded = self.reasons.value, self._is_loaded
        if is_loaded and self._plays_louder:
            self.waveform.setFocus()
            return
        self._wants_louder = True
        if is_loaded and reason is not None:
            self._open(reason)
        else:
            self._show_asking(True)
            self.reasons.setFocus()

    @property
    def _is_loaded(self) -> bool:
        empty = (PlayerState.EMPTY, PlayerState.BROKEN)
        return self._player is not None and self._player.state not in empty

    def ask_reason(self) -> None:
        """Ask why, or go to what is loaded already."""
        self._wants_louder = False
        if self.why_not is not None:
            self.state.say(self.why_not, Tone.WARN)
        elif self._is_loaded:
            self.waveform.setFocus()
        else:
            self._show_asking(True)
            self.reasons.setFocus()

    def forget(self) -> None:
        """Stop, and let go of the sound."""
        self._opening += 1
        self._wants_louder = self._plays_louder = False
        if self._player is not None:
            self._player.unload()
        self.reasons.choose(None)
        self._show_asking(False)
        self._controls.hide()
        self.waveform.set_movable(False)
        self.waveform.set_position(0.0)
        self.state.say("")

    def toggle(self) -> None:
        """Play or hold."""
        if self._player is not None and self._player.state is not PlayerState.EMPTY:
            self._player.toggle()

    def next_rate(self) -> None:
        """The next speed, from 0.75 to 2 and round again."""
        self._rate = (self._rate + 1) % len(RATES)
        self._show_rate()

    def step_back(self) -> bool:
        """Leave the question for a reason, or stop the sound; False where there was neither."""
        if not self.reasons.isHidden():
            self._show_asking(False)
            return True
        if self._player is not None and self._player.state is PlayerState.PLAYING:
            self._player.pause()
            return True
        return False

    def _open(self, reason: PreviewReason) -> None:
        if self._message is None or self.why_not is not None:
            return
        self._opening += 1
        self._show_asking(False)
        self.state.say("Recording the reason, then fetching the sound ...", Tone.ACCENT)
        fetching = self._fetch(self._message.id, reason, self._opening, louder=self._wants_louder)
        tasks.start(fetching, "fetching the sound")

    async def _fetch(self, message_id: str, reason: PreviewReason, opening: int, *, louder: bool) -> None:
        try:
            sound = await open_preview(self._desk, message_id=message_id, reason=reason, louder=louder)
        except BackendFailure as failure:
            if opening == self._opening:
                self.reasons.choose(None)
                self.state.say(failure.sentence, Tone.BAD)
            return
        self.heard.emit(sound.preview, reason)
        if opening == self._opening:
            self._plays_louder = louder
            self._load(sound.bytes)

    def _load(self, sound: bytes) -> None:
        player = self._player or self._make_player()
        self._duration_ms = 0
        player.load(sound)
        self._show_rate()
        player.play()
        self._controls.show()
        self.waveform.show()
        self.waveform.set_movable(True)
        self.waveform.setFocus()
        self._show_device()

    def _make_player(self) -> PreviewPlayer:
        # Qt's sound libraries take 8 MB: they come with the first preview.
        from care_console.desktop.screens.preview.player import PreviewPlayer

        player = PreviewPlayer(self)
        player.state_changed.connect(self._on_state)
        player.position_changed.connect(self._on_position)
        player.duration_changed.connect(self._on_duration)
        player.device_changed.connect(self._show_device)
        player.failed.connect(lambda sentence: self.state.say(sentence, Tone.BAD))
        player.ended.connect(self._on_end)
        self._player = player
        return player

    def _make_controls(self) -> QWidget:
        controls = QWidget()
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(self.play_button)
        row.addWidget(self.speed_button)
        row.addStretch()
        row.addWidget(self.clock)
        self.clock.setWordWrap(False)
        self.speed_button.setAccessibleName("Speed")
        return controls

    def _show_asking(self, asking: bool) -> None:
        self.ask.setVisible(asking)
        self.reasons.setVisible(asking)

    def _show_rate(self) -> None:
        self.speed_button.setText(f"{RATES[self._rate]:g}×")
        if self._player is not None:
            self._player.set_rate(RATES[self._rate])

    def _show_device(self) -> None:
        has_device = self._player is not None and self._player.has_device
        playing = _LOUDER_PLAYS if self._plays_louder else ""
        self.state.say(playing if has_device else NO_SOUND_DEVICE, Tone.ACCENT if has_device else Tone.WARN)

    def _on_state(self, state: PlayerState) -> None:
        playing = state is PlayerState.PLAYING
        self.play_button.setText(f"{'Pause' if playing else 'Play'}  {keys.shown('preview.play')}")
        self.play_button.setAccessibleName("Pause" if playing else "Play")

    def _on_position(self, position_ms: int) -> None:
        share = position_ms / self._duration_ms if self._duration_ms else 0.0
        self.waveform.set_position(share)
        self.clock.setText(f"{length(position_ms // 1000)} / {length(round(self._duration_ms / 1000))}")

    def _on_duration(self, duration_ms: int) -> None:
        self._duration_ms = duration_ms
        self._on_position(0)

    def _on_end(self) -> None:
        QTimer.singleShot(0, self, lambda: self.waveform.set_position(1.0))

    def _seek(self, share: float) -> None:
        if self._player is not None and self._duration_ms:
            self._player.seek(round(share * self._duration_ms))
