"""HTTP/1.1 on one stream with h11: requests in, responses out, every read with a bound and a deadline."""

import contextlib
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from email.utils import formatdate
from http import HTTPStatus
from typing import TypeVar

import h11
import msgspec
import trio

from actors.ports.pace import Pace
from adapters.wire.heads import MAX_HEAD, BadRequest, Request, read_head

MOST_EMPTY = 16
"""Bytes of empty lines before a request that are passed over."""

MOST_RAW = 8
"""How often its size a body may have on the wire: one of chunks of one byte has six times its size, and of extensions
of chunks, which nobody reads, there is no end."""

BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Answers without a body, and so without its length (RFC 9110, section 8.6); 304 might tell the length of another."""

_EMPTY_LINES = re.compile(rb"(?:\r?\n)*")
MOST_SKIPPED = 65_536
READ_SIZE = 65_536
CHUNK_ITEMS = 8
"""As how many items a chunk of a body counts: h11 takes some twenty microseconds for each."""
T = TypeVar("T")


class PeerGone(Exception):
    """The peer has closed the connection."""


class Response(msgspec.Struct, frozen=True):
    """An HTTP response; its length is added when it is sent.

    `pieces`: in the place of `body`, for one that is too large to be held. Each has to be taken in the time that a
    response has, and its length is not told.
    """

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    pieces: Callable[[], AsyncGenerator[bytes, None]] | None = None


def json_response(status: int, value: object, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A response with a JSON body."""
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), "application/json", headers)


class Deadlines(msgspec.Struct, frozen=True):
    """The time that a peer has, in seconds: to begin a request, complete it, take a response, and the last one."""

    idle: float = 65.0
    request: float = 20.0
    response: float = 30.0
    last_word: float = 5.0


def _ignore(is_waiting: bool) -> None:
    """Ignore which side is waited for."""


