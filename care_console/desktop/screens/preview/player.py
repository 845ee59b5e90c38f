"""Plays a recording from memory, with one QMediaPlayer for the life of the window.

Every call to the player is queued rather than made: called directly from Python, `stop()` can wait for a
sound thread that waits for the interpreter's lock, and the desk hangs.
"""

from __future__ import annotations

from PySide6.QtCore import Q_ARG, QIODevice, QLoggingCategory, QMetaObject, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer

from care_console.desktop.screens.preview.resource import SoundInMemory
from care_console.desktop.screens.preview.states import NO_SOUND_DEVICE, RATES, PlayerState

__all__ = ["NO_SOUND_DEVICE", "RATES", "PlayerState", "PreviewPlayer", "quiet_sound_logs"]

_CANNOT_PLAY = "This recording cannot be played here. Its levels above were measured by the service."

_BY_PLAYBACK = {
    QMediaPlayer.PlaybackState.PlayingState: PlayerState.PLAYING,
    QMediaPlayer.PlaybackState.PausedState: PlayerState.PAUSED,
    QMediaPlayer.PlaybackState.StoppedState: PlayerState.READY,
}


def quiet_sound_logs() -> None:
    """Keeps Qt's sound logs, which name what is played, out of the desk's logs."""
    QLoggingCategory.setFilterRules("qt.multimedia.*=false")


class PreviewPlayer(QObject):
    """One sound at a time. Positions and lengths are in milliseconds."""

    state_changed = Signal(object)
    position_changed = Signal(int)
    duration_changed = Signal(int)
    device_changed = Signal(bool)
    ended = Signal()
    failed = Signal(str)
    forgotten = Signal()
    _take_up = Signal(QIODevice)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        quiet_sound_logs()
        self._sound: SoundInMemory | None = None
        self._leaving: list[SoundInMemory] = []
        self._still_read: list[SoundInMemory] = []
        self._state = PlayerState.EMPTY
        self._devices = QMediaDevices(self)
        self._output = QAudioOutput(self)
        self._player = QMediaPlayer(self)
        self._player.setAudioOutput(self._output)
        self._player.playbackStateChanged.connect(self._on_playback)
        self._player.mediaStatusChanged.connect(self._on_media)
        self._player.positionChanged.connect(self._on_position)
        self._player.durationChanged.connect(self._on_duration)
        self._player.errorOccurred.connect(self._on_error)
        self._take_up.connect(self._player.setSourceDevice, Qt.ConnectionType.QueuedConnection)
        self._devices.audioOutputsChanged.connect(self._on_devices)

    @property
    def state(self) -> PlayerState:
        """What it is doing, as far as it has said."""
        return self._state

    @property
    def has_device(self) -> bool:
        """Whether anything could be heard here."""
        return bool(QMediaDevices.audioOutputs())

    @property
    def sounds_held(self) -> int:
        """How many sounds are in memory: one while one is loaded, none after `unload` has settled."""
        return len(self._leaving) + len(self._still_read) + (self._sound is not None)

    def load(self, sound: bytes) -> None:
        """Takes the sound in place of the one before; `READY` or `BROKEN` follows."""
        self._let_go()
        self._sound = SoundInMemory(sound)
        self._set_state(PlayerState.LOADING)
        self._take_up.emit(self._sound.device)

    def unload(self) -> None:
        """Stops, and forgets the sound."""
        self._let_go()
        self._set_state(PlayerState.EMPTY)

    def play(self) -> None:
        """Plays on from where it is."""
        self._call("play")

    def pause(self) -> None:
        """Holds it where it is."""
        self._call("pause")

    def toggle(self) -> None:
        """Plays or holds."""
        (self.pause if self._state is PlayerState.PLAYING else self.play)()

    def stop(self) -> None:
        """Stops, and goes back to the beginning."""
        self._call("stop")

    def seek(self, position_ms: int) -> None:
        """Goes to a position."""
        self._call("setPosition", Q_ARG("qlonglong", max(0, position_ms)))

    def set_rate(self, rate: float) -> None:
        """How fast it plays, from 0.75 to 2."""
        self._call("setPlaybackRate", Q_ARG("double", min(max(rate, RATES[0]), RATES[-1])))

    def _speaks_of_ours(self) -> bool:
        # until the queued setSourceDevice has run, what the player says is of the sound before
        return self._sound is not None and self._player.sourceDevice() == self._sound.device

    def _call(self, method: str, *arguments: object) -> None:
        invoked = QMetaObject.invokeMethod(  # type: ignore[call-overload]
            self._player, method, Qt.ConnectionType.QueuedConnection, *arguments
        )
        if not invoked:
            raise RuntimeError(f"the sound player of this Qt has no {method}")

    def _let_go(self) -> None:
        if self._sound is None:
            return
        self._leaving.append(self._sound)
        self._sound = None
        self._call("stop")
        self._call("setSource", Q_ARG("QUrl", QUrl()))
        # behind the two calls above in the same queue, so that the player has left the sound by then
        QMetaObject.invokeMethod(self, "_release_left", Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _release_left(self) -> None:
        leaving, self._leaving = self._leaving, []
        # Qt does not say when a reader that lingers is done: its bytes stay, or it would read freed memory
        self._still_read += [sound for sound in leaving if not sound.release()]
        self.forgotten.emit()

    def _set_state(self, state: PlayerState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    @Slot(QMediaPlayer.PlaybackState)
    def _on_playback(self, playback: QMediaPlayer.PlaybackState) -> None:
        if self._speaks_of_ours() and self._state not in (PlayerState.BROKEN, PlayerState.LOADING):
            self._set_state(_BY_PLAYBACK[playback])

    @Slot(QMediaPlayer.MediaStatus)
    def _on_media(self, status: QMediaPlayer.MediaStatus) -> None:
        if not self._speaks_of_ours():
            return
        if status is QMediaPlayer.MediaStatus.LoadedMedia and self._state is PlayerState.LOADING:
            self._set_state(_BY_PLAYBACK[self._player.playbackState()])
        elif status is QMediaPlayer.MediaStatus.InvalidMedia:
            self._break()
        elif status is QMediaPlayer.MediaStatus.EndOfMedia:
            self.ended.emit()

    @Slot("qlonglong")
    def _on_position(self, position_ms: int) -> None:
        if self._speaks_of_ours():
            self.position_changed.emit(position_ms)

    @Slot("qlonglong")
    def _on_duration(self, duration_ms: int) -> None:
        if self._speaks_of_ours():
            self.duration_changed.emit(duration_ms)

    @Slot(QMediaPlayer.Error, str)
    def _on_error(self, error: QMediaPlayer.Error, _text: str) -> None:
        if self._speaks_of_ours() and error is not QMediaPlayer.Error.NoError:
            self._break()

    def _break(self) -> None:
        if self._state is not PlayerState.BROKEN:
            self._set_state(PlayerState.BROKEN)
            self.failed.emit(_CANNOT_PLAY)

    @Slot()
    def _on_devices(self) -> None:
        self._output.setDevice(QMediaDevices.defaultAudioOutput())
        self.device_changed.emit(self.has_device)
