"""The far side of a relay: the sockets of sessions that are here, whose connections another process has.

Each has a task, which hands its messages to the socket's `Member` one after the other and keeps its time, as the task
of a connection does. What the session says to it waits in an outbox like a connection's own, with the same bounds, and
leaves it as the near side tells that what was delivered before has left for the client (WINDOW). So the messages of a
turn that is cut are taken out here, and what is on its way counts as what the network has.
"""

import logging
from collections import deque
from typing import Final, Protocol

import trio

from actors.deciding.account import Charge
from actors.running.connectioncore import OpeningRequest
from actors.running.relaying import Arrivals, MemberConnection
from actors.running.transport import Application
from adapters.relay.frames import (
    AliveFrame,
    AskAliveFrame,
    CloseSocketFrame,
    FromNear,
    GoneFrame,
    JoinedFrame,
    LeftFrame,
    MessageFrame,
    OpenFrame,
    PartedFrame,
    TakenFrame,
)
from adapters.relay.near import FRAME_COST, is_for_namespaces
from adapters.relay.stream import RelayStream
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.outbox import Outbox
from protocol.timing import Timing

log = logging.getLogger(__name__)
WINDOW: Final = 65_536
"""Bytes that may be on their way to a client; the message that passes the bound is still delivered."""
TOLD_EACH: Final = 65_536
"""Bytes of messages that were taken in before the near side is told of it; less than half of its window (`near.py`)."""
PING_GRACE: Final = 1.0
"""Seconds that the answer of a ping may take for its way here."""
CLOSED_WITHIN: Final = 5.0
"""Seconds that leaving the session may take."""


class Attendant(Application, Protocol):
    """The application of a socket, which may have joined a session."""

    @property
    def is_joined(self) -> bool:
        """Whether it is in a session."""


class RelayedSessions(Protocol):
    """The port to the sessions that are here; the supervisor satisfies it."""

    def attend(self, connection: MemberConnection, arrivals: Arrivals) -> Attendant:
        """The application of a socket whose connection is elsewhere."""

    def open_charge(self) -> Charge:
        """A charge for what waits to be sent to it."""


