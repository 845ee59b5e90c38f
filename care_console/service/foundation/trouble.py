"""Trouble of the world at the command line: a sentence and an exit code, never a traceback."""

from __future__ import annotations


class Trouble(Exception):
    """What went wrong, where, and what to do. `exit_code` is the command's."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.exit_code = exit_code
