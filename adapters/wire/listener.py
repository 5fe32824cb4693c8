"""One TCP port: reads the head of each request, and hands it to a page, to polling, or to a WebSocket."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPMethod
from typing import NamedTuple

import msgspec
import trio

from actors.running.connection import ConnectionActor
from actors.running.connections import Full
from adapters.settings.settings import ListenerSettings
from adapters.wire import polling, websocket
from adapters.wire.accepting import PatientListener
from adapters.wire.credentials import NO_STORE, bearer
from adapters.wire.heads import BadRequest, Request
from adapters.wire.hosts import Hosts
from adapters.wire.http import Deadlines, HttpConnection, PeerGone, Response, json_response, linger
from adapters.wire.origins import Origins
from adapters.wire.passing import NEW, Neighbours, Passed, hand_over
from adapters.wire.peers import client_address, peer_address
from adapters.wire.polling import FORBIDDEN, ConnectionService, RequestRefused, RequestTarget
from adapters.wire.routes import Page, Resource, Routes, find_route, methods_of
from adapters.wire.shortway import ShortWayTransport
from adapters.wire.streams import StreamSlot, StreamSlots
from adapters.wire.switchboard import Switchboard, find_poller
from adapters.wire.websocket import WebSocketTransport, close_code
from protocol.connection import WEBSOCKET
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.tolerant import show

log = logging.getLogger(__name__)

POLLING_METHODS, PAGE_METHODS = "GET, POST, OPTIONS", "GET, HEAD, OPTIONS"
METHODS = frozenset(HTTPMethod)


class ListenerOptions(ListenerSettings, frozen=True):
    """The listener's settings, and values that follow from other settings."""

    hosts: Hosts = Hosts()
    """The names under which the server answers."""
    max_streams: int = 5_000
    """How many TCP streams may be open in all."""
    deadlines: Deadlines = Deadlines()
    """How long a peer may take over each step of a request."""


class Upgrade(NamedTuple):
    """A request that is to become a WebSocket: its connection, its Sec-WebSocket-Key, and the bytes behind its head."""

    connection: ConnectionActor
    key: str
    trailing: bytes
    is_new: bool


