"""The voice client and `vivavoce talk`, against a scripted server over memory streams on the mock clock."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import trio
from rich.console import Console
from trio.testing import MockClock
from trio_websocket import wrap_server_stream

from adapters.recording import Recording
from adapters.talk import Options, Printout, converse
from adapters.voiceclient import Acknowledged, Auth, Disconnected, Piece, Refused, Unreachable, VoiceClient, connect
from protocol import socketio
from protocol.messages import SessionJoined, SessionState
from protocol.socketio import Packet
from tests.adapters.scripted import JOINED, OPEN, ScriptedServer, joined, sockets, wav

HALF_SECOND = Recording(bytes(16_000), "pcm16", 0.5)


# ---- the client


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
        assert await client.receive() == Piece(0, "Hi.", b"\0\xffsound", encoded, True, True, 1)


def delta(audio: bytes, encoded: bool = False, number: int = 0, done: bool = True, part_done: bool = True) -> object:
    return {
        "id": number,
        "text": "Hi.",
        "audio": base64.b64encode(audio).decode() if encoded else audio,
        "isBase64": encoded,
        "done": done,
        "streamPartDone": part_done,
        "totalNumber": 1,
    }


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
        assert isinstance(message, Piece)
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
        assert await client.receive() == Acknowledged(7, ({"success": True},))


async def test_a_refusal_comes_with_its_words_and_status(autojump_clock: MockClock) -> None:
    data = {"name": "Error", "message": "bad token", "data": {"message": "bad token", "statusCode": 401}}
    async with sockets() as (websocket, server), trio.open_nursery() as nursery:
        nursery.start_soon(server.open, Packet(socketio.CONNECT_ERROR, data=data))
        with pytest.raises(Refused, match="bad token") as refused:
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


# ---- talk

Script = Callable[[ScriptedServer], Awaitable[None]]


async def talked(script: Script, tmp_path: Path, **given: Any) -> tuple[int, str, float]:
    """The exit code of talking to `script`, what was printed, and how long it took."""
    printed = StringIO()
    options = Options("memory", **{"audio_format": "wav", "save": tmp_path, **given})
    async with joined() as (client, server), trio.open_nursery() as nursery:
        begun = trio.current_time()
        nursery.start_soon(script, server)
        code = await converse(client, HALF_SECOND, options, Printout(Console(file=printed, highlight=False)))
        took = trio.current_time() - begun
        nursery.cancel_scope.cancel()
    return code, printed.getvalue(), took


async def updated(server: ScriptedServer) -> Any:
    (configuration,) = await server.expect("session.update")
    await server.emit("session.updated", {"sessionId": "s-1", "success": True, "warnings": ["STT: another model"]})
    await server.state("handshaken")
    return configuration


async def turn(server: ScriptedServer) -> None:
    """A spoken turn of two parts, a second of sound each."""
    assert await updated(server) == {"STT": {"mediaFormat": "pcm16"}}
    assert await server.utterance() == HALF_SECOND.data
    await server.state("receiving", "transcribing")
    await trio.sleep(0.25)
    await server.emit("request.transcribe.done", {"text": "hello", "sentiment": "", "language": "en-US"})
    await server.state("responding")
    await server.emit("response.started", {"turn": 3})
    await server.emit("response.text.done", {"text": "Hi \x1b[2Jthere."})
    await trio.sleep(0.5)
    sound = wav(1.0)
    await server.emit("response.audio.delta", delta(sound[:5000], done=False, part_done=False))
    await server.state("speaking")
    await server.emit("response.audio.delta", delta(sound[5000:], done=False))
    await server.emit("response.audio.delta", delta(sound, encoded=True, number=1))
    await server.emit("response.metrics", {"turn": 3, "transcript": 240, "firstAudio": 700})
    await trio.sleep(2)
    await server.state("handshaken")


async def test_a_turn_is_shown_and_its_sound_saved(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, printed, took = await talked(turn, tmp_path)
    assert code == 0
    assert took == pytest.approx(0.5 + 0.25 + 0.5 + 2)
    for words in (
        "STT: another model",
        "0.50 s  committed",
        "“hello” (en-US)  0.25 s after the commit",
        "Hi  [2Jthere.",
        "5,000 bytes  0.75 s after the commit",
        "part 1: 48,044 bytes, 1.0 s",
        "transcript 240 ms, first audio 700 ms",
    ):
        assert words in printed
    assert "\x1b" not in printed
    assert contents(tmp_path) == {"answer-3-part-0.wav": wav(1.0), "answer-3-part-1.wav": wav(1.0)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_without_real_time_it_ends_when_the_answer_is_there(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, _, took = await talked(turn, tmp_path, realtime=False)
    assert code == 0
    assert took == pytest.approx(0.75)


async def test_a_turn_that_is_closed_without_metrics_ends_soon(tmp_path: Path, autojump_clock: MockClock) -> None:
    async def script(server: ScriptedServer) -> None:
        await updated(server)
        await server.utterance()
        await server.emit("response.audio.delta", delta(wav(1.0), done=False))
        await server.emit("response.audio.delta", delta(b""))

    code, printed, took = await talked(script, tmp_path, realtime=False)
    assert code == 0
    assert took == pytest.approx(2)
    assert printed.count("answer-1-part-0.wav") == 1


async def test_an_embedded_model_is_asked_for_by_its_provider(tmp_path: Path, autojump_clock: MockClock) -> None:
    asked = []

    async def script(server: ScriptedServer) -> None:
        asked.append(await updated(server))
        await server.websocket.aclose()

    code, printed, _ = await talked(script, tmp_path, llm_model="echo")
    assert asked[0]["LLM"] == {"provider": "local", "model": "echo"}
    assert code == 1
    assert "the connection to the server is lost" in printed


async def refuses_the_update(server: ScriptedServer) -> None:
    await server.expect("session.update")
    await server.emit("custom.error", {"message": "STT.mediaFormat: no", "errorId": 2000})


async def hears_nothing(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    await server.state("transcribing")
    await server.emit("request.transcribe.done", {"text": "", "sentiment": "", "language": ""})
    await server.state("handshaken")


async def is_cancelled(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    await server.emit("response.cancelled", {"reason": "failed"})


async def says_what_is_no_sound(server: ScriptedServer) -> None:
    await updated(server)
    await server.emit("response.audio.delta", delta(b"nonsense"))


async def falls_silent(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    while True:
        await trio.sleep(20)
        await server.websocket.send_message("2")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (refuses_the_update, "STT.mediaFormat: no (2000)"),
        (hears_nothing, "no words were recognised"),
        (is_cancelled, "ended early: failed"),
        (says_what_is_no_sound, "part 0, 8 bytes: not audio"),
        (falls_silent, "nothing came from the server for 60 s"),
    ],
)
async def test_a_turn_without_an_answer_fails_in_words(
    script: Script, told: str, tmp_path: Path, autojump_clock: MockClock
) -> None:
    code, printed, took = await talked(script, tmp_path)
    assert code == 1
    assert told in printed
    assert took < 62


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, printed, _ = await talked(turn, tmp_path, save=tmp_path / "absent")
    assert code == 1
    assert "answer-3-part-0.wav: cannot be written" in printed
