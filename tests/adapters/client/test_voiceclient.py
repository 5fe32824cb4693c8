"""The voice client, against a scripted server over memory streams on the mock clock."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock
from trio_websocket import wrap_server_stream

from adapters.client.packets import Disconnected, Unreachable
from adapters.client.voiceclient import (
    AckReceived,
    AudioPiece,
    ConnectRefused,
    VoiceClient,
    connect,
)
from protocol import socketio
from protocol.connecting import Auth
from protocol.messages import SessionJoined, SessionState
from protocol.socketio import Packet
from tests.adapters.client.scripted import JOINED, OPEN, ScriptedServer, delta, joined, sockets


async def test_connect_says_only_what_is_set(autojump_clock: MockClock) -> None:
    said: list[Any] = []
    async with sockets() as (websocket, server), trio.open_nursery() as nursery:
        nursery.start_soon(keep, said, server.open)
        await VoiceClient.join(websocket, Auth(token="hush", audio_format="wav", is_base64=False))
    assert said == [{"token": "hush", "audioFormat": "wav", "isBase64": False}]


async def keep(results: list[Any], function: Callable[[], Awaitable[Any]]) -> None:
    results.append(await function())


async def test_messages_come_as_structs_and_unknown_events_are_passed_over(autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await server.emit("session.joined", JOINED)
        await server.emit("something.new", {"x": 1})
        await server.state("handshaken")
        assert await client.receive() == SessionJoined("s-1", "both", "idle")
        assert await client.receive() == SessionState("handshaken")
        assert client.session_id == "s-1"


@pytest.mark.parametrize("encoded", [True, False])
async def test_audio_is_the_same_bytes_however_it_came(encoded: bool, autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await server.emit("response.audio.delta", delta(b"\0\xffsound", encoded))
        assert await client.receive() == AudioPiece(0, "Hi.", b"\0\xffsound", encoded, True, True, 1)


async def test_pings_are_answered_while_receiving(autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await server.websocket.send_message("2")
        await server.state("idle")
        await client.receive()
        assert await server.websocket.get_message() == "3"


async def test_a_cancelled_receive_loses_no_attachment(autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        text, attachment = socketio.encode(Packet(socketio.EVENT, data=["response.audio.delta", delta(b"sound")]))
        await server.websocket.send_message(text)
        with trio.move_on_after(1):
            await client.receive()
        await server.websocket.send_message(attachment)
        message = await client.receive()
        assert isinstance(message, AudioPiece)
        assert message.audio == b"sound"


async def test_events_sent_at_once_keep_their_attachments(autojump_clock: MockClock) -> None:
    async with joined() as (client, server), trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(client.append, bytes([number]) * 9)
            nursery.start_soon(client.text, "x")
        packets = [await server.packet() for _ in range(40)]
    chunks = [packet.data[1] for packet in packets if packet.data[0] == "input.buffer.append"]
    assert sorted(chunks) == [bytes([number]) * 9 for number in range(20)]


async def test_an_utterance_is_sent_at_the_pace_of_a_microphone(autojump_clock: MockClock) -> None:
    async with joined() as (client, server), trio.open_nursery() as nursery:
        begun = trio.current_time()
        nursery.start_soon(client.say, [b"a", b"b", b"c"], 0.1)
        for number, chunk in enumerate([b"a", b"b", b"c"], 1):
            assert await server.expect("input.buffer.append") == [chunk]
            assert trio.current_time() - begun == pytest.approx(number * 0.1)
        assert await server.expect("input.buffer.commit") == []


async def test_an_acknowledgement_comes_with_its_number(autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await client.send("input.text", {"text": "x"}, ack=7)
        asked = await server.packet()
        await server.send(Packet(socketio.ACK, ack=asked.ack, data=[{"success": True}]))
        assert await client.receive() == AckReceived(7, ({"success": True},))


async def test_a_refusal_comes_with_its_words_and_status(autojump_clock: MockClock) -> None:
    data = {"name": "Error", "message": "bad token", "data": {"message": "bad token", "statusCode": 401}}
    async with sockets() as (websocket, server), trio.open_nursery() as nursery:
        nursery.start_soon(server.open, Packet(socketio.CONNECT_ERROR, data=data))
        with pytest.raises(ConnectRefused, match="bad token") as refused:
            await VoiceClient.join(websocket, Auth(token="wrong"))
    assert refused.value.status == 401


async def test_what_is_not_this_protocol_is_unreachable(autojump_clock: MockClock) -> None:
    async with sockets() as (websocket, server):
        await server.websocket.send_message("hello")
        with pytest.raises(Unreachable, match="is that a vivavoce server"):
            await VoiceClient.join(websocket, Auth())


async def test_a_server_that_accepts_and_is_silent_is_unreachable_in_the_end(autojump_clock: MockClock) -> None:
    async with sockets() as (websocket, server):
        await server.websocket.send_message(OPEN)
        with pytest.raises(Unreachable, match="does not answer"):
            await VoiceClient.join(websocket, Auth())


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ("41", "ended the session"),
        ("1", "closed the connection"),
        ("9", "a type from 0 to 6"),
        ("4{", "a type from 0 to 6"),
        ("450-[]", "does not fit"),
        (b"stray", "text was due"),
        ('42["session.state",{"state":5}]', "not as documented"),
    ],
)
async def test_the_end_of_a_connection_is_told(frame: str | bytes, told: str, autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await server.websocket.send_message(frame)
        with pytest.raises(Disconnected, match=told):
            await client.receive()


async def test_a_server_that_pings_no_more_is_lost(autojump_clock: MockClock) -> None:
    async with joined() as (client, _):
        begun = trio.current_time()
        with pytest.raises(Disconnected, match="nothing came from the server for 45 s"):
            await client.receive()
        assert trio.current_time() - begun == pytest.approx(45)


async def test_iteration_ends_with_the_connection(autojump_clock: MockClock) -> None:
    async with joined() as (client, server):
        await server.state("idle", "handshaken")
        await server.send(Packet(socketio.DISCONNECT))
        assert [message async for message in client] == [SessionState("idle"), SessionState("handshaken")]
        await server.websocket.aclose()
        with pytest.raises(Disconnected):
            await client.text("too late")


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "http://", "http://h:99999", "http://[::1"])
async def test_an_address_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(Unreachable, match="is no address of a server"):
        async with connect(url):
            raise AssertionError("connected")


class Mistake(Exception):
    """An error of whoever uses the client."""


class KeptOpen(trio.abc.Stream):
    """A socket that its owner does not close, whatever was agreed."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        return await self._stream.receive_some(max_bytes)

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


