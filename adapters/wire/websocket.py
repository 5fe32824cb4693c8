"""A WebSocket on a stream whose request has been read: it moves bytes, which adapters/wire/framing.py understands."""

import base64
import contextlib
import math

import trio
from wsproto.utilities import generate_accept_token

from actors.running.transport import TransportClosed
from adapters.wire import framing
from adapters.wire.framing import ClosingFrame, MessageReader, PartialFrame, Ping
from adapters.wire.heads import Request
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
LAST_FRAME_SECONDS = 0.2
"""How long a close frame may take to leave where the server itself is in a hurry."""
RECEIVE_SIZE = 65_536
FRAMES_AT_A_TIME = 256
"""Frames that are read before other tasks have their turn: a read can bring ten thousand."""

NORMAL, GOING_AWAY, PROTOCOL_ERROR, BAD_TEXT, TOO_LARGE = 1000, 1001, 1002, 1007, 1009
_CODES = {
    CloseReason.PROTOCOL_ERROR: PROTOCOL_ERROR,
    CloseReason.BAD_TEXT: BAD_TEXT,
    CloseReason.TOO_LARGE: TOO_LARGE,
}


def close_code(reason: CloseReason | None, *, going_down: bool) -> int:
    """The code of RFC 6455 7.4.1 for the end of a connection, which is not closed for a `reason` of None."""
    if reason in _CODES:
        return _CODES[reason]
    return GOING_AWAY if going_down else NORMAL


class WebSocketTransport:
    """A WebSocket as actors/running/transport.py wants a transport. One task may receive while another sends."""

    def __init__(self, stream: trio.abc.Stream, incoming: MessageReader) -> None:
        self._stream = stream
        self._incoming = incoming
        self._pongs = b""
        self._peer_code: int | None = None
        self._sending = trio.Lock()
        self._is_torn = False

    async def receive(self) -> Frame:
        """The next message; pings are answered on the way. Raises TransportClosed, RemoteProtocolError.

        Cancelling loses no message, but may leave half a pong: then there is only `close`.
        """
        if not self._incoming.is_empty:
            await trio.lowlevel.checkpoint()  # another message of the same read has been handed out just now
        while True:
            for _ in range(FRAMES_AT_A_TIME):
                match came := self._incoming.take():
                    case str() | bytes():
                        return came
                    case Ping():
                        self._pongs += framing.pong(came)
                    case ClosingFrame(code):
                        self._peer_code = code
                        raise TransportClosed
                    case PartialFrame():
                        continue
                    case None:
                        break
            else:
                await trio.lowlevel.checkpoint()
            await self._answer_pings()
            if came is None:
                self._incoming.feed(await self._read())

    async def _answer_pings(self) -> None:
        """Where the peer does not take its pongs this waits, and so nothing more is read of its pings."""
        if self._pongs:
            pongs, self._pongs = self._pongs, b""
            await self._send(pongs)

    async def _read(self) -> bytes:
        try:
            data = await self._stream.receive_some(RECEIVE_SIZE)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise TransportClosed from None
        if not data:
            raise TransportClosed
        return bytes(data)

    async def send(self, frame: Frame) -> None:
        """Send a message. Raises TransportClosed. Cancelling may leave half a frame: then there is only `close`."""
        await self._send(framing.message(frame))

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                raise TransportClosed from None
            except trio.Cancelled:
                self._is_torn = True
                raise

    async def close(self, code: int, words: str = "") -> None:
        """Say goodbye with `code` of RFC 6455 7.4.1 and the reason in `words`; nobody may receive or send by now.

        After an orderly end the peer has CLOSE_SECONDS to answer before the stream is closed. After a fault of the peer
        (7.1.7) the stream stays open, with nothing of it to be read as frames any more: to linger is the caller's.
        Cancelling ends the wait, and the close frame still leaves where there is room for it.
        """
        is_fault = self._peer_code is None and code in _CODES.values()
        if not self._is_torn and await self._say_goodbye(self._peer_code or code, words):
            if is_fault:
                return
            with trio.move_on_after(CLOSE_SECONDS):
                await self._await_goodbye()
                await self._stream.aclose()
        await trio.aclose_forcefully(self._stream)

    async def _say_goodbye(self, code: int, words: str) -> bool:
        """Send the close frame; whether it left. Who cancels this is in a hurry, and yet the frame mostly fits."""
        is_cancelled = trio.current_effective_deadline() == -math.inf
        with trio.move_on_after(LAST_FRAME_SECONDS if is_cancelled else CLOSE_SECONDS, shield=True):
            try:
                await self._send(framing.close(code, words))
            except TransportClosed:
                return False
            return True
        return False

    async def _await_goodbye(self) -> None:
        """Until the peer has said it, or cannot; messages that come before that are passed over."""
        with contextlib.suppress(TransportClosed, RemoteProtocolError):
            while self._peer_code is None:
                await self.receive()


def find_fault(request: Request) -> str | None:
    """What keeps the request from becoming a WebSocket."""
    headers = request.headers
    if request.method != "GET":
        return "a WebSocket begins with GET"
    if headers.get("sec-websocket-version") != "13":
        return "Sec-WebSocket-Version is 13"
    if "upgrade" not in [token.strip().lower() for token in headers.get("connection", "").split(",")]:
        return "Connection has to name Upgrade"
    try:
        key = base64.b64decode(headers.get("sec-websocket-key", ""), validate=True)
    except ValueError:  # binascii.Error is one, and what is not ASCII is a plain one
        key = b""
    return None if len(key) == 16 else "Sec-WebSocket-Key is 16 bytes in base64"


async def accept(stream: trio.abc.Stream, key: str, trailing: bytes, max_message: int) -> WebSocketTransport | None:
    """Answer the request of `stream` with 101; None where the peer does not take the answer.

    `key` is its Sec-WebSocket-Key and `trailing` what came behind it; `find_fault` has found none in it. Cancelling may
    leave half of the answer sent.
    """
    incoming = MessageReader(max_message)
    incoming.feed(trailing)
    answer = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %s\r\n\r\n" % generate_accept_token(key.encode("ascii"))
    )
    with trio.move_on_after(HANDSHAKE_SECONDS):
        try:
            await stream.send_all(answer)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return None
        return WebSocketTransport(stream, incoming)
    return None
