"""A client of this server over WebSocket, in terms of the protocol's messages: for `vivavoce talk`, and for tests."""

import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
import trio
from trio_websocket import (
    ConnectionRejected,
    ConnectionTimeout,
    HandshakeError,
)

from adapters.client.opening import CONNECT_SECONDS, opened
from adapters.client.packets import Disconnected, MessageSocket, PacketSocket, Unreachable
from protocol import base64text, socketio
from protocol.address import PATH, URL
from protocol.connecting import Auth
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import (
    AudioDelta,
    BufferInitialized,
    CustomError,
    Metrics,
    Names,
    ResponseCancelled,
    ResponseStarted,
    SessionDraining,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords
from protocol.socketio import Packet

_CLOSE_SECONDS = 2.0


class ConnectRefused(Exception):
    """The server does not let this client in (CONNECT_ERROR); the message is its own, `status` as in HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class AudioPiece(msgspec.Struct, frozen=True, rename="camel"):
    """`response.audio.delta` as a client wants it: `audio` is the bytes themselves, however they came."""

    id: int
    text: str
    audio: bytes
    is_base64: bool = msgspec.field(name="isBase64")
    done: bool
    stream_part_done: bool
    total_number: int


class AckReceived(msgspec.Struct, frozen=True):
    """The server's answer to the event that was sent with this `ack` number."""

    ack: int
    arguments: tuple[Any, ...]


Received = (
    SessionJoined
    | SessionUpdated
    | SessionDraining
    | BufferInitialized
    | SpeechStarted
    | SpeechStopped
    | InputIdle
    | TranscribeDelta
    | TranscribeDone
    | ResponseStarted
    | TextDelta
    | TextDone
    | ResponseMouth
    | ResponseWords
    | ResponseCue
    | AudioPiece
    | Metrics
    | ResponseHeld
    | ResponseResumed
    | ResponseCancelled
    | SessionEcho
    | SessionState
    | CustomError
    | AckReceived
)


@asynccontextmanager
async def connect(url: str = URL, auth: Auth | None = None) -> AsyncIterator["VoiceClient"]:
    """A client that has joined a session of the server at `url` (http, https, ws or wss; its path, if any, is kept).

    Raises Unreachable, ConnectRefused or Disconnected before the body begins. Cancelling closes the connection without
    waiting for the server.
    """
    address = _websocket_address(url)
    try:
        with trio.CancelScope() as whole:
            async with opened(address) as websocket:
                try:
                    yield await VoiceClient.join(websocket, auth or Auth())
                finally:
                    # The library does not bound its wait for a server that sends a close frame and keeps the socket.
                    with trio.move_on_after(_CLOSE_SECONDS):
                        await websocket.aclose()
                    whole.deadline = trio.current_time() + _CLOSE_SECONDS
    except ConnectionRejected as error:
        raise Unreachable(f"{url} answers with HTTP {error.status_code}: is that a vivavoce server?") from None
    except ConnectionTimeout:
        secure = url.startswith(("https", "wss"))
        own = " (with a certificate of its own, name that in SSL_CERT_FILE)" if secure else ""
        raise Unreachable(f"{url} does not answer: is `vivavoce serve` running there?{own}") from None
    except HandshakeError as error:
        why = _why(error.__cause__)
        raise Unreachable(f"cannot connect to {url}{why}: is `vivavoce serve` running there?") from None
    except ssl.SSLError as error:
        raise Unreachable(f"{url}: no secure connection: {error.reason or error}") from None


def _why(cause: BaseException | None) -> str:
    return f" ({cause.strerror or cause})" if isinstance(cause, OSError) else ""


def _websocket_address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        scheme = {"http": "ws", "ws": "ws", "https": "wss", "wss": "wss"}[parts.scheme]
        if not parts.hostname or parts.port == 0:
            raise ValueError
    except (KeyError, ValueError):
        raise Unreachable(f"{url!r} is no address of a server; one looks like {URL}") from None
    path = parts.path if parts.path.strip("/") else PATH
    return SplitResult(scheme, parts.netloc, path, "EIO=4&transport=websocket", "")


class VoiceClient:
    """A client that has joined a session; `pid`: by which it is known when it connects again.

    One task may receive while others send.

    Only `receive` answers the server's pings, so a client that does not receive loses the connection after a while.
    What is sent raises Disconnected where the connection is over. Cancelling it may leave a part of the event sent:
    then the client is of no use any more.
    """

    def __init__(self, packets: PacketSocket, names: Names, pid: str = "") -> None:
        self.session_id = ""
        self.pid = pid
        self.packets = packets
        self._kinds: dict[str, Any] = {name: kind for kind, name in names.wire.items()}
        self._kinds[names.wire[AudioDelta]] = AudioPiece

    @classmethod
    async def join(cls, websocket: MessageSocket, auth: Auth, names: Names | None = None) -> "VoiceClient":
        """Join a session over an open WebSocket. Raises ConnectRefused, Disconnected, or Unreachable after 10 s.

        Cancelling leaves the WebSocket open, in the middle of the handshake.
        """
        with trio.move_on_after(CONNECT_SECONDS):
            packets = await PacketSocket.open(websocket)
            await packets.send(Packet(socketio.CONNECT, data=auth))
            answer = await packets.receive()
            if answer.type == socketio.CONNECT_ERROR:
                raise refusal(answer.data)
            if answer.type != socketio.CONNECT:
                raise Unreachable("the server answers something else than Socket.IO")
            given = answer.data if isinstance(answer.data, Mapping) else {}
            return cls(packets, names or Names(), str(given.get("pid", "")))
        raise Unreachable("the server accepts the connection, but does not answer")

    # ---- what a client says

    async def update(self, configuration: Mapping[str, object]) -> None:
        """Send `session.update`; `configuration` as docs/protocol.md describes it: {"STT": {"mediaFormat": "wav"}}."""
        await self.send("session.update", configuration)

    async def append(self, chunk: bytes) -> None:
        """Send a chunk of audio in the utterance's `mediaFormat`, as a binary attachment."""
        await self.send("input.buffer.append", chunk)

    async def commit(self) -> None:
        """Say that the utterance is complete."""
        await self.send("input.buffer.commit")

    async def say(self, chunks: Iterable[bytes], interval: float = 0.0) -> None:
        """Send an utterance, each chunk `interval` seconds after the one before, as a microphone would; commit it.

        Cancelling leaves the utterance uncommitted.
        """
        begun = trio.current_time()
        for number, chunk in enumerate(chunks, 1):
            await trio.sleep_until(begun + number * interval)
            await self.append(chunk)
        await self.commit()

    async def clear(self) -> None:
        """Throw away the utterance so far."""
        await self.send("input.buffer.clear")

    async def text(self, words: str) -> None:
        """Send a typed turn."""
        await self.send("input.text", {"text": words})

    async def cancel(self) -> None:
        """Stop the response that is being made or spoken."""
        await self.send("response.cancel")

    async def send(self, event: str, *arguments: object, ack: int | None = None) -> None:
        """Send any event by its name on the wire; bytes in `arguments` become attachments."""
        await self.packets.send(Packet(socketio.EVENT, ack=ack, data=[event, *arguments]))

    # ---- what the server says

    async def receive(self) -> Received:
        """The next message; unknown events are skipped. Raises Disconnected. Cancelling loses no message."""
        while True:
            packet = await self.packets.receive()
            match packet.type:
                case socketio.EVENT | socketio.BINARY_EVENT if str(packet.data[0]) in self._kinds:
                    return self._message(*packet.data)
                case socketio.ACK | socketio.BINARY_ACK if packet.ack is not None:
                    return AckReceived(packet.ack, tuple(packet.data))
                case socketio.DISCONNECT:
                    raise Disconnected("the server ended the session")

    def __aiter__(self) -> "VoiceClient":
        return self

    async def __anext__(self) -> Received:
        """The next message, until the connection ends. Cancelling loses no message."""
        try:
            return await self.receive()
        except Disconnected:
            raise StopAsyncIteration from None

    def _message(self, name: str, payload: object = None, *_: object) -> Received:
        kind = self._kinds[name]
        try:
            message: Received = msgspec.convert(_with_bytes(payload) if kind is AudioPiece else payload, kind)
        except ValueError as error:
            raise Disconnected(f"the server sent a {name} that is not as documented: {error}") from None
        if isinstance(message, SessionJoined):
            self.session_id = message.session_id
        return message


def refusal(data: object) -> ConnectRefused:
    """The refusal that a CONNECT_ERROR with this payload is."""
    said = data if isinstance(data, Mapping) else {"message": data}
    details = said.get("data")
    status = details.get("statusCode") if isinstance(details, Mapping) else None
    return ConnectRefused(str(said.get("message", "")), status if isinstance(status, int) else 0)


def _with_bytes(payload: object) -> object:
    """`payload` with its `audio` as bytes, however its base64 is written. Raises ValueError."""
    if isinstance(payload, dict) and isinstance(payload.get("audio"), str):
        return {**payload, "audio": base64text.decode(payload["audio"])}
    return payload
