"""The Wyoming protocol, which the local engines of Home Assistant speak: events over a TCP connection.

An event is a line of JSON (its type, and how long the rest is), then JSON data, then a payload of bytes. Older peers
put the data into the line. Source: the README of https://github.com/OHF-Voice/wyoming, and its package 1.10.
"""

import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import trio

from actors.ports.calls import EngineFailed
from actors.ports.pace import Pace
from actors.ports.sound import Undecodable
from adapters.reach.call import Patience
from adapters.reach.contract import ProviderFailed, Verdict, reached

MAX_JSON, MAX_PAYLOAD = 4 * 1024 * 1024, 16 * 1024 * 1024
"""Bytes that a line or the data of an event may have, and its payload; more is taken for something else than Wyoming.

A list of a thousand voices takes 300 KB, a minute of 48 kHz stereo sound 11 MB."""
SAID = 300
"""Characters of a peer's own message that an error repeats."""
PATIENCE = Patience(first_byte=18.0)
"""Engines on a small machine load their model at the first call, and recognise slower than the person spoke; but within
the session's own limit, so that the next provider is asked."""

Dial = Callable[[str, int], Awaitable[trio.abc.Stream]]
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


# ---- events, whose tags are their types on the wire and whose fields are their data


class WyomingDescribe(msgspec.Struct, frozen=True, tag="describe"):
    """Asks for `WyomingInfo`."""


class WyomingTranscribe(msgspec.Struct, frozen=True, tag="transcribe", omit_defaults=True):
    """Asks for a `WyomingTranscript` of the audio that follows; `name`: of the model."""

    name: str = ""
    language: str = ""
    transcript_terms: tuple[str, ...] = ()


class WyomingAudioStart(msgspec.Struct, frozen=True, tag="audio-start"):
    """Audio follows; `rate` in Hz, `width` in bytes a sample."""

    rate: int
    width: int
    channels: int


class WyomingAudioChunk(msgspec.Struct, frozen=True, tag="audio-chunk"):
    """A piece of it; `audio`, the payload, is signed and little-endian, but unsigned where `width` is 1."""

    rate: int
    width: int
    channels: int
    audio: bytes = b""


class WyomingAudioStop(msgspec.Struct, frozen=True, tag="audio-stop"):
    """There is no more of it."""


class WyomingVoiceChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The voice that is wanted: by `name`, and `speaker` where it has several; or any for `language`."""

    name: str = ""
    language: str = ""
    speaker: str = ""


class WyomingSynthesize(msgspec.Struct, frozen=True, tag="synthesize", omit_defaults=True):
    """Asks for the sound of `text`."""

    text: str
    voice: WyomingVoiceChoice | None = None


class WyomingTranscript(msgspec.Struct, frozen=True, tag="transcript"):
    """All that was recognised."""

    text: str
    language: str | None = None


class WyomingTranscriptStart(msgspec.Struct, frozen=True, tag="transcript-start"):
    """The words follow in pieces, while the audio still goes out."""

    language: str | None = None


class WyomingTranscriptChunk(msgspec.Struct, frozen=True, tag="transcript-chunk"):
    """The next piece."""

    text: str


class WyomingTranscriptStop(msgspec.Struct, frozen=True, tag="transcript-stop"):
    """There are no more of them; a `WyomingTranscript` came before."""


class WyomingError(msgspec.Struct, frozen=True, tag="error"):
    """The peer could not."""

    text: str = ""


class WyomingModel(msgspec.Struct, frozen=True):
    """A model for recognition."""

    name: str
    installed: bool = True
    languages: tuple[str, ...] = ()


class WyomingSpeaker(msgspec.Struct, frozen=True):
    """One of several people that a voice can be."""

    name: str


class WyomingVoice(msgspec.Struct, frozen=True):
    """A voice for synthesis."""

    name: str
    installed: bool = True
    languages: tuple[str, ...] = ()
    speakers: tuple[WyomingSpeaker, ...] | None = None


class WyomingAsr(msgspec.Struct, frozen=True):
    """A program that recognises; who does not choose one has the first that is listed."""

    models: tuple[WyomingModel, ...] = ()


class WyomingTts(msgspec.Struct, frozen=True):
    """A program that speaks; who does not choose one has the first that is listed."""

    voices: tuple[WyomingVoice, ...] = ()


class WyomingInfo(msgspec.Struct, frozen=True, tag="info"):
    """What a peer has."""

    asr: tuple[WyomingAsr, ...] = ()
    tts: tuple[WyomingTts, ...] = ()

    @property
    def models(self) -> tuple[WyomingModel, ...]:
        """The models that can be used without choosing a program."""
        return tuple(model for program in self.asr[:1] for model in program.models if model.installed)

    @property
    def voices(self) -> tuple[WyomingVoice, ...]:
        """The voices that can be used without choosing a program."""
        return tuple(voice for program in self.tts[:1] for voice in program.voices if voice.installed)


Outgoing = (
    WyomingDescribe | WyomingTranscribe | WyomingAudioStart | WyomingAudioChunk | WyomingAudioStop | WyomingSynthesize
)
Incoming = (
    WyomingInfo
    | WyomingAudioStart
    | WyomingAudioChunk
    | WyomingAudioStop
    | WyomingTranscript
    | WyomingTranscriptStart
    | WyomingTranscriptChunk
    | WyomingTranscriptStop
)
_KNOWN = frozenset(
    {
        *("info", "audio-start", "audio-chunk", "audio-stop", "error"),
        *("transcript", "transcript-start", "transcript-chunk", "transcript-stop"),
    }
)


class _EventHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """The line before an event; nulls are not sent, because the protocol's own package cannot read them."""

    type: str
    data: dict[str, object] | None = None
    data_length: int | None = None
    payload_length: int | None = None


