"""HTTP over httpx: a pool of connections, deadlines, bounds, and errors in words. It is loaded by the first call.

HTTP/1.1 on purpose. With HTTP/2, httpcore 1.0 neither resets the stream of a call that is given up, so that the
provider goes on working for a turn that is over, nor survives a cancel while it writes a frame to the connection that
other calls share. A connection of its own is closed, which ends both. What HTTP/2 would save, the handshakes, is saved
by keeping connections: a provider's next turn uses one that is open.
"""

import functools
import logging
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpx
import msgspec
import trio

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict, reached
from adapters.reach.eventstream import EventStream
from adapters.reach.faults import of_status, of_transport, of_type
from adapters.reach.sse import ServerSentEvent
from adapters.reach.tracing import with_trace

LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=1_000, keepalive_expiry=60.0)
"""No queue for a connection: httpcore 1.0 loses the slots of requests that are cancelled in it. Calls are bounded by
the pools of the stages. It counts busy connections as kept ones, too, so that bound must be far off."""
DIRECT = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""What is on this machine is never asked for through the proxy that the environment names."""
ERROR_BYTES = 65_536
"""What is read of the body of an error."""
_LEAVE_SECONDS, _LEAVE_BYTES = 0.25, 65_536
"""What an answer may still take to come to its end, once its reader has had enough: then its connection is kept."""


@functools.cache
def trusted() -> ssl.SSLContext:
    """The authorities that are believed: of SSL_CERT_FILE or SSL_CERT_DIR, else certifi's. To read them takes 20 ms."""
    return httpx.create_ssl_context()


class HttpClient:
    """A pool of connections, which `aclose` closes. Its calls may be made from any task."""

    def __init__(self) -> None:
        headers = {"User-Agent": "vivavoce", "Accept-Encoding": "identity"}
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        direct = dict.fromkeys(DIRECT)
        for library in ("httpx", "httpcore"):
            logging.getLogger(library).setLevel(logging.WARNING)  # below it, they log addresses with their keys
        self._client = httpx.AsyncClient(verify=trusted(), limits=LIMITS, headers=headers, cookies=jar, mounts=direct)

    async def aclose(self) -> None:
        """Close the connections, at once where this is cancelled."""
        await self._client.aclose()

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator["HttpAnswer"]:
        """Make the call; the answer's status is 2xx and its content type expected, its body still to be read.

        Raises ProviderFailed, here and while the body is read. Leaving with an error, or cancelled, closes the
        connection; otherwise it is kept for the next call if the answer comes to its end at once.
        """
        timeouts: dict[str, float | None] = {
            "connect": call.patience.connect,
            "read": call.patience.first_byte,
            "write": call.patience.silence,
        }
        end = trio.current_time() + call.patience.whole
        with _translated(call.endpoint):
            request = self._request(call, timeouts)
        response = await self._send(call, request)
        timeouts["read"] = None
        answer = HttpAnswer(call, response, end - trio.current_time())
        try:
            await _check(call, response, answer)
            yield answer
            await answer.leave()
        except BaseException:
            await answer.abandon()
            raise
        finally:
            await response.aclose()

    def _request(self, call: Call, timeouts: dict[str, float | None]) -> httpx.Request:
        headers = with_trace(_checked_headers(call))
        content = call.body
        if call.json is not None:
            content = msgspec.json.encode(call.json)
            headers.setdefault("Content-Type", "application/json")
        request = self._client.build_request(
            call.method,
            call.url,
            headers=headers,
            params=dict(call.query) or None,
            content=content,
            data={name: list(value) if isinstance(value, tuple) else value for name, value in call.form.items()}
            or None,
            files=None if call.file is None else {"file": call.file},
            extensions={"timeout": timeouts, "trace": _watched},
        )
        assert isinstance(request.stream, httpx.SyncByteStream)
        request.stream = _Body(request.stream)
        return request

    async def _send(self, call: Call, request: httpx.Request) -> httpx.Response:
        """The head of the answer."""
        with trio.move_on_after(call.patience.whole), _translated(call.endpoint):
            return await self._client.send(request, stream=True)
        raise _too_long(call)