class Listener:
    """Serves streams; one call of `serve` per TCP connection."""

    def __init__(
        self, service: ConnectionService, options: ListenerOptions, pages: Routes, neighbours: Neighbours | None = None
    ) -> None:
        self._service = service
        self._neighbours = neighbours
        self._options = options
        self._origins = Origins(options.allowed_origins)
        self._pages = pages
        self._streams = StreamSlots(options.max_streams, options.max_silent_streams)
        self._switchboard: Switchboard | None = None
        self._is_going_down = False
        self._underway = 0
        self._quiet = trio.Event()

    async def run(
        self, listeners: Sequence[trio.abc.Listener[trio.abc.Stream]], task_status: trio.TaskStatus[object]
    ) -> None:
        """Serve the streams of all `listeners`, until cancelled. Without any, `serve` is called by who has streams."""
        patient = [PatientListener(listener, self._streams.make_room) for listener in listeners]
        poller = find_poller() if self._options.short_way else None
        async with trio.open_nursery() as nursery:
            if poller is not None:
                self._switchboard = Switchboard(poller)
                await nursery.start(self._switchboard.run)
            if patient:
                await trio.serve_listeners(self.serve, patient, task_status=task_status)
            task_status.started()
            await trio.sleep_forever()

    @property
    def streams(self) -> int:
        """How many streams there are."""
        return len(self._streams)

    async def serve(self, stream: trio.abc.Stream, passed: Passed = NEW) -> None:
        """Serve one stream, and close it at the end. Raises nothing for what the peer does. Cancelling closes it."""
        peer = passed.address or peer_address(stream)
        slot = self._streams.enter(peer)
        if slot is None:
            return await trio.aclose_forcefully(stream)
        upgrade = None
        try:
            with slot.scope:
                upgrade = await self._serve_http(stream, slot, passed)
                del passed  # a WebSocket holds nothing of its request for hours
            if isinstance(upgrade, bytes):
                await self._hand_over(stream, upgrade, peer)
            elif upgrade is not None:
                served, upgrade = self._serve_websocket(stream, upgrade), None  # it is let go of in there
                await served
                with slot.renew():
                    slot.wait(True)
                    await linger(stream, self._options.deadlines.last_word)
        except PeerGone:
            log.debug("%s: gone", peer)
        except Exception:
            log.error("%s: a connection broke by a fault of this server and was closed", peer)
            log.debug("%s: the fault", peer, exc_info=True)
        finally:
            self._streams.leave(slot)
            await trio.aclose_forcefully(stream)
        return None

    async def _serve_http(self, stream: trio.abc.Stream, slot: StreamSlot, passed: Passed) -> Upgrade | bytes | None:
        """Answer requests until there are no more, one becomes a WebSocket, or one belongs elsewhere (its bytes)."""
        peer = slot.address
        http, is_final = HttpConnection(stream, self._options.deadlines, slot.wait, passed.begun), passed.is_final
        try:
            while (request := await http.next_request()) is not None:
                if not is_final and self._belongs_elsewhere(request):
                    return http.take_back()
                http.forget()
                is_final = False
                address = client_address(request, peer, self._options.trusted_proxies)
                with self._work():
                    upgrade = await self._answer_or_say_why_not(http, request, address)
                if upgrade is not None:
                    return upgrade
            if http.is_cut_short:
                await linger(stream, self._options.deadlines.last_word)
        except BadRequest as bad:
            log.info("%s: %d %s", peer, bad.status, bad)
            await http.refuse(bad)
            await linger(stream, self._options.deadlines.last_word)
        return None

    def _belongs_elsewhere(self, request: Request) -> bool:
        """Whether the request names a connection of another process."""
        neighbours = self._neighbours
        return (
            neighbours is not None and self._is_socketio(request.path) and neighbours.have(request.query.get("sid", ""))
        )

    async def _hand_over(self, stream: trio.abc.Stream, begun: bytes, peer: str) -> None:
        assert self._neighbours is not None
        with self._work():
            await hand_over(stream, begun, peer, self._neighbours)

    # ---- going down

    def go_down(self) -> None:
        """From now on WebSockets are closed because the server goes away."""
        self._is_going_down = True

    async def wait_until_quiet(self) -> None:
        """Wait until every request is answered and every WebSocket is closed; idle streams do not count.

        Cancelling ends the wait alone.
        """
        while self._underway:
            await self._quiet.wait()

    @contextmanager
    def _work(self) -> Iterator[None]:
        """A block that a shutdown waits for."""
        self._underway += 1
        try:
            yield
        finally:
            self._note_done()

    def _note_done(self) -> None:
        self._underway -= 1
        if not self._underway:
            self._quiet.set()
            self._quiet = trio.Event()

    # ---- requests

    async def _answer_or_say_why_not(self, http: HttpConnection, request: Request, address: str) -> Upgrade | None:
        """Answer one request; a BadRequest gets the headers by which an allowed page may read it."""
        try:
            return await self._answer(http, request, address)
        except BadRequest as bad:
            bad.headers = (*bad.headers, *self._origins.headers(request))
            raise

    async def _answer(self, http: HttpConnection, request: Request, address: str) -> Upgrade | None:
        """Answer one request, unless it is to become a WebSocket."""
        fault = self._options.hosts.find_fault(request.host)
        if fault is not None:
            log.warning("%s: refused: %s", address, fault)
            await http.skip_body()
            await http.respond(json_response(403, {"code": FORBIDDEN[0], "message": fault}))
        elif request.method == "OPTIONS" and self._is_known(request.path):
            await http.skip_body()
            await http.respond(self._origins.options(request, self._methods(request.path)))
        elif self._is_socketio(request.path):
            return await self._answer_socketio(http, request, address)
        else:
            response = await self._page(http, msgspec.structs.replace(request, address=address))
            headers = (*response.headers, *self._origins.headers(request))
            await http.respond(msgspec.structs.replace(response, headers=headers))
        return None

    async def _answer_socketio(self, http: HttpConnection, request: Request, address: str) -> Upgrade | None:
        headers = (*self._origins.headers(request), NO_STORE)
        try:
            self._check_origin(request)
            target = polling.find_target(request, self._service)
            if target.transport == WEBSOCKET:
                return self._upgrade(http, request, target, address)
            response = await polling.answer(http, request, target, self._service, address, headers)
            await self._respond_to_poll(http, response, target)
        except RequestRefused as refused:
            log.info("%s: refused: %s", address, refused)
            await http.skip_body(self._service.connection_registry.timing.max_payload)
            await http.respond(refused.response(headers))
        except Full as full:
            log.info("%s: refused: %s", address, full)
            await http.respond(polling.no_room(full, headers))
        return None

    async def _respond_to_poll(self, http: HttpConnection, response: Response, target: RequestTarget) -> None:
        """Respond; if the client does not take the response, its messages are lost, so its connection is closed."""
        try:
            await http.respond(response)
        except PeerGone:
            if target.connection is not None:
                target.connection.close(CloseReason.TRANSPORT_LOST)
            raise

    def _is_socketio(self, path: str) -> bool:
        return path.rstrip("/") == self._options.path.rstrip("/")

    def _check_origin(self, request: Request) -> None:
        if not self._origins.admits(request):
            origin = show(request.headers["origin"])
            log.warning("refused origin %s: name it in [server] allowed_origins to let its pages in", origin)
            raise RequestRefused(FORBIDDEN)

    def _is_known(self, path: str) -> bool:
        return find_route(self._pages, path) is not None or path == "*" or self._is_socketio(path)

    def _methods(self, path: str) -> str:
        """The methods for a known path, as the header Allow has them."""
        if self._is_socketio(path):
            return POLLING_METHODS
        page = find_route(self._pages, path)
        return PAGE_METHODS if page is None else ", ".join((*methods_of(page), "OPTIONS"))

    async def _page(self, http: HttpConnection, request: Request) -> Response:
        page = find_route(self._pages, request.path)
        if page is not None and request.method in methods_of(page):
            return await _ask(http, page, request)
        await http.skip_body()
        if request.method not in METHODS:
            return Response(501, b"there is no such method here; methods are written in capitals\n")
        if page is not None:
            words = f"only {' and '.join(methods_of(page))}\n".encode()
            return Response(405, words, headers=(("Allow", self._methods(request.path)),))
        where = f"Socket.IO is at {self._options.path}, the talk page at /, the documentation at /docs"
        return Response(404, f"nothing here; {where}\n".encode())

    # ---- WebSocket

    def _upgrade(self, http: HttpConnection, request: Request, target: RequestTarget, address: str) -> Upgrade:
        if request.version == "1.0" or request.length != 0:
            raise BadRequest(400, "a WebSocket begins with HTTP/1.1 and without a body")
        fault = websocket.find_fault(request)
        if fault is not None:
            raise BadRequest(400, fault, (("Sec-WebSocket-Version", "13"),))
        trailing = http.take_trailing()
        connection = target.connection
        if connection is None:
            open_ = self._service.connection_registry.open
            connection = open_(WEBSOCKET, request.query, address, bearer(request), request.traceparent)
        return Upgrade(connection, request.headers["sec-websocket-key"], trailing, target.connection is None)

    async def _serve_websocket(self, stream: trio.abc.Stream, upgrade: Upgrade) -> None:
        """Serve the WebSocket, and close it with the code and the reason of its end.

        All that this needs is written out here, because each call that waits costs a quarter of a kilobyte for hours.
        """
        connection, is_new = upgrade.connection, upgrade.is_new
        self._underway += 1
        try:
            if not await websocket.accept(stream, upgrade.key):
                return
            transport = self._make_transport(stream, upgrade.trailing)
            del upgrade  # what came behind its request is much of the memory of this task
            reason, words = None, ""
            try:
                if is_new:
                    await connection.run_websocket(transport)
                else:
                    await connection.run_upgrade(transport, self._service.connection_registry.timing.upgrade_timeout)
                reason, words = connection.engineio.closed, connection.fault
            except RemoteProtocolError as error:
                log.warning("%s: no upgrade: %s", connection.address, error)
                reason, words = error.reason, str(error)
            await transport.close(close_code(reason, going_down=self._is_going_down), words)
        finally:
            self._note_done()
            if is_new:
                await connection.finish()

    def _make_transport(self, stream: trio.abc.Stream, trailing: bytes) -> WebSocketTransport:
        """The short way for a plain TCP socket, where there is one; the ordinary way for all else, as for TLS."""
        max_message = self._service.connection_registry.timing.max_payload
        if self._switchboard is not None and isinstance(stream, trio.SocketStream):
            return ShortWayTransport(stream, max_message, trailing, self._switchboard)
        return WebSocketTransport(stream, max_message, trailing)


async def _ask(http: HttpConnection, page: Page | Resource, request: Request) -> Response:
    """The answer of a page or a resource, with the request's body read. Raises BadRequest, PeerGone."""
    if not isinstance(page, Resource):
        await http.read_body(0)
        return page(request)
    return await page.answer(request, await http.read_body(page.max_body))
