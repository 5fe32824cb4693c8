"""Socket.IO packets over a WebSocket to a server: the layer below a client's events."""

from typing import Protocol

import msgspec
import trio
from trio_websocket import ConnectionClosed

from adapters.client.opening import CONNECT_SECONDS
from protocol import engineio, socketio
from protocol.engineio import Frame, OpenPacket
from protocol.errors import RemoteProtocolError
from protocol.socketio import Header, Packet


class Unreachable(Exception):
    """There is no such server, or none that speaks this protocol; the message says what to do."""


class Disconnected(Exception):
    """The connection is over; the message says how it ended."""


class MessageSocket(Protocol):
    """A WebSocket that is open, as trio-websocket has it. Both raise ConnectionClosed where the connection is over."""

    async def get_message(self) -> Frame:
        """The next message. Cancelling loses none."""

    async def send_message(self, message: Frame) -> None:
        """Send a message. Cancelling may leave half of it sent."""


class PacketSocket:
    """The packets of one Engine.IO session. One task may receive while others send.

    Only `receive` answers the server's pings, so a client that does not receive loses the connection after a while.
    """

    def __init__(self, websocket: MessageSocket, opened: OpenPacket) -> None:
        self._websocket = websocket
        self._silence = (opened.ping_interval + opened.ping_timeout) / 1000
        self._sending = trio.Lock()
        self._header: Header | None = None
        self._attachments: list[bytes] = []

    @classmethod
    async def open(cls, websocket: MessageSocket) -> "PacketSocket":
        """Wait for the server's open packet. Raises Unreachable or Disconnected. Cancelling leaves the WebSocket."""
        frame = await _next_frame(websocket, CONNECT_SECONDS)
        try:
            opened = msgspec.json.decode(_text(frame).removeprefix("0"), type=OpenPacket)
        except (msgspec.DecodeError, RemoteProtocolError):
            raise Unreachable("the server does not begin as Engine.IO 4 does: is that a vivavoce server?") from None
        return cls(websocket, opened)

    async def send(self, packet: Packet) -> None:
        """Send a packet with its attachments. Raises Disconnected.

        Cancelling may leave a part of it sent: then the connection is of no use any more.
        """
        async with self._sending:  # an event and its attachments must follow each other
            for frame in socketio.encode(packet):
                await self.send_frame(frame)

    async def send_frame(self, frame: Frame) -> None:
        """Send one Engine.IO frame as it is. Raises Disconnected. Cancelling may leave half of it sent."""
        try:
            await self._websocket.send_message(frame)
        except ConnectionClosed as error:
            raise Disconnected(_ending(error)) from None

    async def receive(self) -> Packet:
        """The next packet, with its attachments. Raises Disconnected. Cancelling loses nothing of it."""
        try:
            while self._header is None:
                decoded = socketio.decode_text(_text(await self._message()))
                if isinstance(decoded, Packet):
                    return decoded
                self._header = decoded
            while len(self._attachments) < self._header.attachments:
                self._attachments.append(_bytes(await self._message()))
            packet = socketio.join(self._header, self._attachments)
        except RemoteProtocolError as error:
            raise Disconnected(f"the server broke the protocol: {error}") from None
        self._header, self._attachments = None, []
        return packet

    async def _message(self) -> Frame:
        """The next Engine.IO message; pings before it are answered."""
        while True:
            packet = engineio.decode_frame(await _next_frame(self._websocket, self._silence))
            match packet.type:
                case engineio.MESSAGE:
                    return packet.data
                case engineio.PING:
                    await self.send_frame(engineio.encode_frame(engineio.EnginePacket(engineio.PONG, packet.data)))
                case engineio.CLOSE:
                    raise Disconnected("the server closed the connection")


async def _next_frame(websocket: MessageSocket, silence: float) -> Frame:
    try:
        with trio.fail_after(silence):
            frame: Frame = await websocket.get_message()
            return frame
    except trio.TooSlowError:
        raise Disconnected(f"nothing came from the server for {silence:g} s") from None
    except ConnectionClosed as error:
        raise Disconnected(_ending(error)) from None


def _ending(error: ConnectionClosed) -> str:
    code = f" ({error.reason.name.lower()})" if error.reason else ""
    return f"the connection to the server is lost{code}"


def _text(frame: Frame) -> str:
    if isinstance(frame, str):
        return frame
    raise RemoteProtocolError("bytes came where text was due")


def _bytes(frame: Frame) -> bytes:
    if isinstance(frame, bytes):
        return frame
    raise RemoteProtocolError("text came where an attachment was due")
