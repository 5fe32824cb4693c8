"""Engine.IO over HTTP: the answers to requests for the Socket.IO path, and which requests may become a WebSocket."""

from typing import Protocol

import msgspec
import trio

from actors.running.connection import ConnectionActor
from actors.running.connections import ConnectionRegistry, Full
from adapters.wire.credentials import bearer
from adapters.wire.heads import Request
from adapters.wire.http import HttpConnection, Response, json_response
from protocol.connection import POLLING, WEBSOCKET
from protocol.errors import CloseReason, RemoteProtocolError

UNKNOWN_TRANSPORT = (0, "Transport unknown")
UNKNOWN_SID = (1, "Session ID unknown")
BAD_METHOD = (2, "Bad handshake method")
BAD_REQUEST = (3, "Bad request")
FORBIDDEN = (4, "Forbidden")
UNSUPPORTED_VERSION = (5, "Unsupported protocol version")

Headers = tuple[tuple[str, str], ...]


class ConnectionService(Protocol):
    """The port by which connections are opened and kept; the supervisor satisfies it."""

    @property
    def connection_registry(self) -> ConnectionRegistry:
        """Every connection."""

    def keep(self, connection: ConnectionActor) -> None:
        """Have a task keep the time of a connection whose requests come and go."""


class RequestRefused(Exception):
    """A request that Engine.IO refuses, by its code and message."""

    def __init__(self, fault: tuple[int, str]) -> None:
        super().__init__(fault[1])
        self.fault = fault

    def response(self, headers: Headers = ()) -> Response:
        """The refusal as an HTTP response."""
        code, message = self.fault
        status = 403 if self.fault == FORBIDDEN else 400
        return json_response(status, {"code": code, "message": message}, headers)


class RequestTarget(msgspec.Struct, frozen=True):
    """The target of a request: a new connection, or `connection`, which exists already."""

    transport: str
    connection: ConnectionActor | None


def find_target(request: Request, service: ConnectionService) -> RequestTarget:
    """The target of the request. Raises RequestRefused, in the order of Engine.IO's reference server."""
    query = request.query
    transport = query.get("transport", "")
    if transport not in (POLLING, WEBSOCKET):
        raise RequestRefused(UNKNOWN_TRANSPORT)
    if "sid" in query:
        connection = service.connection_registry.get(query["sid"])
        if connection is None or connection.is_gone:
            raise RequestRefused(UNKNOWN_SID)
        if not request.is_websocket and connection.engineio.transport != transport:
            raise RequestRefused(BAD_REQUEST)
    else:
        connection = None
        if request.method != "GET":
            raise RequestRefused(BAD_METHOD)
    if query.get("EIO") != "4":
        raise RequestRefused(UNSUPPORTED_VERSION)
    if request.is_websocket != (transport == WEBSOCKET):
        raise RequestRefused(BAD_REQUEST)
    return RequestTarget(transport, connection)


async def answer(
    http: HttpConnection,
    request: Request,
    target: RequestTarget,
    service: ConnectionService,
    address: str,
    headers: Headers,
) -> Response:
    """Answer a polling request. Cancelling a POST ends its connection.

    Raises BadRequest, RequestRefused, PeerGone, and Full where a new connection is not opened.
    """
    try:
        connection = target.connection
        if connection is None:
            await http.read_body(0)
            return await _open(request, service, address, headers)
        if request.method == "POST":
            body = await http.read_body(service.connection_registry.timing.max_payload)
            # A GET that came in the same moment, or the end of one, goes first: a client that closes polls meanwhile.
            await trio.lowlevel.checkpoint()
            if connection.is_gone:
                raise RequestRefused(UNKNOWN_SID)
            await connection.post(body)
            return Response(200, b"ok", "text/html", headers)
        if request.method == "GET":
            await http.read_body(0)
            return await _poll(http, connection, headers)
    except RemoteProtocolError:
        return RequestRefused(BAD_REQUEST).response(headers)
    raise RequestRefused(BAD_METHOD)


async def _open(request: Request, service: ConnectionService, address: str, headers: Headers) -> Response:
    open_ = service.connection_registry.open
    connection = open_(POLLING, request.query, address, bearer(request), request.traceparent)
    service.keep(connection)
    connection.begin_poll()
    return _payload(await connection.poll(), headers)


def no_room(full: Full, headers: Headers) -> Response:
    """The answer where a connection cannot be opened: 503, or 429 where it is its address that has too many."""
    said: dict[str, object] = {"code": FORBIDDEN[0], "message": str(full)}
    if full.retry_after is None:
        return json_response(503, said, headers)
    said["retryAfter"] = full.retry_after
    return json_response(429, said, (*headers, ("Retry-After", str(full.retry_after))))


async def _poll(http: HttpConnection, connection: ConnectionActor, headers: Headers) -> Response:
    """Wait for what there is to send; a client that goes away meanwhile has closed its connection."""
    connection.begin_poll()  # outside of the nursery below, which would wrap the error

    def lose() -> None:
        connection.close(CloseReason.TRANSPORT_LOST)

    return _payload(await http.while_connected(connection.poll, lose), headers)


def _payload(text: str, headers: Headers) -> Response:
    return Response(200, text.encode(), "text/plain; charset=UTF-8", headers)
