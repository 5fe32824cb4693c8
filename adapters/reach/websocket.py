"""A WebSocket to a provider, over trio-websocket, with a deadline on everything that waits."""

import contextlib
import math
import ssl
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import h11
import httpx
import msgspec
import trio
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection, wrap_client_stream
from wsproto.utilities import ProtocolError

from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict, reached
from adapters.reach.exceptiongroups import FirstCause
from adapters.reach.faults import of_status, of_transport
from adapters.reach.framelimit import FrameLimitedStream
from adapters.reach.httpclient import trusted
from adapters.reach.tracing import with_trace

RECEIVE_SIZE = 65_536
MOST = 1_000_000
"""Bytes that a message may have."""
_TOO_BIG = 1009
_NO_CODE = 1005


class SocketClosed(Exception):
    """The provider has closed the socket, or it broke off (1006); the code of RFC 6455 and the reason it gave."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class SocketRefused(ProviderFailed):
    """The provider did not open a WebSocket; `status` is that of its HTTP answer."""

    def __init__(self, failure: ProviderFailed, status: int) -> None:
        super().__init__(str(failure), failure.verdict, failure.retry_after)
        self.status = status


class SocketCall(msgspec.Struct, frozen=True):
    """Which socket to open; its `repr` shows neither headers nor query.

    `path` is added to the endpoint's address, whose https:// stands for wss://. `query` may name a field repeatedly.
    """

    endpoint: Endpoint
    path: str
    headers: Mapping[str, str] = {}
    query: tuple[tuple[str, str], ...] = ()
    patience: Patience = Patience()

    def __repr__(self) -> str:
        return f"<WebSocket of {self.endpoint.name}>"


class LiveSocket:
    """An open socket. One task may receive while others send."""

    def __init__(self, call: SocketCall, connection: WebSocketConnection) -> None:
        self._title = call.endpoint.title
        self._patience = call.patience
        self._connection = connection
        self._waiting = trio.CancelScope()
        self._is_receiving = False
        self._sending = 0
        self._end = math.inf
        self.last_sent = trio.current_time()

    @property
    def is_owed(self) -> bool:
        """Whether the provider owes an answer, so that its silence counts."""
        return self._end < math.inf

    def expect(self) -> None:
        """From now on the provider owes an answer: `silence` counts, and `whole` until the end."""
        self._end = trio.current_time() + self._patience.whole
        self._waiting.deadline = self._deadline()

    def _deadline(self) -> float:
        return min(trio.current_time() + self._patience.silence, self._end) if self.is_owed else math.inf

    async def send(self, message: str | bytes) -> None:
        """Send a message. Raises ProviderFailed where it is not taken within `silence`, SocketClosed.

        Cancelling may leave half a frame: then the socket has to be left.
        """
        self.last_sent = trio.current_time()
        self._sending += 1
        try:
            with trio.fail_after(self._patience.silence):
                await self._connection.send_message(message)
        except trio.TooSlowError:
            raise ProviderFailed(
                f"{self._title} has not read for {self._patience.silence:g} s; is the network in order?"
            ) from None
        except ConnectionClosed as closed:
            raise _closed(closed) from None
        finally:
            self._sending -= 1

    async def receive(self) -> str | bytes:
        """The next message. Raises SocketClosed, and ProviderFailed where a message is owed and none comes in time.

        Cancelling loses no message.
        """
        self._is_receiving = True
        try:
            with trio.CancelScope(deadline=self._deadline()) as self._waiting:
                return await self._connection.get_message()
        except ConnectionClosed as closed:
            raise _closed(closed) from None
        finally:
            self._is_receiving = False
        if trio.current_time() >= self._end:
            raise ProviderFailed(f"{self._title} did not finish within {self._patience.whole:g} s")
        raise ProviderFailed(f"{self._title} has sent nothing for {self._patience.silence:g} s")

    async def watch(self) -> None:
        """While the provider owes nothing, see that it is still there, by pings (RFC 6455, 5.5.2).

        Raises ProviderFailed where it is found to be gone, which takes `silence`. Cancelling may leave half a frame.
        """
        half = self._patience.silence / 2
        with contextlib.suppress(ConnectionClosed):  # `receive` raises the reason
            while True:
                await trio.sleep(half)
                with trio.move_on_after(half) as scope:
                    await self._connection.ping()
                is_waited_for = self._is_receiving and not self._sending and not self.is_owed
                if scope.cancelled_caught and is_waited_for:  # else its pong is not read, or another deadline runs
                    raise ProviderFailed(f"{self._title} has not answered for {self._patience.silence:g} s")


def _closed(closed: ConnectionClosed) -> SocketClosed:
    reason = closed.reason
    if reason is None:
        return SocketClosed(_NO_CODE, "")
    if reason.code == _TOO_BIG:
        return SocketClosed(_TOO_BIG, f"a message has more than {MOST:,} bytes")
    return SocketClosed(reason.code, reason.reason or "")


@asynccontextmanager
async def open_socket(call: SocketCall, tls: ssl.SSLContext | None = None) -> AsyncIterator[LiveSocket]:
    """Open a WebSocket; leaving, or cancelling, closes it at once, without a close frame.

    `connect` bounds DNS, TCP and TLS, `first_byte` the handshake. An error inside comes out as itself, not in a group.
    Raises ProviderFailed, SocketRefused for an HTTP answer instead of a socket. Proxies are not used.
    """
    with _translated(call), FirstCause():
        async with trio.open_nursery() as nursery:
            stream = await _connected(call, tls)
            reached()
            try:
                yield LiveSocket(call, await _handshaken(nursery, stream, call))
            finally:
                await trio.aclose_forcefully(stream)
            nursery.cancel_scope.cancel()


@contextmanager
def _translated(call: SocketCall) -> Iterator[None]:
    """Turns the errors of trio-websocket's reader into ProviderFailed, in words."""
    try:
        yield
    except ConnectionRejected as rejected:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in rejected.headers or ()}
        failure = of_status(call.endpoint, rejected.status_code, headers, rejected.body or b"")
        if rejected.status_code < 300:  # a page for people, of a proxy in between
            failure = ProviderFailed(f"{call.endpoint.title} answered with a page, not a socket: is its address right?")
        raise SocketRefused(failure, rejected.status_code) from None
    except (NoHandshake, ProtocolError, h11.ProtocolError):
        title = call.endpoint.title
        raise ProviderFailed(f"{title} does not speak WebSocket as it should: is its address right?") from None


