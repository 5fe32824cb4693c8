"""A WebSocket under a request whose head has been read: trio-websocket over a stream that replays what was read."""

import base64
import binascii
import contextlib
import logging

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_server_stream

from actors.client import TransportClosed
from adapters.wire.http import Request
from protocol.engineio import Frame
from protocol.errors import CloseReason

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
RECEIVE_SIZE = 65_536
MESSAGE_TOO_BIG = 1009


class ReplayedStream(trio.abc.Stream):
    """A stream that gives the head of the request, then what came behind it, then what comes.

    trio-websocket loses bytes that reach it before it has accepted the request; so they wait for `accepted`.
    """

    def __init__(self, stream: trio.abc.Stream, head: bytes, trailing: bytes) -> None:
        self.accepted = trio.Event()
        self._stream = stream
        self._head = head
        self._trailing = trailing

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes, from wherever they come."""
        if self._head:
            head, self._head = self._head, b""
            return head
        await self.accepted.wait()
        if self._trailing:
            trailing, self._trailing = self._trailing, b""
            return trailing
        return bytes(await self._stream.receive_some(max_bytes))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """As the stream below."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """As the stream below."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """As the stream below."""
        await self._stream.aclose()


class WebSocketTransport:
    """A WebSocket as actors/client.py wants a transport."""

    def __init__(self, connection: WebSocketConnection, stream: trio.abc.Stream) -> None:
        self._connection = connection
        self._stream = stream
        self._torn = False

    async def receive(self) -> Frame:
        """The next message. Raises TransportClosed."""
        try:
            return await self._connection.get_message()
        except ConnectionClosed as closed:
            raise self._lost(closed) from None

    async def send(self, frame: Frame) -> None:
        """Send a message. Raises TransportClosed. Cancelling may leave half a frame: then there is only `close`."""
        try:
            await self._connection.send_message(frame)
        except ConnectionClosed as closed:
            raise self._lost(closed) from None
        except trio.Cancelled:
            self._torn = True
            raise

    @staticmethod
    def _lost(closed: ConnectionClosed) -> TransportClosed:
        too_large = closed.reason is not None and closed.reason.code == MESSAGE_TOO_BIG
        return TransportClosed(CloseReason.TOO_LARGE if too_large else CloseReason.TRANSPORT_LOST)

    async def close(self) -> None:
        """Say goodbye, and close the stream whether the peer answers or not.

        Where trio-websocket is about to say it of its own accord (1009, or an answer to the peer's), its `aclose` does
        not wait for that; no message can come only once it has been said.
        """
        if self._torn:
            await trio.aclose_forcefully(self._stream)
            return
        with trio.move_on_after(CLOSE_SECONDS, shield=True), contextlib.suppress(ConnectionClosed):
            await self._connection.aclose()
            while True:
                await self._connection.get_message()


def find_fault(request: Request) -> str | None:
    """What keeps the request from becoming a WebSocket; wsproto would leave some of it unanswered for ever."""
    headers = request.headers
    if request.method != "GET":
        return "a WebSocket begins with GET"
    if headers.get("sec-websocket-version") != "13":
        return "Sec-WebSocket-Version is 13"
    if "upgrade" not in [token.strip().lower() for token in headers.get("connection", "").split(",")]:
        return "Connection has to name Upgrade"
    try:
        key = base64.b64decode(headers.get("sec-websocket-key", ""), validate=True)
    except binascii.Error:
        key = b""
    return None if len(key) == 16 else "Sec-WebSocket-Key is 16 bytes in base64"


async def accept(
    nursery: trio.Nursery, stream: trio.abc.Stream, head: bytes, trailing: bytes, max_message: int
) -> WebSocketTransport | None:
    """Make a WebSocket of `stream`; its reader runs in `nursery`. None where the peer does not go through with it."""
    replayed = ReplayedStream(stream, head, trailing)
    with trio.move_on_after(HANDSHAKE_SECONDS):
        try:
            proposal = await wrap_server_stream(
                nursery, replayed, max_message_size=max_message, receive_buffer_size=RECEIVE_SIZE
            )
            connection = await proposal.accept()
        except ConnectionClosed:
            return None
        replayed.accepted.set()
        return WebSocketTransport(connection, stream)
    return None


logging.getLogger("trio-websocket").setLevel(logging.WARNING)
