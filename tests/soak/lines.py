"""The ways of a client to the server: a WebSocket, long-polling, and polling that is upgraded, as browsers do it.

Each is what `VoiceClient` needs of a WebSocket, written with raw bytes: so a client may also die in the midst of a
frame, or send what no library would.
"""

import re
import socket
import struct
from collections import deque
from collections.abc import Mapping
from typing import cast

import trio
from trio_websocket import CloseReason, ConnectionClosed, WebSocketConnection

from adapters.client.voiceclient import VoiceClient
from protocol import base64text
from protocol.connecting import Auth
from protocol.engineio import Frame
from tests.rawclient import Answer, Closed, RawClient

WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    "Accept-Encoding": "gzip, deflate, br",
    "Cache-Control": "no-cache",
}
_SEPARATOR = "\x1e"


class NotServed(Exception):
    """The server does not take this connection: it answers with `status`, 0 where it just closes."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def dial(port: int, host: str = "127.0.0.1") -> RawClient:
    """A stream to the server, from an address of this machine's own. Raises NotServed where it cannot be had."""
    try:
        return RawClient(await trio.open_tcp_stream("127.0.0.1", port, local_address=host))
    except OSError:
        raise NotServed(0) from None


class WebSocketLine:
    """A WebSocket."""

    def __init__(self, client: RawClient) -> None:
        self.client = client
        self.why = ""
        """How it ended, as far as this side knows."""
        self._sending = trio.Lock()

    @classmethod
    async def open(
        cls, port: int, headers: Mapping[str, str] | None = None, query: str = "", host: str = "127.0.0.1"
    ) -> "WebSocketLine":
        """A new one. Raises NotServed."""
        client = await dial(port, host)
        try:
            answer = await client.upgrade(WEBSOCKET + query, headers)
        except (Closed, trio.BrokenResourceError):
            answer = Answer(0, {}, b"")
        if answer.status != 101:
            await trio.aclose_forcefully(client.stream)
            raise NotServed(answer.status)
        return cls(client)

    async def send_message(self, frame: Frame) -> None:
        """As trio-websocket's."""
        async with self._sending:
            try:
                await self.client.say(frame)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                raise ConnectionClosed(None) from None

    async def get_message(self) -> Frame:
        """As trio-websocket's."""
        try:
            return await self.client.hear()
        except Closed as closed:
            self.why = closed.words
            raise ConnectionClosed(CloseReason(closed.code or 1006, closed.words)) from None

    async def drop(self, *, reset: bool = False) -> None:
        """Be gone without a word; with `reset` as a machine that was switched off, once its peer sends."""
        await hang_up(self.client.stream, reset=reset)


async def hang_up(stream: trio.abc.Stream, *, reset: bool = False) -> None:
    """Close a stream at once."""
    if reset:
        assert isinstance(stream, trio.SocketStream)
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await trio.aclose_forcefully(stream)


class PollingLine:
    """Long-polling over two streams, as browsers have them; `upgrade` goes on over a WebSocket."""

    def __init__(
        self, port: int, headers: Mapping[str, str] | None = None, query: str = "", host: str = "127.0.0.1"
    ) -> None:
        self._port = port
        self._host = host
        self._query = query
        self._headers = headers or {}
        self._come: deque[Frame] = deque()
        self._sid = ""
        self._reader: RawClient | None = None
        self._writer: RawClient | None = None
        self._sending = trio.Lock()
        self._opened: WebSocketLine | None = None
        self._probed: WebSocketLine | None = None
        self._websocket: WebSocketLine | None = None
        self.changed = trio.Event()
        """Set when the WebSocket is used."""
        self.why = ""

    async def send_message(self, frame: Frame) -> None:
        """As trio-websocket's."""
        async with self._sending:
            if self._websocket is not None:
                await self._websocket.send_message(frame)
                return
            if self._writer is None:
                self._writer = await self._dial()
            body = "b" + base64text.encode(frame) if isinstance(frame, bytes) else frame
            answer = await self._ask(self._writer, "POST", body.encode())
            if answer.status != 200:
                raise self._over(f"HTTP {answer.status}")

    async def get_message(self) -> Frame:
        """As trio-websocket's."""
        while not self._come:
            if self._websocket is not None:
                return await self._websocket.get_message()
            await self._poll()
        return self._come.popleft()

    async def _poll(self) -> None:
        if self._reader is None:
            self._reader = await self._dial()
        answer = await self._ask(self._reader, "GET")
        if answer.status != 200:
            raise self._over(f"HTTP {answer.status}")
        for packet in answer.body.decode().split(_SEPARATOR):
            if packet != "6":
                self._come.append(base64text.decode(packet[1:]) if packet.startswith("b") else packet)
        if not self._sid and self._come:
            found = re.search(r'"sid":"([^"]+)"', str(self._come[0]))
            self._sid = found[1] if found else ""
        if self._probed is not None:
            async with self._sending:
                await self._probed.send_message("5")
                self._websocket = self._probed
            self.changed.set()

    async def upgrade(self) -> None:
        """Probe a WebSocket, as the JavaScript client does. The server ends the poll under way, and who receives then
        makes the change. Raises NotServed, ConnectionClosed.
        """
        websocket = await WebSocketLine.open(self._port, self._headers, f"&sid={self._sid}", self._host)
        self._opened = websocket
        await websocket.send_message("2probe")
        if (answer := await websocket.get_message()) != "3probe":
            raise self._over(f"{answer!r} to the probe")
        self._probed = websocket

    async def drop(self, *, reset: bool = False) -> None:
        """Be gone without a word."""
        for client in (self._reader, self._writer, self._opened.client if self._opened else None):
            if client is not None:
                await hang_up(client.stream, reset=reset)

    def _over(self, why: str) -> ConnectionClosed:
        self.why = why
        return ConnectionClosed(CloseReason(1006, why))

    async def _dial(self) -> RawClient:
        try:
            return await dial(self._port, self._host)
        except NotServed:
            raise self._over("no new stream can be had") from None

    async def _ask(self, client: RawClient, method: str, body: bytes = b"") -> Answer:
        target = f"{POLLING}&sid={self._sid}" if self._sid else POLLING + self._query
        try:
            return await client.ask(method, target, body, self._headers)
        except (Closed, trio.BrokenResourceError, trio.ClosedResourceError):
            raise self._over(f"the stream was closed during a {method}") from None


Line = WebSocketLine | PollingLine


async def join(line: Line, auth: Auth) -> VoiceClient:
    """Join a session over a line. Raises ConnectRefused, Disconnected, Unreachable."""
    return await VoiceClient.join(cast(WebSocketConnection, line), auth)
