"""A connection in virtual time: the server has a stream, and the client a call for what comes.

A million turns need each message to cost little on the client's side: what the server sends is read at once, in the
task that sends it. A client that is deaf takes nothing, and soon the server's sending waits, as on a network. A pair of
sockets is dearer, and goes the short way; the kernel's buffers are quick, so the clock jumps over nothing.
"""

import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

import trio

HELD = 2_000
"""Bytes that are on their way to a client that does not read."""
YIELDS = 5
"""Of so many calls that need not wait, one lets others run: it costs as much as all else that a call does."""


class ClientEnd(Protocol):
    """The client's end of a connection; none of its calls waits."""

    @property
    def is_served(self) -> bool:
        """Whether the server has not closed its end yet."""

    def put(self, data: bytes) -> None:
        """Send; what the server has closed takes nothing more."""

    def finish(self) -> None:
        """Send nothing more."""

    def reset(self) -> None:
        """Go without a word: what is on its way is lost in both directions."""

    def deafen(self) -> None:
        """Take nothing more, until `hear`."""

    def hear(self) -> None:
        """Take what is on its way, and what comes."""

    def close(self) -> None:
        """The server is over: close what is still open."""


class SoakPipe(trio.abc.Stream):
    """The server's end. `take` is called with what it sends, `lost` once where it closes the stream."""

    def __init__(self, take: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._take = take
        self._lost = lost
        self._came = bytearray()
        self._is_finished = self._is_reset = self._is_closed = False
        self._reader = trio.lowlevel.ParkingLot()
        self._senders = trio.lowlevel.ParkingLot()
        self._is_deaf = False
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._calls = 0

    # ---- the client's end

    @property
    def is_served(self) -> bool:
        """Whether the server has not closed its end yet."""
        return not self._is_closed

    def close(self) -> None:
        """Nothing is open but in the server."""

    def put(self, data: bytes) -> None:
        """Send; what the server has closed takes nothing more."""
        if not (self._is_closed or self._is_finished or self._is_reset):
            self._came += data
            self._reader.unpark_all()

    def finish(self) -> None:
        """Send nothing more."""
        self._is_finished = True
        self._reader.unpark_all()

    def reset(self) -> None:
        """Go without a word: what is on its way is lost in both directions."""
        self._is_reset = True
        self._came.clear()
        self._held.clear()
        self._reader.unpark_all()
        self._senders.unpark_all()

    def deafen(self) -> None:
        """Take nothing more, until `hear`."""
        self._is_deaf = True

    def hear(self) -> None:
        """Take what is on its way, and what comes."""
        self._is_deaf = False
        held, self._held, self._held_bytes = self._held, [], 0
        for data in held:
            self._take(data)
        self._senders.unpark_all()

    # ---- the server's end

    async def _checkpoint(self) -> None:
        self._calls += 1
        if self._calls % YIELDS:
            await trio.lowlevel.checkpoint_if_cancelled()
        else:
            await trio.lowlevel.checkpoint()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Have the client take it, or wait for one that does not read."""
        await self._checkpoint()
        while True:
            if self._is_closed:
                raise trio.ClosedResourceError
            if self._is_reset:
                raise trio.BrokenResourceError
            if not self._is_deaf:
                self._take(bytes(data))
                return
            if self._held_bytes < HELD:
                self._held.append(bytes(data))
                self._held_bytes += len(data)
                return
            await self._senders.park()

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until the client reads."""
        await trio.lowlevel.checkpoint()
        while self._is_deaf and self._held_bytes >= HELD and not (self._is_reset or self._is_closed):
            await self._senders.park()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """What the client has sent."""
        if self._came or self._is_finished or self._is_reset or self._is_closed:
            await self._checkpoint()
        while not self._came:
            if self._is_closed:
                raise trio.ClosedResourceError
            if self._is_reset:
                raise trio.BrokenResourceError
            if self._is_finished:
                return b""
            await self._reader.park()
        most = len(self._came) if max_bytes is None else max_bytes
        data = bytes(self._came[:most])
        del self._came[:most]
        return data

    async def aclose(self) -> None:
        """The client is told at once, whether it reads or not."""
        if not self._is_closed:
            self._is_closed = True
            self._reader.unpark_all()
            self._senders.unpark_all()
            self._lost()
        await trio.lowlevel.checkpoint()


class SoakSocket:
    """The client's end of a pair of sockets; `take` and `lost` as of a SoakPipe. `run` is its task."""

    def __init__(self, take: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._take = take
        self._lost = lost
        self._near, far = socket.socketpair()
        self._near.setblocking(False)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD)
        self.far = trio.SocketStream(trio.socket.from_stdlib_socket(far))
        self._waiting = b""
        self._is_finished = self._is_closed = False
        self._hears = trio.Event()
        self._hears.set()
        self._scope = trio.CancelScope()

    @property
    def is_served(self) -> bool:
        """Whether the server has not closed its end yet."""
        return self.far.socket.fileno() >= 0

    def close(self) -> None:
        """Close both ends; a task that would have served the other one may never have begun."""
        self.reset()
        self.far.socket.close()

    def put(self, data: bytes) -> None:
        """Send, or keep what the kernel does not take."""
        self._waiting += data
        if not self._is_closed and self._waiting:
            with contextlib.suppress(OSError):
                self._waiting = self._waiting[self._near.send(self._waiting) :]

    def finish(self) -> None:
        """Send nothing more."""
        if not self._is_closed:
            with contextlib.suppress(OSError):
                self._near.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Go without a word."""
        self._scope.cancel()
        if not self._is_closed:
            self._is_closed = True
            trio.lowlevel.notify_closing(self._near)
            self._near.close()

    def deafen(self) -> None:
        """Read nothing more."""
        self._hears = trio.Event()

    def hear(self) -> None:
        """Read again."""
        self._hears.set()

    async def run(self) -> None:
        """Take what comes until the server has closed its end, or this one is closed."""
        with self._scope:
            while (data := await self._read()) is not None:
                if data:
                    self._take(data)
                self.put(b"")
        if not self._is_closed:
            self.reset()
            self._lost()

    async def _read(self) -> bytes | None:
        """What has come; "" where it has gone again, None at the end."""
        if self._is_closed:
            return None
        await trio.lowlevel.wait_readable(self._near)
        if not self._hears.is_set():
            await self._hears.wait()
        try:
            return self._near.recv(65_536) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None
