"""`care-console service ...`: the words of each command, and the sentence when it cannot be done."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from care_console.contract.roles import Role
from care_console.service.cli_facilities import (
    Commands,
    add_facility_words,
    add_hold_words,
    add_record_words,
)
from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings

_MOST_PROCESSES = 64
Command = Callable[[argparse.Namespace, Settings], int]


def main(argv: list[str]) -> int:
    """Run one of the service's commands; 0 done, 1 not done, 2 unusable words."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command(arguments, _settings(arguments))
    except Trouble as trouble:
        sys.stderr.write(f"{trouble.sentence}\n")
        return trouble.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; what was committed stays.\n")
        return 130


def _settings(arguments: argparse.Namespace) -> Settings:
    given = {} if arguments.data_dir is None else {"data_dir": arguments.data_dir.absolute()}
    try:
        return Settings(**given)
    except ValidationError as error:
        told = "; ".join(f"CARE_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise Trouble(f"A setting cannot be used: {told}", 2) from error


def _processes(word: str) -> int:
    most = 1 if sys.platform == "win32" else _MOST_PROCESSES
    if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= most:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {most}, not {word!r}")
    return int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="care-console service", description="Mobile Voice Messaging.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data-dir", type=Path, help="folder of the embedded database (CARE_DATA_DIR)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serving_words(commands, common)
    made = commands.add_parser("worker", parents=[common], help="do the jobs")
    made.set_defaults(command=_worker)
    made = commands.add_parser("migrate", parents=[common], help="bring the database to this version")
    made.set_defaults(command=_migrate)
    made = commands.add_parser("settings", parents=[common], help="list the settings and their values")
    made.set_defaults(command=_list_settings)
    made = commands.add_parser("import", parents=[common], help="load a data set")
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--all-or-nothing", action="store_true", help="load nothing if any row is refused")
    made.add_argument("--rejects", type=Path, metavar="FILE", help="write the refused rows here as CSV")
    made.set_defaults(command=_import)
    made = commands.add_parser(
        "replay-replies", parents=[common], help="what this version would have read otherwise in past replies"
    )
    made.set_defaults(command=_replay_replies)
    prepaid = commands.add_parser("prepaid", help="AdvanceConnect accounts").add_subparsers(required=True)
    made = prepaid.add_parser("open", parents=[common], help="open a phone's account")
    made.add_argument("--phone", required=True)
    made.add_argument("--pin", required=True, help="4 to 8 digits")
    made.add_argument("--deposit-cents", type=int, default=0)
    made.set_defaults(command=_prepaid_open)
    made = prepaid.add_parser("deposit", parents=[common], help="add to a phone's account")
    made.add_argument("--phone", required=True)
    made.add_argument("--cents", type=int, required=True)
    made.set_defaults(command=_prepaid_deposit)
    made = prepaid.add_parser("reverse", parents=[common], help="a bank took a deposit back")
    made.add_argument("deposit", type=int, metavar="DEPOSIT")
    made.set_defaults(command=_prepaid_reverse)
    staff = commands.add_parser("staff", help="the people at the desk").add_subparsers(required=True)
    made = staff.add_parser("add", parents=[common], help="add somebody; the password on standard input")
    made.add_argument("login")
    made.add_argument("--role", required=True, choices=[role.value for role in Role])
    made.set_defaults(command=_staff_add)
    for name, command, told in (
        ("disable", _staff_disable, "switch an account off; its sessions end at once"),
        ("enable", _staff_enable, "switch it on again"),
    ):
        made = staff.add_parser(name, parents=[common], help=told)
        made.add_argument("login")
        made.set_defaults(command=command)
    made = staff.add_parser("list", parents=[common], help="everybody, with their role")
    made.set_defaults(command=_staff_list)
    add_facility_words(commands, common)
    add_record_words(commands, common)
    add_hold_words(commands, common)
    return parser


def _add_serving_words(commands: Commands, common: argparse.ArgumentParser) -> None:
    for name, command, told in (
        ("run", _run, "migrate, then serve API, pages and jobs"),
        ("web", _web, "serve API and pages"),
    ):
        made = commands.add_parser(name, parents=[common], help=told)
        made.add_argument("--host", default="127.0.0.1")
        made.add_argument("--port", type=int, default=8080, help="0 picks a free one")
        made.set_defaults(command=command)
        if name == "web":
            made.add_argument("--processes", type=_processes, help="without it, one a core, four at most")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.serve import serve

    return serve(settings, arguments.host, arguments.port, with_jobs=True)


def _web(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.processes import as_many_as_fit
    from care_console.service.serve import serve

    processes = arguments.processes or as_many_as_fit()
    return serve(settings, arguments.host, arguments.port, with_jobs=False, processes=processes)


def _worker(_arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.serve import work

    return work(settings)


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.at_hand import database_at_hand

    with database_at_hand(settings):
        sys.stdout.write("The database is at this version.\n")
    return 0


def _list_settings(_arguments: argparse.Namespace, settings: Settings) -> int:
    for name, field in Settings.model_fields.items():
        sys.stdout.write(f"CARE_{name.upper()}={getattr(settings, name)}\n    {field.description}\n")
    return 0


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.imports.command import import_command

    return import_command(
        settings, arguments.folder, all_or_nothing=arguments.all_or_nothing, rejects=arguments.rejects
    )


def _replay_replies(_arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.texting.replay import replay_command

    return replay_command(settings)


def _prepaid_open(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.prepaid.command import open_command

    return open_command(settings, arguments.phone, arguments.pin, arguments.deposit_cents)


def _prepaid_deposit(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.prepaid.command import deposit_command

    return deposit_command(settings, arguments.phone, arguments.cents)


def _prepaid_reverse(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.prepaid.command import reverse_command

    return reverse_command(settings, arguments.deposit)


def _staff_add(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.staff.command import add_command

    return add_command(settings, arguments.login, Role(arguments.role), sys.stdin.readline().rstrip("\n"))


def _staff_disable(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.staff.command import switch_command

    return switch_command(settings, arguments.login, on=False)


def _staff_enable(arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.staff.command import switch_command

    return switch_command(settings, arguments.login, on=True)


def _staff_list(_arguments: argparse.Namespace, settings: Settings) -> int:
    from care_console.service.staff.command import list_command

    return list_command(settings)
