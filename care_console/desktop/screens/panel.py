"""What the panels of the side column have in common: a card with a heading, a state, and two buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from care_console.contract.base import Reply
from care_console.desktop.desk import Desk
from care_console.desktop.outbox.pending import PendingAction, PendingState
from care_console.desktop.screens.drafts import DraftKeeper
from care_console.desktop.screens.watching import Follower, on_its_way
from care_console.desktop.shell import keys
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.folding import Folding
from care_console.desktop.widgets.parts import Notice, button, words


class ActionPanel(QFrame):
    """Not modal. `asked` fires with the outbox row, `done` with the answer, `closed` on stepping back."""

    asked = Signal(object)
    done = Signal(object)
    closed = Signal()

    def __init__(self, desk: Desk, name: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("card", True)
        self.desk = desk
        self.drafts: DraftKeeper | None = None
        self.editing = False
        self._verb = verb
        self._follower: Follower | None = None
        self.heading = words("", "lead", f"{name}Heading")
        self.state = Notice(f"{name}State")
        self.commit_button = button(f"{verb}  {keys.shown('commit')}", f"{name}Commit", "primary")
        self.back_button = button(f"Back  {keys.shown('back')}", f"{name}Back", "quiet")
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.SMALL)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.MEDIUM, Space.SMALL, Space.MEDIUM, Space.SMALL)
        layout.setSpacing(Space.SMALL)
        layout.addWidget(self.heading)
        layout.addLayout(self.body)
        layout.addWidget(self.state)
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.back_button)
        row.addStretch()
        layout.addWidget(Folding(left, self.commit_button, Space.SMALL))
        self.commit_button.clicked.connect(lambda: keys.press("commit"))
        self.back_button.clicked.connect(self.step_back)
        self._commit_key = keys.bind(self, "commit", self.commit)
        keys.bind(self, "back", self.step_back)

    def commit(self) -> None:
        """Do what the panel is for, if all of it is in order."""
        raise NotImplementedError

    def set_editing(self, editing: bool) -> None:
        """Whether there is something to write and commit, or only an answer to read."""
        self.editing = editing
        self._commit_key.setEnabled(True)
        self.commit_button.setVisible(editing)
        self.back_button.setText(f"{'Back' if editing else 'Close'}  {keys.shown('back')}")
        if not editing:
            self.back_button.setFocus()

    def answered(self, answer: Reply) -> None:
        """Show what the service said."""
        raise NotImplementedError

    def step_back(self) -> bool:
        """Close; what is half written is kept. Always True: there was something to step back from."""
        if self.drafts is not None and self.editing:
            self.drafts.flush()
        self.unfollow()
        self.closed.emit()
        return True

    def follow(self, row: PendingAction) -> None:
        """Show how it goes on with what was asked for."""
        self.unfollow()
        self._follower = Follower(self.desk, row.id, self._told, self)
        self.asked.emit(row)
        self._follower.tell()

    def unfollow(self) -> None:
        """Show no more of what was asked for before."""
        if self._follower is not None:
            self._follower.stop()
            self._follower.deleteLater()
            self._follower = None

    def refuse(self, sentence: str) -> None:
        """Say what is wrong, and let it be put right."""
        self.set_editing(True)
        self.state.say(sentence, Tone.BAD)

    def _told(self, row: PendingAction | None, answer: Reply | None) -> None:
        if answer is not None:
            self.unfollow()
            self.answered(answer)
            # there is nothing to commit here any more: the key is the wrap-up's now
            self._commit_key.setEnabled(False)
            self.done.emit(answer)
        elif row is not None and row.state is PendingState.REFUSED:
            text, _tone = on_its_way(row)
            self.unfollow()
            self.refuse(text)
        elif row is not None:
            self.state.say(*on_its_way(row))
