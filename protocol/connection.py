"""One client connection as a machine: Engine.IO v4's open, heartbeat, polling, upgrade and close, without I/O or clock.

A connection is one Engine.IO session: a `sid` and what the client and the server hold under it, whichever transport
carries it at the moment. Its life:

    open on polling ----probe----> open on polling, probing ----"5"----> open on websocket ----> closed
       |                                  | the candidate is lost              ^
       |                                  v                                    |
       +<-------------------------- open on polling          open on websocket from the start

The driver (actors/running/connection.py) owns the sockets and the clock. It hands in what came (`receive_frame`,
`receive_payload`, `receive_probe`), takes out what is to go (`take`, `take_poll`), and calls `tick` at `deadline`.
Every method that depends on time is told `now`, in seconds of any monotonic clock. Nothing here waits, so nothing here
needs locking.

The heartbeat is the server's: a ping each `ping_interval` after the last pong, and the connection is closed when no
pong comes within `ping_timeout`. A polling client that has stopped polling never sees its ping, so an orphaned polling
session (SocketIOUnity leaves one behind at every start) ends by the same rule.

While a candidate WebSocket is probing, a waiting poll is freed with a NOOP and further polls are answered at once, so
that the client can stop polling; what the session sends meanwhile stays in the outbox and leaves by whichever
transport takes first. A bare "5" without a probe upgrades too: socket.io-client-csharp sends that.

How a close shows to a waiting poll follows Engine.IO's reference server: "6" (NOOP) when the client closed, "1"
(CLOSE) when the server did. Afterwards the `sid` is unknown.

A client that does not read fills its outbox; the policy is to close it (SLOW_READER): dropping messages silently would
leave an avatar with half a sentence and no way to know.
"""

import math
from collections.abc import Iterator
from enum import Enum

import msgspec

from protocol import engineio
from protocol.engineio import EnginePacket, Frame
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError
from protocol.outbox import Outbox
from protocol.timing import Timing

POLLING, WEBSOCKET = "polling", "websocket"


class Probe(Enum):
    """The result of a frame on a candidate WebSocket."""

    ANSWER = "send 3probe on the candidate"
    UPGRADED = "the candidate is the transport now"


