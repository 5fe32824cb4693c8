"""The near side of a relay: the sockets whose connections are here, and whose sessions another process has.

What the client sends goes on as it came, up to a window of bytes that the far side has not taken in: then its
connection waits, and so does its client's network. What the far side delivers is queued in the connection. The far side
is told what has left for the client, and holds the rest, so that a barge-in still finds it there.
"""

import logging
from typing import Final

import trio

from actors.running.relaying import RelayRequest
from adapters.relay.frames import (
    AliveFrame,
    AskAliveFrame,
    CloseSocketFrame,
    DeliverFrame,
    FromFar,
    GoneFrame,
    JoinedFrame,
    LeftFrame,
    MessageFrame,
    PartedFrame,
    TakenFrame,
)
from adapters.relay.stream import RelayStream
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError

log = logging.getLogger(__name__)
WINDOW: Final = 262_144
"""Bytes of messages that the far side may not have taken in yet; the one that passes the bound is still sent."""
FRAME_COST: Final = 64
"""Bytes that a message counts for besides its own: small ones are work too."""
TOLD_EACH: Final = 16_384
"""Bytes that have left before the far side is told of it; less than half of its window (`far.py`)."""


def is_for_namespaces(message: Frame) -> bool:
    """Whether this is a CONNECT or a DISCONNECT: until the far side has answered it, nobody knows whose the next is."""
    return isinstance(message, str) and message.startswith(("0", "1"))


class NearSocket:
    """One socket, which is in `known` until it is over. It satisfies `RelayedSocket`."""

    def __init__(
        self,
        number: int,
        stream: RelayStream,
        asked: RelayRequest,
        tasks: trio.Nursery,
        known: "dict[int, NearSocket]",
    ) -> None:
        self.number = number
        self.is_over = False
        self._is_settled = False  # since the last CONNECT or DISCONNECT
        self._stream = stream
        self._connection = connection = asked.connection
        self._arrivals = asked.arrivals
        self._on_over = asked.on_over
        self._tasks = tasks
        self._sent = self._taken = 0
        self._delivered = self._told = 0
        self._room = trio.Event()
        self._known = known
        known[number] = self
        connection.on_held = self._note_held

    # ---- for the connection

    async def receive(self, message: Frame) -> bool:
        """See `RelayedSocket.receive`."""
        while not self.is_over and (not self._is_settled or self._sent - self._taken >= WINDOW):
            await self._room.wait()
        if self.is_over:
            return False
        self._is_settled = not is_for_namespaces(message)
        self._sent += len(message) + FRAME_COST
        self._stream.send(MessageFrame(self.number, message))
        return True

    def leave(self) -> None:
        """See `RelayedSocket.leave`."""
        if not self.is_over:
            self._stream.send(GoneFrame(self.number))
        self.end()

    def end(self) -> None:
        """The socket is the far side's no more."""
        self.is_over = True
        self._known.pop(self.number, None)
        self._connection.on_held = None
        self._room.set()

    def _note_held(self, held: int) -> None:
        left = self._delivered - held
        if left - self._told >= TOLD_EACH:
            self._told = left
            self._stream.send(LeftFrame(self.number, left))

    # ---- what the far side says

    def heed(self, frame: FromFar) -> None:
        """Do what the far side says."""
        connection = self._connection
        match frame:
            case DeliverFrame():
                self.deliver(tuple(frame.frames))
            case TakenFrame(_, total):
                self._taken = total
                self._make_room()
            case AskAliveFrame(_, seconds):
                self._tasks.start_soon(self._ask_alive, seconds)
            case JoinedFrame():
                self._is_settled = True
                self._arrivals.note_joined(connection)
                self._make_room()
            case PartedFrame():
                self.end()
                self._arrivals.note_left(connection)
                self._on_over()
            case CloseSocketFrame(_, reason, fault):
                self._close(CloseReason(reason), fault)

    def deliver(self, frames: tuple[Frame, ...]) -> None:
        """Queue a message for the client."""
        self._delivered += sum(map(len, frames))
        self._connection.send(frames)

    def _make_room(self) -> None:
        self._room.set()
        self._room = trio.Event()

    def _close(self, reason: CloseReason, fault: str) -> None:
        self.end()
        if fault:
            self._connection.break_off(RemoteProtocolError(fault, reason))
        else:
            self._connection.close(reason)

    async def _ask_alive(self, seconds: float) -> None:
        is_alive = await self._connection.is_alive(seconds)
        if not self.is_over:
            self._stream.send(AliveFrame(self.number, is_alive))

    def lose(self) -> None:
        """The far side is gone, and the session with it: the client connects again, to whoever begins it anew."""
        if not self.is_over:
            self.end()
            self._connection.close(CloseReason.SERVER_CLOSED)
