"""Clients that cost the load little: WebSocket frames made once and sent often, and just enough HTTP for polling.

Cancelling a coroutine leaves its socket open.
"""

import asyncio
import socket as sockets
import time
from typing import Final, Self, cast

from bench.exchange import BINARY, CONNECT, CONNECTED, ERROR

HOST: Final = "127.0.0.1"
PATH: Final = "/socket.io/?EIO=4&transport="
PING, PONG = b"2", "3"
TIMEOUT: Final = 60.0
_MASK: Final = b"\x37\xfa\x21\x3d"
_TEXT, _BINARY, _CLOSE, _WS_PING, _WS_PONG = 1, 2, 8, 9, 10
_SWITCHED: Final = b"HTTP/1.1 101 "
_HEADS: Final = (
    f" HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def frame(payload: str | bytes) -> bytes:
    """One WebSocket message as a client sends it, masked (RFC 6455, section 5)."""
    return _frame(_TEXT, payload.encode()) if isinstance(payload, str) else _frame(_BINARY, payload)


def _frame(opcode: int, data: bytes) -> bytes:
    size = len(data)
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    else:
        head += bytes([0xFE]) + size.to_bytes(2, "big") if size < 65_536 else bytes([0xFF]) + size.to_bytes(8, "big")
    key = (_MASK * (size // 4 + 1))[:size]
    return head + _MASK + (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


_PONG: Final = frame(PONG)
_CLOSING: Final = b"\x88\x82" + _MASK + bytes([0x03 ^ _MASK[0], 0xE8 ^ _MASK[1]])


class Socket(asyncio.Protocol):
    """One Socket.IO client over WebSocket; answers pings, and tells when what is awaited has come."""

    def __init__(self) -> None:
        self.read = 0
        """The bytes of the frames that have been read."""
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._open = False
        self._awaited: dict[bytes, asyncio.Future[float]] = {}
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = self._loop.create_future()

    @classmethod
    async def connect(cls, port: int, auth: str = "", window: int = 0) -> Self:
        """A socket that has joined the namespace; `window`: its buffer in the kernel, in bytes. Raises TimeoutError."""
        socket = await cls._dial(port, window=window)
        opened, joined = socket.expect(b"0{"), socket.expect(CONNECTED)
        await asyncio.wait_for(opened, TIMEOUT)
        socket.write(frame(CONNECT + auth))
        await asyncio.wait_for(joined, TIMEOUT)
        return socket

    @classmethod
    async def upgrade(cls, port: int) -> Self:
        """A socket that has joined over long-polling, as most clients do, and was upgraded. Raises TimeoutError."""
        reader, writer = await asyncio.wait_for(asyncio.open_connection(HOST, port), TIMEOUT)
        sid = await asyncio.wait_for(_join_by_polling(reader, writer), TIMEOUT)
        socket = await cls._dial(port, sid)
        switched, probed = socket.expect(_SWITCHED), socket.expect(b"3probe")
        await asyncio.wait_for(switched, TIMEOUT)
        socket.write(frame("2probe"))
        await asyncio.wait_for(probed, TIMEOUT)
        socket.write(frame("5"))
        writer.close()
        await writer.wait_closed()
        return socket

    @classmethod
    async def _dial(cls, port: int, sid: str = "", window: int = 0) -> Self:
        """A socket that has asked for WebSocket, for the polling connection `sid` if there is one."""
        loop, raw = asyncio.get_running_loop(), sockets.socket()
        raw.setblocking(False)
        if window:
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, window)
        await loop.sock_connect(raw, (HOST, port))
        _, socket = await loop.create_connection(cls, sock=raw)
        socket.write(f"GET {PATH}websocket{f'&sid={sid}' if sid else ''}{_HEADS}".encode())
        return socket

    def expect(self, beginning: bytes) -> asyncio.Future[float]:
        """The time, by `time.perf_counter`, when a message that begins so comes.

        Its future raises ConnectionError where the connection ends before, RuntimeError for an error of the server.
        """
        future = self._awaited[beginning] = self._loop.create_future()
        return future

    def write(self, data: bytes) -> None:
        """Send bytes that are ready; those of several frames may be joined."""
        assert self._transport is not None
        self._transport.write(data)

    async def close(self) -> None:
        """Send a close frame, and wait until the server has closed the connection. Raises TimeoutError."""
        self.write(_CLOSING)
        await asyncio.wait_for(self.gone, TIMEOUT)

    def abort(self) -> None:
        """Leave without a word; what was not sent is thrown away."""
        assert self._transport is not None
        self._transport.abort()

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(ConnectionError("the server has closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(_SWITCHED), bytes(head)
            self._open, self._buffer = True, rest
            self._note(_SWITCHED)
        self._read_frames()

    def _read_frames(self) -> None:
        buffer = self._buffer
        at = 0
        while len(buffer) >= at + 2:
            size, start = buffer[at + 1] & 0x7F, at + 2
            if size > 125:
                wide = 2 if size == 126 else 8
                start += wide
                size = int.from_bytes(buffer[at + 2 : start], "big")
            if len(buffer) < start + size:
                break
            self.read += start + size - at
            self._receive(buffer[at] & 0x0F, bytes(buffer[start : start + min(size, 64)]))
            at = start + size
        del buffer[:at]

    def _receive(self, opcode: int, beginning: bytes) -> None:
        if opcode == _CLOSE:
            assert self._transport is not None
            self._transport.close()
        elif opcode == _WS_PING:  # uvicorn's, beside Engine.IO's; it closes a connection that does not answer
            self.write(_frame(_WS_PONG, beginning))
        elif beginning == PING and opcode == _TEXT:
            self.write(_PONG)
        else:
            self._note(BINARY if opcode == _BINARY else beginning)

    def _note(self, beginning: bytes) -> None:
        for expected, future in list(self._awaited.items()):
            if future.done():
                del self._awaited[expected]
            elif beginning.startswith(expected):
                del self._awaited[expected]
                future.set_result(time.perf_counter())
            elif beginning.startswith(ERROR):
                future.set_exception(RuntimeError(f"the server complains: {beginning!r}"))


async def connect_polling(port: int) -> None:
    """A client that joins the namespace over long-polling and closes, on one TCP connection. Raises TimeoutError."""
    async with asyncio.timeout(TIMEOUT):
        reader, writer = await asyncio.open_connection(HOST, port)
        sid = await _join_by_polling(reader, writer)
        await request(reader, writer, "POST", sid, "1")
        writer.close()
        await writer.wait_closed()


async def _join_by_polling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Open a connection and join the namespace; returns the connection's id."""
    opened = await request(reader, writer, "GET", "")
    sid = opened.partition(b'"sid":"')[2].partition(b'"')[0].decode()
    await request(reader, writer, "POST", sid, CONNECT)
    joined = await request(reader, writer, "GET", sid)
    assert CONNECTED in joined, joined
    return sid


async def request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, sid: str, body: str = ""
) -> bytes:
    """Make a request of a polling client; returns the body of the answer."""
    query = f"{PATH}polling" + (f"&sid={sid}" if sid else "")
    head = f"{method} {query} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}\r\n{body}".encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert answer.startswith(b"http/1.1 200 "), answer
    length = answer.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length)) if length else await _read_chunked(reader)


async def _read_chunked(reader: asyncio.StreamReader) -> bytes:
    """A body without a known length (RFC 9112, section 7.1)."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