_header = msgspec.json.Decoder(_EventHeader)
_data = msgspec.json.Decoder(dict[str, object])


def pack(event: Outgoing) -> bytes:
    """`event` as its bytes."""
    fields = msgspec.to_builtins(event, builtin_types=(bytes,))
    kind, payload = fields.pop("type"), fields.pop("audio", b"")
    data = msgspec.json.encode(fields) if fields else b""
    line = msgspec.json.encode(_EventHeader(kind, None, len(data) or None, len(payload) or None))
    return b"".join((line, b"\n", data, payload))


# ---- a connection


class WyomingConnection:
    """One connection to a peer, used by one task that sends and one that receives."""

    def __init__(self, stream: trio.abc.Stream, name: str, patience: Patience) -> None:
        """`name`: of the peer, for errors."""
        self._stream = stream
        self._name = name
        self._patience = patience
        self._buffer = bytearray()
        self._is_gone = False
        self._waiting = trio.CancelScope()
        self._trouble: EngineFailed | Undecodable | None = None
        self._owed_since = math.inf
        self._waited = 0.0
        self._heard = False
        self._pace = Pace()

    async def send(self, event: Outgoing) -> None:
        """Send `event`; nothing where the peer has gone, which `receive` tells. Raises ProviderFailed.

        Cancelling may leave half an event sent: then the connection is of no more use.
        """
        if self._is_gone:
            await trio.lowlevel.checkpoint()
            return
        with trio.move_on_after(self._patience.silence):
            try:
                await self._stream.send_all(pack(event))
            except trio.BrokenResourceError:
                self._is_gone = True
            return
        raise ProviderFailed(
            f"{self._name} stopped reading for {self._patience.silence:g} seconds: see whether it hangs"
        )

    def expect(self) -> None:
        """From now on the peer owes an answer, and `receive` waits no longer than is allowed."""
        self._owed_since, self._waited, self._heard = trio.current_time(), 0.0, False
        self._waiting.deadline = self._owed_since + self._allowed()

    def fail(self, error: EngineFailed | Undecodable) -> None:
        """Have `receive` raise `error`."""
        self._trouble = error
        self._waiting.cancel()

    async def ask(self) -> WyomingInfo:
        """What the peer has. Raises ProviderFailed."""
        await self.send(WyomingDescribe())
        self.expect()
        while True:
            if isinstance(event := await self.receive(), WyomingInfo):
                self._owed_since = math.inf
                return event

    async def receive(self) -> Incoming:
        """The next event of a known type. Raises ProviderFailed, or what `fail` was given. Cancelling loses nothing."""
        began = trio.current_time()
        self._waiting = trio.CancelScope(deadline=began + self._allowed())
        if self._trouble:
            self._waiting.cancel()
        with self._waiting:
            event = await self._next()
            self._waited += max(trio.current_time() - max(began, self._owed_since), 0.0)
            self._heard = True
            return event
        raise self._trouble or ProviderFailed(
            f"{self._name} did not go on within {self._allowed():g} seconds: see whether it is overloaded"
        )

    def _allowed(self) -> float:
        """Seconds for which the peer may be waited for."""
        if self._owed_since == math.inf:
            return math.inf
        pause = self._patience.silence if self._heard else self._patience.first_byte
        return max(min(pause, self._patience.whole - self._waited), 0.0)

    async def _next(self) -> Incoming:
        while True:
            await self._pace.spend(1)  # many small events may have come at once
            try:
                event = await self._event()
            except (msgspec.DecodeError, RecursionError) as error:
                raise ProviderFailed(f"{self._name} does not speak Wyoming as it should: {error}") from None
            match event:
                case WyomingError(text):
                    raise ProviderFailed(f"{self._name} failed: {text[:SAID] or 'it does not say why'}")
                case None:
                    continue
                case _:
                    return event

    async def _event(self) -> Incoming | WyomingError | None:
        """The next event, None for one of an unknown type; taken out of the buffer only when it is all there."""
        size = await self._line()
        header = _header.decode(memoryview(self._buffer)[:size])
        begin = size + 1
        middle = begin + self._bounded(header.data_length, MAX_JSON)
        end = middle + self._bounded(header.payload_length, MAX_PAYLOAD)
        await self._fill(end)
        data, payload = bytes(self._buffer[begin:middle]), bytes(self._buffer[middle:end])
        del self._buffer[:end]
        if header.type not in _KNOWN:
            return None
        fields = {**(header.data or {}), **(_data.decode(data) if data else {})}
        event: Incoming | WyomingError = msgspec.convert(
            {**fields, "type": header.type, "audio": payload}, type=Incoming | WyomingError
        )
        return event

    async def _line(self) -> int:
        """How long the next line is; it is then in the buffer."""
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = self._bounded(len(self._buffer), MAX_JSON)
            await self._fill(looked + 1)
        return end

    def _bounded(self, length: int | None, most: int) -> int:
        if not 0 <= (length or 0) <= most:
            raise ProviderFailed(f"{self._name} does not speak Wyoming as it should: a length of {length} bytes")
        return length or 0

    async def _fill(self, size: int) -> None:
        """Read on until the buffer has this much."""
        while len(self._buffer) < size:
            try:
                chunk = await self._stream.receive_some(max(65_536, size - len(self._buffer)))
            except trio.BrokenResourceError:
                chunk = b""
            if not chunk:
                raise ProviderFailed(f"{self._name} closed the connection before it had answered: see its log")
            self._buffer += chunk


