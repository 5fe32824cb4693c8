"""A server that says what a test tells it to, over memory streams, and sound to say it with."""

import base64
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import trio
from trio.testing import memory_stream_pair
from trio_websocket import WebSocketConnection, wrap_client_stream, wrap_server_stream

from adapters.client.voiceclient import VoiceClient
from protocol import socketio
from protocol.connecting import Auth
from protocol.socketio import Header, Packet

OPEN = '0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
JOINED = {"sessionId": "s-1", "role": "both", "state": "idle"}


class ScriptedServer:
    """The server's side of one connection: says what the test tells it to, and reads whole packets."""

    def __init__(self, websocket: WebSocketConnection) -> None:
        self.websocket = websocket

    async def open(self, answer: Packet | None = None) -> Any:
        """Let the client in, or give it `answer`; what its CONNECT said."""
        await self.websocket.send_message(OPEN)
        asked = await self.packet()
        assert asked.type == socketio.CONNECT
        await self.send(answer or Packet(socketio.CONNECT, data={"sid": "c"}))
        return asked.data

    async def send(self, packet: Packet) -> None:
        for frame in socketio.encode(packet):
            await self.websocket.send_message(frame)

    async def emit(self, name: str, payload: object) -> None:
        await self.send(Packet(socketio.EVENT, data=[name, payload]))

    async def state(self, *names: str) -> None:
        for name in names:
            await self.emit("session.state", {"state": name})

    async def packet(self) -> Packet:
        text = await self.websocket.get_message()
        assert isinstance(text, str)
        decoded = socketio.decode_text(text.removeprefix("4"))
        if not isinstance(decoded, Header):
            return decoded
        return socketio.join(decoded, [await self.attachment() for _ in range(decoded.attachments)])

    async def attachment(self) -> bytes:
        frame = await self.websocket.get_message()
        assert isinstance(frame, bytes)
        return frame

    async def expect(self, name: str) -> list[Any]:
        packet = await self.packet()
        assert packet.data[0] == name
        return list(packet.data[1:])

    async def utterance(self) -> bytes:
        """The chunks up to the commit, joined."""
        heard = b""
        while (packet := await self.packet()).data[0] == "input.buffer.append":
            heard += packet.data[1]
        assert packet.data == ["input.buffer.commit"]
        return heard


@asynccontextmanager
async def sockets() -> AsyncIterator[tuple[WebSocketConnection, ScriptedServer]]:
    """The two ends of a WebSocket in memory: the client's, and the scripted server."""
    ours, theirs = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        accepted: list[WebSocketConnection] = []

        async def accept() -> None:
            request = await wrap_server_stream(nursery, theirs)
            accepted.append(await request.accept())

        nursery.start_soon(accept)
        # Its annotation names socket streams; any stream serves.
        websocket = await wrap_client_stream(nursery, ours, "memory", "/socket.io/")  # type: ignore[arg-type]
        await trio.testing.wait_all_tasks_blocked()
        yield websocket, ScriptedServer(accepted[0])
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def joined(auth: Auth | None = None) -> AsyncIterator[tuple[VoiceClient, ScriptedServer]]:
    async with sockets() as (websocket, server), trio.open_nursery() as nursery:
        nursery.start_soon(server.open)
        yield await VoiceClient.join(websocket, auth or Auth()), server


def delta(
    audio: bytes,
    encoded: bool = False,
    number: int = 0,
    done: bool = True,
    part_done: bool = True,
    total: int = 1,
    text: str = "Hi.",
) -> object:
    """The payload of `response.audio.delta`."""
    return {
        "id": number,
        "text": text,
        "audio": base64.b64encode(audio).decode() if encoded else audio,
        "isBase64": encoded,
        "done": done,
        "streamPartDone": part_done,
        "totalNumber": total,
    }


def wav(seconds: float) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(24_000)
        writer.writeframes(bytes(round(48_000 * seconds)))
    return file.getvalue()
