"""One connection as an actor: Trio tasks move frames between a transport and protocol/connection.py, and keep its time.

Who owns which task. A connection has no nursery that lasts: on each transport it runs in tasks of others.

    on WebSocket    the listener's task of the stream runs `run_websocket`, which has a nursery of two: the reader
                    (`_read`, a child) hands what the transport brings to the application; the writer (`_write`, the
                    task itself) sends what is in the outbox, and where there is nothing to send keeps the time. While
                    the reader waits, the transport may offer frames to `_take` first.
    on polling      the supervisor's keeper task runs `run_polling`, which keeps the time alone. Each request has the
                    listener's task of its stream: a GET waits in `poll` for something to send, a POST brings in its
                    body by `post`. One GET and one POST may be there at a time; a second one ends the connection.
    an upgrade      the listener's task of the candidate's stream runs `run_upgrade`: within a time limit the probe, and
                    then it goes on as `run_websocket`. The keeper ends by itself, because the transport is another now.

Who calls from outside. `send`, `drop` and `close` are called by the session's task (through `member.py`), the
connection registry and the supervisor's drain; `is_alive` by the task of another connection that wants this one's place
as the Sender. They change the machine (`engineio`) and wake what waits for it (`_notify`); `is_alive` alone waits.
All tasks run in one thread and each change between two waits is whole, so nothing here needs a lock.

What bounds it. The reader waits while the session's mailbox is full, and so does the client's network. The outbox has
a size; where it is full the connection is closed (SLOW_READER), and the frame that is being sent is cancelled, because
it may wait for this very client. Each frame has `send_timeout` seconds to leave.

What fails together. What a peer does wrong is a RemoteProtocolError, which ends this connection with a line in the log
and words for the last frame (`break_off`). A fault of ours in the reader or the writer cancels the other one and leaves
`run_websocket` as an exception, which the listener logs; one in the keeper is logged by the supervisor. Either way
`finish` runs: the application is told once, for at most CLOSED_WITHIN, and the registry forgets the connection.
"""

import logging
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
import trio

from actors.deciding.account import Charge, nobodys
from actors.ports.pace import Pace
from actors.running.transport import NO_APPLICATION, Application, Transport, TransportClosed
from protocol.connection import POLLING, Connection, Probe
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.websocket import Received

log = logging.getLogger(__name__)
CLOSED_WITHIN = 5.0
"""Seconds that an application may take in `closed`."""
MESSAGE_ITEMS = 8
"""Items that a message counts for in `Pace`: its event is read, stepped and perhaps logged."""


class OpeningRequest(msgspec.Struct, frozen=True):
    """The request that opened a connection: its query, its client, and its Bearer token ("": none)."""

    query: Mapping[str, str]
    address: str
    bearer: str = ""

    def __repr__(self) -> str:
        return f"<OpeningRequest of {self.address}>"  # the query and the token may hold a credential