@asynccontextmanager
async def real_server(paths: list[str], kept_open: bool = False) -> AsyncIterator[str]:
    """The address of a scripted server that lets a client in and reads no more, or says goodbye and does not go."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")

    async def serve(stream: trio.SocketStream) -> None:
        async with trio.open_nursery() as inner:
            request = await wrap_server_stream(inner, KeptOpen(stream) if kept_open else stream)
            paths.append(request.path)
            server = ScriptedServer(await request.accept())
            await server.open()
            await server.emit("session.joined", JOINED)
            if kept_open:
                await server.websocket.aclose()
            await trio.sleep_forever()

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, serve, [listener])
            yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}"
            nursery.cancel_scope.cancel()


@pytest.mark.real
@pytest.mark.parametrize("path", ["", "/", "/voice/socket.io/"])
async def test_connect_joins_over_a_real_socket(path: str) -> None:
    paths: list[str] = []
    async with real_server(paths) as address, connect(address + path) as client:
        assert isinstance(await client.receive(), SessionJoined)
    assert paths == [f"{path if len(path) > 1 else '/socket.io/'}?EIO=4&transport=websocket"]


@pytest.mark.real
async def test_a_server_that_says_goodbye_and_keeps_its_socket_is_left_in_time() -> None:
    async with real_server([], kept_open=True) as address, connect(address) as client:
        assert [type(message) async for message in client] == [SessionJoined]


@pytest.mark.real
async def test_a_server_that_does_not_read_is_left_in_time_and_hides_no_error() -> None:
    async def speak_and_fail(address: str) -> None:
        async with connect(address) as client:
            await client.say([b"chunk"] * 20)
            raise Mistake

    async with real_server([]) as address:
        with pytest.raises(Mistake):
            await speak_and_fail(address)


@pytest.mark.real
async def test_nobody_there_is_told_with_what_to_do() -> None:
    with trio.socket.socket() as unused:
        await unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match="is `vivavoce serve` running there"):
            async with connect(f"http://127.0.0.1:{port}"):
                raise AssertionError("connected")
