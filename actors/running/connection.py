"""One connection as an actor: Trio tasks move frames between a transport and protocol/connection.py, and keep its time.

Who owns which task. A connection has no nursery: on each transport it runs in tasks of others.

    on WebSocket    the listener's task of the stream runs `run_websocket`: it hands what the transport brings to the
                    application, one message at a time, and keeps the time between two. What is in the outbox is taken
                    out by the transport (`take_out`) as the network takes it; and while the task waits, the transport
                    may offer frames (`take_in`), which wake no task.
    on polling      the supervisor's keeper task runs `run_polling`, which keeps the time alone. Each request has the
                    listener's task of its stream: a GET waits in `poll` for something to send, a POST brings in its
                    body by `post`. One GET and one POST may be there at a time; a second one ends the connection.
    an upgrade      the listener's task of the candidate's stream runs `run_upgrade`: within a time limit the probe, and
                    then it goes on as `run_websocket`. The keeper ends by itself, because the transport is another now.

Who calls from outside. `send`, `drop` and `close` are called by the session's task (through `member.py`), the
connection registry and the supervisor's drain; `is_alive` by the task of another connection that wants this one's place
as the Sender. They change the machine (`engineio`) and wake what waits for it (`_notify`); `is_alive` alone waits.
All tasks run in one thread and each change between two waits is whole, so nothing here needs a lock.

What bounds it. While a message is handed to the application, which waits while the session's mailbox is full, nothing
is read, and so the client's network waits too. The outbox has a size; where it is full the connection is closed
(SLOW_READER). What has been taken out has `send_timeout` seconds to leave.

What fails together. What a peer does wrong is a RemoteProtocolError, which ends this connection with a line in the log
and words for the last frame (`break_off`). A fault of ours leaves `run_websocket` as an exception, which the listener
logs; one in the keeper is logged by the supervisor. Either way `finish` runs: the application is told once, for at most
CLOSED_WITHIN, and the registry forgets the connection.
"""

import logging
from collections.abc import Callable, Sequence

import trio

from actors.deciding.account import Charge, nobodys
from actors.ports.pace import Pace
from actors.running.connectioncore import ConnectionCore, OpeningRequest
from actors.running.transport import NO_APPLICATION, Application, Transport, TransportClosed
from protocol.connection import POLLING, Connection, Probe
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.websocket import Received

log = logging.getLogger(__name__)
CLOSED_WITHIN = 5.0
"""Seconds that an application may take in `closed`."""
RECEIVED_WITHIN = 60.0
"""Seconds that an application may take over a message; its own limits are shorter."""
MESSAGE_ITEMS = 8
"""Items that a message counts for in `Pace`: its event is read, stepped and perhaps logged."""


class ConnectionActor(ConnectionCore):
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
        super().__init__(engineio, opening, send_timeout, charge or nobodys())
        self._on_closed = on_closed
        self._posting = False
        self._finished = False
        self._application = serve(self)

    # ---- the life of a connection

    async def run_websocket(self, transport: Transport) -> None:
        """Serve the connection over `transport` until either is closed; the caller closes the transport.

        Cancelling closes the connection; the last frame may have left by half.
        """
        self.way, self._transport = transport.way, transport
        try:
            async with transport.serving(self):
                self._notify()
                while self.engineio.closed is None:
                    await self._receive(transport)
                await self._let_leave(transport)
        finally:
            self._transport = None
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
        frame = await transport.receive()
        assert frame is not None
        if self.engineio.receive_probe(frame) is Probe.UPGRADED:
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
                with trio.move_on_at(self._next_alarm()):
                    await self._wait_for_change()
                    continue
                await self._pass_time()
            with trio.move_on_after(CLOSED_WITHIN):
                while self.engineio.closed and not self.is_gone:
                    await self._wait_for_change()
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
            await self._wait_for_change()
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

    # ---- for the transport

    def take_in(self, frames: Sequence[Received]) -> int:
        """Take in the frames that the application can at once; returns how many, with which `frames` begins."""
        taken = 0 if self.engineio.closed is not None else self._application.take(frames)
        if taken and self._application.deadline < self._alarm:
            self.note_change()
        return taken

    def take_out(self, most: int) -> list[Frame]:
        """The next frames to send, of `most` letters and bytes together or one alone; what was taken before has left.

        None where there is nothing to send.
        """
        frames = self.engineio.take_joined(most)
        if frames or self._leaving:
            self._leaving = sum(map(len, frames))
            self._count()
        if not self._leaving and self.engineio.closed:
            self._tell_of_change()  # `_let_leave` may wait for that
        return frames

    # ---- the tasks

    async def _receive(self, transport: Transport) -> None:
        """Take in the next message, or do what is due if that comes first."""
        try:
            frame = await transport.receive(self._next_alarm())
            if frame is None:
                return await self._pass_time()
            message = self.engineio.receive_frame(frame, trio.current_time())
            if message is None:
                self._tell_of_change()  # `is_alive` may wait for this pong
            else:
                await self._hand_over(message)
        except TransportClosed as lost:
            self.close(lost.reason)
        except RemoteProtocolError as error:
            self.break_off(error)

    async def _hand_over(self, message: Frame) -> None:
        with trio.move_on_after(RECEIVED_WITHIN) as self._receiving:
            await self._application.receive(message)
        if self._receiving.cancelled_caught:
            self.close(CloseReason.SERVER_CLOSED)
        self._receiving = None

    async def _let_leave(self, transport: Transport) -> None:
        """Wait until what is left in the outbox, and what is being sent, has left, or the client does not take it."""
        while self._leaving or len(self.engineio.outbox):
            if transport.is_lost or self.engineio.closed is CloseReason.SLOW_READER:
                return
            with trio.move_on_at(transport.stalled_at + self._send_timeout):
                await self._wait_for_change()
                continue
            return
