"""A real WebSocket server on loopback that plays a provider: what it is told, what it says, and how it fails."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import msgspec
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_server_stream

from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.websocket import NoHandshake, WatchedStream
from tests.adapters.reach.loopback import Loopback, Reply


class Opening(msgspec.Struct, frozen=True):
    """How a socket was asked for; names of headers are lower-case."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


class Refusal(msgspec.Struct, frozen=True):
    """An HTTP answer instead of a socket."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Peer:
    """The server's end of a socket; what it was told is in `heard`."""

    def __init__(
        self, opening: Opening, connection: WebSocketConnection, stream: trio.abc.Stream, changed: Callable[[], None]
    ) -> None:
        self.opening = opening
        self.heard: list[str | bytes] = []
        self._changed = changed
        self._connection = connection
        self._stream = stream

    async def receive(self) -> str | bytes:
        """The next message."""
        message = await self._connection.get_message()
        self.heard.append(message)
        self._changed()
        return message

    async def send(self, message: str | bytes) -> None:
        """Say something."""
        await self._connection.send_message(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket in good order."""
        await self._connection.aclose(code, reason)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes that need not be a frame."""
        await self._stream.send_all(data)

    async def cut(self) -> None:
        """Break the connection off."""
        await trio.aclose_forcefully(self._stream)


Play = Callable[[Peer], Awaitable[None]]
Refuse = Callable[[Opening], Refusal | None]


class SocketLoop(Loopback):
    """The server: `peers` are the sockets that were opened, `openings` all that were asked for."""

    def __init__(self, play: Play, refuse: Refuse, raw: bytes | None, tls: ssl.SSLContext | None) -> None:
        super().__init__(lambda _: Reply())
        self.openings: list[Opening] = []
        self.peers: list[Peer] = []
        self._play = play
        self._refuse = refuse
        self._raw = raw
        self._tls = tls

    async def serve(self, stream: trio.SocketStream) -> None:
        self.accepted += 1
        self._count(open_=1, busy=1)
        try:
            secured = trio.SSLStream(stream, self._tls, server_side=True) if self._tls else stream
            with contextlib.suppress(NoHandshake, ConnectionClosed, trio.BrokenResourceError), FirstCause():
                await (self._talk(WatchedStream(secured)) if self._raw is None else self._say(secured, self._raw))
        finally:
            await trio.aclose_forcefully(stream)
            self._count(open_=-1, busy=-1)

    @staticmethod
    async def _say(stream: trio.abc.Stream, raw: bytes) -> None:
        """Answer with what is no WebSocket; with nothing: not at all, until the client goes."""
        await stream.receive_some()
        if raw:
            await stream.send_all(raw)
        else:
            await stream.receive_some()

    async def _talk(self, stream: WatchedStream) -> None:
        async with trio.open_nursery() as nursery:
            proposal = await wrap_server_stream(nursery, stream)
            target = urlsplit(proposal.path)
            headers = {name.decode().lower(): value.decode() for name, value in proposal.headers}
            opening = Opening(target.path, tuple(parse_qsl(target.query)), headers)
            self.openings.append(opening)
            if refusal := self._refuse(opening):
                sent = [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
                await proposal.reject(refusal.status, extra_headers=sent, body=refusal.body)
                nursery.cancel_scope.cancel()
                return
            peer = Peer(opening, await proposal.accept(), stream, self._count)
            stream.has_handshake = True
            self.peers.append(peer)
            self._count()
            with contextlib.suppress(ConnectionClosed):
                await self._play(peer)
                while True:  # until the client goes
                    await peer.receive()
            nursery.cancel_scope.cancel()


def _welcome(_: Opening) -> None:
    return None


@asynccontextmanager
async def socket_loop(
    play: Play, refuse: Refuse = _welcome, *, raw: bytes | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SocketLoop]:
    """A server whose sockets are played by `play`; `raw`: it answers with that instead of HTTP, b"" with nothing."""
    server = SocketLoop(play, refuse, raw, tls)
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listeners[0].socket.getsockname()[1]
        server.url = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{port}"
        nursery.start_soon(trio.serve_listeners, server.serve, listeners)
        yield server
        nursery.cancel_scope.cancel()
