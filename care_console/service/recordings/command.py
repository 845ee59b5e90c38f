"""`care-console service record FILE ...`: what a recorder does, from a shell, on the service's database."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from pathlib import Path

from sqlalchemy import select

from care_console.contract.money import dollars
from care_console.contract.recordings import RecordingTaken
from care_console.service.at_hand import database_at_hand
from care_console.service.facilities.command import run_act
from care_console.service.facilities.keys import KeyedFacility
from care_console.service.facilities.tables import facilities
from care_console.service.foundation.context import Context
from care_console.service.foundation.problems import Problem
from care_console.service.foundation.services import Services
from care_console.service.foundation.trouble import Trouble
from care_console.service.own_address import beside_running
from care_console.service.recordings.keeping import hold_sound, release_sound
from care_console.service.recordings.receiving import Sent, receive
from care_console.service.settings import Settings
from care_console.service.wiring import wired

_ORIGIN = "command line"


def record_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Take each file in as a recording of the facility, one after the other; 1 where any was refused."""
    for file in arguments.files:
        if not file.is_file():
            raise Trouble(f"{file} is not a file. Nothing was sent.", 2)
    with database_at_hand(settings) as url:
        return asyncio.run(_record(beside_running(settings), url, arguments))


def hold_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Keep a message's sound, whatever its age: a court's order, a complaint."""

    async def act(ctx: Context) -> list[str]:
        await hold_sound(ctx, arguments.message, arguments.reason)
        return [f"The sound of message {arguments.message} is held."]

    return run_act(settings, act)


def release_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """End that."""

    async def act(ctx: Context) -> list[str]:
        if await release_sound(ctx, arguments.message):
            return [f"The sound of message {arguments.message} is released."]
        return ["It was not held."]

    return run_act(settings, act)


async def _record(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    async with wired(settings, url) as services:
        facility = await _facility(services, arguments.facility)
        refused = 0
        for file in arguments.files:
            try:
                with file.open("rb") as sound:
                    sent = _sent(arguments, file)
                    answer = await receive(services, facility, _ORIGIN, sent, sound)
            except Problem as problem:
                refused += 1
                sys.stderr.write(f"{file}: {problem.detail}\n")
                continue
            sys.stdout.write(f"{file}: {_told(answer.body)}\n")
        return 1 if refused else 0


def _sent(arguments: argparse.Namespace, file: Path) -> Sent:
    recorder_id = arguments.recorder_id
    if recorder_id is None:
        # The same file for the same person again is the same message: run twice, it is sent once.
        said = f"{arguments.booking}\n{arguments.sender}\n{arguments.phone}\n".encode()
        recorder_id = f"file-{hashlib.sha256(said + file.read_bytes()).hexdigest()[:32]}"
    elif len(arguments.files) > 1:
        raise Trouble("One --recorder-id is for one file. Send them one by one, or leave it out.", 2)
    return Sent(
        recorder_id,
        arguments.sender,
        arguments.booking,
        arguments.phone,
        arguments.privileged,
        arguments.language,
    )


async def _facility(services: Services, name: str) -> KeyedFacility:
    """The facility of this id, or of this name where there is just one."""
    async with services.database.begin() as connection:
        by_id = facilities.c.id == int(name) if name.isascii() and name.isdecimal() else None
        query = select(facilities).where(facilities.c.name == name if by_id is None else by_id)
        found = (await connection.execute(query)).all()
    if len(found) != 1:
        why = "no facility" if not found else "more than one facility"
        raise Trouble(f"There is {why} {name!r}. `care-console service facility list` tells the ids.", 2)
    return KeyedFacility(found[0].id, found[0].name, found[0].timezone, None)


def _told(body: str) -> str:
    taken = RecordingTaken.model_validate_json(body)
    price = dollars(taken.price.amount_cents)
    text = f"the text goes at {taken.text.at:%Y-%m-%d %H:%M} UTC" if taken.text.at else taken.text.why_not
    return f"message {taken.message_id}, {taken.seconds} s, {price}; {text}"
