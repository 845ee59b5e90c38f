"""Links in: they show, never act, in one desk; what is no such link gets a sentence."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from care_console.desktop.shell.links import BadLink, call_of
from care_console.desktop.shell.single import SingleDesk
from tests.support.desks import until
from tests.support.story_service import AWKWARD, MARIA
from tests.support.windows import Opened, with_window

GOOD = "care-console://call?from=+19725550199"


@pytest.mark.parametrize(
    "link",
    [
        GOOD,
        "CARE-CONSOLE://CALL?from=+19725550199",
        "care-console://call?from=%2B19725550199",
        "care-console://call/?from=9725550199",
        "care-console://call?from=1%20(972)%20555-0199",
    ],
)
def test_the_number_is_read_however_a_softphone_writes_it(link: str) -> None:
    assert call_of(link).phone == "+19725550199"
    assert call_of(link).call_id is None


@pytest.mark.parametrize(
    "link",
    [
        "", "care-console:", "care-console://call", "care-console://call?from=", "https://call?from=+19725550199",
        "care-console://refund?charge=c1", "care-console://call/refund?from=+19725550199", GOOD + "&stop=1",
        GOOD + "&id=", GOOD + "&id=a b", GOOD + "&id=1&id=2", GOOD + "&id=" + "7" * 129,
        "care-console://call?from=+447911123456", "care-console://call?from=+1972555019", GOOD + "#stop",
        "care-console://call?From=+19725550199", GOOD + "\n--server=x", GOOD + "9" * 500,
        "care-console://call?from=+1972555019٩", "care-console://[call?from=+19725550199",
    ],
)  # fmt: skip
def test_what_is_no_link_to_a_caller_is_told_in_a_sentence(link: str) -> None:
    with pytest.raises(BadLink, match=r"^[A-Z].*Nothing was done\.$"):
        call_of(link)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=400), st.text(max_size=60).map(lambda more: GOOD[:25] + more)))
def test_whatever_is_opened_is_a_us_number_or_a_sentence(link: str) -> None:
    refused = ""
    try:
        phone = call_of(link).phone
    except BadLink as bad:
        refused = str(bad)
    if refused:
        assert refused.endswith("Nothing was done.")
    else:
        assert len(phone) == 12
        assert phone.startswith("+1")
        assert phone[1:].isascii()
        assert phone[1:].isdigit()


@pytest.mark.asyncio
@with_window
async def test_a_link_opens_its_caller_and_does_nothing_else(opened: Opened) -> None:
    window = opened.window
    opened.service.stories[AWKWARD] = opened.service.stories[AWKWARD].model_copy(
        update={"phone": "+19725550199"}
    )
    window.links.take(GOOD)
    await opened.read()
    assert window.callers.front is not None
    assert window.callers.front.recipient_id == AWKWARD
    window.links.take("care-console://refund?charge=c28")
    said = window.frame.notices.sentences()
    assert any("asked for something other than showing a caller" in sentence for sentence in said)
    assert opened.service.deeds == []


@pytest.mark.asyncio
@with_window
async def test_the_telephones_id_of_the_call_goes_into_its_record_and_into_a_stop(opened: Opened) -> None:
    window = opened.window
    opened.service.stories[AWKWARD] = opened.service.stories[AWKWARD].model_copy(
        update={"phone": "+19725550199"}
    )
    window.links.take(GOOD + "&id=7f31-a.2")
    await opened.read()
    opened.press(Qt.Key.Key_F9)
    await opened.until(lambda: opened.child(QLineEdit, "optOutCall").isVisible())
    assert opened.child(QLineEdit, "optOutCall").text() == "7f31-a.2"
    opened.press(Qt.Key.Key_Escape)
    opened.press(Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    opened.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    await opened.until(lambda: opened.service.done("contact"))
    assert opened.service.done("contact")[0].fields["call_id"] == "7f31-a.2"
    # the next call with them is another one
    opened.window.open_caller(AWKWARD, "", "+19725550199")
    await opened.read()
    opened.press(Qt.Key.Key_F9)
    await opened.until(lambda: opened.child(QLineEdit, "optOutCall").isVisible())
    assert opened.child(QLineEdit, "optOutCall").text() == ""


@pytest.mark.asyncio
@with_window
async def test_several_on_a_number_are_shown_to_choose_from_and_nobody_is_said(opened: Opened) -> None:
    window = opened.window
    window.links.take("care-console://call?from=+12145550142")
    box = opened.child(QLineEdit, "find")
    await opened.until(lambda: box.text() == "(214) 555-0142")
    assert window.callers.front is None
    window.links.take("care-console://call?from=+13035550100")
    await opened.until(lambda: box.text() == "(303) 555-0100")
    await opened.until(lambda: window.finder.unknown_phone == "+13035550100")


@pytest.mark.asyncio
@with_window
async def test_a_link_waits_while_the_desk_is_locked_or_money_is_under_review(opened: Opened) -> None:
    window = opened.window
    window.open_caller(MARIA, "", "+12145550142")
    await opened.read()
    opened.press(Qt.Key.Key_F7)
    await opened.until(QApplication.activeModalWidget)
    window.links.take(GOOD)
    assert window.callers.front.recipient_id == MARIA  # type: ignore[union-attr]
    review = QApplication.activeModalWidget()
    assert isinstance(review, QDialog)
    review.reject()
    await opened.until(lambda: QApplication.activeModalWidget() is None)
    await opened.until(lambda: window.callers.front.recipient_id == AWKWARD)  # type: ignore[union-attr]
    window.opening.step(1)
    window.lock.by_key()
    window.links.take(GOOD)
    await asyncio.sleep(0)
    assert window.callers.front.recipient_id == MARIA  # type: ignore[union-attr]
    assert not window.frame.isVisible()
    window.lock._open()
    await opened.until(lambda: window.callers.front.recipient_id == AWKWARD)  # type: ignore[union-attr]


_SECOND = """
import sys
from pathlib import Path
from care_console.desktop.shell.single import SingleDesk
single = SingleDesk(Path(sys.argv[1]))
sys.exit(9 if single.begin() else 0 if single.hand_over(sys.argv[2]) else 1)
"""


@pytest.mark.asyncio
async def test_a_second_start_hands_its_link_over_and_a_killed_desk_blocks_nobody(tmp_path: Path) -> None:
    first, heard = SingleDesk(tmp_path / "desk"), []
    assert first.begin()
    first.received.connect(heard.append)
    first.listen()
    for link in (GOOD, ""):
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _SECOND,
            str(tmp_path / "desk"),
            link,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
        assert await asyncio.wait_for(second.wait(), 60) == 0
        await until(lambda link=link: heard and heard[-1] == link)
    first.end()
    again = SingleDesk(tmp_path / "desk")
    assert again.begin()
    again.end()


def test_the_lock_of_a_killed_desk_is_taken_over(tmp_path: Path) -> None:
    kill = "import os, signal\n" + _SECOND.replace(
        "sys.exit(9", "single.begin(); os.kill(os.getpid(), 9); sys.exit(9"
    )
    done = subprocess.run([sys.executable, "-c", kill, str(tmp_path), ""], check=False)
    assert done.returncode == -9
    assert (tmp_path / "desk.lock").exists()
    single = SingleDesk(tmp_path)
    assert single.begin()
    single.end()


def test_every_system_is_told_of_the_scheme(root: Path) -> None:
    entry = (root / "installer/linux/care-console.desktop").read_text()
    assert "MimeType=x-scheme-handler/care-console;" in entry
    assert "Exec=/opt/care-console/care-console %u" in entry
    nsi = (root / "installer/windows/care-console.nsi").read_text()
    assert r'"Software\Classes\care-console" "URL Protocol" ""' in nsi
    assert r"""\shell\open\command" "" '"$INSTDIR\care-console.exe" "%1"'""" in nsi
    assert '"CFBundleURLSchemes": ["care-console"]' in (root / "build.spec").read_text()


@pytest.fixture
def root() -> Path:
    """The repository."""
    return Path(__file__).parents[3]