class FarSocket:
    """One socket. It satisfies `MemberConnection` for its `Member`, and `Arrivals`: who it tells is the near side."""

    def __init__(self, opening: OpenFrame, stream: RelayStream, sessions: RelayedSessions, timing: Timing) -> None:
        self.number = opening.socket
        self.opening = OpeningRequest(opening.query, opening.address, opening.bearer, opening.traceparent)
        self.address = opening.address
        self._stream = stream
        self._outbox = Outbox(timing.outbox_bytes, timing.outbox_messages)
        self._delivered = self._left = 0
        self._messages: deque[Frame] = deque([opening.connect])
        self._taken = self._told = 0
        self._is_gone = False
        self._closing: CloseReason | None = None
        self._changed = trio.Event()
        self._answers: list[bool] = []  # to the last question whether the client is there
        self._mail = trio.Event()
        self._charge = sessions.open_charge()
        # Each knows the other; the application is forgotten at the end, so that both are freed at once.
        self._application: Attendant | None = sessions.attend(self, self)

    # ---- for the Member

    @property
    def is_closed(self) -> bool:
        """See `MemberConnection.is_closed`."""
        return self._is_gone or self._closing is not None

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """See `MemberConnection.send`."""
        if self.is_closed:
            return None
        if not self._outbox.put(frames, tag):
            return self.close(CloseReason.SLOW_READER)
        return self._flush()

    def drop(self, tag: object) -> int:
        """See `MemberConnection.drop`."""
        dropped = self._outbox.drop(tag)
        self._charge.hold(self._outbox.size)
        return dropped

    def note_change(self) -> None:
        """See `MemberConnection.note_change`."""
        self._notify()

    def close(self, reason: CloseReason) -> None:
        """See `MemberConnection.close`."""
        if not self.is_closed:
            self._closing = reason
            if reason is not CloseReason.SERVER_CLOSED:
                self._outbox.clear()
            self._flush()
            self._notify()

    async def is_alive(self, seconds: float) -> bool:
        """See `MemberConnection.is_alive`."""
        answers = self._answers = []
        self._stream.send(AskAliveFrame(self.number, seconds))
        with trio.move_on_after(seconds + PING_GRACE):
            while not (answers or self.is_closed):
                await self._changed.wait()
        return any(answers)

    def note_joined(self, joined: MemberConnection) -> None:
        """See `Arrivals.note_joined`. The near side is told by `run`."""

    def note_left(self, left: MemberConnection) -> None:
        """See `Arrivals.note_left`. The near side is told by `run`, when all of the message has been dealt with."""

    def ask_to_join(self, asking: MemberConnection) -> float:
        """See `Arrivals.ask_to_join`: the near side has counted that already."""
        return 0.0

    # ---- what leaves

    def _flush(self) -> None:
        """Deliver what may be on its way, and then the end, where there is one."""
        while len(self._outbox) and self._delivered - self._left < WINDOW:
            frames = self._outbox.take_up_to(1)
            self._delivered += sum(map(len, frames))
            self._stream.deliver(self.number, frames)
        self._charge.hold(self._outbox.size)
        if self._is_gone or self._closing is None or self._outbox.size:
            return
        self._is_gone = True
        self._stream.send(CloseSocketFrame(self.number, self._closing.value))
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
        self._mail.set()

    # ---- what comes

    def heed(self, frame: FromNear) -> None:
        """Do what the near side says."""
        match frame:
            case MessageFrame(_, message):
                self._messages.append(message)
                self._mail.set()
            case LeftFrame(_, total):
                self._left = total
                self._flush()
            case AliveFrame(_, is_alive):
                self._answers.append(is_alive)
                self._notify()
            case GoneFrame() | OpenFrame():
                self.lose()

    def break_off(self) -> None:
        """End the connection for a fault of ours."""
        if not self._is_gone:
            self._is_gone = True
            self._stream.send(CloseSocketFrame(self.number, CloseReason.SERVER_CLOSED.value))

    def lose(self) -> None:
        """The connection is gone."""
        self._is_gone = True
        self._outbox.clear()
        self._notify()

    async def run(self) -> None:
        """Hand its messages to the session until it leaves, or the connection ends. Cancelling ends it the same way."""
        try:
            await self._attend()
        except RemoteProtocolError as error:
            log.warning("%s: closed: %s", self.address, error)
            if not self._is_gone:
                self._is_gone = True
                self._stream.send(CloseSocketFrame(self.number, error.reason.value, str(error)))
        finally:
            self._charge.close()
            application, self._application = self._application, None
            with trio.move_on_after(CLOSED_WITHIN, shield=True):
                assert application is not None
                await application.closed()

    async def _attend(self) -> None:
        """Take in messages, and do what is due. Raises RemoteProtocolError."""
        application = self._application
        assert application is not None
        while not self.is_closed:
            if self._messages:
                message = self._messages.popleft()
                await application.receive(message)
                self._note_taken(message)
                if not application.is_joined and not self.is_closed:
                    return self._stream.send(PartedFrame(self.number))
                if is_for_namespaces(message):
                    self._stream.send(JoinedFrame(self.number))
                continue
            self._mail = trio.Event()
            with trio.move_on_at(application.deadline):
                await self._mail.wait()
                continue
            await application.tick()
        with trio.move_on_after(CLOSED_WITHIN):
            while not self._is_gone:
                await self._changed.wait()
        return None

    def _note_taken(self, message: Frame) -> None:
        self._taken += len(message) + FRAME_COST
        if self._taken - self._told >= TOLD_EACH:
            self._told = self._taken
            self._stream.send(TakenFrame(self.number, self._taken))
