"""A control channel: frames in both directions on a Unix socket, and with a frame perhaps an open descriptor.

The kernel hands a descriptor over with the first byte of the frame it was sent with (SCM_RIGHTS). So it is there at the
latest when its frame is read, and descriptors and the frames that have one come in the same order.

`send` never waits. What the other side does not take waits in a queue; where that is full the other side hangs, and the
caller decides what becomes of it.
"""

import os
import socket
import struct
from array import array
from collections import deque
from typing import Any, Final, Generic, TypeVar

import msgspec
import trio

from adapters.multiprocess.frames import MAX_FRAME

HEAD: Final = struct.Struct(">I?")
"""Before each frame: its length in bytes, and whether a descriptor comes with it."""
MOST_QUEUED = 4_096
"""Frames that wait for the other side."""
READ_SIZE = 65_536
_DESCRIPTORS = 64  # of one read; the kernel never joins those of two frames
_CLOSED = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
In = TypeVar("In")


class ChannelClosed(Exception):
    """The other side is gone, or has sent what cannot be read."""


class ControlChannel(Generic[In]):
    """One end: sends any frame, and receives those that `decoder` reads."""

    def __init__(self, sock: trio.socket.SocketType, decoder: "msgspec.msgpack.Decoder[In]") -> None:
        self._socket = sock
        self._decoder = decoder
        self._encode = msgspec.msgpack.Encoder().encode
        self._queue: deque[tuple[bytes, int]] = deque()
        self._asked = trio.Event()
        self._buffer = bytearray()
        self._descriptors: deque[int] = deque()

    def send(self, frame: msgspec.Struct, descriptor: int = -1) -> bool:
        """Queue a frame, with a descriptor that belongs to the channel from now on, and is closed when it has left.

        False where the queue is full: then neither is sent, and the descriptor is still the caller's.
        """
        if len(self._queue) >= MOST_QUEUED:
            return False
        body = self._encode(frame)
        self._queue.append((HEAD.pack(len(body), descriptor >= 0) + body, descriptor))
        self._asked.set()
        return True

    async def write(self) -> None:
        """Send what is queued, until cancelled. Raises ChannelClosed.

        Cancelling may leave half a frame on its way: the channel has to be closed.
        """
        while True:
            while self._queue:
                data, descriptor = self._queue.popleft()
                try:
                    await self._send_all(data, descriptor)
                except OSError as error:
                    raise ChannelClosed(str(error)) from None
                finally:
                    if descriptor >= 0:
                        os.close(descriptor)
            self._asked = trio.Event()
            await self._asked.wait()

    async def _send_all(self, data: bytes, descriptor: int) -> None:
        rest = memoryview(data)
        if descriptor >= 0:
            with_it = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [descriptor]))]
            rest = rest[await self._socket.sendmsg([rest], with_it) :]
        while rest:
            rest = rest[await self._socket.send(rest) :]

    async def receive(self) -> tuple[In, int]:
        """The next frame, and the descriptor that came with it, which is the caller's now.

        -1 for none, and for one that was lost because this process has as many open files as it may.

        Raises ChannelClosed. Cancelling loses nothing.
        """
        await self._fill(HEAD.size)
        length, has_descriptor = HEAD.unpack_from(self._buffer)
        if length > MAX_FRAME:
            raise ChannelClosed("a frame is too long")
        await self._fill(HEAD.size + length)
        body = bytes(memoryview(self._buffer)[HEAD.size : HEAD.size + length])
        del self._buffer[: HEAD.size + length]
        if has_descriptor and not self._descriptors:
            raise ChannelClosed("a descriptor is missing")
        descriptor = self._descriptors.popleft() if has_descriptor else -1
        try:
            return self._decoder.decode(body), descriptor
        except msgspec.DecodeError as error:
            if descriptor >= 0:
                os.close(descriptor)
            raise ChannelClosed(str(error)) from None

    async def _fill(self, size: int) -> None:
        space = socket.CMSG_SPACE(_DESCRIPTORS * array("i").itemsize)
        while len(self._buffer) < size:
            try:
                data, ancillary, flags, _ = await self._socket.recvmsg(READ_SIZE, space, _CLOSED)
            except OSError as error:
                raise ChannelClosed(str(error)) from None
            if not self._take_descriptors(ancillary) and flags & socket.MSG_CTRUNC:
                self._descriptors.append(-1)  # this process has as many open files as it may: the kernel closed it
            if not data:
                raise ChannelClosed("the other side is gone")
            self._buffer += data

    def _take_descriptors(self, ancillary: list[tuple[int, int, bytes]]) -> bool:
        """Keep the descriptors that came; whether there was one."""
        before = len(self._descriptors)
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                numbers: array[int] = array("i")
                numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
                for number in numbers:
                    os.set_inheritable(number, False)
                self._descriptors.extend(numbers)
        return len(self._descriptors) > before

    def close(self) -> None:
        """Close the socket, and every descriptor that has not reached its receiver."""
        self._socket.close()
        left = [*self._descriptors, *(descriptor for _, descriptor in self._queue if descriptor >= 0)]
        self._descriptors.clear()
        self._queue.clear()
        for descriptor in left:
            if descriptor >= 0:
                os.close(descriptor)


def can_pass_sockets() -> bool:
    """Whether this system hands open sockets from one process to another; Windows does not, in this way."""
    return hasattr(socket, "AF_UNIX") and hasattr(socket.socket, "sendmsg") and hasattr(socket, "SCM_RIGHTS")


def as_stream_socket(descriptor: int) -> Any:
    """The socket of a descriptor that came, for Trio. Raises OSError."""
    return trio.socket.from_stdlib_socket(socket.socket(fileno=descriptor))
