"""A client that is nothing but the bytes it sends over a stream, and a reader of what the server answers."""

import http.client
import io
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import trio
from wsproto.frame_protocol import FrameProtocol, Opcode

from protocol.engineio import Frame

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Answer(msgspec.Struct, frozen=True):
    """An HTTP response; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which may be an Engine.IO open packet."""
        return json.loads(self.body.removeprefix(b"0"))


class Closed(Exception):
    """The WebSocket or the stream was closed, with `code` and `words`; 0 where the stream just ended."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def request(method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an HTTP request."""
    lines = {"Host": "localhost:7171", **({"Content-Length": str(len(body))} if body else {}), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def frames(*messages: Frame, size: int | None = None) -> bytes:
    """The bytes of WebSocket messages, masked; with `size` each message in frames of at most that many bytes."""
    protocol, sent = FrameProtocol(client=True, extensions=[]), b""
    for message in messages:
        step = size or max(len(message), 1)
        for start in range(0, max(len(message), 1), step):
            sent += protocol.send_data(message[start : start + step], fin=start + step >= len(message))
    return sent


class RawClient:
    """One stream to a server: what is sent is the test's affair, what comes back is read one answer after the other."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self._received = bytearray()
        self._frames = FrameProtocol(client=True, extensions=[])

    async def send(self, data: bytes) -> None:
        """These bytes and no others."""
        await self.stream.send_all(data)

    async def say(self, *messages: Frame) -> None:
        """WebSocket messages, each in one frame."""
        await self.send(frames(*messages))

    async def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, and its response."""
        await self.send(request(method, target, body, headers))
        return await self.answer()

    async def answer(self) -> Answer:
        """The next response. Raises Closed."""
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            await self._receive()
        head = io.BytesIO(bytes(self._received[: end + 4]))
        status = int(head.readline().split()[1])
        headers = {name.lower(): value for name, value in http.client.parse_headers(head).items()}
        del self._received[: end + 4]
        length = int(headers.get("content-length", 0))
        while len(self._received) < length:
            await self._receive()
        body = bytes(self._received[:length])
        del self._received[:length]
        return Answer(status, headers, body)

    async def hear(self) -> Frame:
        """The next WebSocket message, heartbeats included. Raises Closed."""
        parts: list[Any] = []
        while True:
            self._frames.receive_bytes(bytes(self._received))
            self._received.clear()
            for frame in self._frames.received_frames():
                if isinstance(frame.payload, tuple):
                    raise Closed(int(frame.payload[0]), frame.payload[1] or "")
                if frame.opcode is Opcode.PONG:
                    continue
                parts.append(frame.payload)
                if frame.message_finished:
                    return "".join(parts) if isinstance(frame.payload, str) else b"".join(parts)
            await self._receive()

    async def pongs(self, count: int) -> list[bytes]:
        """The payloads of the next pongs; everything else is passed over. Raises Closed."""
        payloads: list[bytes] = []
        while len(payloads) < count:
            self._frames.receive_bytes(bytes(self._received))
            self._received.clear()
            for frame in self._frames.received_frames():
                if frame.opcode is Opcode.PONG and isinstance(frame.payload, bytes):
                    payloads.append(frame.payload)
            if len(payloads) < count:
                await self._receive()
        return payloads

    async def until(self, beginning: str) -> str:
        """The next text that begins like this; pings are answered, everything else is passed over. Raises Closed."""
        while True:
            heard = await self.hear()
            if heard == "2":
                await self.say("3")
            elif isinstance(heard, str) and heard.startswith(beginning):
                return heard

    async def event(self, name: str) -> Any:
        """The payload of the next event of this name; its attachment stays a placeholder."""
        while True:
            heard = await self.until("4")
            packet = heard[heard.find("[") :]
            if heard[1] in "25" and json.loads(packet)[0] == name:
                return json.loads(packet)[1]

    async def close_code(self) -> int:
        """Answer pings until the server closes the WebSocket."""
        try:
            return len(await self.until("nothing begins like this"))
        except Closed as closed:
            return closed.code

    async def upgrade(self, target: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a WebSocket."""
        return await self.ask("GET", target, headers={**UPGRADE, **(headers or {})})

    async def _receive(self) -> None:
        try:
            data = await self.stream.receive_some(65_536)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Closed(0) from None
        if not data:
            raise Closed(0)
        self._received += data
