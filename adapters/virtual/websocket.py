"""A WebSocket's client end over a connection in memory: no task of its own, and nothing is read ahead.

It speaks to this program's server alone, which offers no extension and never cuts a message into fragments. What it
sends is masked with zeros, so that the bytes of a run are the same each time.
"""

from http import HTTPStatus

import trio
from trio_websocket import CloseReason, ConnectionClosed

from protocol.engineio import Frame

RECEIVE_SIZE = 65_536
_KEY = bytes(4)
_HEAD_END = b"\r\n\r\n"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
_MEDIUM, _LONG = 126, 127
_MASKED = 0x80


class UpgradeRefused(Exception):
    """The server answers the request for a WebSocket with another status than 101; the message has its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"HTTP {status}: {words}")
        self.status = status


class MemoryWebSocket:
    """A WebSocket that is open. One task may receive while others send; satisfies `MessageSocket`."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._sending = trio.Lock()
        self._buffer = bytearray()
        self._is_closed = False
        self._reason: CloseReason | None = None  # not what is raised: it would hold this, and this it

    @classmethod
    async def open(
        cls, stream: trio.abc.Stream, resource: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> "MemoryWebSocket":
        """Ask for a WebSocket. Raises UpgradeRefused, ConnectionClosed. Cancelling leaves the stream half way."""
        lines = (
            f"GET {resource} HTTP/1.1",
            "Host: memory",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers),
        )
        socket = cls(stream)
        await socket._send("\r\n".join((*lines, "", "")).encode())
        while _HEAD_END not in socket._buffer:
            await socket._read()
        head, _, rest = bytes(socket._buffer).partition(_HEAD_END)
        status = int(head.split(maxsplit=2)[1])
        if status != HTTPStatus.SWITCHING_PROTOCOLS:
            raise UpgradeRefused(status, rest.decode(errors="replace"))
        socket._buffer[:] = rest
        return socket

    async def get_message(self) -> Frame:
        """The next message. Raises ConnectionClosed. Cancelling loses nothing of it."""
        while True:
            while (found := self._next()) is None:
                await self._read()
            first, payload = found
            if first == _TEXT:
                return payload.decode()
            if first == _BINARY:
                return payload
            if first == _PING:
                await self._send(_frame(_PONG, payload))
            elif first == _CLOSE:
                self._is_closed = True
                self._reason = CloseReason(int.from_bytes(payload[:2]), payload[2:].decode()) if payload else None
                raise ConnectionClosed(self._reason)

    async def send_message(self, message: Frame) -> None:
        """Send a message. Raises ConnectionClosed. Cancelling may leave half of it sent."""
        if self._is_closed:
            raise ConnectionClosed(self._reason)
        await self._send(_frame(_TEXT, message.encode()) if isinstance(message, str) else _frame(_BINARY, message))

    async def _send(self, data: bytes) -> None:
        try:
            async with self._sending:
                await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise ConnectionClosed(None) from None

    async def _read(self) -> None:
        try:
            data = await self._stream.receive_some(RECEIVE_SIZE)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        if not data:
            raise ConnectionClosed(None)
        self._buffer += data

    def _next(self) -> tuple[int, bytes] | None:
        """The next frame that has come whole: its first byte and its payload."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1], 2
        if size >= _MEDIUM:
            at = 4 if size == _MEDIUM else 10
            size = int.from_bytes(buffer[2:at])
        if len(buffer) < at + size:
            return None
        first, payload = buffer[0], bytes(buffer[at : at + size])
        del buffer[: at + size]
        return first, payload


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _MEDIUM:
        return bytes((first, _MASKED | size)) + _KEY + payload
    if size < 1 << 16:
        return bytes((first, _MASKED | _MEDIUM)) + size.to_bytes(2) + _KEY + payload
    return bytes((first, _MASKED | _LONG)) + size.to_bytes(8) + _KEY + payload
