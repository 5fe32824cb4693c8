"""A recording played against a running server: each member is a client of it, with the recorded events and sound."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec
import trio
from msgspec import UNSET

from adapters.client.packets import Disconnected
from adapters.client.recording import BadRecording, playing_seconds
from adapters.client.voiceclient import VoiceClient, connect
from adapters.recordings.format import ACK, CONNECT, DISCONNECT, Row
from adapters.recordings.reading import SessionRecording, UnreadableRecording
from adapters.replay.joined import join
from adapters.replay.members import Script, arguments_of
from adapters.replay.told import SOUND, Lanes, ToldRow, tell, wire_names
from protocol import base64text, socketio
from protocol.audioformat import sniff
from protocol.connecting import Auth
from protocol.messages import Names, ResponseStarted, SessionState
from protocol.socketio import Packet

PATIENCE = 30.0
"""Seconds that an answer may take longer than it did."""
HEAD = 64
"""Bytes by which a file is known."""
_MOMENT = 0.5
"""Seconds in which more may come than is expected."""


class LiveOptions(msgspec.Struct, frozen=True):
    """The server at `url`, its credential `token`; `realtime`: at the recorded times, else when it is answered."""

    url: str
    token: str = ""
    realtime: bool = True


async def replay_live(recording: SessionRecording, options: LiveOptions) -> dict[int, list[ToldRow]]:
    """What each member is told. Raises UnreadableRecording, and what `connect` raises. Cancelling closes all."""
    return await LiveReplay(recording, options).run()


class LiveReplay:
    """A recording that is to be played. Making it raises UnreadableRecording where that cannot be."""

    def __init__(self, recording: SessionRecording, options: LiveOptions) -> None:
        self._is_open = any(row.event == "vad" for row in recording.rows)
        """Whether it has an open microphone."""
        if self._is_open and not options.realtime:
            raise UnreadableRecording("an open microphone is heard in real time: leave out --no-realtime")
        if not (recording.about.words and recording.about.sound):
            raise UnreadableRecording(
                "the recording is without words or without sound, so a server cannot be asked the same: use --virtual"
            )
        self._recording = recording
        self._options = options
        self._names = wire_names(recording.about.names)
        self._script = Script(recording, self._names)
        self._expected = tell(recording.rows, self._names)
        self._members: dict[int, LiveMember] = {}
        self._state = self._names.wire[SessionState]
        self._is_lost = False
        self._session = ""
        self._zero = -math.inf

    async def run(self) -> dict[int, list[ToldRow]]:
        """Play it. Raises what `connect` raises, in a group. Cancelling closes all connections."""
        async with trio.open_nursery() as nursery:
            for row, count in zip(self._script.rows, _counts(self._recording.rows), strict=True):
                await self._wait_for(row, count)
                await self._do(row, nursery)
            for number in self._members:
                await self._told(number, self._expected.get(number, ()))
            await trio.sleep(_MOMENT)
            nursery.cancel_scope.cancel()
        return {number: member.measured(self._script.audio_format(number)) for number, member in self._members.items()}

    async def _wait_for(self, row: Row, count: int) -> None:
        """Wait until the row is due: in real time at its time, and when its member was told the states before it.

        So who reacted to the end of an answer does so again, and does not interrupt it because the server takes longer.
        What follows is as much later. An open microphone does not wait for anybody. `count`: how much its member was
        told before.
        """
        [number] = row.members
        is_sound, before = row.bytes is not UNSET, self._expected.get(number, [])[:count]
        if row.event == CONNECT or number not in self._members:
            return
        if self._options.realtime:
            await trio.sleep_until(self._zero + row.t)
            if not (is_sound and self._is_open):
                due = self._states(before)
                await self._has_come(number, lambda rows: self._states(rows) >= due)
                self._zero = max(self._zero, trio.current_time() - row.t)
        elif not is_sound:
            await self._told(number, before)

    def _states(self, rows: Iterable[ToldRow]) -> int:
        return sum(row.event == self._state for row in rows)

    async def _told(self, number: int, rows: Iterable[ToldRow]) -> None:
        """Wait until a member was told as much as these rows."""
        due = len(join(rows, self._names))
        await self._has_come(number, lambda rows: len(join(rows, self._names)) >= due)

    async def _has_come(self, number: int, enough: Callable[[list[ToldRow]], bool]) -> None:
        """Wait until what a member was told is enough, PATIENCE at most; once that was in vain, nothing is awaited."""
        if not self._is_lost:
            self._is_lost = not await self._members[number].has_come(enough)

    async def _do(self, row: Row, nursery: trio.Nursery) -> None:
        [number] = row.members
        if row.event == CONNECT:
            auth = self._script.handshake(row, self._session, self._options.token)
            if self._zero == -math.inf:
                self._zero = trio.current_time() - row.t
            member = self._members[number] = LiveMember(number, auth, self._names, self._zero)
            await nursery.start(member.run, self._options.url)
            self._session = self._session or member.session_id
        elif number in self._members and row.event == DISCONNECT:
            await self._told(number, self._expected.get(number, ()))
            self._members[number].leave()
        elif number in self._members:
            await self._members[number].say(row, self._script.sound(row))


def _counts(rows: Iterable[Row]) -> list[int]:
    """For each row of a member, how many it was told before."""
    counts: list[int] = []
    told: Counter[int] = Counter()
    for row in rows:
        if row.dir == "in":
            counts.append(told[row.members[0]])
        elif row.dir == "out":
            told.update(row.members)
    return counts


class LiveMember:
    """A member as a client of a running server; `rows`: what it was told so far, without the lengths of sound."""

    def __init__(self, number: int, auth: Auth, names: Names, zero: float) -> None:
        self.is_over = False
        self.session_id = ""
        self.rows: list[ToldRow] = []
        self._zero = zero
        self._news = trio.Event()
        self._number = number
        self._auth = auth
        self._lanes = Lanes(names)
        self._started = names.wire[ResponseStarted]
        self._client: VoiceClient | None = None
        self._scope = trio.CancelScope()
        self._turn = 0
        self._sounds: dict[tuple[int, str], list[bytes]] = {}
        self._firsts: dict[tuple[int, str], int] = {}

    async def run(self, url: str, task_status: trio.TaskStatus[None]) -> None:
        """Join, and receive until the end. Raises what `connect` raises. Cancelling closes the connection."""
        with self._scope:
            async with connect(url, self._auth) as client:
                self._client = client
                await self._receive(client)
                task_status.started()
                with suppress(Disconnected):
                    while True:
                        await self._receive(client)
        self.is_over = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def has_come(self, enough: Callable[[list[ToldRow]], bool]) -> bool:
        """Wait until what it was told is enough, PATIENCE at most; whether it is. Cancelling ends the wait."""
        with trio.move_on_after(PATIENCE):
            while not (enough(self.rows) or self.is_over):
                await self._news.wait()
        return enough(self.rows)

    def leave(self) -> None:
        """Close the connection."""
        self._scope.cancel()

    async def say(self, row: Row, sound: bytes) -> None:
        """Send what the row says, if the connection is still there. Cancelling may leave half of it sent."""
        assert self._client is not None
        ack = None if row.ack is UNSET else row.ack
        data = [row.event, *arguments_of(row, sound)]
        try:
            await self._client.packets.send(Packet(socketio.EVENT, ack=ack, data=data))
        except Disconnected:
            self.is_over = True

    async def _receive(self, client: VoiceClient) -> None:
        packet = await client.packets.receive()
        if packet.type in (socketio.ACK, socketio.BINARY_ACK):
            self._take(ACK, packet.data[0] if packet.data else None, packet.ack)
        elif packet.type in (socketio.EVENT, socketio.BINARY_EVENT):
            self._take(str(packet.data[0]), packet.data[1] if len(packet.data) > 1 else None, None)
        elif packet.type == socketio.DISCONNECT:
            raise Disconnected("the server ended the session")

    def _take(self, event: str, payload: Any, ack: int | None) -> None:
        audio = b""
        if isinstance(payload, dict):
            self.session_id = self.session_id or payload.get("sessionId", "")
            audio = _bytes_of(payload.get("audio"))
            payload = {key: value for key, value in payload.items() if key != "audio"}
        self._turn += event == self._started
        lane = self._lanes.of(event, payload)
        if lane.startswith(SOUND):
            part = self._turn, lane
            self._firsts.setdefault(part, len(self.rows))
            self._sounds.setdefault(part, []).append(audio)
        self.rows.append(ToldRow(trio.current_time() - self._zero, self._number, event, payload, lane, None, ack))
        self._tell()

    def measured(self, audio_format: str) -> list[ToldRow]:
        """The rows, with the length of each part's sound at its first piece; `audio_format`: of sound that is raw."""
        rows = list(self.rows)
        for part, at in self._firsts.items():
            rows[at] = rows[at]._replace(audio_ms=1000 * length_of(self._sounds[part], audio_format))
        return rows


def length_of(pieces: list[bytes], audio_format: str) -> float:
    """How many seconds the pieces of a part play, whether they are one file or each a file; -1 for what is no sound."""
    sounds = [piece for piece in pieces if piece]
    name = sniff(sounds[0][:HEAD]) if sounds else None
    named = {"ogg": "opus"}.get(name, name) if name is not None else audio_format
    is_each = name == "wav" and all(sniff(piece[:HEAD]) == "wav" for piece in sounds)
    try:
        return sum(playing_seconds(file, named) for file in (sounds if is_each else [b"".join(sounds)]) if file)
    except BadRecording:
        return -1.0


def _bytes_of(audio: object) -> bytes:
    if isinstance(audio, str):
        return base64text.decode(audio)
    return audio if isinstance(audio, bytes) else b""
