"""The relay's ports: how a socket takes part in a session that another process has.

The process that has the connection is the *near* one, and the one that has the session the *far* one. The near one
hands on what the client sends, as it came, and sends to it what it is given. The far one has the socket's `Member`,
which sees a `MemberConnection` like every other and does all that there is to be done: token, role, events, acks.

Terms: docs/glossary.md.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from actors.ports.access import AccessRefused
from actors.running.connectioncore import OpeningRequest
from protocol.engineio import Frame
from protocol.errors import CloseReason, RefusalStatus, RemoteProtocolError

UNREACHABLE: Final = "the process that has the session cannot be reached; connect again in a moment"


class MemberConnection(Protocol):
    """A connection as the `Member` on it sees it; none of these waits, but `is_alive`."""

    opening: OpeningRequest
    address: str

    @property
    def is_closed(self) -> bool:
        """Whether nothing is sent any more."""

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """Queue a message of the turn `tag`. A client that does not read is closed."""

    def drop(self, tag: object) -> int:
        """Take the queued messages with this tag out again; returns how many there were."""

    def note_change(self) -> None:
        """Its application has another deadline than before."""

    def close(self, reason: CloseReason) -> None:
        """End the connection; with SERVER_CLOSED what is queued still goes out."""

    async def is_alive(self, seconds: float) -> bool:
        """Whether the client answers a ping within `seconds`. Cancelling leaves the ping to the heartbeat."""


class NearConnection(MemberConnection, Protocol):
    """A connection whose client takes part in a session of another process."""

    on_held: Callable[[int], None] | None
    """Is called with the bytes that wait to be sent, whenever they change."""

    def break_off(self, error: RemoteProtocolError) -> None:
        """End the connection for what the client did wrong."""


class Arrivals(Protocol):
    """What is told of a connection that wants to join a session, has joined it, and left it; each registry its own."""

    def ask_to_join(self, connection: Any, /) -> float:
        """Count that the connection asks to join; seconds after which its address may, 0 for now."""

    def note_joined(self, connection: Any, /) -> None:
        """The connection has joined."""

    def note_left(self, connection: Any, /) -> None:
        """The connection is in no session any more."""


class RelayRequest(NamedTuple):
    """A socket that is to be relayed: its connection, who is told where it is, and the CONNECT that came.

    `on_over` is called when the far side has refused it or let it go: the next CONNECT is for whoever has its session.
    """

    connection: NearConnection
    arrivals: Arrivals
    connect: str
    on_over: Callable[[], None]


class RelayedSocket(Protocol):
    """A socket's way to a session of another process."""

    async def receive(self, message: Frame) -> bool:
        """Hand on a message; waits while the far side is behind. False, and not handed on, where the way is over.

        Cancelling hands on nothing.
        """

    def leave(self) -> None:
        """The connection is gone."""


class Relays(Protocol):
    """The port to the processes that have other sessions."""

    async def open(self, owner: str, asked: RelayRequest) -> RelayedSocket:
        """Have the CONNECT answered by the process `owner`. Raises AccessRefused (503) where it cannot be reached.

        Cancelling may leave the far side with a socket that is let go of at once.
        """


class NoRelays:
    """The relays of who has none: a service that is one process, and a socket that has been relayed already.

    Cancelling has no effect.
    """

    async def open(self, owner: str, asked: RelayRequest) -> RelayedSocket:
        """Raises AccessRefused."""
        raise AccessRefused(RefusalStatus.UNAVAILABLE, UNREACHABLE)


NO_RELAYS: Final = NoRelays()
