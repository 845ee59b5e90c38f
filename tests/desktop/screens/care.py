"""A caller charged twice on the small service, and the real window open on her."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop
from starlette.requests import Request
from starlette.responses import Response

from care_console.contract.charges import Charge, ChargeState, PaymentMethod
from care_console.contract.messages import Facility, Levels, Message, Play, Sender
from care_console.contract.problems import ProblemType
from care_console.contract.recipients import OpenMessage
from care_console.desktop.app import DeskHandle, make_application, open_desk
from care_console.desktop.keychain import Keychain, MemoryKeychain
from care_console.desktop.screens.story.side import SideColumn
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Look
from tests.desktop.screens.preview.sounds import make_sound
from tests.support import fake_service as plain_service
from tests.support.desks import until
from tests.support.fake_service import PASSWORD
from tests.support.fake_wire import as_response
from tests.support.story_service import MARIA, StoryService

W = TypeVar("W", bound=QWidget)
SIZE = QSize(1366, 768)
PEAKS = [int(110 + 90 * math.sin(n / 9) * math.sin(n / 2.3)) if 20 < n % 100 < 92 else 4 for n in range(400)]


@dataclass
class CareService(StoryService):
    """`messages` by id; `message_reads` in their order; `sound` is what a preview plays."""

    messages: dict[str, Message] = field(default_factory=dict)
    message_reads: list[str] = field(default_factory=list)
    sound: bytes = field(default_factory=lambda: make_sound("aac", 2.0))

    def __post_init__(self) -> None:
        super().__post_init__()
        for story in self.stories.values():
            for each in story.open_messages:
                self.messages[each.id] = self._filled(each, story.id)

    def _filled(self, message: OpenMessage, recipient_id: str) -> Message:
        charges = [
            self._charge(message, "c28", minutes=60),
            self._charge(message, "c28b", minutes=61),
        ]
        return Message(
            **message.model_dump(include={"id", "imported_id", "recorded_at", "seconds", "price_cents"}),
            recipient_id=recipient_id,
            sender=Sender(name=message.sender_name, booking_number="B0071"),
            facility=Facility(name=message.facility_name, state="TX", timezone="America/Chicago"),
            privileged=message.privileged,
            has_sound=message.has_sound,
            links=[],
            charges=charges,
            plays=[Play(played_at=self.now - timedelta(hours=3), seconds_played=4)],
            levels=Levels(
                duration_seconds=72.0,
                loudness_lufs=-18.2,
                true_peak_dbfs=-2.1,
                silence_share=0.19,
                clipping_share=0.0,
                codec="pcm_mulaw",
                peaks=PEAKS,
            ),
            diagnosis=message.diagnosis,
        )

    def _charge(self, message: OpenMessage, id: str, minutes: int) -> Charge:
        return Charge(
            id=id,
            message_id=message.id,
            charged_at=message.recorded_at + timedelta(minutes=minutes),
            amount_cents=399,
            method=PaymentMethod.CARD,
            brand="visa",
            last4="4242",
            state=ChargeState.SUCCEEDED,
            refunded_cents=0,
            refunds=[],
        )

    async def _message(self, request: Request) -> Response:
        self._who(request)
        id = request.path_params["id"]
        self.message_reads.append(id)
        if id not in self.messages:
            raise plain_service.Problem(404, ProblemType.NOT_FOUND, "There is no such message.")
        return as_response(self.messages[id])

    async def _sound(self, request: Request) -> Response:
        self._who(request)
        return Response(self.sound, media_type="audio/mp4")


@dataclass(frozen=True)
class Care:
    """The open desk, with fingers. Every wait has a limit."""

    handle: DeskHandle
    service: CareService

    @property
    def window(self) -> QWidget:
        return self.handle.window

    @property
    def side(self) -> SideColumn:
        return cast(SideColumn, self.handle.window.side)

    def find(self, kind: type[W], name: str) -> W:
        """A part of the window (or of the review) by its name."""
        for root in (self.window, self.side.review):
            found = root.findChild(kind, name) if root is not None else None
            if found is not None:
                return cast(W, found)
        raise AssertionError(f"there is no {name}")

    def press(self, *pressed: str) -> None:
        """Press keys one after the other, wherever the focus is: `F9`, `1`, `Ctrl+Return`."""
        for key in pressed:
            focus = QApplication.focusWidget() or self.window
            *modifiers, last = key.split("+")
            held = Qt.KeyboardModifier.NoModifier
            for modifier in modifiers:
                held |= _MODIFIERS[modifier]
            QTest.keyClick(focus, _key(last), held)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        QTest.keyClicks(QApplication.focusWidget(), text)

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait for a condition."""
        await until(condition, seconds)

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        await self.until(lambda: not self.handle.desk.outbox.pending())

    async def select(self, key: str) -> None:
        """Select a row of the timeline by its key, `charge:c28b`."""
        view = self.handle.window.frame.story.timeline
        model = self.handle.window.callers.front.model
        await self.until(lambda: model.place_of(key) is not None)
        await self.until(lambda: QApplication.activeWindow() is self.window)
        view.setCurrentIndex(model.index(model.place_of(key), 0))
        view.setFocus()
        await self.until(lambda: self.side.at_hand.charge_id in (None, key.split(":")[1]))


_MODIFIERS = {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier}


def _key(name: str) -> Qt.Key:
    return cast(Qt.Key, getattr(Qt.Key, f"Key_{name}"))


@contextlib.asynccontextmanager
async def care(
    folder: Path,
    service: CareService | None = None,
    *,
    who: str = MARIA,
    look: Look = Look.LIGHT,
    size: QSize = SIZE,
    keychain: Keychain | None = None,
) -> AsyncIterator[Care]:
    """The window on a service of its own, with a caller open."""
    keys.forget_commits()
    async with plain_service.fake_service(service or CareService()) as running:
        assert isinstance(running, CareService)
        handle = await open_desk(
            running.url,
            "ana",
            PASSWORD,
            data_dir=folder,
            look=look,
            keychain=keychain or MemoryKeychain(),
            size=size,
        )
        try:
            story = running.stories[who]
            handle.window.open_caller(story.id, story.name, story.phone)
            desk = Care(handle, running)
            handle.window.activateWindow()
            await desk.until(lambda: QApplication.activeWindow() is handle.window)
            await desk.until(lambda: desk.side.isEnabled() and desk.side.isVisible())
            await desk.until(lambda: not story.open_messages or desk.side.at_hand.message is not None)
            yield desk
        finally:
            await handle.close()


def on_qt(scenario: Coroutine[Any, Any, None]) -> None:
    """Run a scenario on Qt's loop."""
    application = make_application()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        runner.run(scenario)
