"""A socket as its session sees it."""

from typing import Protocol

from actors.deciding.events import Joined
from protocol.engineio import Frame
from protocol.messages import CustomError


class Outlet(Protocol):
    """A socket as its session sees it: none of these waits."""

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """Queue a message; `turn` says whose it is."""

    def drop(self, turn: int) -> int:
        """Take this turn's messages out of the queue again; returns how many there were."""

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """Answer an event that asked for it."""

    def disconnect(self) -> None:
        """Take the socket out of the session for good."""

    async def is_alive(self, seconds: float) -> bool:
        """Whether the client at the other end answers a ping within `seconds`.

        Cancelling leaves the ping to the heartbeat.
        """


class NewMember:
    """A socket that joins: its Joined event and its outlet."""

    def __init__(self, joined: Joined, outlet: Outlet) -> None:
        self.joined = joined
        self.outlet = outlet
