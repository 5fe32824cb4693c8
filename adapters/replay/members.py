"""The members of a recording as clients: their handshakes and events, and when each has read what it was told."""

import itertools
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

import msgspec
import trio
from msgspec import UNSET

from adapters.client.packets import Disconnected, MessageSocket, PacketSocket, Unreachable
from adapters.client.voiceclient import refusal
from adapters.recordings.format import ACK, DISCONNECT, DROP, Row
from adapters.recordings.reading import SessionRecording
from protocol import socketio
from protocol.connecting import Auth
from protocol.messages import Names
from protocol.socketio import Packet

_AT_ONCE = 0.000_05
"""Seconds between two rows that have one time, for a clock that is rounded."""


class MemberSocket:
    """The connection of one member that has joined."""

    def __init__(self, packets: PacketSocket) -> None:
        self.packets = packets

    @classmethod
    async def join(cls, websocket: MessageSocket, auth: dict[str, Any]) -> "MemberSocket":
        """Join a session. Raises ConnectRefused, Disconnected, Unreachable. Cancelling leaves the connection."""
        packets = await PacketSocket.open(websocket)
        await packets.send(Packet(socketio.CONNECT, data=auth))
        answer = await packets.receive()
        if answer.type == socketio.CONNECT_ERROR:
            raise refusal(answer.data)
        if answer.type != socketio.CONNECT:
            raise Unreachable("the server answers something else than Socket.IO")
        return cls(packets)

    async def leave(self) -> None:
        """Leave the session. Raises Disconnected. Cancelling may leave half of it sent."""
        await self.packets.send(Packet(socketio.DISCONNECT))

    async def say(self, row: Row, sound: bytes) -> None:
        """Send what the row says. Raises Disconnected. Cancelling may leave half of it sent."""
        await self.packets.send(Packet(socketio.EVENT, ack=_number(row), data=[row.event, *arguments_of(row, sound)]))


def _number(row: Row) -> int | None:
    return None if row.ack is UNSET else row.ack


def arguments_of(row: Row, sound: bytes) -> list[Any]:
    """What the event of a row carries."""
    if row.bytes is not UNSET:
        return [sound]
    return [] if row.payload is UNSET else [_with_bytes(row.payload)]


def _with_bytes(payload: Any) -> Any:
    """The payload as it was sent: a recording has of bytes that are no sound their number alone."""
    match payload:
        case {"bytes": int(count), **rest} if not rest:
            return bytes(count)
        case dict():
            return {key: _with_bytes(value) for key, value in payload.items()}
        case list():
            return [_with_bytes(item) for item in payload]
        case _:
            return payload


class Script:
    """What the members of a recording do, in order, and their handshakes."""

    def __init__(self, recording: SessionRecording, names: Names) -> None:
        self._recording = recording
        self._wire = {documented: wire for wire, documented in names.keys.items()}
        self.rows = tuple(row for row in recording.rows if row.dir == "in")
        self._followers = frozenset(
            id(row)
            for before, row in itertools.pairwise(recording.rows)
            if row.dir == "in" and before.dir != "in" and row.t - before.t < _AT_ONCE
        )

    def follows(self, row: Row) -> bool:
        """Whether the row came just after something else had happened, so that it may have been the reaction to it."""
        return id(row) in self._followers

    def handshake(self, row: Row, session: str, token: str = "") -> Auth:
        """The handshake of the member that the row `connect` is of; `session` "": a new one."""
        [member] = row.members
        asked = self._recording.about.members.get(member, Auth())
        if row.payload is not UNSET:  # one that comes back says what it has, and its first handshake does not
            asked = msgspec.convert(row.payload, Auth)
        return msgspec.structs.replace(asked, session_id=session or UNSET, token=token or UNSET)

    def auth(self, row: Row, session: str) -> dict[str, Any]:
        """The same by the names that its keys have on the wire."""
        keys: dict[str, Any] = msgspec.to_builtins(self.handshake(row, session))
        return {self._wire[key]: value for key, value in keys.items()}

    def audio_format(self, member: int) -> str:
        """The format of the sound that a member gets: as its handshake says, or a `session.update`, else mp3."""
        asked = self._recording.about.members.get(member)
        if asked is not None and isinstance(asked.audio_format, str):
            return asked.audio_format
        for row in reversed(self.rows):
            speech = row.payload.get("TTS") if isinstance(row.payload, dict) else None
            if isinstance(speech, dict) and isinstance(named := speech.get("audioFormat"), str):
                return named
        return "mp3"

    def sound(self, row: Row) -> bytes:
        """The sound of a row. Raises UnreadableRecording."""
        return self._recording.sound(row)


class Gate:
    """When a member that was slow reads on: it stands before a message until others of its turn have been dropped.

    In the recording these messages were still in its queue when their turn was cut. A client that reads at once would
    have got them. `until`: when they were dropped, in seconds of the session.
    """

    def __init__(self, before: int, until: float) -> None:
        self.before = before
        self.until = until
        self.opened = trio.Event()


def gates_of(rows: Iterable[Row]) -> dict[int, deque[Gate]]:
    """The gates of each member that has any, in order."""
    sent: dict[int, list[Row]] = defaultdict(list)
    gates: dict[int, deque[Gate]] = defaultdict(deque)
    for row in rows:
        if row.dir != "out" or row.event == DISCONNECT:
            continue
        for member in row.members:
            if row.event == DROP:
                first = _drop(sent[member], row)
                if first > 0:
                    gates[member].append(Gate(first - 1, row.t))
            else:
                sent[member].append(row)
    return gates


def _drop(sent: list[Row], drop: Row) -> int:
    """Take what did not leave out of what was sent; the place of the first of it."""
    turn, count = drop.payload["turn"], drop.payload["messages"]
    dropped = [at for at, row in enumerate(sent) if row.turn == turn and row.event != ACK][-count:]
    for at in reversed(dropped):
        del sent[at]
    return dropped[0] if dropped else 0


class Reader:
    """Receives what a member is told, and stands at its gates; what is told is taken from the session's own tape."""

    def __init__(self, socket: MemberSocket, gates: deque[Gate], zero: float) -> None:
        self._socket = socket
        self._gates = gates
        self._zero = zero
        self.count = 0

    async def run(self) -> None:
        """Receive until the connection ends. Cancelling ends it."""
        try:
            while True:
                await self._stand()
                packet = await self._socket.packets.receive()
                self.count += packet.type != socketio.DISCONNECT
        except Disconnected:
            return

    async def _stand(self) -> None:
        while self._gates and self._gates[0].before <= self.count:
            gate = self._gates[0]
            with trio.move_on_at(self._zero + gate.until + LATE):
                await gate.opened.wait()
            self._gates.popleft()


LATE = 0.25
"""Seconds after the recorded time at which a gate opens, where nothing is dropped."""
