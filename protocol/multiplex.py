"""Socket.IO on one connection as a machine: which namespaces are joined, which attachments and which CONNECT are due.

It stands between the messages of protocol/connection.py and the code that serves the namespaces. Text that arrives
where an attachment was due does not end the connection, because a client without a send lock (socket.io-client-csharp)
does that in good faith: the event that waited is lost, the text is handled, and as many binary frames as were owed are
thrown away when they come.

Owed frames may also never come. Then the frames of the next event would pass for them, those of the event after it for
its own, and no binary event would ever be whole again. So nothing is thrown away while a header waits: its event is
whole when the owed frames and its own are there, and where text or the deadline cuts that short, the latest frames are
taken for its own if they are enough. Frames that did not come in the time they had are not expected by later events.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from protocol import socketio
from protocol.chunks import ChunkReader
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.socketio import Header, Packet, TooMuch
from protocol.timing import Waits
from protocol.websocket import Received

ROOT = "/"
"""The namespace that a packet is for which names none."""
MAX_EVENT = 4_000_000
"""How much an event may hold with its attachments, in bytes."""


class ConnectAsked(msgspec.Struct, frozen=True):
    """CONNECT came; to be answered by `accept` or `refuse`."""

    namespace: str
    auth: Any

    def __repr__(self) -> str:
        return f"ConnectAsked({self.namespace!r})"  # `auth` may hold a credential


class EventCame(msgspec.Struct, frozen=True):
    """An event with its arguments; `ack` is the id under which it wants an answer, None where it wants none."""

    namespace: str
    name: str
    arguments: list[Any]
    ack: int | None


class AckCame(msgspec.Struct, frozen=True):
    """The client's answer to an event of ours."""

    namespace: str
    ack: int
    arguments: list[Any]


class NamespaceLeft(msgspec.Struct, frozen=True):
    """DISCONNECT came."""

    namespace: str


class EventLost(msgspec.Struct, frozen=True):
    """An event is lost, for want of its attachments or because it holds too much; `name` as far as known."""

    namespace: str
    name: str
    ack: int | None
    why: str


TakeChunk = Callable[[bytes, int | None, float], bool]
"""Takes the sound of a chunk, whose ack is wanted under an id or not, at a time; False, and nothing done, where it does
not."""
Came = ConnectAsked | EventCame | AckCame | NamespaceLeft | EventLost


def _without(namespaces: tuple[str, ...], namespace: str) -> tuple[str, ...]:
    return tuple(one for one in namespaces if one != namespace)


