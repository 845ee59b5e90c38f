"""Looks at a socket that do not wait for long: all of what is there is read, and an end is seen."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from care_console.service.foundation.server_socket import ServerSocket


@pytest.fixture
def pair() -> Iterator[tuple[ServerSocket, socket.socket, socket.socket]]:
    """A socket as it is looked at, the same one to read from, and the other end."""
    ours, theirs = socket.socketpair()
    looked_at = ServerSocket(ours.fileno())
    yield looked_at, ours, theirs
    looked_at.close()
    for one in (ours, theirs):
        one.close()


Pair = tuple[ServerSocket, socket.socket, socket.socket]


def test_what_comes_in_pieces_is_read_until_it_was_all(pair: Pair) -> None:
    looked_at, ours, theirs = pair
    got = bytearray()

    def read() -> bool:
        got.extend(ours.recv(4))
        return got.endswith(b".")

    def send() -> None:
        for piece in (b"one ", b"two ", b"three."):
            theirs.sendall(piece)
            time.sleep(0.001)

    sender = threading.Thread(target=send)
    sender.start()
    looked_at.look_in_place(read, seconds=20)
    sender.join()
    assert got == b"one two three."


def test_what_does_not_come_is_not_waited_for(pair: Pair) -> None:
    looked_at, _, _ = pair
    began = time.perf_counter()
    looked_at.look_in_place(lambda: pytest.fail("there is nothing to read"), seconds=0.01)
    assert time.perf_counter() - began >= 0.01
    assert not looked_at.has_something_to_say()
    assert not looked_at.is_hung_up()


def test_an_end_is_seen_and_something_to_say_is_no_end(pair: Pair) -> None:
    looked_at, ours, theirs = pair
    theirs.sendall(b"a word")
    assert looked_at.has_something_to_say()
    assert not looked_at.is_hung_up()
    theirs.close()
    assert looked_at.is_hung_up()
    assert ours.recv(10) == b"a word"
    assert looked_at.has_something_to_say()


def test_its_number_is_its_own(pair: Pair) -> None:
    looked_at, ours, theirs = pair
    assert looked_at.watched.fileno() != ours.fileno()
    ours.close()  # as libpq does by itself
    theirs.sendall(b"still there")
    assert looked_at.has_something_to_say()