class HttpConnection:
    """The HTTP side of one stream; `on_wait` is told True when it is the peer's turn, False once it has sent.

    `begun`: what has been read of the stream already.
    """

    def __init__(
        self,
        stream: trio.abc.Stream,
        deadlines: Deadlines,
        on_wait: Callable[[bool], None] = _ignore,
        begun: bytes = b"",
    ) -> None:
        self.stream = stream
        self._begun = begun
        self._came: bytearray | None = None
        self._deadlines = deadlines
        self._on_wait = on_wait
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._method = ""
        self._length: int | None = 0
        self._raw = 0

    @property
    def is_cut_short(self) -> bool:
        """Whether a request was answered without its body having been read; the peer may still send it."""
        return self._h11.their_state is h11.SEND_BODY

    async def next_request(self) -> Request | None:
        """The head of the next request; None when the peer is done or idle for too long. Raises BadRequest, PeerGone.

        Cancelling loses what has come of it: then the stream is of no use.
        """
        self._on_wait(True)
        with trio.move_on_after(self._deadlines.idle):
            if not await self._begin():
                return None
            with trio.move_on_after(self._deadlines.request):
                event = await self._next_event()
                self._on_wait(False)
                return None if isinstance(event, h11.ConnectionClosed) else self._read_head(event)
            raise BadRequest(408, "the request took too long")
        return None

    async def _begin(self) -> bool:
        """Wait for the first bytes of a request; False when none come. Raises BadRequest.

        Empty lines before it are passed over (RFC 9112, section 2.2), which h11 does not do; so each request has an h11
        of its own, which is given what the one before it has left.
        """
        rest, is_over = self._h11.trailing_data
        rest, self._begun = self._begun + rest, b""
        if self._h11.our_state is h11.DONE:
            self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        if self._h11.our_state is not h11.IDLE:
            return False
        self._method, empty = "", 0
        while True:
            begin = _EMPTY_LINES.match(rest).end()  # type: ignore[union-attr]
            rest, empty = rest[begin:], empty + begin
            if empty > MOST_EMPTY:
                raise BadRequest(400, "a request begins with its request line")
            if rest not in (b"", b"\r"):
                break
            if is_over:
                return False
            data = await self._read()
            rest, is_over = rest + data, not data
        self._came = bytearray(rest)
        self._h11.receive_data(rest)
        if is_over:
            self._h11.receive_data(b"")
        return True

    def take_back(self) -> bytes:
        """All that has come since the current request began, of which nothing but the head may have been read."""
        came, self._came = self._came, None
        return bytes(came or b"")

    def forget(self) -> None:
        """Keep what comes of the current request no more: it is answered here."""
        self._came = None

    def _read_head(self, event: object) -> Request:
        if not isinstance(event, h11.Request):
            raise BadRequest(400, "a request was expected")
        self._method, self._length = event.method.decode("ascii"), None
        request = read_head(event)
        self._length = request.length
        return request

    async def read_body(self, limit: int) -> bytes:
        """The body of the current request, b"" where it has been read already.

        Raises PeerGone, and BadRequest: 413 past `limit` bytes, 408 past its deadline. Cancelling loses what has
        come of it.
        """
        if self._h11.their_state is not h11.SEND_BODY:
            return b""
        if (self._length or 0) > limit:
            raise BadRequest(413, f"the body is larger than {limit} bytes")
        self._on_wait(True)
        self._raw = 0
        body, pace = bytearray(), Pace()
        with trio.move_on_after(self._deadlines.request):
            while True:
                event = await self._next_event()
                if isinstance(event, h11.EndOfMessage):
                    self._on_wait(False)
                    return bytes(body)
                if isinstance(event, h11.ConnectionClosed):
                    raise PeerGone
                if isinstance(event, h11.Data):
                    body += event.data
                    await pace.spend(CHUNK_ITEMS)  # a chunk may be a single byte
                if len(body) > limit or self._raw > MOST_RAW * limit + READ_SIZE:
                    raise BadRequest(413, f"the body is larger than {limit} bytes")
        raise BadRequest(408, "the request took too long")

    async def skip_body(self, limit: int = MOST_SKIPPED) -> None:
        """Read the body and drop it, so that another request can follow: for an answer that does not depend on it.

        A body that its sender holds back until it is asked for (`Expect`) is not read; the connection is closed behind
        the answer then. Raises and cancels as `read_body`.
        """
        if not self._h11.they_are_waiting_for_100_continue:
            await self.read_body(limit)

    async def _next_event(self) -> object:
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                error.__traceback__ = None  # a frame in it holds the error, and by that h11's buffers, in a circle
                # Behind the colon h11 quotes the line, which may hold a credential.
                raise BadRequest(error.error_status_hint, str(error).partition(":")[0]) from None
            if event is not h11.NEED_DATA:
                return event
            if self._h11.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            await self._receive()

    async def _receive(self) -> bool:
        data = await self._read()
        self._h11.receive_data(data)
        return bool(data)

    async def _read(self) -> bytes:
        try:
            data = bytes(await self.stream.receive_some(READ_SIZE))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise PeerGone from None
        self._raw += len(data)
        if self._came is not None:
            self._came += data
        return data

    async def while_connected(self, work: Callable[[], Awaitable[T]], on_gone: Callable[[], None]) -> T:
        """Do `work` while the peer is there; when it is not, call `on_gone` at once, cancel `work`, raise PeerGone.

        The body of the request has to be read by then. What the peer sends meanwhile is its next request. Cancelling
        cancels `work`.
        """
        gone = True
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                if not await self._receive_or_gone():
                    on_gone()
                    nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            result = await work()
            gone = False
            nursery.cancel_scope.cancel()
        if gone:
            raise PeerGone
        return result

    async def _receive_or_gone(self) -> bool:
        try:
            return await self._receive()
        except PeerGone:
            return False

    async def respond(self, response: Response) -> None:
        """Send the response. Raises PeerGone where the peer does not take it in time.

        Afterwards it is the peer's turn: to take the response, and then to ask again. Cancelling may leave half of it
        sent.
        """
        self._on_wait(True)
        reason = HTTPStatus(response.status).phrase.encode()
        headers = [("Date", formatdate(usegmt=True)), *response.headers]
        if response.status not in BODILESS and response.pieces is None:
            headers.append(("Content-Length", str(len(response.body))))
        if self.is_cut_short:
            headers.append(("Connection", "close"))
        if response.body or response.pieces is not None:
            headers.append(("Content-Type", response.content_type))
        if response.pieces is not None and self._method != "HEAD":
            head = h11.Response(status_code=response.status, reason=reason, headers=headers)
            return await self._send_pieces(head, response.pieces)
        with trio.move_on_after(self._deadlines.response):
            head = h11.Response(status_code=response.status, reason=reason, headers=headers)
            body = b"" if self._method == "HEAD" else response.body
            await self._send(head, *([h11.Data(data=body)] if body else []), h11.EndOfMessage())
            return None
        raise PeerGone

    async def _send_pieces(self, head: h11.Response, make: Callable[[], AsyncGenerator[bytes, None]]) -> None:
        """Send a body as it is made. Where it cannot be made to its end, the peer sees that it was cut short."""
        async with aclosing(make()) as pieces:
            await self._send_in_time(head)
            async for piece in pieces:
                if piece:
                    await self._send_in_time(h11.Data(data=piece))
            await self._send_in_time(h11.EndOfMessage())

    async def _send_in_time(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        with trio.move_on_after(self._deadlines.response):
            await self._send(event)
            return
        raise PeerGone

    async def refuse(self, bad: BadRequest) -> None:
        """Answer a request that cannot be served, where no answer has begun. Raises and cancels as `respond`."""
        if self._h11.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._method = self._method or "GET"
            headers = (("Connection", "close"), *bad.headers)
            await self.respond(Response(bad.status, f"{bad}\n".encode(errors="replace"), headers=headers))

    async def _send(self, *events: h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage) -> None:
        data = b"".join(self._h11.send(event) or b"" for event in events)
        try:
            await self.stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise PeerGone from None

    def take_trailing(self) -> bytes:
        """The bytes behind the head of a request that becomes a WebSocket. Raises BadRequest for a body."""
        try:
            self._h11.next_event()
        except h11.RemoteProtocolError as error:
            error.__traceback__ = None
            raise BadRequest(400, "a WebSocket begins without a body") from None
        return bytes(self._h11.trailing_data[0])


async def linger(stream: trio.abc.Stream, seconds: float) -> None:
    """Read until the peer has closed, for `seconds` at most, so that it can read our last response.

    A peer that still sends when its stream is closed gets a reset in the place of the response. Cancelling ends it.
    """
    with trio.move_on_after(seconds), contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        if isinstance(stream, trio.abc.HalfCloseableStream):
            await stream.send_eof()
        while await stream.receive_some(READ_SIZE):
            pass
