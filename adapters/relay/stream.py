"""The stream of a relay: one for each pair of processes, multiplexed, on whatever moves bytes.

`send` never waits. What waits to be written is bounded by the windows of the sockets (`near.py`, `far.py`), so a slow
reader of one connection holds nobody else up, and the sum is at most a window for each socket in each direction.
"""

import struct
from collections.abc import Callable
from typing import Final

import msgspec
import trio

from adapters.relay.frames import MAX_FRAME, AnyFrame, DeliverFrame
from protocol.engineio import Frame

HEAD: Final = struct.Struct(">I")
READ_SIZE: Final = 262_144
WRITE_SIZE: Final = 262_144
"""Bytes that are written at a time, at least one frame."""
ROUND: Final = 64
"""Frames that are dealt with before other tasks run."""


class RelayBroken(Exception):
    """The other side is gone, or has sent what cannot be read."""


class RelayStream:
    """One end; `take` is given each frame that comes, and does not wait."""

    def __init__(self, stream: trio.abc.Stream, take: Callable[[AnyFrame], None]) -> None:
        self._stream = stream
        self._take = take
        self._decode = msgspec.msgpack.Decoder(AnyFrame).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._queue: list[msgspec.Struct] = []
        self._asked = trio.Event()

    def send(self, frame: AnyFrame) -> None:
        """Queue a frame."""
        self._queue.append(frame)
        self._asked.set()

    def deliver(self, socket: int, frames: list[Frame]) -> None:
        """Queue a message; one that is already the last in the queue, for others, is sent once for all of them.

        A session gives its Receivers of one format the same message one after the other, so this finds all of them.
        """
        last = self._queue[-1] if self._queue else None
        if type(last) is DeliverFrame and _are_same(last.frames, frames):
            last.sockets.append(socket)
            return
        self._queue.append(DeliverFrame([socket], frames))
        self._asked.set()

    async def run(self) -> None:
        """Read and write until the other side is gone, then raise RelayBroken. Cancelling may cut a frame."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write)
            try:
                await self._read()
            except (trio.BrokenResourceError, trio.ClosedResourceError, msgspec.DecodeError) as error:
                raise RelayBroken(str(error)) from None

    async def _write(self) -> None:
        while True:
            if not self._queue:
                self._asked = trio.Event()
                await self._asked.wait()
            queue, self._queue = self._queue, []
            data = bytearray()
            for frame in queue:
                body = self._encode(frame)
                data += HEAD.pack(len(body))
                data += body
                if len(data) >= WRITE_SIZE:
                    await self._send(data)
                    data = bytearray()
            if data:
                await self._send(data)

    async def _send(self, data: bytearray) -> None:
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise RelayBroken(str(error)) from None

    async def _read(self) -> None:
        buffer, done = bytearray(), 0
        while True:
            data = await self._stream.receive_some(READ_SIZE)
            if not data:
                raise RelayBroken("the other side is gone")
            buffer += data
            at = 0
            while len(buffer) - at >= HEAD.size:
                (length,) = HEAD.unpack_from(buffer, at)
                if length > MAX_FRAME:
                    raise RelayBroken("a frame is too long")
                end = at + HEAD.size + length
                if len(buffer) < end:
                    break
                with memoryview(buffer) as view:
                    frame = self._decode(view[at + HEAD.size : end])
                at, done = end, done + 1
                self._take(frame)
                if done % ROUND == 0:
                    await trio.lowlevel.checkpoint()
            del buffer[:at]

    async def aclose(self) -> None:
        """Close the stream below. Cancelling closes it all the same."""
        await trio.aclose_forcefully(self._stream)


def _are_same(some: list[Frame], others: list[Frame]) -> bool:
    """Whether these are the very same objects; to compare their letters would take longer than to send them."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