class Multiplex:
    """The machine of one connection's Socket.IO side; see the module's text. `now` in seconds, as in Connection."""

    def __init__(self, waits: Waits, now: float, max_event: int = MAX_EVENT) -> None:
        self.joined: tuple[str, ...] = ()
        self._waits = waits
        self._max_event = max_event
        self._asked: tuple[str, ...] = ()
        self._connect_by = now + waits.connect_timeout
        self._header: Header | None = None
        self._is_chunk = False
        self._frames: list[bytes] = []
        self._attachments_by = math.inf
        self._held = 0
        self._owed = 0
        self._owed_by = -math.inf
        self._ahead = 0

    @property
    def deadline(self) -> float:
        """The time at which `tick` has to be called."""
        return min(self._connect_by, self._attachments_by)

    def tick(self, now: float) -> list[Came]:
        """Handle the time that has passed. Raises RemoteProtocolError where no CONNECT came in time."""
        if now >= self._connect_by:
            raise RemoteProtocolError("no Socket.IO CONNECT came in time", CloseReason.NEVER_CONNECTED)
        if now >= self._attachments_by:
            return self._give_up("an attachment did not come in time", now)
        return []

    # ---- what comes in

    def receive(self, message: Frame, now: float) -> list[Came]:
        """A message of the connection. Raises RemoteProtocolError, by which the connection is over."""
        if isinstance(message, bytes):
            return self._receive_attachment(message, now)
        before = self._give_up("text came where an attachment was due", now) if self._header else []
        try:
            decoded = socketio.decode_text(message)
        except TooMuch as excess:
            return before + self._lose(excess)
        if isinstance(decoded, Header):
            self._require_joined(decoded.packet)
            self._await_attachments(decoded, len(message), now)
            return before
        return before + self._receive_packet(decoded, now)

    def _await_attachments(self, header: Header, size: int, now: float, *, is_chunk: bool = False) -> None:
        self._header, self._is_chunk, self._held = header, is_chunk, size
        self._attachments_by = now + self._waits.attachment_timeout
        self._ahead = self._owed if now < self._owed_by else 0

    def take_chunks(self, frames: Sequence[Received], now: float, chunks: ChunkReader, take: TakeChunk) -> int:
        """Take in the chunks of sound, and parts of them, with which `frames` begins; returns how many frames.

        `receive` would read the same message of each, but as JSON, and would make an event of it. The first one that
        is something else, or of which `take` does not take the chunk, is for `receive`, and so are all behind it.
        """
        at, count = 0, len(frames)
        if ROOT not in self.joined:
            return 0
        while at < count:
            frame = frames[at]
            if isinstance(frame, bytes):
                if not self._take_sound(frame, now, take):
                    break
            elif not isinstance(frame, str) or self._header is not None:
                break
            elif frame == chunks.plain and at + 1 < count and now >= self._owed_by:
                sound = frames[at + 1]  # a chunk that has come whole: written out, because almost all are such
                if not isinstance(sound, bytes) or len(frame) - 1 + len(sound) > self._max_event:
                    break
                if not take(sound, None, now):
                    break
                at += 1
            elif (chunk := chunks.read_text(frame)) is not None:
                if not take(chunk.audio, chunk.ack, now):
                    break
            elif (header := chunks.read_header(frame)) is not None:
                self._await_attachments(header, len(frame) - 1, now, is_chunk=True)
            else:
                break
            at += 1
        return at

    def _take_sound(self, sound: bytes, now: float, take: TakeChunk) -> bool:
        """The attachment of a chunk whose header has been taken, and nothing is owed of events before it."""
        header = self._header
        if header is None or not self._is_chunk or self._ahead:
            return False
        if self._held + len(sound) > self._max_event or not take(sound, header.packet.ack, now):
            return False
        self._header = None
        self._attachments_by = math.inf
        return True

    def _lose(self, excess: TooMuch) -> list[Came]:
        """An event that is not read, where nothing else hangs on it; else the connection cannot go on."""
        packet = excess.packet
        if packet.type != socketio.EVENT:
            raise excess
        self._require_joined(packet)
        return [EventLost(packet.namespace, packet.data[0], packet.ack, str(excess))]

    def _receive_attachment(self, attachment: bytes, now: float) -> list[Came]:
        if self._header is None:
            if not self._owed:
                raise RemoteProtocolError(
                    "a binary frame came that belongs to no event; does the client use another parser, such as msgpack?"
                )
            self._owed -= 1
            return []
        self._held += len(attachment)
        if self._held > self._max_event:
            raise RemoteProtocolError("an event with its attachments is too large", CloseReason.TOO_LARGE)
        self._frames.append(attachment)
        if len(self._frames) < self._ahead + self._header.attachments:
            return []
        return self._complete(self._header, now)

    def _complete(self, header: Header, now: float) -> list[Came]:
        """The event that waited, with the latest frames for its attachments."""
        packet = socketio.join(header, self._frames[-header.attachments :])
        self._forget_header(header)
        return self._receive_packet(packet, now)

    def _give_up(self, why: str, now: float) -> list[Came]:
        assert self._header is not None
        header, packet = self._header, self._header.packet
        if len(self._frames) >= header.attachments:
            return self._complete(header, now)
        self._owed_by = self._attachments_by
        self._forget_header(header)
        name = str(packet.data[0]) if packet.type == socketio.BINARY_EVENT else ""
        return [EventLost(packet.namespace, name, packet.ack, why)]

    def _forget_header(self, header: Header) -> None:
        self._owed += header.attachments - len(self._frames)
        self._header = None
        self._frames = []
        self._attachments_by = math.inf

    def _receive_packet(self, packet: Packet, now: float) -> list[Came]:
        if packet.type == socketio.CONNECT:
            if packet.namespace in (*self.joined, *self._asked):
                raise RemoteProtocolError("CONNECT came twice for one namespace")
            self._asked = (*self._asked, packet.namespace)
            return [ConnectAsked(packet.namespace, packet.data)]
        self._require_joined(packet)
        match packet.type:
            case socketio.EVENT | socketio.BINARY_EVENT:
                return [EventCame(packet.namespace, str(packet.data[0]), packet.data[1:], packet.ack)]
            case socketio.ACK | socketio.BINARY_ACK:
                assert packet.ack is not None
                return [AckCame(packet.namespace, packet.ack, packet.data)]
            case socketio.DISCONNECT:
                self._leave(packet.namespace, now)
                return [NamespaceLeft(packet.namespace)]
            case _:
                raise RemoteProtocolError("only a server sends CONNECT_ERROR")

    def _require_joined(self, packet: Packet) -> None:
        if packet.namespace not in self.joined:
            raise RemoteProtocolError("a packet came for a namespace that is not joined")

    def _leave(self, namespace: str, now: float) -> None:
        self.joined = _without(self.joined, namespace)
        if not self.joined:
            self._connect_by = now + self._waits.connect_timeout

    # ---- what goes out: each returns the frames to send

    def accept(self, namespace: str, sid: str, pid: str = "") -> tuple[Frame, ...]:
        """Answer a CONNECT: the namespace is joined from now on; `pid`: what the client says when it comes back."""
        self._asked = _without(self._asked, namespace)
        self.joined = (*_without(self.joined, namespace), namespace)
        self._connect_by = math.inf
        data = {"sid": sid, "pid": pid} if pid else {"sid": sid}
        return socketio.encode(Packet(socketio.CONNECT, namespace, data=data))

    def refuse(self, namespace: str, data: Any) -> tuple[Frame, ...]:
        """Answer a CONNECT with CONNECT_ERROR; `data` has a `message`."""
        self._asked = _without(self._asked, namespace)
        return socketio.encode(Packet(socketio.CONNECT_ERROR, namespace, data=data))

    def disconnect(self, namespace: str, now: float) -> tuple[Frame, ...]:
        """Take the client out of the namespace."""
        self._leave(namespace, now)
        return socketio.encode(Packet(socketio.DISCONNECT, namespace))
