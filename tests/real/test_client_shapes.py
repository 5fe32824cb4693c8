"""What real clients do on the wire, played with the bytes that they send; all but the last test on memory streams."""

import base64
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import msgspec
import pytest
import trio
from hypothesis import example, given
from hypothesis import strategies as st
from trio.testing import MockClock
from trio_websocket import WebSocketConnection
from wsproto.frame_protocol import FrameProtocol

from protocol.engineio import Frame
from protocol.errors import CloseReason
from protocol.timing import Timing
from tests.harness import Server, serving
from tests.rawclient import Closed, RawClient, frames
from tests.real.programs import Served
from tests.real.speech import QUESTION, THANKS, Sentence, words
from tests.real.wire import frame, websocket

pytestmark = pytest.mark.usefixtures("streams")

POLLING = "/socket.io/?EIO=4&transport=polling"
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
HEADER = '451-["input.buffer.append",{"_placeholder":true,"num":0}]'
UPDATE = '42["session.update",{"STT":{"mediaFormat":"pcm16"},"TTS":{"isBase64":false}}]'
COMMIT = '42["input.buffer.commit"]'
TOO_LARGE = 1009


def heard_sound(server: Server) -> list[bytes]:
    """The utterances that reached the recogniser."""
    return [call.asked.data for call in server.engines.stt.script.calls]


@asynccontextmanager
async def opened(server: Server, target: str = WEBSOCKET, *first: Frame) -> AsyncIterator[RawClient]:
    """A WebSocket on which `first` comes together with the head of the request."""
    async with server.dial() as stream:
        client = RawClient(stream)
        await client.send(UPGRADE.format(target=target).encode() + frames(*first))
        assert (await client.answer()).status == 101
        yield client


