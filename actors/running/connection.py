"""The Trio tasks of one connection: they move frames between a transport and protocol/connection.py, and keep its time.

What is served over the connection is an Application: the vivavoce namespace (`member.py`), or in the tests a
server that sends everything back. It is told messages and the time, and sends through the ConnectionActor.
"""

import logging
import math
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import msgspec
import trio

from actors.deciding.account import Charge, nobodys
from actors.ports.pace import Pace
from protocol.connection import POLLING, Connection, Probe
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError

log = logging.getLogger(__name__)
FAREWELL_SECONDS = 5.0
"""How long an application may take to take leave of a connection that is gone."""
MESSAGE_ITEMS = 8
"""As how many items a message counts: its event is read, stepped and perhaps logged."""


class TransportClosed(Exception):
    """The transport is gone, for `reason`."""

    def __init__(self, reason: CloseReason = CloseReason.TRANSPORT_LOST) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Transport(Protocol):
    """A WebSocket, or what stands for one in a test."""

    async def receive(self) -> Frame:
        """The next frame. Raises TransportClosed, RemoteProtocolError. Cancelling loses nothing."""

    async def send(self, frame: Frame) -> None:
        """Hand a frame to the network; waits while the peer does not read. Raises TransportClosed."""


class Application(Protocol):
    """What is served over a connection."""

    @property
    def deadline(self) -> float:
        """When `tick` is due."""

    async def receive(self, message: Frame) -> None:
        """A message came. Waiting here makes the client wait. Raises RemoteProtocolError to end the connection."""

    async def tick(self) -> None:
        """The deadline has come. Raises RemoteProtocolError to end the connection."""

    async def closed(self) -> None:
        """The connection is over; called once."""


class Nobody:
    """The application of a connection that is over."""

    deadline = math.inf

    async def receive(self, message: Frame) -> None:
        """What was still coming is not heard any more."""

    async def tick(self) -> None:
        """Nothing is due."""

    async def closed(self) -> None:
        """It is over already."""


_NOBODY: Final = Nobody()


class OpeningRequest(msgspec.Struct, frozen=True):
    """What the request said that opened a connection: query, who asked, and its Bearer token ("": none)."""

    query: Mapping[str, str]
    address: str
    bearer: str = ""

    def __repr__(self) -> str:
        return f"<OpeningRequest of {self.address}>"  # the query and the token may hold a credential


