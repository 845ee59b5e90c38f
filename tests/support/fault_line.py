"""The proxy of faults as a process of its own, so that its work takes nothing from the window's thread.

``python -m tests.support.fault_line UPSTREAM FOLDER``: says its port, then does what it is told, a line each:
``plan FAULT TIMES START``, ``forget``, ``shut``, ``open``, ``refuse TLS``, ``cut``; it says ``done`` to each.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.tls import certificate


class Line:
    """The process, seen from the test."""

    def __init__(self, upstream: str, folder: Path) -> None:
        words = [sys.executable, "-m", "tests.support.fault_line", upstream, str(folder)]
        self._process = subprocess.Popen(words, stdin=-1, stdout=-1, text=True, bufsize=1)
        self.port = int(self._answer())
        self.url = f"https://127.0.0.1:{self.port}"
        self.trusted = folder / "tls.pem"

    def tell(self, *words: str) -> None:
        """Let it do something, and wait until it has."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        assert self._answer() == "done"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the proxy's process ended"
        return line

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=20)


async def _do(proxy: FaultProxy, words: list[str]) -> None:
    match words:
        case ["plan", fault, times, *start]:
            proxy.plan(Fault(fault), " ".join(start), int(times))
        case ["forget"]:
            proxy.forget_plans()
        case ["shut"]:
            await proxy.shut()
        case ["open"]:
            await proxy.open()
        case ["refuse", "TLS"]:
            await proxy.open_without_tls()
        case ["cut"]:
            proxy.cut_streams()
        case _:
            raise ValueError(words)


async def _main(upstream: str, folder: Path) -> None:
    context, _ = certificate(folder)
    proxy = FaultProxy(upstream, tls=context)
    await proxy.open()
    print(proxy.port, flush=True)
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(told), os.fdopen(0, "rb", 0)
    )
    while words := (await told.readline()).decode().split():
        await _do(proxy, words)
        print("done", flush=True)
    await proxy.shut()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2])))
