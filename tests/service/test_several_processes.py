"""`care-console service web` in several processes: all serve, a dead one is replaced, they end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from care_console.service.processes import share_of
from care_console.service.settings import Settings
from tests.support.web_process import WebProcess

_MOST_SECONDS = 60


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[WebProcess]:
    """The service in two processes."""
    process = WebProcess(database_url, tmp_path, processes=2)
    yield process
    if psutil.pid_exists(process.pid) and psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        process.end(signal.SIGTERM)


def until(condition: Callable[[], object]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + _MOST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def serving(web: WebProcess) -> list[psutil.Process]:
    """Those that serve."""
    return [one for one in psutil.Process(web.pid).children() if "spawn_main" in _command(one)]


def _command(one: psutil.Process) -> str:
    try:
        return " ".join(one.cmdline())
    except psutil.Error:  # it has just ended
        return ""


def taken_by(one: psutil.Process, port: int) -> int:
    """How many connections it has taken."""
    known = one.net_connections("tcp")
    return sum(each.status == psutil.CONN_ESTABLISHED and each.laddr.port == port for each in known)


def connect(web: WebProcess) -> socket.socket:
    where = urlsplit(web.url)
    return socket.create_connection((where.hostname or "", where.port or 0), 20)


def answers(connection: socket.socket) -> bool:
    """Whether a request on this very connection is answered."""
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection.recv(4096).startswith(b"HTTP/1.1 200")


def counted(web: WebProcess, route: str) -> float:
    """How many answers of a route are counted, by whichever process is asked."""
    lines = httpx.get(f"{web.url}/metrics", timeout=20).text.splitlines()
    return sum(
        float(line.rpartition(" ")[2])
        for line in lines
        if line.startswith("care_requests_total{") and f'route="{route}"' in line
    )


def test_all_serve_and_count_together_and_one_that_dies_is_replaced(web: WebProcess) -> None:
    before = serving(web)
    assert len(before) == 2
    asked = _ask_until_taken_by(web, before)
    assert counted(web, "/healthz") == asked
    before[0].kill()
    until(lambda: len(serving(web)) == 2 and before[0].pid not in [one.pid for one in serving(web)])
    new = [one for one in serving(web) if one.pid != before[1].pid]
    asked += _ask_until_taken_by(web, new)
    assert counted(web, "/healthz") == asked
    [told] = [line for line in web.lines() if line["event"] == "web.process_ended"]
    assert (told["process"], told["code"], told["served"]) == (before[0].pid, -signal.SIGKILL, True)


def _ask_until_taken_by(web: WebProcess, all_of: list[psutil.Process]) -> int:
    """Ask, each time on a new connection, until each of these has taken one; how often that was."""
    port, opened = urlsplit(web.url).port or 0, list[socket.socket]()
    with ExitStack() as stack:

        def each_has_some() -> bool:
            opened.append(stack.enter_context(connect(web)))
            assert answers(opened[-1])
            return all(taken_by(one, port) for one in all_of)

        until(each_has_some)
    return len(opened)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all(web: WebProcess, how: signal.Signals) -> None:
    begun = psutil.Process(web.pid).children(recursive=True)
    assert web.end(how) == 0
    until(lambda: not any(one.is_running() for one in begun))
    with pytest.raises(OSError, match="refused"):
        connect(web)
    assert [line["event"] for line in web.lines() if line["level"] == "error"] == []


def test_where_the_first_is_killed_the_others_end_and_the_port_is_free(web: WebProcess) -> None:
    begun = serving(web)
    web.end(signal.SIGKILL)
    until(lambda: not any(one.is_running() for one in begun))
    with closing(socket.socket()) as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", urlsplit(web.url).port or 0))


def test_what_cannot_begin_ends_with_a_sentence(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "sound").write_text("a file in the place of the folder")
    done = _web(tmp_path, "--port", "0", "--processes", "2", CARE_DATABASE_URL=database_url)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "A process of the service ended before it served." in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("word", ["0", "-1", "65", "two", "٢"])
def test_how_many_is_a_number_within_reason(tmp_path: Path, word: str) -> None:
    done = _web(tmp_path, f"--processes={word}")
    assert done.returncode == 2
    assert "a whole number from 1 to 64" in done.stderr


def test_together_they_take_little_more_than_one() -> None:
    assert share_of(Settings(sound_workers=8), 4).sound_workers == 2
    assert share_of(Settings(sound_workers=1), 4).sound_workers == 1
    assert [share_of(Settings(), count).pool_size for count in (2, 3, 4, 20)] == [10, 6, 5, 2]
    assert share_of(Settings(pool_size=7), 4).pool_size == 7


@pytest.mark.parametrize(("cores", "processes", "each"), [(2, 2, 2), (4, 4, 2), (8, 4, 4), (1, 3, 1)])
def test_each_has_more_workers_for_sound_than_its_share_of_the_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int, processes: int, each: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert share_of(Settings(), processes).sound_workers == each


def _web(folder: Path, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "care_console", "service", "web", *words],
        env=os.environ | {"CARE_DATA_DIR": str(folder)} | given,
        capture_output=True, text=True, timeout=_MOST_SECONDS, check=False,
    )  # fmt: skip
