"""Opens a WebSocket to a server as trio-websocket does, over a stream that hands on a few frames at a time."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import SplitResult

import trio
from trio_websocket import ConnectionTimeout, HandshakeError, WebSocketConnection, wrap_client_stream

from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.framelimit import FrameLimitedStream

CONNECT_SECONDS = 10.0
RECEIVE_SIZE = 65_536
_MAX_MESSAGE = 64 * 1024 * 1024
_QUEUED_MESSAGES = 64


@asynccontextmanager
async def opened(address: SplitResult) -> AsyncIterator[WebSocketConnection]:
    """A WebSocket to `address` (ws or wss). Leaving closes the stream at once; a close frame is the caller's to send.

    Raises trio-websocket's HandshakeError, ConnectionRejected and ConnectionTimeout, and ssl.SSLError; what is raised
    inside comes out as itself. Cancelling closes the stream.
    """
    with FirstCause():
        async with trio.open_nursery() as nursery:
            stream, connection = await _connected(nursery, address)
            try:
                yield connection
            finally:
                await trio.aclose_forcefully(stream)
            nursery.cancel_scope.cancel()


async def _connected(nursery: trio.Nursery, address: SplitResult) -> tuple[trio.abc.Stream, WebSocketConnection]:
    stream: trio.abc.Stream | None = None
    connection: WebSocketConnection | None = None
    try:
        with trio.move_on_after(CONNECT_SECONDS):
            stream = await _dialled(address)
            connection = await _handshaken(nursery, stream, address)
            return stream, connection
        raise ConnectionTimeout
    finally:
        if stream is not None and connection is None:
            await trio.aclose_forcefully(stream)


async def _dialled(address: SplitResult) -> trio.abc.Stream:
    host = address.hostname or ""
    try:
        if address.scheme == "ws":
            return await trio.open_tcp_stream(host, address.port or 80)
        context = ssl.create_default_context()
        return await trio.open_ssl_over_tcp_stream(
            host, address.port or 443, ssl_context=context, https_compatible=True
        )
    except ssl.SSLError:
        raise
    except OSError as error:
        raise HandshakeError from error


async def _handshaken(nursery: trio.Nursery, stream: trio.abc.Stream, address: SplitResult) -> WebSocketConnection:
    return await wrap_client_stream(
        nursery,
        FrameLimitedStream(stream),  # type: ignore[arg-type]  # any stream will do
        address.netloc.rpartition("@")[2],
        f"{address.path or '/'}?{address.query}",
        message_queue_size=_QUEUED_MESSAGES,
        max_message_size=_MAX_MESSAGE,
        receive_buffer_size=RECEIVE_SIZE,
    )
