"""Typing finds: stale answers are dropped, and nobody is "not found" while still looking."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from care_console.contract.problems import ProblemReply, ProblemType
from care_console.contract.search import HitKind, SearchHit
from care_console.desktop.backend.failures import BackendFailure, NotSent, Refused
from care_console.desktop.queries.find import FindAnswer
from care_console.desktop.screens.search.finder import Finder, FindState
from care_console.desktop.screens.search.sheet import _found
from tests.support.desks import until
from tests.support.story_service import MARIA
from tests.support.windows import Opened, with_window

pytestmark = pytest.mark.asyncio


def _hit(name: str) -> SearchHit:
    return SearchHit(
        kind=HitKind.RECIPIENT,
        id=name,
        recipient_id=name,
        title=name,
        detail="",
        why="name",
        phone="+12145550142",
        name=name,
        language="en",
    )


class _Service:
    """Answers when it is told to, in any order."""

    def __init__(self) -> None:
        self.asked: dict[str, asyncio.Future[FindAnswer]] = {}

    async def find(self, words: str) -> FindAnswer:
        self.asked[words] = asyncio.get_running_loop().create_future()
        return await self.asked[words]

    def answer(self, words: str, *names: str) -> None:
        self.asked[words].set_result(FindAnswer(words, tuple(_hit(name) for name in names), ()))

    def fail(self, words: str, failure: BackendFailure) -> None:
        self.asked[words].set_exception(failure)


def with_finder(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Give a test a finder on a service of its own; it asks nothing more once the test is over."""

    @functools.wraps(test)
    async def run(**given: object) -> None:
        service = _Service()
        finder = Finder(service.find)
        try:
            await test(service, finder, **given)
        finally:
            finder.stop()

    _, _, *others = inspect.signature(test).parameters.values()
    run.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]
    return run


@with_finder
async def test_fast_typing_asks_once(service: _Service, finder: Finder) -> None:
    for words in ("m", "ma", "mar"):
        finder.type(words)
    await until(lambda: service.asked)
    assert list(service.asked) == ["mar"]


@with_finder
async def test_a_late_answer_to_older_words_is_dropped(service: _Service, finder: Finder) -> None:
    finder.type("mar")
    await until(lambda: "mar" in service.asked)
    finder.type("rosa")
    await until(lambda: "rosa" in service.asked)
    service.answer("rosa", "Rosa")
    await until(lambda: finder.state is FindState.FOUND)
    service.answer("mar", "Maria")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [hit.name for hit in finder.answer.hits] == ["Rosa"]


@with_finder
async def test_nobody_is_said_only_by_an_answer_to_the_words_that_stand_there(
    service: _Service, finder: Finder
) -> None:
    seen: list[FindState] = []
    finder.changed.connect(lambda: seen.append(finder.state))
    finder.type("zzz")
    await until(lambda: "zzz" in service.asked)
    service.answer("zzz")
    await until(lambda: finder.state is FindState.NOBODY)
    finder.type("zzzz")
    assert finder.state is FindState.LOOKING
    assert seen == [FindState.LOOKING, FindState.NOBODY, FindState.LOOKING]


@with_finder
async def test_looking_is_shown_only_after_a_while(service: _Service, finder: Finder) -> None:
    finder.type("mar")
    await until(lambda: "mar" in service.asked)
    assert not finder.slow
    await until(lambda: finder.slow)
    assert finder.state is FindState.LOOKING
    service.answer("mar", "Maria")
    await until(lambda: finder.state is FindState.FOUND)
    assert not finder.slow


@with_finder
async def test_enter_before_the_answer_opens_the_only_hit_once_it_is_there(
    service: _Service, finder: Finder
) -> None:
    opened: list[SearchHit] = []
    finder.opened.connect(opened.append)
    finder.type("maria")
    finder.enter(_hit("somebody from an older answer"))
    await until(lambda: "maria" in service.asked)
    service.answer("maria", "Maria")
    await until(lambda: opened)
    assert [hit.name for hit in opened] == ["Maria"]


@with_finder
async def test_enter_before_the_answer_opens_nobody_unseen_where_several_fit(
    service: _Service, finder: Finder
) -> None:
    opened: list[SearchHit] = []
    finder.opened.connect(opened.append)
    finder.type("delgado")
    finder.enter(None)
    await until(lambda: "delgado" in service.asked)
    service.answer("delgado", "Maria", "Rosa")
    await until(lambda: finder.state is FindState.FOUND)
    assert opened == []


