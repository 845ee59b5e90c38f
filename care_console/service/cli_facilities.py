"""The words of `care-console service facility ...` and `record ...`; what they do is imported later."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeAlias

from care_console.service.settings import Settings

Command = Callable[[argparse.Namespace, Settings], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_MODULE = "care_console.service.facilities.command"


def add_facility_words(commands: Commands, common: argparse.ArgumentParser) -> None:
    """`facility` and what can be done with one."""
    words = commands.add_parser("facility", help="facilities, their keys and prices").add_subparsers(
        required=True, metavar="COMMAND"
    )

    def word(name: str, told: str, *, of_one: bool = True) -> argparse.ArgumentParser:
        made = words.add_parser(name, parents=[common], help=told)
        if of_one:
            made.add_argument("facility", type=int, metavar="ID", help="the facility's id")
        made.set_defaults(command=_later(f"{name.replace('-', '_')}_command"))
        return made

    made = word("add", "add one; prints its id and its first key, shown this once", of_one=False)
    made.add_argument("name", metavar="NAME")
    made.add_argument("--state", required=True, metavar="S", help="two letters, like TX")
    made.add_argument("--timezone", required=True, metavar="Z", help="like America/Chicago")
    word("list", "list them", of_one=False)
    word("new-key", "print a further key; the others stay good")
    made = word("revoke-key", "revoke its keys, all or one")
    made.add_argument("--key", type=int, metavar="KEY_ID", help="that one alone")
    made = word("price", "set a price list, or show those it has")
    made.add_argument("steps", nargs="*", metavar="SECONDS:CENTS", help="like 30:199 60:299 120:399")
    made.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        metavar="DAY",
        help="from this day on; today by default",
    )
    made = word("pause", "take no recordings of it, and let its texts wait")
    made.add_argument("--reason", required=True)
    word("resume", "end its pause")


def add_record_words(commands: Commands, common: argparse.ArgumentParser) -> None:
    """`record`: what a recorder does."""
    made = commands.add_parser("record", parents=[common], help="send recordings, as a recorder does")
    made.add_argument("files", nargs="+", type=Path, metavar="FILE", help="WAV, MP3, Opus, AAC, GSM, FLAC")
    made.add_argument("--facility", required=True, metavar="ID", help="its id or its name")
    made.add_argument("--sender", required=True, metavar="NAME", help="who recorded it")
    made.add_argument("--booking", required=True, metavar="NUMBER", help="the sender's booking number")
    made.add_argument("--phone", required=True, help="the recipient's number")
    made.add_argument("--language", choices=("en", "es"), help="a new recipient's language")
    made.add_argument("--privileged", action="store_true", help="to or from counsel")
    made.add_argument(
        "--recorder-id", metavar="ID", help="by default, made of the file and of whom it is for"
    )
    made.set_defaults(command=_later("record_command", "care_console.service.recordings.command"))


def add_hold_words(commands: Commands, common: argparse.ArgumentParser) -> None:
    """`hold` and `release`: sound that must not be deleted."""
    for name, told in (("hold", "keep a message's sound, whatever its age"), ("release", "end that")):
        made = commands.add_parser(name, parents=[common], help=told)
        made.add_argument("message", type=int, metavar="MESSAGE", help="the message's id")
        if name == "hold":
            made.add_argument("--reason", required=True)
        made.set_defaults(command=_later(f"{name}_command", "care_console.service.recordings.command"))


def _later(name: str, module: str = _MODULE) -> Command:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        command: Command = getattr(importlib.import_module(module), name)
        return command(arguments, settings)

    return run
