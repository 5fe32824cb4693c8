"""The short way: a WebSocket on a plain TCP socket of which the switchboard takes the chunks of sound.

    socket -> switchboard -> on_readable -> FrameReader +-> `take`: the session has stepped, and no task was woken
                                                        +-> `receive`, in the connection's task: all other frames

It is the ordinary transport (adapters/wire/websocket.py) but for two things. While its connection's task waits in
`receive`, the switchboard reads, and offers each message to `take`, which is the connection's own: it takes what asks
for a step and nothing else. With the first frame that is not taken, reading is paused: that frame and those behind it
are `receive`'s, in order, and no more is read until all of them are dealt with and the task waits again. So whatever
makes a connection wait makes its client wait, as on the ordinary way. Nobody is in the switchboard who does not wait in
`receive`, so a connection that ends leaves nothing there.

And what is sent is handed to the kernel at once, without Trio; only what it does not take waits as ever, with the time
limit that the connection sets. The kernel takes little (TCP_NOTSENT_LOWAT, which Trio sets).
"""

import os

import trio

from actors.running.transport import Take, TransportClosed
from adapters.wire.switchboard import Switchboard
from adapters.wire.websocket import RECEIVE_SIZE, WebSocketTransport
from protocol.errors import RemoteProtocolError

JOINED_SIZE = 16_384
"""Bytes of messages that leave in one write at most: what a barge-in cannot take back any more."""


class ShortWayTransport(WebSocketTransport):
    """A WebSocket whose chunks the switchboard takes; see the module's text. One task may receive, another send."""

    way = "short"
    joined_size = JOINED_SIZE

    def __init__(self, stream: trio.SocketStream, max_message: int, trailing: bytes, switchboard: Switchboard) -> None:
        super().__init__(stream, max_message, trailing)
        self._socket = stream.socket
        self._descriptor = -1  # while it is watched; the socket is open then
        self._switchboard = switchboard
        self._take: Take | None = None
        self._woken = trio.Event()
        self._is_lost = False
        self._fault: Exception | None = None

    def offer_to(self, take: Take) -> None:
        """Offer frames to `take` first; those that it takes are not received."""
        self._take = take

    # ---- in the connection's task

    async def _refill(self) -> None:
        """Wait until a frame has come that is not taken; the switchboard reads meanwhile."""
        is_in_hand = bool(self._trailing) or self._reader.has_more  # nothing has to be read from the socket
        if is_in_hand or self._take is None or not self._switchboard.is_running:
            return await super()._refill()
        descriptor = self._descriptor = self._socket.fileno()
        self._woken = trio.Event()
        try:
            self._switchboard.watch(descriptor, self)
        except OSError:  # the system has no room for one more
            raise TransportClosed from None
        try:
            await self._woken.wait()
        finally:
            self._switchboard.forget(descriptor)
        self._raise_end()
        if not self._waiting:  # a fault of the client, which the reader tells again
            self._waiting = self._reader.receive()[::-1]
        return None

    def _raise_end(self) -> None:
        if self._is_lost:
            raise TransportClosed
        fault, self._fault = self._fault, None
        if fault is not None:
            try:
                raise fault
            finally:
                del fault  # its traceback holds this frame

    async def _send(self, data: bytes | memoryview) -> None:
        if self._sending.locked():
            return await super()._send(data)
        try:
            sent = os.write(self._socket.fileno(), data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            raise TransportClosed from None
        if sent == len(data):
            return await trio.lowlevel.checkpoint()
        self._is_torn = sent > 0  # until the rest has left
        await super()._send(memoryview(data)[sent:])
        self._is_torn = False
        return None

    async def close(self, code: int, words: str = "") -> None:
        """Offer nothing any more, and close; cancelling ends the wait, as on the ordinary way."""
        self._take = None
        await super().close(code, words)

    # ---- for the switchboard

    def on_readable(self) -> bool:
        """Read once, and have the chunks taken; returns whether frames of this read wait for another round."""
        data = b""
        if not self._reader.has_more:
            try:
                data = os.read(self._descriptor, RECEIVE_SIZE)
            except (BlockingIOError, InterruptedError):
                return False
            except OSError:
                data = b""
            if not data:
                self._is_lost = True
                return self._hand_over()
        try:
            frames = self._reader.receive(data)
        except RemoteProtocolError:
            return self._hand_over()
        assert self._take is not None
        if frames and (taken := self._take(frames)) < len(frames):
            self._waiting = frames[taken:][::-1]
            return self._hand_over()
        return self._reader.has_more

    def _hand_over(self) -> bool:
        self._switchboard.forget(self._descriptor)
        self._woken.set()
        return False

    def on_fault(self, fault: Exception) -> None:
        """A fault of ours: the connection's task raises it, and ends by it."""
        self._fault = fault
        self._woken.set()