@with_finder
async def test_trouble_is_said_in_its_own_words_and_is_not_nobody(service: _Service, finder: Finder) -> None:
    finder.type("mar")
    await until(lambda: "mar" in service.asked)
    service.fail("mar", NotSent())
    await until(lambda: finder.state is FindState.TROUBLE)
    assert finder.trouble == NotSent().sentence


@pytest.mark.parametrize(
    ("words", "phone"),
    [
        ("(214) 555-0199", "+12145550199"),
        ("+1 214.555.0199", "+12145550199"),
        ("555-0199", None),
        ("114 555 0199", None),
        ("maria", None),
    ],
)
@with_finder
async def test_a_whole_number_that_finds_nobody_is_known_as_one(
    service: _Service, finder: Finder, words: str, phone: str | None
) -> None:
    finder.type(words)
    assert finder.unknown_phone is None
    await until(lambda: words in service.asked)
    reply = ProblemReply(type=ProblemType.UNAVAILABLE.uri, title="", status=503, detail="Not now.")
    service.fail(words, Refused(reply))
    await until(lambda: finder.state is FindState.TROUBLE)
    assert finder.unknown_phone == phone


@with_window
async def test_find_by_keys_alone(opened: Opened) -> None:
    window = opened.window
    opened.press(Qt.Key.Key_F2)
    opened.type("delgado")
    await opened.until(lambda: window.hits.isVisible() and window.hits.model.rowCount() == 3)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Return)
    await opened.read()
    assert window.hits.isHidden()
    await opened.until(
        lambda: (row := window.frame.story.timeline.selected_row()) and row.key == "charge:c28"
    )
    assert window.callers.front is not None
    assert window.callers.front.recipient_id == MARIA
    assert window.frame.story.timeline.hasFocus()


@with_window
async def test_nobody_found_says_what_to_ask_and_f9_still_stops_texts(opened: Opened) -> None:
    opened.press(Qt.Key.Key_F2)
    opened.type("(469) 555-0188")
    says = opened.child(QLabel, "findSays")
    await opened.until(lambda: says.isVisible() and says.text().startswith("No recipient is called"))
    assert "F9 stops texts" in says.text()
    opened.press(Qt.Key.Key_F9)
    await opened.until(lambda: opened.window.hits.isHidden())
    assert opened.window.frame.side_widget.isVisible()


@with_window
async def test_an_empty_box_offers_who_was_open_lately(opened: Opened) -> None:
    window, box = opened.window, opened.window.frame.top.find_box
    opened.press(Qt.Key.Key_F2)
    assert window.hits.isHidden(), "nobody was open yet"
    opened.type("rosa")
    await opened.until(lambda: window.hits.isVisible() and window.finder.state is FindState.FOUND)
    opened.press(Qt.Key.Key_Return)
    await opened.read()
    opened.press(Qt.Key.Key_F2)
    opened.type("delgado")
    await opened.until(lambda: window.finder.state is FindState.FOUND and window.hits.model.rowCount() == 3)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Return)
    await opened.until(lambda: window.callers.front and window.callers.front.recipient_id == MARIA)
    opened.press(Qt.Key.Key_F2)
    opened.press(Qt.Key.Key_Backspace)
    assert box.text() == ""
    await opened.until(window.hits.isVisible)
    says = opened.child(QLabel, "findSays")
    assert says.text() == "Recent callers"
    assert [window.hits.model.index(row).data() for row in range(window.hits.model.rowCount())] == [
        "Rosa Delgado"
    ]
    opened.press(Qt.Key.Key_Return)
    assert window.callers.front is not None
    assert window.callers.front.recipient_id == MARIA, "nobody is opened who was not chosen"
    opened.press(Qt.Key.Key_F6)
    await opened.until(window.hits.isHidden)
    opened.press(Qt.Key.Key_F2)
    await opened.until(window.hits.isVisible)
    opened.press(Qt.Key.Key_Down)
    opened.press(Qt.Key.Key_Return)
    await opened.until(lambda: window.callers.front and window.callers.front.name == "Rosa Delgado")
    assert window.hits.isHidden()


async def test_people_on_one_number_are_offered_for_choosing() -> None:
    one = _hit("Maria").model_copy(update={"why": "phone (214) 555-0142"})
    two = one.model_copy(update={"id": "Rosa", "recipient_id": "Rosa"})
    assert _found(FindAnswer("q", (one, two), ()), "phone") == (
        "2 people share (214) 555-0142: ask who is calling."
    )
    assert _found(FindAnswer("q", (one,), ()), "phone") == "Read as: phone"
