"""The short way: a WebSocket on a plain TCP socket that the switchboard reads and writes, without a task of its own.

    socket -> switchboard -> on_readable -> FrameReader +-> `take_in`: the session has stepped, and no task was woken
                                                        +-> `receive`, in the connection's task: all other frames
    `take_out` -> on_flush, on_writable -> socket

It is the ordinary transport (adapters/wire/websocket.py) but for two things. While its connection's task waits in
`receive`, the switchboard reads, and offers the frames of a read to the connection, which takes those that ask for a
step and nothing else. With the first frame that is not taken, reading is paused: that frame and those behind it are
`receive`'s, in order, and no more is read until all of them are dealt with and the task waits again. So whatever makes
a connection wait makes its client wait, as on the ordinary way.

And what is to be sent is written by the switchboard, as soon as the tasks that are running have said all that they have
to say: messages that come together leave together, JOINED_SIZE bytes at most in one write. Of what the kernel does not
take the rest waits here, and nothing else is taken out of the outbox meanwhile, so that a barge-in still finds it
there. For the same reason what has been read is dealt with before more is taken out. The kernel takes little
(TCP_NOTSENT_LOWAT, which Trio sets). For how long the rest waits is for the connection to judge (`stalled_at`).

When `serving` ends, the switchboard knows the socket no more. What is left to do (the close frame, the peer's answer)
is done on the stream, as on the ordinary way.
"""

import math
import os
from types import TracebackType
from typing import Self

import trio

from actors.running.transport import FrameEndpoint, TransportClosed
from adapters.wire.switchboard import READ, WRITE, Switchboard
from adapters.wire.websocket import RECEIVE_SIZE, WebSocketTransport
from protocol.errors import RemoteProtocolError

JOINED_SIZE = 16_384
"""Bytes of messages that leave in one write at most: what a barge-in cannot take back any more."""
WRITES = 4
"""Writes of one connection at a time; then it is the next one's turn."""


class ShortWayTransport(WebSocketTransport):
    """A WebSocket that the switchboard reads and writes; see the module's text."""

    way = "short"

    def __init__(self, stream: trio.SocketStream, max_message: int, trailing: bytes, switchboard: Switchboard) -> None:
        super().__init__(stream, max_message, trailing)
        self.events = 0  # for which the switchboard calls; it alone writes it
        self._descriptor = stream.socket.fileno()
        self._switchboard = switchboard
        self._woken: trio.Event | None = None  # while the connection's task waits
        self._pending: memoryview | None = None  # what the kernel has not taken
        self._fault: Exception | None = None

    # ---- in the connection's task

    def serving(self, endpoint: FrameEndpoint) -> Self:
        """A block in which the switchboard reads and writes. At its end, what the kernel has not taken is torn."""
        self._endpoint = endpoint
        return self

    async def __aenter__(self) -> None:
        """Nothing is to be done: the socket is put in with the first wait, or the first rest."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the socket out. It never waits. Raises a fault of ours that no `receive` has raised yet."""
        self._endpoint = None
        self._switchboard.forget(self._descriptor, self)
        self._is_torn = self._pending is not None
        self._pending = None
        if error is None:
            self._raise_fault()
        self._fault = None

    async def _await_frames(self, deadline: float) -> bool:
        """Wait until a frame has come that is not taken in; the switchboard reads meanwhile."""
        if self._endpoint is None:
            return await super()._await_frames(deadline)
        self._woken = trio.Event()
        self._listen()
        try:
            if not self.is_lost:
                with trio.move_on_at(deadline):
                    await self._woken.wait()
        finally:
            self._woken = None
        self._raise_fault()
        if self.is_lost and not self._waiting:
            raise TransportClosed
        return bool(self._waiting)

    def _raise_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            try:
                raise fault
            finally:
                del fault  # its traceback holds this frame

    def wake(self) -> None:
        """Have `receive` return, where the connection's task is in it, and if only to let others have their turn."""
        self._is_woken = True
        if self._woken is not None:
            self._woken.set()

    def flush(self) -> None:
        """Have the switchboard call `on_flush` when the tasks that are running have waited."""
        self._switchboard.call_soon(self)

    # ---- for the switchboard

    def _listen(self) -> None:
        """Be called for what there is to wait for; for nothing where neither is."""
        is_reading = self._woken is not None and not self._woken.is_set() and self._ping is None
        events = (READ if is_reading else 0) | (WRITE if self._pending is not None else 0)
        # To be called once for nothing costs less than to have the kernel told for each message that is received.
        if events & ~self.events and not self.is_lost:
            try:
                self._switchboard.watch(self._descriptor, self, events)
            except OSError:  # the system has no room for one more
                self._lose()

    def on_readable(self) -> bool:
        """Read once, and have chunks taken in; returns whether frames of this read wait for another round."""
        endpoint, woken = self._endpoint, self._woken
        if endpoint is None or woken is None or woken.is_set() or self._ping is not None:
            self._switchboard.watch(self._descriptor, self, self.events & ~READ)
            return False
        data = b""
        if not self._reader.has_more:
            try:
                data = os.read(self._descriptor, RECEIVE_SIZE)
            except (BlockingIOError, InterruptedError):
                return False
            except OSError:
                data = b""
            if not data:
                self._lose()
                return False
        try:
            frames = self._reader.receive(data)
        except RemoteProtocolError as fault:
            self._fault = fault
            woken.set()
            return False
        if frames and (taken := endpoint.take_in(frames)) < len(frames):
            self._waiting = frames[taken:][::-1]
            woken.set()
            return False
        return self._reader.has_more

    def on_writable(self) -> None:
        """Send what the kernel did not take, and then what there is."""
        pending, self._pending = self._pending, None
        if (pending is None or self._write(pending)) and self.on_flush():
            self.flush()
        if not self._has_rest:
            self._switchboard.watch(self._descriptor, self, self.events & ~WRITE)

    @property
    def _has_rest(self) -> bool:
        return self._pending is not None

    def on_flush(self) -> bool:
        """Send what there is; returns whether there may be more."""
        for _ in range(WRITES):
            if self._pending is not None or self._endpoint is None or self.is_lost:
                return False
            if self._woken is not None and self._woken.is_set():
                return True  # what has been read may be an interruption: its task runs before more is taken out
            had_ping = self._ping is not None
            data = self._take_out(self._endpoint, JOINED_SIZE)
            if not data:
                return False
            is_through = self._write(data)
            if had_ping:
                self._listen()
            if not is_through:
                return False
        return True

    def _write(self, data: bytes | memoryview) -> bool:
        """Hand it to the kernel; whether that took all of it."""
        try:
            sent = os.write(self._descriptor, data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._lose()
            return False
        if sent == len(data):
            self.stalled_at = math.inf
            return True
        self._pending = memoryview(data)[sent:]
        self._listen()
        if self.stalled_at == math.inf and self._endpoint is not None:
            self.stalled_at = trio.current_time()
            self._endpoint.note_change()
        return False

    def _lose(self) -> None:
        """The socket is at its end: the connection's task finds out."""
        self.is_lost = True
        self._switchboard.forget(self._descriptor, self)
        self.wake()
        if self._endpoint is not None:
            self._endpoint.note_change()

    def on_fault(self, fault: Exception) -> None:
        """A fault of ours: the connection's task raises it, and ends by it."""
        self._fault = fault
        self._lose()
