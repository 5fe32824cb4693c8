"""What a connection is, whichever transport it has: its machine, its charge, its time, and who waits for a change.

It is the part of ConnectionActor (connection.py, which says who owns and calls what) that others call, and that never
waits but for `is_alive`.
"""

import logging
import math
from collections.abc import Callable, Mapping

import msgspec
import trio

from actors.deciding.account import Charge
from actors.running.transport import NO_APPLICATION, Application, Transport
from protocol.connection import Connection
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError

log = logging.getLogger(__name__)


class OpeningRequest(msgspec.Struct, frozen=True):
    """The request that opened a connection: query, client, Bearer token and `traceparent` ("": none)."""

    query: Mapping[str, str]
    address: str
    bearer: str = ""
    traceparent: str = ""

    def __repr__(self) -> str:
        return f"<OpeningRequest of {self.address}>"  # the query and the token may hold a credential


class ConnectionCore:
    """One Engine.IO session without its tasks; see the module's text."""

    def __init__(self, engineio: Connection, opening: OpeningRequest, send_timeout: float, charge: Charge) -> None:
        self.engineio = engineio
        self.opening = opening
        self.address = opening.address
        self.fault = ""
        """What the client did wrong, where the connection ended by that."""
        self.way = ""  # of its WebSocket, for the operator
        self._send_timeout = send_timeout
        self.on_held: Callable[[int], None] | None = None
        """Is called with the bytes that wait to be sent, whenever they change; for who relays to this connection."""
        self._charge = charge
        self._leaving = 0  # bytes that have been taken out of the outbox and not left yet
        self._application: Application = NO_APPLICATION
        self._transport: Transport | None = None  # while it serves this connection
        self._changed: trio.Event | None = None  # while somebody waits for a change
        self._alarm = -math.inf
        self._receiving: trio.CancelScope | None = None  # while the application is handed a message
        self._probing: trio.CancelScope | None = None

    # ---- for the application

    @property
    def is_closed(self) -> bool:
        """Whether nothing is sent any more."""
        return self.engineio.closed is not None

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """Queue a message; never waits. A client that does not read is closed."""
        self.engineio.send(frames, tag)
        self._notify()

    def drop(self, tag: object) -> int:
        """Take the queued messages with this tag out again; returns how many there were."""
        dropped = self.engineio.outbox.drop(tag)
        self._count()
        return dropped

    def _count(self) -> None:
        """Hold what waits to be sent, and what is leaving."""
        held = self.engineio.outbox.size + self._leaving
        self._charge.hold(held)
        if self.on_held is not None:
            self.on_held(held)

    def close(self, reason: CloseReason) -> None:
        """End the connection; with SERVER_CLOSED what is queued still goes out."""
        self.engineio.close(reason)
        self._notify()

    def break_off(self, error: RemoteProtocolError) -> None:
        """End the connection for what the client did wrong: a line in the log, and words for the last frame."""
        if self.engineio.closed is None:
            self.fault = str(error)
            log.warning("%s: closed: %s", self.address, error)
        self.close(error.reason)

    def keep_time(self) -> None:
        """Call `tick` if its time has come, where the task that keeps this connection's time has not run yet."""
        if self.engineio.deadline <= trio.current_time():
            self.engineio.tick(trio.current_time())
            self._notify()

    async def is_alive(self, seconds: float) -> bool:
        """Ping the client now; whether it answers within `seconds`. Cancelling leaves the ping to the heartbeat."""
        now = trio.current_time()
        self.engineio.ping_now(now)
        self._notify()
        with trio.move_on_at(now + seconds):
            while self.engineio.awaiting_pong and not self.engineio.closed:
                await self._wait_for_change()
        return not (self.engineio.awaiting_pong or self.engineio.closed)

    # ---- its time, and who waits for a change

    def _next_alarm(self) -> float:
        """When something is due at the latest.

        The alarm is put forward but never back: an event's attachments are due for a moment only, and to put it back
        when they have come would mean to wake this task for every chunk of sound.
        """
        deadline = min(self.engineio.deadline, self._application.deadline)
        if self._transport is not None:
            deadline = min(deadline, self._transport.stalled_at + self._send_timeout)
        self._alarm = deadline if self._alarm <= trio.current_time() else min(self._alarm, deadline)
        return self._alarm

    async def _pass_time(self) -> None:
        """Do what is due by now."""
        now, transport = trio.current_time(), self._transport
        try:
            self.engineio.tick(now)
            if transport is not None and transport.is_lost:
                self.close(CloseReason.TRANSPORT_LOST)
            elif transport is not None and transport.stalled_at + self._send_timeout <= now:
                self.close(CloseReason.SLOW_READER)
            if self._application.deadline <= now:
                await self._application.tick()
        except RemoteProtocolError as error:
            self.break_off(error)
        self._notify()

    def note_change(self) -> None:
        """Wake the connection's task where something is due earlier than it knows, or where it is to end."""
        transport, known = self._transport, self._alarm
        if transport is not None and (self._next_alarm() < known or transport.is_lost or self.engineio.closed):
            transport.wake()
        self._tell_of_change()

    async def _wait_for_change(self) -> None:
        if self._changed is None:
            self._changed = trio.Event()
        await self._changed.wait()

    def _tell_of_change(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    def _notify(self) -> None:
        """Count what waits, have it sent, and wake who waits for this connection: its task, a poll, a ping."""
        self._count()
        self._tell_of_change()
        if self.engineio.closed:
            for scope in (self._probing, self._receiving):
                if scope is not None:
                    scope.cancel()
        transport = self._transport
        if transport is not None:
            transport.flush()
            if self.engineio.closed or self.engineio.deadline < self._alarm:
                self.note_change()
