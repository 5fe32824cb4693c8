"""The two ways of a client in virtual time, WebSocket and polling, in real bytes; each without a task of its own."""

import base64
import re
from collections.abc import Callable
from typing import Final

from protocol.engineio import Frame
from tests.soak.virtualpipe import ClientEnd

OpenPipe = Callable[[Callable[[bytes], None], Callable[[], None]], ClientEnd]
"""Opens a connection to the server: what takes its bytes, and what is called at its end."""
TARGET: Final = "/socket.io/?EIO=4&transport="
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_HEADS: Final = "Host: memory\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
_KEY: Final = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
_NO_MASK: Final = b"\0\0\0\0"
TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame of a client, whose mask changes nothing."""
    size = len(payload)
    if size < 126:
        head = bytes((opcode, 0x80 | size))
    elif size < 0x10000:
        head = bytes((opcode, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((opcode, 0xFF)) + size.to_bytes(8, "big")
    return head + _NO_MASK + payload


class WebSocketWay:
    """A WebSocket. `deliver` gets each message, `lost` is called at its end, with the code of the close frame or 0."""

    def __init__(
        self, open_pipe: OpenPipe, deliver: Callable[[Frame], None], lost: Callable[[int], None], query: str = ""
    ) -> None:
        self._deliver = deliver
        self._lost = lost
        self._buffer = b""
        self._is_open = False
        self.status = 0
        self.code = 0
        self.pipe = open_pipe(self._take, self._end)
        self.pipe.put(f"GET {TARGET}websocket{query} HTTP/1.1\r\n{_HEADS}{_KEY}".encode())

    def send(self, frames: list[Frame]) -> None:
        """Send the messages, together."""
        self.pipe.put(
            b"".join(
                masked(TEXT, frame.encode()) if isinstance(frame, str) else masked(BINARY, frame) for frame in frames
            )
        )

    def part(self, *, politely: bool) -> None:
        """Go: with a close frame, or without a word."""
        if politely:
            self.pipe.put(masked(CLOSE, b"\x03\xe8"))
            self.pipe.finish()
        else:
            self.pipe.reset()

    def deafen(self) -> None:
        """Read nothing more."""
        self.pipe.deafen()

    def hear(self) -> None:
        """Read again."""
        self.pipe.hear()

    def _end(self) -> None:
        self._lost(self.code)

    def _take(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        at = 0
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = data
                return
            self.status = int(data[9:12])
            if self.status != 101:
                self._buffer = b""
                return
            self._is_open, at = True, end + 4
        self._buffer = data[self._read(data, at) :]

    def _read(self, data: bytes, at: int) -> int:
        """Read the frames that are complete; returns where the next one begins."""
        end = len(data)
        while at + 2 <= end:
            opcode, size, start = data[at], data[at + 1], at + 2
            assert size < 128, "a server masks nothing"
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start > end or start + size > end:
                break
            payload = data[start : start + size]
            at = start + size
            if opcode == TEXT:
                self._deliver(payload.decode())
            elif opcode == BINARY:
                self._deliver(payload)
            elif opcode == CLOSE:
                self.code = int.from_bytes(payload[:2], "big")
                self.pipe.put(masked(CLOSE, payload[:2]))
                self.pipe.finish()
            else:
                assert opcode == PONG, f"the opcode {opcode:#x}"
        return at


class HttpPipe:
    """Requests on one connection, one after the other; `answered` gets the status and the body of each."""

    def __init__(self, open_pipe: OpenPipe, answered: Callable[[int, bytes], None], lost: Callable[[], None]) -> None:
        self._answered = answered
        self._buffer = b""
        self.is_waiting = False
        self.pipe = open_pipe(self._take, lost)

    def ask(self, method: str, target: str, body: bytes = b"") -> None:
        """Send a request; the one before it has been answered."""
        assert not self.is_waiting
        self.is_waiting = True
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        self.pipe.put(f"{method} {target} HTTP/1.1\r\nHost: memory\r\n{length}\r\n".encode() + body)

    def _take(self, data: bytes) -> None:
        data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        if end >= 0 and (found := _LENGTH.search(data, 0, end + 2)) is not None:
            size = end + 4 + int(found[1])
            if len(data) >= size:
                self._buffer = data[size:]
                self.is_waiting = False
                self._answered(int(data[9:12]), data[end + 4 : size])
                return
        self._buffer = data


class PollingWay:
    """Long-polling: a connection for GET, which waits nearly always, and one for POST; it may become a WebSocket.

    `is_probed`: the WebSocket is there, and takes over once the requests that are under way are answered.
    """

    def __init__(self, open_pipe: OpenPipe, deliver: Callable[[Frame], None], lost: Callable[[int], None]) -> None:
        self._open_pipe = open_pipe
        self._deliver = deliver
        self._lost = lost
        self.sid = ""
        self.status = 0
        self._is_deaf = self._is_over = self._is_upgraded = False
        self.is_probed = False
        self._held: bytes | None = None
        self._outgoing: list[Frame] = []
        self._get = HttpPipe(open_pipe, self._polled, self._end)
        self._post = HttpPipe(open_pipe, self._posted, self._end)
        self._socket: WebSocketWay | None = None
        self._get.ask("GET", TARGET + "polling")

    def send(self, frames: list[Frame]) -> None:
        """Send the messages, with the next POST."""
        if self._socket is not None and self._is_upgraded:
            self._socket.send(frames)
        else:
            self._outgoing += frames
            self._flush()

    def part(self, *, politely: bool) -> None:
        """Go: by Engine.IO's close, or without a word."""
        self._is_over = True
        if self._socket is not None:
            self._socket.part(politely=politely)
        if politely and self.sid and not (self._is_upgraded or self._post.is_waiting):
            self._post.ask("POST", f"{TARGET}polling&sid={self.sid}", b"1")
            self._post.pipe.finish()
        else:
            self._post.pipe.reset()
        self._get.pipe.reset()

    def deafen(self) -> None:
        """Poll no more."""
        self._is_deaf = True
        if self._socket is not None:
            self._socket.deafen()

    def hear(self) -> None:
        """Poll again."""
        self._is_deaf = False
        held, self._held = self._held, None
        if self._socket is not None:
            self._socket.hear()
        if held is not None:
            self._polled(200, held)

    def upgrade(self) -> None:
        """Ask for a WebSocket in the place of the polls."""
        if self._socket is None and self.sid and not (self._is_over or self._is_deaf):
            self._socket = WebSocketWay(self._open_pipe, self._take, self._socket_lost, f"&sid={self.sid}")
            self._socket.send(["2probe"])

    def _take(self, frame: Frame) -> None:
        if not self._is_upgraded:
            assert frame == "3probe"
            self.is_probed = True
            self._finish_upgrade()
        else:
            self._deliver(frame)

    def _finish_upgrade(self) -> None:
        if self._socket is not None and not (self._get.is_waiting or self._post.is_waiting):
            self._is_upgraded = True
            self._socket.send(["5", *self._outgoing])
            self._outgoing = []

    def _socket_lost(self, code: int) -> None:
        self._socket = None
        if self._is_upgraded and not self._is_over:
            self._is_over = True
            self._lost(code)
        elif self.is_probed:  # the server has waited for too long
            self.is_probed = False
            self._go_on()

    def _polled(self, status: int, body: bytes) -> None:
        if status != 200:
            return self._fail(status)
        if self._is_deaf:
            self._held = body
            return None
        for packet in body.decode().split("\x1e"):
            if packet.startswith("0"):
                self.sid = packet.partition('"sid":"')[2].partition('"')[0]
            self._deliver(base64.b64decode(packet[1:]) if packet.startswith("b") else packet)
        return self._go_on()

    def _posted(self, status: int, body: bytes) -> None:
        if status != 200:
            self._fail(status)
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Poll again and send what waits; or let the WebSocket take over."""
        if self._is_over or self._is_upgraded:
            return
        if self.is_probed:
            self._finish_upgrade()
            return
        if not (self._get.is_waiting or self._is_deaf):
            self._get.ask("GET", f"{TARGET}polling&sid={self.sid}")
        self._flush()

    def _flush(self) -> None:
        if self._outgoing and self.sid and not (self._post.is_waiting or self._is_over or self.is_probed):
            frames, self._outgoing = self._outgoing, []
            packets = (frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode() for frame in frames)
            self._post.ask("POST", f"{TARGET}polling&sid={self.sid}", "\x1e".join(packets).encode())

    def _fail(self, status: int) -> None:
        self.status = status
        self._end()

    def _end(self) -> None:
        """A request's connection is over, or was refused: so is the client, unless it has a WebSocket by now."""
        if not (self._is_over or self._is_upgraded):
            self._is_over = True
            self._get.pipe.reset()
            self._post.pipe.reset()
            self._lost(0)
