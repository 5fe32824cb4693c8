"""The applications of the two conformance servers, and how their connections are opened and kept."""

import math
import secrets
from collections.abc import Callable, Sequence
from typing import Any, assert_never

import trio

from actors.running.connection import ConnectionActor
from actors.running.connections import ConnectionRegistry
from actors.running.sizes import ConnectionLimits
from actors.running.transport import Application
from adapters.wire.listener import Listener, ListenerOptions
from protocol.engineio import MESSAGE, Frame
from protocol.multiplex import AckCame, Came, ConnectAsked, EventCame, EventLost, Multiplex, NamespaceLeft
from protocol.socketio import ACK, EVENT, Packet, encode
from protocol.timing import Timing, Waits
from protocol.websocket import Received
from tests.inprocess import choose_way

TIMING = Timing(ping_interval=0.3, ping_timeout=0.2, max_payload=1_000_000)
WAITS = Waits(connect_timeout=1.0)
NAMESPACES = ("/", "/custom")


class Echo:
    """Sends every Engine.IO message back as it came."""

    deadline = math.inf

    def __init__(self, client: ConnectionActor) -> None:
        self._client = client

    async def receive(self, message: Frame) -> None:
        """Text or bytes."""
        self._client.send((message if isinstance(message, bytes) else f"{MESSAGE}{message}",))

    def take(self, frames: Sequence[Received]) -> int:
        """Echo the messages at once, up to the first packet that is none."""
        for taken, frame in enumerate(frames):
            if not (isinstance(frame, bytes) or (isinstance(frame, str) and frame.startswith(f"{MESSAGE}"))):
                return taken
            self._client.send((frame,))
        return len(frames)

    async def tick(self) -> None:
        """Nothing is ever due."""

    async def closed(self) -> None:
        """Nothing to take leave of."""


class EventEcho:
    """Tells whoever joins `/` or `/custom` with which `auth`, and sends the arguments of every event back."""

    def __init__(self, client: ConnectionActor) -> None:
        self._client = client
        self._multiplex = Multiplex(WAITS, trio.current_time())

    @property
    def deadline(self) -> float:
        """When a CONNECT or an attachment is due."""
        return self._multiplex.deadline

    async def receive(self, message: Frame) -> None:
        """A packet, or a part of one."""
        for came in self._multiplex.receive(message, trio.current_time()):
            self._take(came)

    def take(self, frames: Sequence[Received]) -> int:
        """None: a packet may break the protocol."""
        return 0

    async def tick(self) -> None:
        """A CONNECT or an attachment is overdue."""
        for came in self._multiplex.tick(trio.current_time()):
            self._take(came)

    async def closed(self) -> None:
        """Nothing to take leave of."""

    def _take(self, came: Came) -> None:
        match came:
            case ConnectAsked(namespace, auth) if namespace in NAMESPACES:
                self._client.send(self._multiplex.accept(namespace, secrets.token_urlsafe(15)))
                self._emit(namespace, "auth", {} if auth is None else auth)
            case ConnectAsked(namespace):
                self._client.send(self._multiplex.refuse(namespace, {"message": "Invalid namespace"}))
            case EventCame(namespace, "message", arguments):
                self._emit(namespace, "message-back", *arguments)
            case EventCame(namespace, "message-with-ack", arguments, int(ack)):
                self._client.send(encode(Packet(ACK, namespace, ack, arguments)))
            case EventCame() | AckCame() | NamespaceLeft() | EventLost():
                pass
            case _:
                assert_never(came)

    def _emit(self, namespace: str, *event: Any) -> None:
        self._client.send(encode(Packet(EVENT, namespace, data=list(event))))


PROTOCOLS: dict[str, tuple[str, Callable[[ConnectionActor], Application]]] = {
    "engineio": ("/engine.io/", Echo),
    "socketio": ("/socket.io/", EventEcho),
}
"""The path and the application of each server."""


class Rooms:
    """A Reception whose polling connections are kept in `nursery`."""

    def __init__(self, nursery: trio.Nursery, serve: Callable[[ConnectionActor], Application]) -> None:
        self.connection_registry = ConnectionRegistry(serve, TIMING, ConnectionLimits())
        self._nursery = nursery

    def keep(self, client: ConnectionActor) -> None:
        """Keep the time of a polling connection."""
        self._nursery.start_soon(client.run_polling)


async def serve(protocol: str, listeners: list[trio.SocketListener]) -> None:
    """Serve `protocol`, a key of PROTOCOLS, until cancelled."""
    path, application = PROTOCOLS[protocol]
    async with trio.open_nursery() as nursery:
        options = choose_way(ListenerOptions(path, allowed_origins=("*",)))
        await nursery.start(Listener(Rooms(nursery, application), options, {}).run, listeners)
