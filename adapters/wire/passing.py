"""Streams that go from process to process: what was read of one goes with it, and so does its peer's address.

A stream belongs to the process that serves its request. Where the next request on a kept connection names the Engine.IO
session of another process, the stream goes there, with that request. A stream that speaks TLS cannot go: its keys are
in this process. So one end of a pair of sockets goes in its place, and here the bytes are carried between the other end
and the TLS stream. What was handed over is served there as any stream, and may go on to a third process.
"""

import contextlib
from typing import Final, Protocol

import msgspec
import trio

SIZE = 65_536


class Passed(msgspec.Struct, frozen=True):
    """What comes with a stream from another process: the bytes that were read of it, and its peer's address.

    `address` is "" where the stream tells it. `is_final`: the process that the first request names is no more, so the
    stream goes nowhere else with that.
    """

    begun: bytes = b""
    address: str = ""
    is_final: bool = False

    def __repr__(self) -> str:
        return f"<Passed, {len(self.begun)} bytes>"  # which may hold a credential


NEW: Final = Passed()
"""A stream that was accepted here."""


class Neighbours(Protocol):
    """The port to the other processes of the service."""

    def have(self, sid: str) -> bool:
        """Whether this is the sid of a connection in another process, one that is no more included."""

    def take(self, sock: trio.socket.SocketType, begun: bytes, address: str) -> None:
        """Have the stream of this socket served where it belongs; it is closed where that cannot be."""


async def hand_over(stream: trio.abc.Stream, begun: bytes, address: str, neighbours: Neighbours) -> None:
    """Have the stream served where its request belongs, which begins with `begun`.

    Returns at once where the socket itself went, else at the end of the stream. Cancelling cuts the latter.
    """
    if isinstance(stream, trio.SocketStream):
        neighbours.take(stream.socket, begun, address)
        return
    near, far = trio.socket.socketpair()
    neighbours.take(far, begun, address)
    async with trio.SocketStream(near) as inner, trio.open_nursery() as nursery:
        nursery.start_soon(_carry, stream, inner)
        await _carry(inner, stream)
        nursery.cancel_scope.cancel()


async def _carry(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
    """Carry bytes until either side ends; each waits for the other, so no more than SIZE is held."""
    with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        while data := await source.receive_some(SIZE):
            await sink.send_all(data)
        if isinstance(sink, trio.abc.HalfCloseableStream):
            await sink.send_eof()
