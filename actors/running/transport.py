"""The two sides of a connection: the transport below it, which moves frames, and the application above it.

The application is the vivavoce namespace (`member.py`), or in the tests a server that sends everything back. It is
told messages and the time, and sends through the ConnectionActor.

Terms: docs/glossary.md.
"""

import math
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from protocol.engineio import Frame
from protocol.errors import CloseReason
from protocol.websocket import Received


class TransportClosed(Exception):
    """The transport is gone, for `reason`."""

    def __init__(self, reason: CloseReason = CloseReason.TRANSPORT_LOST) -> None:
        super().__init__(reason.value)
        self.reason = reason


class FrameEndpoint(Protocol):
    """A connection as its transport sees it; none of these waits."""

    def take_in(self, frames: Sequence[Received]) -> int:
        """Take in the frames with which these begin; how many. Nothing is done about the others, which are received."""

    def take_out(self, most: int) -> list[Frame]:
        """The next frames to send, of at most `most` letters and bytes together, or one alone; what was taken out
        before has left. None where there is nothing to send."""

    def note_change(self) -> None:
        """The transport is lost, or has begun to stall."""


class Transport(Protocol):
    """A WebSocket, or what stands for one in a test.

    `way`: which one it goes, for the operator. `is_lost`: nothing is sent any more. `stalled_at`: since when the
    network does not take what is being sent; infinity where it takes it.
    """

    way: str
    is_lost: bool
    stalled_at: float

    def serving(self, endpoint: FrameEndpoint) -> AbstractAsyncContextManager[object]:
        """A block in which what `endpoint` has to send is sent, and frames are offered to it before they are received.

        It is offered none while one waits to be received, so all are dealt with in their order. A transport need not
        offer any. What has left by half when the block ends can only be followed by the end of the stream.
        """

    async def receive(self, deadline: float = math.inf) -> Frame | None:
        """The next frame that was not taken in; None after `wake`, or at the `deadline`.

        Raises TransportClosed, RemoteProtocolError. Cancelling loses no frame.
        """

    def wake(self) -> None:
        """Have `receive` return once it has no frame at hand, where the connection's task is in it."""

    def flush(self) -> None:
        """Send, soon, what there is to send: `endpoint` has something."""

    async def send(self, frame: Frame) -> None:
        """Send a frame before `serving`; waits while the peer does not read. Raises TransportClosed.

        Cancelling may leave half a frame on the network: nothing can be sent after it.
        """


class Application(Protocol):
    """The port that a connection serves."""

    @property
    def deadline(self) -> float:
        """The time at which `tick` has to be called."""

    async def receive(self, message: Frame) -> None:
        """A message came. Waiting here makes the client wait. Raises RemoteProtocolError to end the connection.

        Cancelled only when the connection ends: the message may be lost then.
        """

    def take(self, frames: Sequence[Received]) -> int:
        """Frames came: take in those with which they begin, without waiting; how many, the others are for `receive`."""

    async def tick(self) -> None:
        """The deadline has come. Raises RemoteProtocolError to end the connection. Cancelled only at its end."""

    async def closed(self) -> None:
        """The connection is over. It is called once, and cancelled where it takes longer than CLOSED_WITHIN."""


class NoApplication:
    """The application of a connection that is over. Its methods never wait, so cancelling them has no effect."""

    deadline = math.inf

    async def receive(self, message: Frame) -> None:
        """Drop a message that was still coming."""

    def take(self, frames: Sequence[Received]) -> int:
        """Leave all to `receive`."""
        return 0

    async def tick(self) -> None:
        """Do nothing."""

    async def closed(self) -> None:
        """Do nothing."""


NO_APPLICATION: Final = NoApplication()
