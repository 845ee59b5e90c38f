"""The sheet of keys (F1): every key by group, and each can be changed where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from care_console.desktop.shell import key_rules, key_table, keys, theme
from care_console.desktop.shell.sheets import Sheet
from care_console.desktop.shell.tokens import Space, Tone
from care_console.desktop.widgets.labels import plain
from care_console.desktop.widgets.parts import button, set_tone

_ALONE = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
_HOW = (
    "To change a key: Tab to it, Enter, then press the new one; Delete gives it its usual key again. "
    "Esc puts this sheet away. In the timeline, Enter opens a row in its place."
)


class KeyButton(QPushButton):
    """An action's key. Pressed, it waits for another one, and `pressed_key` tells which was pressed.

    `gave_up` fires where the waiting ends without one; `usual_wanted` on Delete.
    """

    pressed_key = Signal(str)
    gave_up = Signal()
    usual_wanted = Signal()

    def __init__(self, action: keys.KeyAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.action = action.name
        self.setObjectName(f"key_{action.name}")
        self.setProperty("kind", "key")
        self.setAutoDefault(False)
        self.waits = False
        self.clicked.connect(lambda: self.wait(True))
        self.show_key()

    def show_key(self) -> None:
        """Show the key that the action has now."""
        self.setText(keys.shown(self.action))
        self.setAccessibleName(f"{keys.KEY_MAP[self.action].label}: {keys.shown(self.action)}")

    def wait(self, waits: bool) -> None:
        """Take the next key for the new one, or no longer."""
        self.waits = waits
        self.show_key()
        if waits:
            self.setText("Press a key")

    def event(self, event: QEvent) -> bool:
        """While it waits, every key is its own: no shortcut, no Tab, no Enter is anybody else's."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self.waits:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if self.waits:
                self._take(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self.wait(True)
                return True
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.usual_wanted.emit()
                return True
        if event.type() == QEvent.Type.FocusOut and self.waits:
            self.gave_up.emit()
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in _ALONE or event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Escape:
            self.gave_up.emit()
            return
        written = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
        self.pressed_key.emit(written.replace("Num+", ""))  # the pad's keys are the same here


class KeySheet(Sheet):
    """Every key. `changed` fires after a person gave an action another one."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "keySheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        self._lines: dict[str, tuple[KeyButton, QWidget]] = {}
        self._headings: list[tuple[QWidget, list[str]]] = []
        self._warned: tuple[str, str] | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.LARGE)
        outer.setSpacing(Space.SMALL)
        top = QHBoxLayout()
        self.usual = button("All keys as usual", "keysUsual")
        self.usual.clicked.connect(self._all_usual)
        top.addWidget(plain("Keys", "title", parent=self))
        top.addStretch(1)
        top.addWidget(self.usual)
        outer.addLayout(top)
        self._scroll = self._make_columns()
        outer.addWidget(self._scroll, 1)
        self.says = plain("", wrap=True, parent=self)
        self.says.setObjectName("keySays")
        self.says.setAlignment(Qt.AlignmentFlag.AlignTop)
        outer.addWidget(self.says)
        self._hint = plain(_HOW, "hint", wrap=True, parent=self)
        outer.addWidget(self._hint)
        keys.teller().changed.connect(self._show_keys)

    def open(self) -> None:
        """Show the keys; the same key again puts them away."""
        if self.put_away():
            return
        self._leave_out_barred()
        self._say("", Tone.PLAIN)
        inside = self._inside.sizeHint().height()
        others = round(120 + 110 * theme.current().sizes.scale)  # what stands above and below the columns
        self._scroll.setMinimumHeight(min(inside + 2, self._over.height() - others))
        self.says.setMinimumHeight(2 * self.says.fontMetrics().lineSpacing() + 2)
        self.bring(840, 40)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # changing one

    def _offered(self, line: KeyButton, key: str) -> None:
        """A key was pressed for an action: taken, refused, or warned of."""
        action = keys.KEY_MAP[line.action]
        refused = key_rules.refusal(key, action)
        if refused is not None:
            self._say(
                f"{key} cannot be taken. {refused} Press another one, or Esc to keep the old.", Tone.BAD
            )
            return
        other = key_rules.holder(key, keys.KEY_MAP.values(), besides=action.name)
        if other is None:
            self._give({action.name: key}, f"{action.label} has {key} now.")
        elif self._warned == (action.name, key) and key_rules.refusal(action.keys[0], other) is None:
            words = f"{action.label} has {key} now, and {other.label} has {action.keys[0]}."
            self._give({action.name: key, other.name: action.keys[0]}, words)
        else:
            self._warned = (action.name, key)
            self._warn(action, key, other)
            return
        line.wait(False)

    def _warn(self, action: keys.KeyAction, key: str, other: keys.KeyAction) -> None:
        if key_rules.refusal(action.keys[0], other) is None:
            more = f"Press it again to change them round: {other.label} then has {action.keys[0]}."
        else:
            more = "Give that one another key first."
        self._say(f"{key} clashes: it does “{other.label}” already. {more}", Tone.WARN)

    def _give(self, new: dict[str, str], words: str) -> None:
        self._warned = None
        keys.use({**keys.own(), **new})
        self._say(words, Tone.GOOD)
        self.changed.emit()

    def _usual(self, line: KeyButton) -> None:
        action = next(one for one in key_table.ACTIONS if one.name == line.action)
        other = key_rules.holder(action.keys[0], keys.KEY_MAP.values(), besides=action.name)
        if other is not None:
            words = f"{action.keys[0]} does “{other.label}” now; give that one its usual key first."
            self._say(words, Tone.WARN)
            return
        rest = {name: key for name, key in keys.own().items() if name != action.name}
        keys.use(rest)
        self._say(f"{action.label} has its usual key again: {keys.shown(action.name)}.", Tone.GOOD)
        self.changed.emit()

    def _all_usual(self) -> None:
        keys.use({})
        self._say("All keys are as usual.", Tone.GOOD)
        self.changed.emit()

    def _gave_up(self, line: KeyButton) -> None:
        self._warned = None
        line.wait(False)
        self._say("", Tone.PLAIN)

    # showing

    def _say(self, words: str, tone: Tone) -> None:
        # It keeps its place when it is silent: nothing moves under the cursor.
        self.says.setText(words)
        self.says.setAccessibleName(words)
        set_tone(self.says, tone)

    def _show_keys(self, _before: object) -> None:
        for line, _ in self._lines.values():
            line.wait(False)

    def _leave_out_barred(self) -> None:
        """Only the keys that this window's person has."""
        here = {name for name in self._lines if not keys.is_barred(self.window(), name)}
        for name, pair in self._lines.items():
            for part in pair:
                part.setVisible(name in here)
        for heading, names in self._headings:
            heading.setVisible(any(name in here for name in names))

    def _make_columns(self) -> QScrollArea:
        inside = self._inside = QWidget(self)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, Space.SMALL, 0)
        columns.setSpacing(Space.WIDE)
        groups: dict[str, list[keys.KeyAction]] = {}
        for action in keys.KEY_MAP.values():
            groups.setdefault(action.group, []).append(action)
        for pair in (list(groups)[:2], list(groups)[2:]):
            column = QVBoxLayout()
            column.setSpacing(Space.SMALL)
            for group in pair:
                heading = plain(group, "section", parent=inside)
                column.addWidget(heading)
                column.addLayout(self._group(groups[group], inside))
                self._headings.append((heading, [action.name for action in groups[group]]))
            column.addStretch(1)
            columns.addLayout(column, 1)
        scroll = QScrollArea(self)
        scroll.setObjectName("keyScroll")
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        return scroll

    def _group(self, actions: list[keys.KeyAction], parent: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.MEDIUM)
        grid.setVerticalSpacing(Space.HAIR)
        for row, action in enumerate(actions):
            line = KeyButton(action, parent)
            line.pressed_key.connect(lambda key, line=line: self._offered(line, key))
            line.gave_up.connect(lambda line=line: self._gave_up(line))
            line.usual_wanted.connect(lambda line=line: self._usual(line))
            label = plain(action.label, "soft", wrap=True, parent=parent)
            grid.addWidget(line, row, 0)
            grid.addWidget(label, row, 1)
            self._lines[action.name] = (line, label)
        grid.setColumnStretch(1, 1)
        return grid