UPGRADE = (
    "GET {target} HTTP/1.1\r\nHost: localhost:7171\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


# ---- socket.io-client 4 and python-socketio 5, recorded


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the recorded client sent next, on which of its connections: a request, or a WebSocket frame."""

    on: int
    http: str = ""
    text: str | None = None
    binary: str | None = None
    close: int = 0

    def as_bytes(self, sid: str) -> bytes:
        """On the wire; the client masked its frames by another key."""
        if self.http:
            return self.http.replace("{sid}", sid).encode()
        if self.close:
            return bytes(FrameProtocol(client=True, extensions=[]).close(self.close))
        return frames(base64.b64decode(self.binary) if self.binary is not None else self.text or "")


def recorded(client: str) -> list[Step]:
    """What `client` sent while it held a turn with this server."""
    lines = (Path(__file__).parent / "exchanges" / f"{client}.jsonl").read_text().splitlines()
    return [msgspec.json.decode(line, type=Step) for line in lines]


async def replay(server: Server, steps: list[Step]) -> list[RawClient]:
    """Send all steps, each when the server has nothing left to do for those before; the client's connections."""
    clients: dict[int, RawClient] = {}
    sid = ""
    for step in steps:
        if step.on not in clients:
            clients[step.on] = RawClient(server.stream())
        await clients[step.on].send(step.as_bytes(sid))
        await server.settle()
        sid = sid or (await clients[step.on].answer()).json["sid"]
    return list(clients.values())


async def events_of(client: RawClient) -> list[Any]:
    """The names of all events on a WebSocket until the server closes it, and its acks as they came."""
    heard: list[Any] = []
    try:
        while True:
            message = await client.hear()
            if isinstance(message, str) and message[:2] in ("42", "45"):
                heard.append(json.loads(message[message.index("[") :])[0])
            elif isinstance(message, str) and message.startswith("43"):
                heard.append(message)
    except Closed:
        return heard


@pytest.mark.parametrize(("client", "acks"), [("socket.io-client", (0, 1)), ("python-socketio", (1, 2))])
async def test_a_recorded_exchange_holds_a_turn(client: str, acks: tuple[int, int], autojump_clock: MockClock) -> None:
    steps = recorded(client)
    async with serving() as server:
        clients = await replay(server, steps)
        upgraded = next(step.on for step in steps if "transport=websocket" in step.http)
        for number, other in enumerate(clients):
            if number not in (steps[0].on, upgraded):
                assert (await other.answer()).status == 200
        assert (await clients[upgraded].answer()).status == 101
        heard = await events_of(clients[upgraded])
        assert heard_sound(server) == [b"recorded sound, ended by a commit"]
        assert [one for one in heard if one.startswith("43")] == [f'43{ack}[{{"success":true}}]' for ack in acks]
        assert heard[-3:] == ["session.state", "response.audio.delta", "response.metrics"]
        assert server.supervisor.connection_registry.closed.keys() <= {
            CloseReason.TRANSPORT_LOST,
            CloseReason.CLIENT_CLOSED,
        }
        await server.check_nothing_is_left()


# ---- Unreal: getnamo's plugin on socket.io-client-cpp

UNREAL = (
    "GET /socket.io/?EIO=4&transport=websocket&t=1732270000&client=unreal HTTP/1.1\r\nConnection: Upgrade\r\n"
    "Host: localhost:7171\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Upgrade: websocket\r\nUser-Agent: WebSocket++/0.8.2\r\n\r\n"
)
UNREAL_UPDATE = (
    '42["session.update",{"lLM":{"maxToken":0.0,"model":"","name":"","prompt":"","provider":{"name":"","title":""},'
    '"stop":[],"stream":false,"temperature":1.0},"sTT":{"languageCode":"","mediaFormat":"wav","model":"","prompt":"",'
    '"provider":{"name":"","title":""},"sentimentAnalysis":false},"tTS":{"isBase64":true,"isOrdered":false,'
    '"languageCode":"","model":"","provider":{"name":"","title":""},"responseType":{"name":"single","title":"Single"},'
    '"speed":0.0,"ssmlGender":{"name":"","title":""},"stream":false,"voice":""}}]'
)


UNREAL_TURN = UNREAL.encode() + frames(
    "40", UNREAL_UPDATE, HEADER, b"spoken into a game", '42["input.buffer.commit",null]'
)


async def test_unreal_holds_a_turn(autojump_clock: MockClock) -> None:
    async with serving() as server, server.dial() as stream:
        client = RawClient(stream)
        await client.send(UNREAL.encode() + frames("40"))  # its CONNECT goes out before it has read anything
        assert (await client.answer()).status == 101
        assert '"pingInterval":25000,"pingTimeout":20000,' in str(await client.hear())
        await client.until('40{"sid":"')
        await client.say(UNREAL_UPDATE)
        assert (await client.event("session.updated"))["success"] is True
        await client.say(HEADER, b"spoken into a game", '42["input.buffer.commit",null]')
        await client.until('42["session.state",{"state":"speaking"}]')
        piece = await client.event("response.audio.delta")
        assert heard_sound(server) == [b"spoken into a game"]
    assert {type(value) for value in piece.values()} == {int, str, bool}  # a flat object without null
    assert piece["done"] is True
    assert base64.b64decode(piece["audio"]).startswith(b"wav:")


@given(st.lists(st.integers(0, len(UNREAL_TURN)), max_size=12).map(sorted))
@example(list(range(len(UNREAL_TURN))))
def test_any_split_of_the_bytes_is_the_same_turn(cuts: list[int]) -> None:
    async def hold() -> tuple[list[bytes], str]:
        async with serving() as server, server.dial() as stream:
            client = RawClient(stream)
            for start, end in pairwise((0, *cuts, len(UNREAL_TURN))):
                await client.send(UNREAL_TURN[start:end])
                await server.settle()
            assert (await client.answer()).status == 101
            piece = await client.event("response.audio.delta")
            return heard_sound(server), piece["text"]

    turn = trio.run(hold, clock=MockClock(autojump_threshold=0))
    assert turn == ([b"spoken into a game"], "Fine and well.")


# ---- socket.io-client-csharp and SocketIOUnity


async def test_csharp_upgrades_by_a_bare_5_and_does_not_poll_meanwhile(autojump_clock: MockClock) -> None:
    async with serving() as server, server.dial() as stream:
        sid = (await RawClient(stream).ask("GET", POLLING)).json["sid"]
        async with opened(server, f"{WEBSOCKET}&sid={sid}") as client:
            await client.say("5", "40")
            await client.until('40{"sid":"')
            await client.say(UPDATE, HEADER, b"sound", COMMIT)
            assert (await client.event("response.audio.delta"))["done"] is True


CSHARP_AUTH = (
    '40{"audioFormat":"wav","isBase64":true,"pieces":"whole","sessionId":"5d0a3a0e-6c1f-4a0e-9a53-3d2c8a1d7b11"}'
)
CSHARP_UPDATE = '42["session.update",{"STT":{"mediaFormat":"wav"}}]'


async def test_the_program_of_the_csharp_guide_speaks_as_soon_as_it_has_joined(autojump_clock: MockClock) -> None:
    """In a new session, and in one whose Sender was lost in the midst of an utterance."""
    chunk = f'42["input.buffer.append","{base64.b64encode(b"spoken").decode()}"]'
    async with serving() as server:
        for state, first in (("idle", ()), ("receiving", ('42["input.buffer.clear"]',))):
            async with opened(server, WEBSOCKET, CSHARP_AUTH) as client:
                assert (await client.event("session.joined"))["state"] == state
                await client.say(*first, CSHARP_UPDATE, chunk, chunk, COMMIT)
                piece = await client.event("response.audio.delta")
                assert (piece["done"], piece["isBase64"]) == (True, True)
                await client.say(chunk)
                await client.until('42["session.state",{"state":"receiving"}]')
        assert heard_sound(server) == [b"spokenspoken"] * 2


async def test_csharp_loses_the_event_whose_attachment_a_text_overtakes_and_no_other(autojump_clock: MockClock) -> None:
    async with serving() as server, opened(server, WEBSOCKET, "40") as client:
        await client.say(UPDATE, HEADER, '427["response.cancel"]', b"overtaken", HEADER, b"whole", COMMIT)
        lost = await client.event("custom.error")
        assert lost["errorId"] == 1000
        assert '"input.buffer.append" is lost' in lost["message"]
        await client.until('437[{"success":true}]')
        assert (await client.event("response.audio.delta"))["done"] is True
        assert heard_sound(server) == [b"whole"]


async def test_unity_leaves_a_polling_session_behind_which_ends_alone(autojump_clock: MockClock) -> None:
    async with serving() as server:
        connection_registry = server.supervisor.connection_registry
        async with server.dial() as stream:
            assert (await RawClient(stream).ask("GET", POLLING)).status == 200
        async with opened(server, WEBSOCKET, "40") as client:
            await client.until('42["session.joined"')
            assert len(connection_registry) == 2
            with trio.move_on_after(120):
                await client.close_code()
            assert len(connection_registry) == 1
            assert connection_registry.closed == {CloseReason.PING_TIMEOUT: 1}
            await client.say(UPDATE, HEADER, b"sound", COMMIT)
            assert (await client.event("response.audio.delta"))["done"] is True


async def test_unity_sends_its_messages_in_fragments_of_8_kilobytes(autojump_clock: MockClock) -> None:
    sound = bytes(range(256)) * 200
    text = f'42["input.buffer.append","{base64.b64encode(sound).decode()}"]'
    async with serving() as server, opened(server, WEBSOCKET, "40") as client:
        await client.say(UPDATE)
        await client.send(frames(text, HEADER, sound, size=8192) + frames(COMMIT))
        assert (await client.event("response.audio.delta"))["done"] is True
        assert heard_sound(server) == [sound + sound]


@pytest.mark.parametrize("excess", [0, 1])
async def test_fragments_add_up_to_max_payload(excess: int, autojump_clock: MockClock) -> None:
    async with serving(timing=Timing(max_payload=50_000)) as server, opened(server, WEBSOCKET, "40") as client:
        await client.say(UPDATE, HEADER)
        await client.send(frames(bytes(50_000 + excess), size=8192))
        if excess:
            assert await client.close_code() == TOO_LARGE
            assert server.supervisor.connection_registry.closed == {CloseReason.TOO_LARGE: 1}
        else:
            await client.say(COMMIT)
            assert (await client.event("response.audio.delta"))["done"] is True


# ---- browsers


async def test_a_microphone_over_polling_sends_many_small_packets_at_once(autojump_clock: MockClock) -> None:
    chunks = [bytes([number % 256]) * 40 for number in range(600)]
    packets = [packet for chunk in chunks for packet in (HEADER, f"b{base64.b64encode(chunk).decode()}")]
    async with serving() as server, server.dial() as stream:
        client = RawClient(stream)
        target = f"{POLLING}&sid={(await client.ask('GET', POLLING)).json['sid']}"
        for body in ("40", UPDATE, "\x1e".join((*packets, COMMIT))):
            assert (await client.ask("POST", target, body.encode())).body == b"ok"
        heard = b""
        while b'"done":true' not in heard:
            polled = await client.ask("GET", target)
            assert polled.status == 200
            heard += polled.body
        assert heard_sound(server) == [b"".join(chunks)]


@pytest.mark.parametrize(
    ("target", "connect", "answer"),
    [
        (f"{WEBSOCKET}&token=secret", "40", '40{"sid":"'),
        (WEBSOCKET, '40{"token":"secret"}', '40{"sid":"'),
        (f"{WEBSOCKET}&token=wrong", '40{"token":"secret"}', '40{"sid":"'),
        (WEBSOCKET, "40", '44{"name":"Error",'),
    ],
)
async def test_a_browser_brings_its_credential_in_auth_or_else_in_the_query(
    target: str, connect: str, answer: str, autojump_clock: MockClock
) -> None:
    async with serving(token="secret") as server, opened(server, target) as client:
        await client.say(connect)
        assert str(await client.hear()).startswith("0")
        assert str(await client.hear()).startswith(answer)


# ---- a recorder that is left running, with the embedded engines


class Blobs(io.RawIOBase):
    """A file that cannot go back, which is what MediaRecorder writes its blobs to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """At the end."""
        self.data += data
        return len(data)


def recording(*sentences: Sentence) -> Iterator[bytes]:
    """One WebM with Opus that goes on over all sentences: what was recorded during each of them."""
    blobs = Blobs()
    with av.open(blobs, "w", format="webm", options={"live": "1", "cluster_time_limit": "500"}) as output:
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        resampler, position = av.AudioResampler("s16", "mono", 48_000, frame_size=960), 0
        for sentence in sentences:
            with av.open(io.BytesIO(sentence.wav), "r") as source:
                for decoded in (resampled for each in source.decode(audio=0) for resampled in resampler.resample(each)):
                    decoded.pts = position
                    position += decoded.samples
                    output.mux(stream.encode(decoded))
            output.mux(stream.encode(silence(position)))
            position += 960
            yield bytes(blobs.data)
            blobs.data.clear()


def silence(position: int) -> av.AudioFrame:
    """20 ms, which separate two sentences."""
    frame = av.AudioFrame("s16", "mono", 960)
    frame.planes[0].update(bytes(1920))
    frame.sample_rate, frame.pts = 48_000, position
    return frame


async def payload(connection: WebSocketConnection, name: str, **fields: object) -> Any:
    """The payload of the next event of that name with these fields; errors end the test."""
    while True:
        received = str(await frame(connection))
        assert not received.startswith('42["custom.error"'), received
        if received.startswith(f'42["{name}"') and fields.items() <= json.loads(received[2:])[1].items():
            return json.loads(received[2:])[1]


@pytest.mark.real
async def test_a_recorder_left_running_is_understood_in_every_utterance(
    vivavoce: Served, said: Mapping[str, Sentence]
) -> None:
    texts = (THANKS, QUESTION)
    async with websocket(vivavoce) as connection:
        await connection.send_message("40")
        await connection.send_message('42["session.update",{"STT":{"mediaFormat":"webm"}}]')
        for text, recorded_part in zip(texts, recording(*(said[text] for text in texts)), strict=True):
            await payload(connection, "session.state", state="handshaken")
            for start in range(0, len(recorded_part), 4_000):
                await connection.send_message(HEADER)
                await connection.send_message(recorded_part[start : start + 4_000])
            await connection.send_message(COMMIT)
            transcript = (await payload(connection, "request.transcribe.done"))["text"]
            assert len(set(words(transcript)) & set(words(text))) >= len(words(text)) / 2  # Opus costs a word or two