class WyomingServer:
    """Where a peer is, and what it said that it has: asked at the first call, and again after one that failed."""

    def __init__(
        self, host: str, port: int, title: str, patience: Patience = PATIENCE, dial: Dial = trio.open_tcp_stream
    ) -> None:
        """`title` for errors; `dial` opens the connections."""
        self._host, self._port = host, port
        self.name = f"{title} at {host}:{port}"
        self._patience = patience
        self._dial = dial
        self._info: WyomingInfo | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[WyomingConnection]:
        """A connection of its own for one call: engines close theirs when they have answered.

        Raises ProviderFailed. It is closed however the block ends.
        """
        try:
            stream = await self._reach()
            try:
                yield WyomingConnection(stream, self.name, self._patience)
            finally:
                await trio.aclose_forcefully(stream)
        except ProviderFailed:
            self._info = None
            raise

    async def _reach(self) -> trio.abc.Stream:
        within = self._patience.connect
        with trio.move_on_after(within):
            try:
                stream = await self._dial(self._host, self._port)
            except OSError:
                raise ProviderFailed(
                    f"{self.name} cannot be reached: start it, or correct its host and port in the settings",
                    Verdict.ABSENT,
                ) from None
            reached()
            return stream
        raise ProviderFailed(
            f"{self.name} cannot be reached within {within:g} seconds: see whether its host and port are right",
            Verdict.ABSENT,
        )

    async def known(self, line: WyomingConnection) -> WyomingInfo:
        """What the peer has, asked over `line` where it is not known yet. Raises ProviderFailed."""
        if self._info is None:
            self._info = await line.ask()
        return self._info

    async def look(self) -> WyomingInfo:
        """What the peer has now. Raises ProviderFailed."""
        async with self.connect() as line:
            self._info = await line.ask()
            return self._info


def bcp47(language: str | None) -> str:
    """A peer's name for a language as BCP 47, `en_US` being en-US; "" for what is none."""
    code = (language or "").strip().replace("_", "-")
    return code if _LANGUAGE.match(code) else ""
