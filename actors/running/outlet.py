"""A socket as its session sees it."""

from typing import Protocol

from actors.deciding.events import Joined
from protocol.backlog import Backlog
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


class AbsentOutlet:
    """The outlet of a member whose connection was lost: what it is sent is in its backlog alone."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """Do nothing."""

    def drop(self, turn: int) -> int:
        """Take what it could not be sent of this turn out of its backlog; returns how many messages there were."""
        return self._backlog.drop_unsent(turn)

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """Do nothing: the client waits for no ack of a connection that it has lost."""

    def disconnect(self) -> None:
        """Do nothing."""

    async def is_alive(self, seconds: float) -> bool:
        """False. Cancelling has no effect, because it never waits."""
        return False


class NewMember:
    """A socket that joins: its Joined event and its outlet."""

    def __init__(self, joined: Joined, outlet: Outlet) -> None:
        self.joined = joined
        self.outlet = outlet
