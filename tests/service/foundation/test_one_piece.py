"""What is written of an answer goes out in one piece: all of it, in its order, and no later than it must."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_console.service.foundation.one_piece import OnePieceTransport

PIECES = st.lists(st.binary(min_size=1, max_size=9).map(lambda piece: piece * 9_000), max_size=8)


class _Sent:
    """The transport below, with the pieces that reached it."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.is_closed = False

    def writelines(self, pieces: list[bytes]) -> None:
        self.pieces.append(b"".join(pieces))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


def _over(sent: Any) -> OnePieceTransport:
    return OnePieceTransport(sent, asyncio.get_running_loop())


@pytest.mark.asyncio
async def test_a_head_and_a_body_are_one_piece() -> None:
    sent = _Sent()
    transport = _over(sent)
    for _ in range(2):
        transport.write(b"head")
        transport.write(b"body")
        assert sent.pieces[-1:] == [b"headbody"], "nobody waits for what is done behind an answer"
        assert not transport.is_closing()
        await asyncio.sleep(0)
    assert sent.pieces == [b"headbody", b"headbody"]


@pytest.mark.asyncio
async def test_what_stays_alone_goes_out_in_the_next_turn() -> None:
    sent = _Sent()
    transport = _over(sent)
    transport.write(b"HTTP/1.1 100 Continue")
    assert sent.pieces == []
    await asyncio.sleep(0)
    assert sent.pieces == [b"HTTP/1.1 100 Continue"]


@pytest.mark.asyncio
async def test_what_was_written_goes_out_before_the_end() -> None:
    sent = _Sent()
    transport = _over(sent)
    transport.write(b"the last of it")
    transport.close()
    assert sent.is_closed
    assert sent.pieces == [b"the last of it"]
    await asyncio.sleep(0)
    assert sent.pieces == [b"the last of it"]


@pytest.mark.asyncio
async def test_what_nobody_is_there_for_any_more_goes_nowhere() -> None:
    sent = _Sent()
    transport = _over(sent)
    transport.write(b"an answer")
    sent.close()  # the other side went first
    await asyncio.sleep(0)
    assert sent.pieces == []


@given(PIECES)
def test_all_of_it_goes_out_in_its_order_and_little_is_held_back(pieces: list[bytes]) -> None:
    async def write() -> None:
        sent, written = _Sent(), b""
        transport = _over(sent)
        for piece in pieces:
            transport.write(piece)
            written += piece
            assert len(written) - sum(map(len, sent.pieces)) <= 65_536
        await asyncio.sleep(0)
        assert b"".join(sent.pieces) == written

    asyncio.run(write())
