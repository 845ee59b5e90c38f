"""The command `care-console`, and nothing else: each part is imported only when it is asked for."""

from __future__ import annotations

import sys

_HELP = """\
care-console [LINK]                   opens the desk [--server URL]; LINK: care-console://call?from=+12145550142
care-console demo [--headless DIR]    a sample data set, the service, and the desk on it
care-console self-check               player, keychain, TLS, encrypted store
care-console service ...              the service: run, web, worker, migrate, import, staff, facility ...
care-console --version
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is the command's own."""
    arguments = sys.argv[1:] if argv is None else argv
    first = arguments[0] if arguments else ""
    if first == "service":
        from care_console.service.cli import main as service

        return service(arguments[1:])
    if first == "demo":
        from care_console.demo.cli import main as demo

        return demo(arguments[1:])
    if first == "self-check":
        from care_console.desktop.shell.self_check import main as self_check

        return self_check()
    if first in ("-h", "--help", "help"):
        sys.stdout.write(_HELP)
        return 0
    if first == "--version":
        from care_console import __version__

        sys.stdout.write(f"care-console {__version__}\n")
        return 0
    from care_console.desktop.shell.first import main as desk

    return desk(arguments)


if __name__ == "__main__":
    sys.exit(main())
