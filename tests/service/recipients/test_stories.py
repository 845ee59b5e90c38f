"""A hundred stories, kept as rows and sentences: told as written, and true by the database.

``CARE_TELL_STORIES=1 pytest tests/service/recipients/test_stories.py`` writes the sentences anew, to be read.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from care_console.service.foundation.context import Context
from care_console.service.recipients.story import read_story
from tests.support.story_facts import differences, facts_in_database, facts_in_sentence
from tests.support.told import Told, put, read_told

STORIES = Path(__file__).parent / "stories"
FILES = sorted(STORIES.glob("*.txt"))
TELL_ANEW = bool(os.environ.get("CARE_TELL_STORIES"))


def test_there_are_a_hundred_and_no_two_alike() -> None:
    stories = [told for path in FILES for told in read_told(path)]
    assert len(stories) >= 100
    assert len({told.title for told in stories}) == len(stories)
    assert len({tuple(told.rows) for told in stories}) > len(stories) - 4  # those with no row at all


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_number_changed_anywhere_is_another_fact(language: str) -> None:
    """That the reading-back reads: no figure of a sentence could be wrong and not be seen."""
    for told in (told for path in FILES for told in read_told(path)):
        sentence = told.en if language == "en" else told.es
        facts = facts_in_sentence(sentence, language, told.now)
        for found in re.finditer(r"\d+", sentence):
            other = str(int(found.group()) + 1).zfill(len(found.group()))
            changed = sentence[: found.start()] + other + sentence[found.end() :]
            assert _means(changed, language, told) != facts, changed


def _means(sentence: str, language: str, told: Told) -> object:
    try:
        return facts_in_sentence(sentence, language, told.now)
    except (AssertionError, ValueError):
        return None


@pytest.mark.asyncio
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_story_is_told_as_written_and_as_the_tables_have_it(ctx: Context, path: Path) -> None:
    stories = read_told(path)
    wrong = []
    for told in stories:
        at, where = replace(ctx, now=told.now), await put(ctx, told)
        said = (await read_story(at, where.recipient)).story
        so = await facts_in_database(ctx.connection, where.recipient, told.now)
        for language, sentence in (("en", said.en), ("es", said.es)):
            wrong += [
                f"{told.title}: {sentence}\n    {language} {difference}"
                for difference in differences(facts_in_sentence(sentence, language, told.now), so)
            ]
        if TELL_ANEW:
            told.en, told.es = said.en, said.es
        assert (said.en, said.es) == (told.en, told.es), told.title
    assert not wrong, "\n".join(wrong)
    if TELL_ANEW:
        _write(path, stories)


def _write(path: Path, stories: list[Told]) -> None:
    path.write_text("\n".join(told.written() for told in stories), encoding="utf-8")
