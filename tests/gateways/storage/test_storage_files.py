"""Storage in a folder and in a bucket: whole or not at all, by ranges, and what each failure is called."""

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from care_console.service.gateways.storage.files import open_storage
from care_console.service.gateways.storage.port import NotStored, Storage, StorageUnavailable

pytestmark = pytest.mark.asyncio

KEY = "recordings/2a/5d0c.m4a"


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3-compatible server on a real socket, with one bucket."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / "sound").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = {"NANIO_ACCESS_KEY": "key", "NANIO_SECRET_KEY": "a-secret-of-tests"}
    program = str(Path(sys.executable).with_name("nanio"))
    place = ["--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "error"]
    server = subprocess.Popen([program, "serve", *place, *quiet], env=os.environ | words)
    try:
        _wait_until_it_answers(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    transport = httpx.HTTPTransport(retries=8)  # with growing pauses, some thirty seconds in all
    with httpx.Client(transport=transport, timeout=20) as client:
        client.get(f"http://127.0.0.1:{port}/")
    assert server.poll() is None


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "folder":
        return open_storage(tmp_path / "deep" / "sound")
    endpoint = request.getfixturevalue("s3_server")
    for name, value in {
        "AWS_ENDPOINT": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-tests",
    }.items():
        monkeypatch.setenv(name, value)
    return open_storage(f"s3://sound/{tmp_path.name}")


async def test_what_is_put_is_got(storage: Storage) -> None:
    data = os.urandom(300_000)
    await storage.put(KEY, data)
    assert await storage.get(KEY) == data
    assert await storage.size(KEY) == len(data)


async def test_a_second_put_takes_the_place_of_the_first(storage: Storage) -> None:
    await storage.put(KEY, b"the first, which is longer")
    await storage.put(KEY, b"the second")
    assert await storage.get(KEY) == b"the second"


async def test_nothing_can_be_stored_too(storage: Storage) -> None:
    await storage.put(KEY, b"")
    assert (await storage.get(KEY), await storage.size(KEY)) == (b"", 0)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 1, b"0"), (3, 7, b"3456"), (0, 10, b"0123456789"), (8, 99, b"89"), (10, 11, b""), (50, 60, b"")],
)
async def test_a_range(storage: Storage, start: int, end: int, expected: bytes) -> None:
    await storage.put(KEY, b"0123456789")
    assert await storage.get_range(KEY, start, end) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3)])
async def test_what_is_no_range(storage: Storage, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="range"):
        await storage.get_range(KEY, start, end)


async def test_what_is_not_stored_says_so(storage: Storage) -> None:
    for asked in (storage.get(KEY), storage.get_range(KEY, 0, 5), storage.size(KEY)):
        with pytest.raises(NotStored, match=KEY):
            await asked


async def test_deleted_is_gone_and_may_be_deleted_again(storage: Storage) -> None:
    await storage.put(KEY, b"x")
    await storage.delete(KEY)
    await storage.delete(KEY)
    with pytest.raises(NotStored):
        await storage.get(KEY)


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", "a b", "a#1", "a\n", "a" * 600]
)
async def test_no_key_reaches_outside(storage: Storage, key: str) -> None:
    for asked in (storage.put(key, b"x"), storage.get(key), storage.size(key), storage.delete(key)):
        with pytest.raises(ValueError, match="key"):
            await asked


async def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    open_storage(tmp_path / "sound")
    assert (tmp_path / "sound").stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnavailable):
        open_storage(tmp_path / "file" / "sound")


async def test_a_bucket_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and never listening: each connection is refused
        monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-tests")
        storage = open_storage("s3://sound/x")
        async with asyncio.timeout(20):
            with pytest.raises(StorageUnavailable) as caught:
                await storage.get(KEY)
    assert "a-secret-of-tests" not in str(caught.value)


async def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "sound").mkdir()
    storage = open_storage(tmp_path / "sound")
    (tmp_path / "sound" / "recordings").write_text("a file where a folder should be")
    with pytest.raises(StorageUnavailable) as caught:
        await storage.put(KEY, b"x")
    assert "\n" not in str(caught.value)


def versions() -> list[bytes]:
    """Two sounds of 8 MB, each of one byte, so that a mixture of both or a part of one shows."""
    return [bytes([mark]) * 8_000_000 for mark in (1, 2)]


async def test_a_reader_never_sees_a_part(storage: Storage) -> None:
    whole = {hashlib.sha256(each).digest() for each in versions()}
    await storage.put(KEY, versions()[0])
    ended = asyncio.Event()

    async def write() -> None:
        for turn in range(12):
            await storage.put(KEY, versions()[turn % 2])
        ended.set()

    async def read() -> int:
        seen = 0
        while not ended.is_set():
            assert hashlib.sha256(await storage.get(KEY)).digest() in whole
            seen += 1
        return seen

    _, *seen = await asyncio.gather(write(), read(), read())
    assert all(seen)


WRITER = """
import asyncio, sys
from care_console.service.gateways.storage.files import open_storage

async def main() -> None:
    storage = open_storage(sys.argv[1])
    print("begun", flush=True)
    while True:
        for mark in (1, 2):
            await storage.put(sys.argv[2], bytes([mark]) * 8_000_000)
            print(mark, flush=True)

asyncio.run(main())
"""


def kill_a_writer(folder: Path, puts: int) -> None:
    """Start one, and kill it with signal 9 some moments after so many puts: in the middle of a later one."""
    command = [sys.executable, "-c", WRITER, str(folder), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(puts + 1)]
        # Moments are counted in looks at the folder, each time another number of them.
        for _ in range(puts * 37):
            list((folder / KEY).parent.iterdir())
        writer.send_signal(signal.SIGKILL)
    assert told[0] == "begun\n"
    assert writer.returncode == -signal.SIGKILL


@pytest.mark.parametrize("puts", range(1, 9))
async def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path: Path, puts: int) -> None:
    await asyncio.to_thread(kill_a_writer, tmp_path, puts)
    data = await open_storage(tmp_path).get(KEY)
    assert data in versions()
    await open_storage(tmp_path).put(KEY, b"and it can be written again")
    assert await open_storage(tmp_path).get(KEY) == b"and it can be written again"
