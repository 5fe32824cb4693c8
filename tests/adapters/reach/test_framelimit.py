"""Frames of a WebSocket server, handed on a few at a time."""

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import memory_stream_pair

from adapters.reach.contract import Endpoint
from adapters.reach.framelimit import FRAGMENTS, FRAMES, FrameLimitedStream
from adapters.reach.websocket import SocketCall, SocketClosed, open_socket
from tests.adapters.reach.wsloop import Peer, SocketLoop, socket_loop

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
PING, TEXT, PART, EMPTY, LONG = b"\x89\x00", b"\x81\x02hi", b"\x01\x00", b"\x00\x00", b"\x82\x7e\x01\x00" + bytes(256)


async def handed_on(*reads: bytes) -> list[bytes]:
    """What comes out, read by read."""
    ours, theirs = memory_stream_pair()
    paced = FrameLimitedStream(theirs)
    pieces = []
    async with trio.open_nursery() as nursery:

        async def send() -> None:
            for data in reads:
                await ours.send_all(data)
                await trio.testing.wait_all_tasks_blocked()
            await ours.send_eof()

        nursery.start_soon(send)
        while piece := await paced.receive_some():
            pieces.append(piece)
    return pieces


@pytest.mark.parametrize("frame", [PING, TEXT, LONG])
async def test_no_read_brings_more_frames_than_it_may(frame: bytes) -> None:
    pieces = await handed_on(ANSWER + frame * 600)
    assert [len(piece) // len(frame) for piece in (pieces[0][len(ANSWER) :], *pieces[1:])] == pytest.approx(
        [FRAMES, FRAMES, 600 - 2 * FRAMES], abs=1
    )
    assert b"".join(pieces) == ANSWER + frame * 600


@given(st.lists(st.sampled_from((PING, TEXT, LONG, PART + EMPTY)), max_size=30), st.integers(1, 40))
@settings(max_examples=40)
def test_the_bytes_stay_what_they_are(frames: list[bytes], step: int) -> None:
    data = ANSWER + b"".join(frames)
    reads = [data[start : start + step] for start in range(0, len(data), step)]
    assert b"".join(trio.run(handed_on, *reads, clock=trio.testing.MockClock(autojump_threshold=0))) == data


def call(server: SocketLoop) -> SocketCall:
    """A socket of this provider."""
    return SocketCall(Endpoint("tester", "Tester", server.url), "/")


async def test_a_provider_whose_message_has_no_end_is_left() -> None:
    async def endless(peer: Peer) -> None:
        await peer.send("hello")
        await peer.send_raw(PART + EMPTY * (FRAGMENTS + 1))

    async with socket_loop(endless) as server, open_socket(call(server)) as socket:
        assert await socket.receive() == "hello"
        with pytest.raises(SocketClosed):
            await socket.receive()


async def test_a_message_in_many_fragments_comes_whole() -> None:
    async def patient(peer: Peer) -> None:
        await peer.send_raw((PART + EMPTY * (FRAGMENTS - 10) + b"\x80\x02hi") * 2)

    async with socket_loop(patient) as server, open_socket(call(server)) as socket:
        assert [await socket.receive(), await socket.receive()] == ["hi", "hi"]
