"""The queues of the left column (approvals, the opt-out log), and how one takes the place of a caller.

**What a queue is.** A `Queue` has a line in the left column (title, count) and up to three widgets: `items`
is shown below its line while it is in front, `centre` takes the place of the story, `side` the place of the
right-hand column (where it is None, the centre has that room too). It knows nothing of the window.

**How to plug one in.** Write ``class OptOutLog(Queue)`` in ``screens/opt_out_log/``, say in a `QueueKind` who
has it and how it is made, and name that kind in ``app.py`` (`_queue_kinds`), in the order of the column:

- It is made when somebody signs in for whom `shown_to` is true, and closed when they are gone: nobody sees
  what another read. It may begin to listen (``desk.changes.subscribe``) when made; it ends that in `close`.
- It tells its count by `show_count`, as often as it likes; None: there is nothing to count. `waits` colours
  the count: something waits for this person.
- `enter` is called when it comes to the front, `leave` when something else does. The caller in front steps
  aside meanwhile and keeps its place; Esc or Ctrl+W brings that caller again.
- Keys: ``keys.bind`` them to `centre` or `side`; they work only while those are on the screen. On Esc the
  widget at or above the focus with a ``step_back() -> bool`` steps back, else `Queue.step_back`, else the
  queue makes room. Which key needs which permission is in ``queue_view.NEEDS``.
- `opened` (recipient id, name, phone) asks the window to open that caller's story; `said` to show a notice.

F3 goes from queue to queue. Whoever decides or only reads begins at the first one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from care_console.contract.roles import Role
from care_console.desktop.backend.session import SessionState
from care_console.desktop.desk import Desk


class Queue(QObject):
    """One queue. `changed` fires when its count did, `said` with a notice for the window to show."""

    changed = Signal()
    said = Signal(object)
    opened = Signal(str, str, str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.count: int | None = None
        self.waits = False
        self.items: QWidget | None = None
        self.centre: QWidget = QWidget(parent)
        self.side: QWidget | None = None

    def show_count(self, count: int | None, *, waits: bool = False) -> None:
        """Show how many there are; `waits`: for a decision of this person."""
        if (count, waits) != (self.count, self.waits):
            self.count, self.waits = count, waits
            self.changed.emit()

    def enter(self) -> None:
        """It comes to the front: put the focus where work begins."""
        self.centre.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Something else comes to the front."""

    def step_back(self) -> bool:
        """Close what is open in it; False where nothing is, and the queue itself makes room."""
        return False

    def close(self) -> None:
        """Its person is gone: hear no more, and forget what was read."""


@dataclass(frozen=True, slots=True)
class QueueKind:
    """A queue that may stand in the left column: its key, its title there, whose it is, how it is made."""

    key: str
    title: str
    shown_to: Callable[[Role], bool]
    make: Callable[[Desk, QWidget], Queue]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """How a queue stands in the left column."""

    key: str
    title: str
    count: int | None
    waits: bool


class QueueDesk(QObject):
    """The queues of whoever is signed in. `changed`: a line did; `front_changed`: another one is in front."""

    changed = Signal()
    front_changed = Signal()
    said = Signal(object)
    opened = Signal(str, str, str)

    def __init__(self, desk: Desk, kinds: Sequence[QueueKind], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._kinds, self._window = desk, tuple(kinds), parent
        self._queues: dict[str, Queue] = {}
        self._whose = ""
        self.front_key: str | None = None

    @property
    def front(self) -> Queue | None:
        """The queue in front, if one is."""
        return self._queues.get(self.front_key) if self.front_key else None

    @property
    def all(self) -> tuple[Queue, ...]:
        """Every queue that this person has, in their order."""
        return tuple(self._queues.values())

    def lines(self) -> tuple[QueueLine, ...]:
        """The queues as the left column shows them."""
        titles = {kind.key: kind.title for kind in self._kinds}
        return tuple(
            QueueLine(key, titles[key], queue.count, queue.waits) for key, queue in self._queues.items()
        )

    def get(self, key: str) -> Queue | None:
        """A queue by its key; None for one that this person does not have."""
        return self._queues.get(key)

    def follow_session(self) -> None:
        """Make the queues of whoever is signed in now, close those of whoever was. Expired: they stay."""
        signed_out = self._desk.session.state is SessionState.SIGNED_OUT
        staff = None if signed_out else self._desk.session.staff
        whose = f"{staff.role}:{staff.login}" if staff else ""
        if whose == self._whose:
            return
        self._whose = whose
        self.bring(None)
        for queue in self._queues.values():
            queue.close()
            _end(queue)
        kinds = [kind for kind in self._kinds if staff and kind.shown_to(staff.role)]
        self._queues = {kind.key: self._made(kind) for kind in kinds}
        self.changed.emit()

    def bring(self, key: str | None) -> None:
        """Put a queue in front; None: whatever else the window shows."""
        if key == self.front_key:
            return
        before = self.front
        if before is not None:
            before.leave()
        self.front_key = key if key in self._queues else None
        self.front_changed.emit()
        if self.front is not None:
            self.front.enter()

    def step(self) -> None:
        """The first queue; from one queue to the next, round and round."""
        keys = list(self._queues)
        if keys:
            place = keys.index(self.front_key) + 1 if self.front_key in keys else 0
            self.bring(keys[place % len(keys)])

    def close(self) -> None:
        """The window closes."""
        for queue in self._queues.values():
            queue.close()

    def _made(self, kind: QueueKind) -> Queue:
        queue = kind.make(self._desk, self._window)
        queue.changed.connect(self.changed)
        queue.said.connect(self.said)
        queue.opened.connect(self.opened)
        return queue


def _end(queue: Queue) -> None:
    for part in (queue.items, queue.centre, queue.side):
        if part is not None:
            part.deleteLater()
    queue.deleteLater()