class ConnectionActor:
    """One Engine.IO session, over whichever transports it has in its life."""

    def __init__(
        self,
        engineio: Connection,
        serve: Callable[["ConnectionActor"], Application],
        opening: OpeningRequest,
        send_timeout: float,
        on_closed: Callable[["ConnectionActor"], None],
        charge: Charge | None = None,
    ) -> None:
        self.engineio = engineio
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
        self.way = ""  # of its WebSocket, for the operator
        self._application = serve(self)

    # ---- for the application

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """Queue a message; never waits. A client that does not read is closed."""
        self.engineio.send(frames, tag)
        if self.engineio.closed is CloseReason.SLOW_READER:
            self._sending.cancel()  # it may wait for this very client
        self._notify()

    def drop(self, tag: object) -> int:
        """Take the queued messages with this tag out again; returns how many there were."""
        dropped = self.engineio.outbox.drop(tag)
        self._count()
        return dropped

    def _count(self) -> None:
        """Hold what waits to be sent, and what is leaving."""
        self._charge.hold(self.engineio.outbox.size + self._leaving)

    def close(self, reason: CloseReason) -> None:
        """End the connection; with SERVER_CLOSED what is queued still goes out."""
        self.engineio.close(reason)
        if self._probing is not None:
            self._probing.cancel()
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
                await self._wake.wait()
        return not (self.engineio.awaiting_pong or self.engineio.closed)

    # ---- the life of a connection

    async def run_websocket(self, transport: Transport) -> None:
        """Serve the connection over `transport` until either is closed; the caller closes the transport.

        Cancelling closes the connection; the last frame may have left by half.
        """
        self.way = transport.way
        transport.offer_to(self._take)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._read, transport)
                await self._write(transport)
                nursery.cancel_scope.cancel()
        finally:
            await self.finish()

    async def run_upgrade(self, transport: Transport, seconds: float) -> None:
        """Let `transport` become the one of this polling connection, then serve it. Raises RemoteProtocolError.

        The probe has `seconds`. Cancelling before the upgrade leaves the connection on polling, after it closes it.
        """
        self.engineio.begin_probe()
        upgraded = False
        try:
            with trio.move_on_after(seconds) as self._probing:
                while not upgraded:
                    upgraded = await self._probe(transport)
        except TransportClosed:
            log.debug("%r: the candidate for an upgrade went away", self.engineio)
        finally:
            self._probing = None
            if not upgraded:
                self.engineio.end_probe()
            self._notify()
        if upgraded:
            await self.run_websocket(transport)

    async def _probe(self, transport: Transport) -> bool:
        outcome = self.engineio.receive_probe(await transport.receive())
        if outcome is Probe.UPGRADED:
            return True
        self._notify()
        await transport.send("3probe")
        return False

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the connection is left. After a close by the server, messages may wait for a poll."""
        closed, waiting = self.engineio.closed, len(self.engineio.outbox)
        return bool(closed) and not (closed is CloseReason.SERVER_CLOSED and waiting)

    async def run_polling(self) -> None:
        """Keep the time of a connection on polling, until it is closed or has upgraded. Cancelling closes it."""
        try:
            while not self.engineio.closed and self.engineio.transport == POLLING:
                await self._wait()
            with trio.move_on_after(CLOSED_WITHIN):
                while self.engineio.closed and not self.is_gone:
                    await self._wake.wait()
        finally:
            if self.engineio.transport == POLLING:
                await self.finish()

    async def finish(self) -> None:
        """Close the connection and tell the application, once. Where this is cancelled the application is still told.

        The application and the connection refer to each other. One reference is dropped here, so that both are freed at
        once, and not at the next run of the garbage collector.
        """
        if self._finished:
            return
        self._finished = True
        self.engineio.close(CloseReason.TRANSPORT_LOST)
        self._charge.close()
        self._notify()
        self._on_closed(self)
        application, self._application = self._application, NO_APPLICATION
        with trio.move_on_after(CLOSED_WITHIN, shield=True):
            await application.closed()

    # ---- polling requests

    def begin_poll(self) -> None:
        """Note a GET, which `poll` answers. Raises RemoteProtocolError where one is waiting already."""
        try:
            self.engineio.begin_poll()
        except RemoteProtocolError as error:
            log.warning("%s: refused: %s", self.address, error)
            self._notify()
            raise

    async def poll(self) -> str:
        """Wait for the answer to the GET that has begun.

        Cancelling may lose messages that were taken out for it, so the caller has to close the connection then.
        """
        while not self.engineio.poll_ready:
            await self._wake.wait()
        pieces = self.engineio.take_poll()
        self._notify()
        pace, body = Pace(), []
        for piece in pieces:
            body.append(piece)
            await pace.spend(1, len(piece))
        self._count()
        return "".join(body)

    async def post(self, body: bytes) -> None:
        """Hand the messages of a POST's body to the application; waits while the application is behind.

        Other tasks run in between. Raises RemoteProtocolError. Cancelling closes the connection.
        """
        if self._posting:
            second = RemoteProtocolError("a second POST while one is being read")
            self.break_off(second)
            raise second
        self._posting, through = True, False
        pace = Pace()
        try:
            for message in self.engineio.receive_payload(body, trio.current_time()):
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
        engineio = self.engineio
        try:
            while not engineio.closed:
                message = engineio.receive_frame(await transport.receive(), trio.current_time())
                if message is not None:
                    await self._application.receive(message)
                if message is None or self._application.deadline < self._alarm:
                    self._notify()
                del message  # it may be a chunk of sound, and the next one may be long in coming
        except TransportClosed as lost:
            self.close(lost.reason)
        except RemoteProtocolError as error:
            self.break_off(error)

    def _take(self, frames: Sequence[Received]) -> int:
        """Take in the frames that the application can at once; returns how many, with which `frames` begins."""
        taken = 0 if self.engineio.closed is not None else self._application.take(frames)
        if taken and self._application.deadline < self._alarm:
            self._notify()
        return taken

    async def _write(self, transport: Transport) -> None:
        engineio = self.engineio
        while True:
            frames = engineio.take_joined(transport.joined_size)
            if frames:
                await self._send(transport, frames)
            elif engineio.closed:
                return
            else:
                await self._wait()

    async def _send(self, transport: Transport, frames: list[Frame]) -> None:
        """Frames in one write; a peer that takes too long over it is a slow reader."""
        self._leaving = sum(map(len, frames))
        with trio.move_on_after(self._send_timeout) as self._sending:
            try:
                await transport.send(*frames)
            except TransportClosed as lost:
                self.engineio.close(lost.reason)
        if self._sending.cancelled_caught:
            self.engineio.close(CloseReason.SLOW_READER)
        self._leaving = 0
        self._count()

    async def _wait(self) -> None:
        """Until something is to be done, or the time has come to do something.

        The alarm is put forward but never back: an event's attachments are due for a moment only, and to put it back
        when they have come would mean to wake this task for every chunk of sound.
        """
        engineio, application = self.engineio, self._application
        deadline = min(engineio.deadline, application.deadline)
        self._alarm = deadline if self._alarm <= trio.current_time() else min(self._alarm, deadline)
        with trio.move_on_at(self._alarm):
            await self._wake.wait()
            return
        try:
            engineio.tick(trio.current_time())
            if trio.current_time() >= application.deadline:
                await application.tick()
        except RemoteProtocolError as error:
            self.break_off(error)
        self._notify()

    def _notify(self) -> None:
        """Count what waits, and wake the tasks that wait for this connection: its writer, a poll, a ping."""
        self._count()
        self._wake.set()
        self._wake = trio.Event()
