"""Control channels between two ends in one process: frames in order, descriptors with theirs, bounds, and ends."""

import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import trio

from adapters.multiprocess import channel as module
from adapters.multiprocess.channel import ChannelClosed, ControlChannel, as_stream_socket, can_pass_sockets
from adapters.multiprocess.frames import AskFrame, StreamFrame

pytestmark = [pytest.mark.real, pytest.mark.skipif(not can_pass_sockets(), reason="sockets stay where they are here")]
Frames = AskFrame | StreamFrame
Ends = tuple["ControlChannel[Any]", "ControlChannel[Any]"]


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    """The two ends of a channel."""
    decoder = msgspec.msgpack.Decoder(Frames)
    near, far = (ControlChannel(trio.socket.from_stdlib_socket(each), decoder) for each in socket.socketpair())
    yield near, far
    near.close()
    far.close()


async def test_frames_and_sockets_come_in_their_order(ends: Ends) -> None:
    near, far = ends
    pairs = [socket.socketpair() for _ in range(100)]
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(near.write)
            for number, (one, _) in enumerate(pairs):
                assert near.send(AskFrame(number, "x" * number * 100))
                assert near.send(StreamFrame(b"%d" % number), os.dup(one.fileno()))
            for number, (one, other) in enumerate(pairs):
                assert await far.receive() == (AskFrame(number, "x" * number * 100), -1)
                frame, descriptor = await far.receive()
                assert frame == StreamFrame(b"%d" % number)
                assert not os.get_inheritable(descriptor)
                with as_stream_socket(descriptor) as passed:
                    await passed.send(b"hello")
                assert other.recv(10) == b"hello"
                one.close()
                other.close()
            nursery.cancel_scope.cancel()


async def test_a_full_queue_takes_neither_frame_nor_descriptor(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_QUEUED", 1)
    near, _ = ends
    assert near.send(AskFrame(1, "one"))
    reading, writing = os.pipe()
    assert not near.send(StreamFrame(b""), reading)
    os.close(reading)  # it is still the caller's
    os.close(writing)


async def test_what_has_not_left_is_closed_with_the_channel(ends: Ends) -> None:
    near, _ = ends
    reading, writing = os.pipe()
    near.send(StreamFrame(b""), reading)
    near.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reading)
    os.close(writing)


async def test_the_end_of_the_other_side_is_told_and_so_is_what_cannot_be_read(ends: Ends) -> None:
    near, far = ends
    with trio.fail_after(10):
        await near._socket.send(b"\x7f\xff\xff\xff\0")
        with pytest.raises(ChannelClosed, match="too long"):
            await far.receive()
        await far._socket.send(b"\0\0\0\x01\0x")
        with pytest.raises(ChannelClosed):
            await near.receive()
        far.close()
        with pytest.raises(ChannelClosed):
            await near.receive()
        near.send(AskFrame(1, "is anybody there"))
        with pytest.raises(ChannelClosed):
            await near.write()