class ConnectionActor:
    """One Engine.IO session, over whichever transports it has in its life."""

    def __init__(
        self,
        connection: Connection,
        serve: Callable[["ConnectionActor"], Application],
        opening: OpeningRequest,
        send_timeout: float,
        on_closed: Callable[["ConnectionActor"], None],
        charge: Charge | None = None,
    ) -> None:
        self.connection = connection
        self.opening = opening
        self.address = opening.address
        self._send_timeout = send_timeout
        self._on_closed = on_closed
        self._charge = charge or nobodys()
        self._leaving = 0
        self._wake = trio.Event()
        self._alarm = -math.inf
        self.fault = ""
        """What the client did wrong, where the connection ended by that."""
        self._sending = trio.CancelScope()
        self._probing: trio.CancelScope | None = None
        self._posting = False
        self._finished = False
        self._application = serve(self)

    # ---- for the application

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """Queue a message; never waits. A client that does not read is closed."""
        self.connection.send(frames, tag)
        if self.connection.closed is CloseReason.SLOW_READER:
            self._sending.cancel()  # it may wait for this very client
        self._notify()

    def drop(self, tag: object) -> int:
        """Take the queued messages with this tag out again; returns how many there were."""
        dropped = self.connection.outbox.drop(tag)
        self._count()
        return dropped

    def _count(self) -> None:
        """Hold what waits to be sent, and what is leaving."""
        self._charge.hold(self.connection.outbox.size + self._leaving)

    def close(self, reason: CloseReason) -> None:
        """End the connection; with SERVER_CLOSED what is queued still goes out."""
        self.connection.close(reason)
        if self._probing is not None:
            self._probing.cancel()
        self._notify()

    def break_off(self, error: RemoteProtocolError) -> None:
        """End the connection for what the client did wrong: a line in the log, and words for the last frame."""
        if self.connection.closed is None:
            self.fault = str(error)
            log.warning("%s: closed: %s", self.address, error)
        self.close(error.reason)

    def keep_time(self) -> None:
        """Do what is due by now, and not only when this connection's task comes round to it."""
        if self.connection.deadline <= trio.current_time():
            self.connection.tick(trio.current_time())
            self._notify()

    async def is_alive(self, seconds: float) -> bool:
        """Ping the client now; whether it has answered in time."""
        now = trio.current_time()
        self.connection.ping_now(now)
        self._notify()
        with trio.move_on_at(now + seconds):
            while self.connection.awaiting_pong and not self.connection.closed:
                await self._wake.wait()
        return not (self.connection.awaiting_pong or self.connection.closed)

    # ---- the life of a connection

    async def run_websocket(self, transport: Transport) -> None:
        """Serve the connection over `transport` until either is closed; closing the transport is the caller's."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._read, transport)
                await self._write(transport)
                nursery.cancel_scope.cancel()
        finally:
            await self.finish()

    async def run_upgrade(self, transport: Transport, seconds: float) -> None:
        """Let `transport` become the one of this polling connection, then serve it. Raises RemoteProtocolError."""
        self.connection.begin_probe()
        upgraded = False
        try:
            with trio.move_on_after(seconds) as self._probing:
                while not upgraded:
                    upgraded = await self._probe(transport)
        except TransportClosed:
            log.debug("%r: the candidate for an upgrade went away", self.connection)
        finally:
            self._probing = None
            if not upgraded:
                self.connection.end_probe()
            self._notify()
        if upgraded:
            await self.run_websocket(transport)

    async def _probe(self, transport: Transport) -> bool:
        outcome = self.connection.receive_probe(await transport.receive())
        if outcome is Probe.UPGRADED:
            return True
        self._notify()
        await transport.send("3probe")
        return False

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the connection is left: a farewell of ours may still wait for a poll."""
        closed, farewell = self.connection.closed, len(self.connection.outbox)
        return bool(closed) and not (closed is CloseReason.SERVER_CLOSED and farewell)

    async def run_polling(self) -> None:
        """Keep the time of a connection on polling, until it is closed or has upgraded."""
        try:
            while not self.connection.closed and self.connection.transport == POLLING:
                await self._wait()
            with trio.move_on_after(FAREWELL_SECONDS):
                while self.connection.closed and not self.is_gone:
                    await self._wake.wait()
        finally:
            if self.connection.transport == POLLING:
                await self.finish()

    async def finish(self) -> None:
        """Take leave, once, however the connection ended; the application hears of it even when this is cancelled.

        The application and the connection know each other: one forgets the other here, so that what is left of both is
        freed at once, and not when the garbage collector comes round.
        """
        if self._finished:
            return
        self._finished = True
        self.connection.close(CloseReason.TRANSPORT_LOST)
        self._charge.close()
        self._notify()
        self._on_closed(self)
        application, self._application = self._application, _NOBODY
        with trio.move_on_after(FAREWELL_SECONDS, shield=True):
            await application.closed()

    # ---- polling requests

    def begin_poll(self) -> None:
        """A GET has come, to be answered by `poll`. Raises RemoteProtocolError where one is waiting already."""
        try:
            self.connection.begin_poll()
        except RemoteProtocolError as error:
            log.warning("%s: refused: %s", self.address, error)
            self._notify()
            raise

    async def poll(self) -> str:
        """The answer to the GET that has begun, once there is one. Whoever cancels it closes the connection."""
        while not self.connection.poll_ready:
            await self._wake.wait()
        pieces = self.connection.take_poll()
        self._notify()
        pace, body = Pace(), []
        for piece in pieces:
            body.append(piece)
            await pace.spend(1, len(piece))
        self._count()
        return "".join(body)

    async def post(self, body: bytes) -> None:
        """Take in the body of a POST, with turns for others in between; waits while the application is behind.

        Raises RemoteProtocolError. Cancelling closes the connection.
        """
        if self._posting:
            second = RemoteProtocolError("a second POST while one is being read")
            self.break_off(second)
            raise second
        self._posting, through = True, False
        pace = Pace()
        try:
            for message in self.connection.receive_payload(body, trio.current_time()):
                if message is None:
                    await pace.spend(1)
                else:
                    await self._application.receive(message)
                    await pace.spend(MESSAGE_ITEMS, len(message))
            through = True
        except RemoteProtocolError as error:
            self.break_off(error)
            raise
        finally:
            self._posting = False
            if not through:  # with half of it taken in, nothing that follows can be trusted
                self.close(CloseReason.TRANSPORT_LOST)
            self._notify()

    # ---- the tasks

    async def _read(self, transport: Transport) -> None:
        connection = self.connection
        try:
            while not connection.closed:
                message = connection.receive_frame(await transport.receive(), trio.current_time())
                if message is not None:
                    await self._application.receive(message)
                if message is None or self._application.deadline < self._alarm:
                    self._notify()
                del message  # it may be a chunk of sound, and the next one may be long in coming
        except TransportClosed as lost:
            self.close(lost.reason)
        except RemoteProtocolError as error:
            self.break_off(error)

    async def _write(self, transport: Transport) -> None:
        connection = self.connection
        while True:
            frame = connection.take()
            if frame is not None:
                await self._send(transport, frame)
            elif connection.closed:
                return
            else:
                await self._wait()

    async def _send(self, transport: Transport, frame: Frame) -> None:
        """One frame; a peer that takes too long over it is a slow reader."""
        self._leaving = len(frame)
        with trio.move_on_after(self._send_timeout) as self._sending:
            try:
                await transport.send(frame)
            except TransportClosed as lost:
                self.connection.close(lost.reason)
        if self._sending.cancelled_caught:
            self.connection.close(CloseReason.SLOW_READER)
        self._leaving = 0
        self._count()

    async def _wait(self) -> None:
        """Until something is to be done, or the time has come to do something.

        The alarm is put forward but never back: an event's attachments are due for a moment only, and to put it back
        when they have come would mean to wake this task for every chunk of sound.
        """
        connection, application = self.connection, self._application
        deadline = min(connection.deadline, application.deadline)
        self._alarm = deadline if self._alarm <= trio.current_time() else min(self._alarm, deadline)
        with trio.move_on_at(self._alarm):
            await self._wake.wait()
            return
        try:
            connection.tick(trio.current_time())
            if trio.current_time() >= application.deadline:
                await application.tick()
        except RemoteProtocolError as error:
            self.break_off(error)
        self._notify()

    def _notify(self) -> None:
        """Count what waits, and wake whoever waits for this connection: its writer, a poll, a ping."""
        self._count()
        self._wake.set()
        self._wake = trio.Event()