class HttpAnswer:
    """An answer whose body is still coming; the body can be read once, by one task."""

    def __init__(self, call: Call, response: httpx.Response, left: float) -> None:
        self._call = call
        self.title = call.endpoint.title
        self._source = response.aiter_bytes()
        self._left = left
        self._bytes = 0
        self.headers: Mapping[str, str] = response.headers
        """Looked up in any case of letters."""
        self.content_type: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes, no piece empty. Raises ProviderFailed where it breaks off, pauses or does not end."""
        return _Pieces(self)

    def events(self) -> AsyncIterator[ServerSentEvent]:
        """The body as events, see `EventReader`; the content type is ignored, because many servers send a wrong one.

        Raises ProviderFailed as `pieces`, and where the body is a page or ends inside a line.
        """
        return EventStream(self)

    async def next(self) -> bytes:
        """The next piece, b"" at the end. Raises ProviderFailed as `pieces`."""
        patience, title = self._call.patience, self.title
        silence = patience.silence if self._bytes else patience.first_byte
        begin, is_last = trio.current_time(), self._left <= silence
        with trio.move_on_after(max(min(silence, self._left), 0.0)) as scope, _translated(self._call.endpoint):
            piece = await anext(self._source, b"")
        if scope.cancelled_caught:
            raise _too_long(self._call) if is_last else ProviderFailed(f"{title} sent nothing for {silence:g} s")
        self._left -= trio.current_time() - begin
        self._bytes += len(piece)
        if self._bytes > self._call.most:
            raise ProviderFailed(f"the answer of {title} has more than {self._call.most:,} bytes")
        return piece

    async def leave(self, within: float = _LEAVE_SECONDS) -> None:
        """Read what is left, if it is little, so that the connection can be kept; else close the connection.

        Reading under a cancel is also what ends httpx's nested generators in order.
        """
        taken = 0
        with trio.move_on_after(within), suppress(httpx.HTTPError):
            while (piece := await anext(self._source, b"")) and taken <= _LEAVE_BYTES:
                taken += len(piece)
        if taken > _LEAVE_BYTES:
            await self.abandon()

    async def abandon(self) -> None:
        """Close the connection, unless the answer has come to its end."""
        with trio.CancelScope() as scope, suppress(httpx.HTTPError):
            scope.cancel()
            while await anext(self._source, b""):
                pass


class _Body(httpx.AsyncByteStream):
    """The body of a request, which is in memory; httpx's own is a generator that a cancel would leave half-way."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        for part in self._parts:
            return part
        raise StopAsyncIteration


class _Pieces:
    def __init__(self, answer: HttpAnswer) -> None:
        self._answer = answer

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if piece := await self._answer.next():
            return piece
        raise StopAsyncIteration


async def _watched(event: str, info: object) -> None:
    """Told by httpcore what it does (https://www.encode.io/httpcore/extensions/#trace): sending takes a connection."""
    if event.endswith("send_request_headers.started"):
        reached()


@contextmanager
def _translated(endpoint: Endpoint) -> Iterator[None]:
    """Turn the client's errors into ProviderFailed; their own texts may hold the address with its key."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise of_transport(endpoint, error) from None


def _too_long(call: Call) -> ProviderFailed:
    return ProviderFailed(f"{call.endpoint.title} was not done after {call.patience.whole:g} s")


def _checked_headers(call: Call) -> dict[str, str]:
    """The headers of the call; what could not be written would appear in the error of the library that writes it."""
    for value in call.headers.values():
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            where = f"in {call.endpoint.key_setting} " if call.endpoint.key_setting else ""
            raise ProviderFailed(
                f"the key {where}for {call.endpoint.title} has characters that no key has (a space, a line break?)",
                Verdict.REFUSED,
            )
    return dict(call.headers)


async def _check(call: Call, response: httpx.Response, answer: HttpAnswer) -> None:
    """Raise ProviderFailed unless the answer is 2xx and of an expected type."""
    if not response.is_success:
        raise of_status(call.endpoint, response.status_code, response.headers, await _beginning(answer))
    came = answer.content_type
    if call.expects and came and not came.startswith(call.expects):
        raise of_type(call.endpoint.title, came, call.expects)


async def _beginning(answer: HttpAnswer) -> bytes:
    """The beginning of an error's body, as far as it comes, of at most ERROR_BYTES."""
    body = b""
    with suppress(ProviderFailed):
        async for piece in answer.pieces():
            body += piece
            if len(body) >= ERROR_BYTES:
                break
    return body[:ERROR_BYTES]
