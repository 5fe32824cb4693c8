"""A connection in virtual time: the server has a stream, and the client a call for what comes, and no task of its own.

A million turns need each message to cost little on the client's side: what the server sends is read at once, in the
task that sends it. A client that is deaf takes nothing, and soon the server's sending waits, as on a network.
"""

from collections.abc import Callable

import trio

HELD = 2_000
"""Bytes that are on their way to a client that does not read."""
YIELDS = 5
"""Of so many calls that need not wait, one lets others run: it costs as much as all else that a call does."""


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