class Connection:
    """The machine of one Engine.IO session; see the module's text."""

    def __init__(self, sid: str, timing: Timing, transport: str, now: float) -> None:
        self.sid = sid
        self.transport = transport
        self.outbox = Outbox(timing.outbox_bytes, timing.outbox_messages)
        self.probing = False
        self.polling = False
        self.closed: CloseReason | None = None
        self._candidate = False
        self._timing = timing
        self._ping_at = now + timing.ping_interval
        self._pong_by: float | None = None
        self.outbox.put_urgent(engineio.encode_frame(EnginePacket(engineio.OPEN, self._open_data())))

    def __repr__(self) -> str:
        state = f"closed: {self.closed}" if self.closed else f"open on {self.transport}"
        return f"<Connection {self.sid} {state}, {len(self.outbox)} to send>"

    def _open_data(self) -> str:
        timing = self._timing
        upgrades = (WEBSOCKET,) if self.transport == POLLING else ()
        opened = engineio.OpenPacket(
            self.sid,
            upgrades,
            round(timing.ping_interval * 1000),
            round(timing.ping_timeout * 1000),
            timing.max_payload,
        )
        return msgspec.json.encode(opened).decode()

    # ---- time

    @property
    def deadline(self) -> float:
        """The time at which `tick` has to be called; infinity once the connection is closed."""
        if self.closed:
            return math.inf
        return self._ping_at if self._pong_by is None else self._pong_by

    def tick(self, now: float) -> None:
        """Send a ping whose time has come, or close the connection if a pong is overdue."""
        if self.closed or now < self.deadline:
            return
        if self._pong_by is not None:
            self.close(CloseReason.PING_TIMEOUT)
            return
        # From when the ping was due, as the client counts; a server that is late itself still gives half of it.
        self._pong_by = max(self._ping_at + self._timing.ping_timeout, now + self._timing.ping_timeout / 2)
        self.outbox.put_urgent(engineio.encode_frame(EnginePacket(engineio.PING)))

    def ping_now(self, now: float) -> None:
        """Ask at once whether the client is there; `awaiting_pong` tells when it has answered."""
        if not self.closed and self._pong_by is None:
            self._ping_at = now
            self.tick(now)

    @property
    def awaiting_pong(self) -> bool:
        """Whether a ping has been queued that was not answered yet."""
        return self._pong_by is not None

    # ---- what comes in

    def receive_frame(self, frame: Frame, now: float) -> Frame | None:
        """A frame on the WebSocket that is the transport: the message in it, or None. Raises RemoteProtocolError."""
        message = engineio.message_in(frame)
        return self._receive(engineio.decode_frame(frame), now) if message is None else message

    def receive_payload(self, body: bytes, now: float) -> Iterator[Frame | None]:
        """The body of a polling POST: for each packet the message in it, or None, when it is asked for.

        It ends early where the connection is closed meanwhile. Raises RemoteProtocolError, where the packet's turn has
        come: those before it were taken in, as on a WebSocket.
        """
        for packet in engineio.decode_payload(body):
            yield self._receive(packet, now)
            if self.closed:
                return

    def _receive(self, packet: EnginePacket, now: float) -> Frame | None:
        if packet.type == engineio.MESSAGE:
            return packet.data
        if packet.type == engineio.PONG:
            self._pong_by = None
            self._ping_at = now + self._timing.ping_interval
        elif packet.type == engineio.CLOSE:
            self.close(CloseReason.CLIENT_CLOSED)
        elif packet.type == engineio.PING:
            raise RemoteProtocolError("in Engine.IO 4 the server sends the pings")
        return None

    # ---- polling

    def begin_poll(self) -> None:
        """A GET has come. Raises RemoteProtocolError where one is waiting already: the session is closed by then.

        A GET for a session that has upgraded is refused by the same error and harms nothing.
        """
        if self.transport != POLLING:
            raise RemoteProtocolError("this session has left polling for a WebSocket")
        if self.polling:
            self.close(CloseReason.SECOND_POLL)
            raise RemoteProtocolError("a second GET while one is waiting", CloseReason.SECOND_POLL)
        self.polling = True

    @property
    def poll_ready(self) -> bool:
        """Whether a waiting GET can be answered now."""
        return bool(self.closed or self.probing or self.transport != POLLING or len(self.outbox))

    def take_poll(self) -> Iterator[str]:
        """The body that answers the waiting GET, which is over by this; the last one holds all that is left.

        It comes piece by piece, because what is left may be many megabytes. Raises LocalProtocolError where no GET
        waits.
        """
        if not self.polling or not self.poll_ready:
            raise LocalProtocolError("no GET waits, or there is nothing to answer it with")
        self.polling = False
        most = math.inf if self.closed else self._timing.max_payload
        frames = self.outbox.take_up_to(most) if self.transport == POLLING else []
        packets = [engineio.decode_frame(frame) for frame in frames]
        if self.closed and self.closed is not CloseReason.CLIENT_CLOSED:
            packets.append(EnginePacket(engineio.CLOSE))
        return engineio.encode_payload(packets or [EnginePacket(engineio.NOOP)])

    # ---- upgrade

    def begin_probe(self) -> None:
        """A WebSocket has come for this `sid`. Raises RemoteProtocolError where it cannot become the transport."""
        if self.transport != POLLING or self._candidate or self.closed:
            raise RemoteProtocolError("this session has a WebSocket already, or is closed")
        self._candidate = True

    def receive_probe(self, frame: Frame) -> Probe:
        """A frame on the candidate WebSocket. Raises RemoteProtocolError, which concerns the candidate alone."""
        if not self._candidate or self.closed:
            raise RemoteProtocolError("this session is closed, or has another WebSocket")
        if frame == "2probe":
            self.probing = True
            return Probe.ANSWER
        if frame == "5":
            self.end_probe()
            self.transport = WEBSOCKET
            return Probe.UPGRADED
        raise RemoteProtocolError("a WebSocket for a polling session begins with 2probe, or upgrades with 5")

    def end_probe(self) -> None:
        """The candidate that `begin_probe` admitted is gone; polling goes on."""
        self._candidate = self.probing = False

    # ---- what goes out

    def send(self, frames: tuple[Frame, ...], tag: object = None) -> None:
        """Queue a message of frames; a client that has let its outbox fill up is closed."""
        if not self.closed and not self.outbox.put(frames, tag):
            self.close(CloseReason.SLOW_READER)

    def take(self) -> Frame | None:
        """The next frame for the WebSocket, None where there is none."""
        return self.outbox.take()

    def take_joined(self, most: int) -> list[Frame]:
        """The next frames for the WebSocket, of `most` bytes together or one alone; none where there is none."""
        return self.outbox.take_joined(most)

    def close(self, reason: CloseReason) -> None:
        """End the connection, for the first reason given; what waits to be sent stays only for an orderly end."""
        if self.closed is None:
            self.closed = reason
            if reason is not CloseReason.SERVER_CLOSED:
                self.outbox.clear()