async def _connected(call: SocketCall, tls: ssl.SSLContext | None) -> "WatchedStream":
    url = urllib.parse.urlsplit(call.endpoint.url)
    is_secure = url.scheme in ("https", "wss")
    host = url.hostname or ""
    try:
        with trio.fail_after(call.patience.connect):
            tcp = await trio.open_tcp_stream(host, url.port or (443 if is_secure else 80))
            return WatchedStream(FrameLimitedStream(await _secured(tcp, tls or trusted(), host) if is_secure else tcp))
    except trio.TooSlowError:
        raise of_transport(call.endpoint, httpx.ConnectTimeout("")) from None
    except (OSError, trio.BrokenResourceError) as error:
        fault = httpx.ConnectError("")
        fault.__cause__ = error
        raise of_transport(call.endpoint, fault) from None


async def _secured(tcp: trio.SocketStream, tls: ssl.SSLContext, host: str) -> trio.abc.Stream:
    """TLS over `tcp`, done before trio-websocket sees it, which would wait for long where it fails."""
    stream = trio.SSLStream(tcp, tls, server_hostname=host, https_compatible=True)
    try:
        await stream.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(tcp)
        raise
    return stream


async def _handshaken(nursery: trio.Nursery, stream: "WatchedStream", call: SocketCall) -> WebSocketConnection:
    """Shake hands. The reader that goes on in `nursery` raises there what `_translated` puts in words."""
    url = urllib.parse.urlsplit(call.endpoint.url)
    path = f"{url.path}{call.path}?{urllib.parse.urlencode(call.query)}".removesuffix("?")
    if not all(value.isascii() and value.isprintable() and value == value.strip() for value in call.headers.values()):
        where = f"in {call.endpoint.key_setting} " if call.endpoint.key_setting else ""
        raise ProviderFailed(f"the key {where}for {call.endpoint.title} has characters no key has", Verdict.REFUSED)
    headers = [(name.encode(), value.encode()) for name, value in with_trace(call.headers).items()]
    try:
        with trio.fail_after(call.patience.first_byte):
            connection = await wrap_client_stream(
                nursery,
                stream,  # type: ignore[arg-type]  # any stream will do
                url.netloc,
                path,
                extra_headers=headers,
                max_message_size=MOST,
                receive_buffer_size=RECEIVE_SIZE,
            )
    except trio.TooSlowError:
        raise of_transport(call.endpoint, httpx.ReadTimeout("")) from None
    stream.has_handshake = True
    return connection


class NoHandshake(Exception):
    """The connection ended before it was a WebSocket."""


class WatchedStream(trio.abc.Stream):
    """A stream that raises NoHandshake where it ends before the handshake: trio-websocket would wait forever.

    The handshake's task sets `has_handshake`. Cancelling does what it does on the stream below.
    """

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.has_handshake = False
        self._stream = stream

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Receive from the stream below, with its errors; raises NoHandshake where it ends before the handshake."""
        try:
            data = bytes(await self._stream.receive_some(max_bytes))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await self._check()
            raise
        if not data:
            await self._check()
        return data

    async def _check(self) -> None:
        await trio.lowlevel.checkpoint()  # who waits for the handshake may have been woken just now
        if not self.has_handshake:
            raise NoHandshake

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send on the stream below, with its errors; raises NoHandshake where it breaks before the handshake."""
        try:
            await self._stream.send_all(data)
        except trio.BrokenResourceError:
            await self._check()
            raise

    async def wait_send_all_might_not_block(self) -> None:
        """Wait for the stream below, with its errors."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._stream.aclose()
