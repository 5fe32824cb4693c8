"""A WebSocket on a stream whose request has been read: it moves bytes, which protocol/websocket.py understands."""

import base64
import contextlib
import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio
from websockets.utils import accept_key

from actors.running.transport import FrameEndpoint, TransportClosed
from adapters.wire.heads import Request
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.websocket import CloseFrame, FrameReader, PingFrame, Received, encode_close, encode_message, encode_pong

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
LAST_FRAME_SECONDS = 0.2
"""How long a close frame may take to leave where the server itself is in a hurry."""
RECEIVE_SIZE = 65_536

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
    """A WebSocket as actors/running/transport.py wants a transport. One task may receive, another send.

    It serves every stream, and is what the short way is compared with. It offers no frame: all are received. A task of
    its own sends while `serving`.
    """

    way = "ordinary"

    def __init__(self, stream: trio.abc.Stream, max_message: int, trailing: bytes) -> None:
        self.is_lost = False
        self.stalled_at = math.inf
        self._stream = stream
        self._reader = FrameReader(max_message)
        self._trailing = trailing
        self._waiting: list[Received] = []  # the next one last
        self._ping: PingFrame | None = None  # the newest one, until its answer is being sent
        self._peer_code: int | None = None
        self._endpoint: FrameEndpoint | None = None  # while it is served
        self._is_torn = False
        self._is_woken = False  # since `receive` began
        self._reading: trio.CancelScope | None = None  # while bytes are awaited
        self._more: trio.Event | None = None  # while the writer waits
        self._answered: trio.Event | None = None  # while the answer to a ping is awaited

    # ---- what comes in

    async def receive(self, deadline: float = math.inf) -> Frame | None:
        """The next message that was not taken in; None after `wake`, or at the `deadline`. Pings are answered.

        Raises TransportClosed, RemoteProtocolError. Cancelling loses no message.
        """
        self._is_woken = False
        if self._waiting:
            await trio.lowlevel.checkpoint()  # another message of the same read has been handed out just now
        while True:
            while self._waiting:
                match came := self._waiting.pop():
                    case str() | bytes():
                        return came
                    case PingFrame():
                        self._ping = came
                    case CloseFrame(code):
                        self._peer_code = code
                        raise TransportClosed
            await self._answer_ping()
            if self._reader.has_more:
                await trio.lowlevel.checkpoint()  # others have their turn before the next frames of the same read
                self._waiting = self._reader.receive()[::-1]
            elif self._trailing:
                data, self._trailing = self._trailing, b""
                self._waiting = self._reader.receive(data)[::-1]
            elif self._is_woken or not await self._await_frames(deadline):
                return None

    async def _answer_ping(self) -> None:
        """Have the newest ping that waits answered, which answers those before it too (RFC 6455 5.5.3)."""
        if self._ping is not None and self._endpoint is not None:
            self.flush()
        elif self._ping is not None:
            ping, self._ping = self._ping, None
            await self._send(encode_pong(ping.payload))

    async def _await_frames(self, deadline: float) -> bool:
        """Read into `_waiting`; False where the deadline or `wake` came first.

        While the peer does not take the answer to its ping, nothing more is read of it.
        """
        with trio.CancelScope(deadline=deadline) as self._reading:
            while self._ping is not None:
                self._answered = trio.Event()
                await self._answered.wait()
            data = await self._read()
            self._waiting = self._reader.receive(data)[::-1]
            return True
        return False

    async def _read(self) -> bytes:
        try:
            data = await self._stream.receive_some(RECEIVE_SIZE)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise TransportClosed from None
        if not data:
            raise TransportClosed
        return bytes(data)

    def wake(self) -> None:
        """Have `receive` return, where the connection's task is in it, and if only to let others have their turn."""
        self._is_woken = True
        if self._reading is not None:
            self._reading.cancel()

    # ---- what goes out

    def serving(self, endpoint: FrameEndpoint) -> AbstractAsyncContextManager[object]:
        """A block in which a task of its own sends what `endpoint` has to send. Its end cancels what is being sent."""
        return self._sending(endpoint)

    @asynccontextmanager
    async def _sending(self, endpoint: FrameEndpoint) -> AsyncIterator[None]:
        self._endpoint = endpoint
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._send_all, endpoint)
                yield
                nursery.cancel_scope.cancel()
        finally:
            self._endpoint = None

    def flush(self) -> None:
        """Wake the task that sends."""
        if self._more is not None:
            self._more.set()

    async def _send_all(self, endpoint: FrameEndpoint) -> None:
        """Send what there is, the answer to a ping first; cancelling may leave half a frame."""
        with contextlib.suppress(TransportClosed):
            while True:
                self._more = trio.Event()  # before there is a look at what there is
                if data := self._take_out(endpoint, 0):
                    self.stalled_at = trio.current_time()
                    endpoint.note_change()
                    await self._send(data)
                    self.stalled_at = math.inf
                else:
                    await self._more.wait()
        self.is_lost = True
        endpoint.note_change()

    def _take_out(self, endpoint: FrameEndpoint, most: int) -> bytes:
        """What is to be sent next, in one write; nothing where there is nothing."""
        ping, self._ping = self._ping, None
        frames = list(map(encode_message, endpoint.take_out(most)))
        if ping is not None:
            frames.insert(0, encode_pong(ping.payload))
            if self._answered is not None:
                self._answered.set()
        return b"".join(frames)

    async def send(self, frame: Frame) -> None:
        """Send a message before `serving`. Raises TransportClosed.

        Cancelling may leave half a frame: then there is only `close`.
        """
        await self._send(encode_message(frame))

    async def _send(self, data: bytes) -> None:
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise TransportClosed from None
        except trio.Cancelled:
            self._is_torn = True
            raise

    # ---- the end

    async def close(self, code: int, words: str = "") -> None:
        """Send a close frame with `code` of RFC 6455 7.4.1 and the reason in `words`; no task may receive or send by
        now.

        After an orderly end the peer has CLOSE_SECONDS to answer before the stream is closed. After a fault of the peer
        (7.1.7) the stream stays open, with nothing of it to be read as frames any more: to linger is the caller's.
        Cancelling ends the wait, and the close frame still leaves where there is room for it.
        """
        is_fault = self._peer_code is None and code in _CODES.values()
        if not self._is_torn and await self._send_close(self._peer_code or code, words):
            if is_fault:
                return
            with trio.move_on_after(CLOSE_SECONDS):
                await self._await_close()
                await self._stream.aclose()
        await trio.aclose_forcefully(self._stream)

    async def _send_close(self, code: int, words: str) -> bool:
        """Send the close frame; returns whether it left.

        Cancelling shortens the wait, and mostly the frame still fits.
        """
        is_cancelled = trio.current_effective_deadline() == -math.inf
        with trio.move_on_after(LAST_FRAME_SECONDS if is_cancelled else CLOSE_SECONDS, shield=True):
            try:
                await self._send(encode_close(code, words))
            except TransportClosed:
                return False
            return True
        return False

    async def _await_close(self) -> None:
        """Wait until the peer has sent its close frame, or cannot; messages before it are skipped."""
        with contextlib.suppress(TransportClosed, RemoteProtocolError):
            while self._peer_code is None:
                await self.receive()


def find_fault(request: Request) -> str | None:
    """The reason why the request cannot become a WebSocket; None where it can."""
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


async def accept(stream: trio.abc.Stream, key: str) -> bool:
    """Answer the request of `stream` with 101; whether the peer has taken the answer.

    `key` is its Sec-WebSocket-Key; `find_fault` has found none in it. Cancelling may leave half of the answer sent.
    """
    answer = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept_key(key).encode()
    )
    with trio.move_on_after(HANDSHAKE_SECONDS):
        try:
            await stream.send_all(answer)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        return True
    return False
