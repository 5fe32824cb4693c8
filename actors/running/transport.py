"""The two sides of a connection: the transport below it, which moves frames, and the application above it.

The application is the vivavoce namespace (`member.py`), or in the tests a server that sends everything back. It is
told messages and the time, and sends through the ConnectionActor.

Terms: docs/glossary.md.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from protocol.engineio import Frame
from protocol.errors import CloseReason
from protocol.websocket import Received

Take = Callable[[Sequence[Received]], int]
"""Takes in the frames with which these begin, without waiting, and returns how many; nothing is done about the others.
"""


class TransportClosed(Exception):
    """The transport is gone, for `reason`."""

    def __init__(self, reason: CloseReason = CloseReason.TRANSPORT_LOST) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Transport(Protocol):
    """A WebSocket, or what stands for one in a test.

    `way`: which one it goes, for the operator. `joined_size`: how many bytes of messages it sends in one write at most,
    0 where each message leaves by itself.
    """

    way: str
    joined_size: int

    def offer_to(self, take: Take) -> None:
        """Offer frames to `take` before they are received; those that it takes are not received.

        It is offered none while one waits to be received, so all are dealt with in their order. A transport need not
        offer any.
        """

    async def receive(self) -> Frame:
        """The next frame. Raises TransportClosed, RemoteProtocolError. Cancelling loses no frame."""

    async def send(self, *frames: Frame) -> None:
        """Hand frames to the network; waits while the peer does not read. Raises TransportClosed.

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
