"""Azure's WebSocket: visemes and words beside the sound, and REST in its place where it fails."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio

from actors.ports.calls import Retraction
from actors.ports.mouth import Mark, MarkKind
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.vendors.azure import socket, tts
from adapters.vendors.azure.messages import read
from adapters.vendors.azure.tts import AzureSpeech
from adapters.vendors.azure.visemes import PHONES
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, NET, Reply, browsing, cancel_everywhere, endpoint_of, loopback
from tests.adapters.reach.wsloop import Opening, Peer, Refusal, SocketLoop, socket_loop
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import MP3, PCM, SAMPLES

pytestmark = pytest.mark.real
SPEECH = Speech("Me <b> & two.", "", "en-US-AvaNeural", "en-US", "unspecified", 1.0, marks=True)
REST = SAMPLES[::-1]
"""What the REST interface answers with."""
SECOND = bytes(48_000)
Play = Callable[[Peer], Awaitable[None]]
HEAD = "X-RequestId:0123\r\nContent-Type:application/json; charset=utf-8\r\nPath:{}\r\n\r\n{}"


def text(path: str, body: object = None) -> str:
    return HEAD.format(path, msgspec.json.encode(body or {}).decode())


def audio(data: bytes) -> bytes:
    head = b"X-RequestId:0123\r\nContent-Type:audio/x-wav\r\nX-StreamId:7\r\nPath:audio\r\n"
    return len(head).to_bytes(2) + head + data


def told(*entries: dict[str, object]) -> str:
    return text("audio.metadata", {"Metadata": entries})


def viseme(number: int, ms: float) -> dict[str, object]:
    return {"Type": "Viseme", "Data": {"Offset": int(ms * 10_000), "VisemeId": number, "IsLastAnimation": True}}


def word(said: str, ms: float, duration: float, kind: str = "WordBoundary") -> dict[str, object]:
    about = {"Text": said, "Length": len(said), "BoundaryType": kind}
    return {
        "Type": "WordBoundary",
        "Data": {"Offset": int(ms * 10_000), "Duration": int(duration * 10_000), "text": about},
    }


def marked(kind: MarkKind, said: str, at: float, ms: float, char: int = -1) -> Mark:
    return Mark(kind, said, at, ms, char, "provider")


def playing(*said: str | bytes, ends: bool = True) -> Play:
    """A service that hears a request and answers with these messages."""

    async def play(peer: Peer) -> None:
        while read(await peer.receive()).path != "ssml":
            pass
        await peer.send(text("turn.start"))
        await peer.send(text("response", {"audio": {"type": "inline", "streamId": "7"}}))
        for message in said:
            await peer.send(message)
        if ends:
            await peer.send(text("turn.end"))

    return play


class SocketTalk(SynthesiserCall[AzureSpeech]):
    """Calls of Azure, whose WebSocket is at `socket` and whose REST interface at `server`."""

    socket: SocketLoop

    @property
    def marks(self) -> list[tuple[Mark, ...] | None]:
        """Those of each clip."""
        return [clip.marks for clip in self.clips]

    @property
    def told(self) -> list[Mark]:
        """All of them."""
        return [mark for clip in self.clips for mark in clip.marks or ()]


@asynccontextmanager
async def talking(
    monkeypatch: pytest.MonkeyPatch, play: Play, refuse: Callable[[Opening], Refusal | None] = lambda _: None
) -> AsyncIterator[SocketTalk]:
    rest = Reply(content_type="audio/basic", body=REST)
    async with socket_loop(play, refuse) as sockets, loopback(rest) as server, browsing() as web:
        monkeypatch.setattr(socket, "address", lambda _: (sockets.url, "/cognitiveservices/websocket/v1"))
        talk = SocketTalk(AzureSpeech(web, endpoint_of(server)), server, SPEECH)
        talk.socket = sockets
        with trio.fail_after(NET):
            yield talk


async def say(talk: SocketTalk, **changes: object) -> None:
    talk.clips = []
    await talk.adapter.synthesise(msgspec.structs.replace(talk.speech, **changes), talk.take)


async def test_the_request_is_as_microsofts_own_client_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(audio(SAMPLES))) as talk:
        await say(talk)
        opening, peer = talk.socket.openings[0], talk.socket.peers[0]
        assert talk.server.requests == []
    assert (opening.path, opening.headers["ocp-apim-subscription-key"]) == ("/cognitiveservices/websocket/v1", KEY)
    assert len(opening.headers["x-connectionid"]) == 32
    heard = [read(message) for message in peer.heard]
    assert [message.path for message in heard] == ["speech.config", "synthesis.context", "ssml"]
    asked = msgspec.json.decode(heard[1].body)["synthesis"]["audio"]
    assert asked["outputFormat"] == "raw-24khz-16bit-mono-pcm"
    assert (asked["metadataOptions"]["visemeEnabled"], asked["metadataOptions"]["wordBoundaryEnabled"]) == (True, True)
    assert b"Me &lt;b&gt; &amp; two." in heard[2].body
    lines = [message.splitlines()[1] for message in peer.heard if isinstance(message, str)]
    assert len(set(lines)) == 1
    assert lines[0].startswith("X-RequestId:")


async def test_visemes_and_words_come_with_the_sound_in_ms(monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(viseme(0, 0), word("Me", 50, 150), viseme(21, 50), viseme(6, 112.5))
    rest = told(viseme(19, 700), viseme(0, 900)), told(word("b", 500, 80), word("and", 600, 90), word("two", 700, 200))
    play = playing(first, audio(SECOND[:4_800]), *rest, audio(SECOND[4_800:]))
    async with talking(monkeypatch, play) as talk:
        await say(talk)
    assert talk.sound == SECOND
    assert {clip.format for clip in talk.clips} == {PCM}
    assert talk.clips[0].marks == (
        marked("phone", "", 0, 50),
        marked("word", "Me", 50, 150, 0),
        marked("phone", "p", 50, 62.5),
    )
    assert [mark for mark in talk.told if mark.kind == "word"][1:] == [
        marked("word", "b", 500, 80, 4),
        marked("word", "and", 600, 90, 7),
        marked("word", "two", 700, 200, 9),
    ]
    assert [(mark.text, mark.at, mark.ms) for mark in talk.told if mark.kind == "phone"] == [
        ("", 0, 50),
        ("p", 50, 62.5),
        ("i", 112.5, 587.5),
        ("t", 700, 200),
        ("", 900, 0),
    ]


async def test_without_marks_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(audio(SAMPLES))) as talk:
        await say(talk, marks=False)
        assert (talk.socket.accepted, len(talk.server.requests)) == (0, 1)
    assert (talk.sound, set(talk.marks)) == (REST, {None})


async def test_samples_are_whole_wherever_the_messages_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = [audio(SAMPLES[at : at + 7]) for at in range(0, len(SAMPLES), 7)]
    async with talking(monkeypatch, playing(*cut, audio(b""))) as talk:
        await say(talk)
    assert talk.sound == SAMPLES
    assert not any(len(clip.data) % 2 for clip in talk.clips)


async def test_a_file_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(told(viseme(21, 0), viseme(0, 70)), audio(MP3))) as talk:
        await say(talk, format=AudioFormat("mp3"))
        sent = read(talk.socket.peers[0].heard[1]).body
    assert b"audio-24khz-96kbitrate-mono-mp3" in sent
    assert (talk.sound, {clip.format for clip in talk.clips}) == (MP3, {AudioFormat("mp3")})
    assert talk.told[0] == marked("phone", "p", 0, 70)


async def test_marks_that_make_no_sense_cost_nothing_but_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (
        HEAD.format("audio.metadata", "{"),
        text("audio.metadata", {"Metadata": None}),
        told({"Type": "Viseme", "Data": {"Offset": "soon", "VisemeId": 3}}, viseme(21, 10)),
        told(viseme(99, 20), viseme(-2, 30), {"Type": "SessionEnd", "Data": {"Offset": 5}}, {"Type": "Viseme"}),
        told(word(".", 20, 5, "PunctuationBoundary"), word("two.", 30, 5, "SentenceBoundary")),
        "no headers at all",
        b"\xff\xff",
        b"",
        audio(b""),
    )
    async with talking(monkeypatch, playing(*broken, audio(SAMPLES), audio(SAMPLES))) as talk:
        await say(talk)
        assert talk.server.requests == []
    assert (talk.sound, talk.told) == (SAMPLES * 2, [marked("phone", "p", 10, 0)])


async def test_words_that_are_all_at_the_beginning_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(word("Me", 0, 0), word("b", 0, 0), word("two", 0, 0))
    async with talking(monkeypatch, playing(said, audio(SAMPLES))) as talk:
        await say(talk)
    assert [mark.text for mark in talk.told] == ["Me"]


async def test_the_beginning_of_the_sound_waits_for_what_is_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = trio.Event()

    async def play(peer: Peer) -> None:
        await playing(audio(SAMPLES), audio(SAMPLES), told(viseme(21, 20), viseme(0, 90)), ends=False)(peer)
        await gate.wait()
        await peer.send(text("turn.end"))

    async with talking(monkeypatch, play) as talk:

        async def open_gate(clip: Clip | Retraction) -> None:
            await talk.take(clip)
            gate.set()

        await talk.adapter.synthesise(SPEECH, open_gate)
    assert talk.clips[0] == Clip(SAMPLES * 2, PCM, (marked("phone", "p", 20, 70), marked("phone", "", 90, 0)))


async def test_a_long_beginning_of_which_nothing_is_told_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(audio(SECOND), told(viseme(21, 20)), audio(SAMPLES))) as talk:
        await say(talk)
    assert talk.clips == [Clip(SECOND, PCM), Clip(SAMPLES, PCM)]


async def test_a_voice_that_tells_nothing_is_asked_by_rest_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(audio(SAMPLES))) as talk:
        await say(talk)
        assert set(talk.marks) == {None}
        await say(talk)
        assert (talk.socket.accepted, len(talk.server.requests)) == (1, 1)
        assert (talk.sound, set(talk.marks)) == (REST, {None})
        await say(talk, voice="en-US-AndrewNeural")
        assert talk.socket.accepted == 2


@pytest.mark.parametrize("status", [404, 400, 429, 503])
async def test_rest_speaks_where_there_is_no_socket_and_the_log_says_so_once(
    status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tts, "AGAIN", 0.0)
    with caplog.at_level(logging.WARNING, "adapters"):
        async with talking(monkeypatch, playing(), lambda _: Refusal(status)) as talk:
            for _ in range(2):
                await say(talk)
                assert (talk.sound, set(talk.marks)) == (REST, {None})
            assert len(talk.socket.openings) == 2
    assert [record.message for record in caplog.records if "without visemes" in record.message] == [caplog.messages[0]]
    assert KEY not in caplog.text


async def test_a_socket_that_failed_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(), lambda _: Refusal(503)) as talk:
        for _ in range(3):
            await say(talk)
        assert (len(talk.socket.openings), len(talk.server.requests)) == (1, 3)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_stays_one(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(), lambda _: Refusal(status, KEY.encode())) as talk:
        with pytest.raises(ProviderFailed, match="DOUBLE_API_KEY") as caught:
            await say(talk)
        assert talk.server.requests == []
    assert caught.value.verdict == Verdict.REFUSED
    assert KEY not in str(caught.value)


async def close_before_sound(peer: Peer) -> None:
    await peer.receive()
    await peer.close(1007, "Unsupported voice")


async def cut_before_sound(peer: Peer) -> None:
    await playing(told(viseme(21, 0)), ends=False)(peer)
    await peer.cut()


@pytest.mark.parametrize("play", [close_before_sound, cut_before_sound, playing(ends=True)])
async def test_rest_speaks_where_the_socket_ends_before_sound(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, play) as talk:
        await say(talk)
    assert (talk.sound, set(talk.marks)) == (REST, {None})


async def test_rest_speaks_where_the_socket_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "PATIENCE", Patience(silence=0.05))
    async with talking(monkeypatch, playing(ends=False)) as talk:
        await say(talk)
        await talk.socket.until(lambda now: now.open == 0)
    assert talk.sound == REST


@pytest.mark.parametrize("how", ["cut", "closed", "silent"])
async def test_a_socket_that_ends_in_the_middle_fails_after_what_has_come(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "PATIENCE", Patience(silence=0.05))

    async def play(peer: Peer) -> None:
        await playing(told(viseme(21, 0), viseme(0, 9)), audio(SAMPLES), ends=False)(peer)
        if how == "cut":
            await peer.cut()
        elif how == "closed":
            await peer.close(1000)

    async with talking(monkeypatch, play) as talk:
        with pytest.raises(ProviderFailed) as caught:
            await say(talk)
        assert talk.server.requests == []
    assert (talk.sound, caught.value.verdict) == (SAMPLES, Verdict.PASSING)


async def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.vendors.shared.markedsound.MOST", 3_000)
    async with talking(monkeypatch, playing(told(viseme(3, 0)), audio(SAMPLES), audio(SAMPLES))) as talk:
        with pytest.raises(ProviderFailed, match="has more than"):
            await say(talk)


async def test_the_first_sound_is_handed_on_before_the_second_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = trio.Event()

    async def play(peer: Peer) -> None:
        await playing(told(viseme(21, 0)), audio(SAMPLES), ends=False)(peer)
        await gate.wait()
        await peer.send(audio(SAMPLES))
        await peer.send(text("turn.end"))

    async with talking(monkeypatch, play) as talk:

        async def open_gate(clip: Clip | Retraction) -> None:
            await talk.take(clip)
            gate.set()

        await talk.adapter.synthesise(SPEECH, open_gate)
    assert talk.clips[0].marks == (marked("phone", "p", 0, 0),)  # it leaves before its end is known
    assert talk.sound == SAMPLES * 2


async def test_a_session_that_is_behind_does_not_count_as_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "PATIENCE", Patience(silence=5, whole=0.2))
    async with talking(monkeypatch, playing(audio(SAMPLES), audio(SAMPLES), audio(SAMPLES))) as talk:

        async def slow(clip: Clip | Retraction) -> None:
            await trio.sleep(0.15)
            await talk.take(clip)

        await talk.adapter.synthesise(SPEECH, slow)
    assert talk.sound == SAMPLES * 3


async def test_it_can_be_cancelled_wherever_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(monkeypatch, playing(told(viseme(21, 0)), audio(SAMPLES[:480]), audio(SAMPLES[480:]))) as talk:
        await cancel_everywhere(talk.socket, lambda: say(talk))
        assert talk.sound == SAMPLES


@pytest.mark.parametrize(
    ("url", "region", "where"),
    [
        ("", "westeurope", "https://westeurope.tts.speech.microsoft.com/cognitiveservices/websocket/v1"),
        ("https://x.tts.speech.azure.cn", "", "https://x.tts.speech.azure.cn/cognitiveservices/websocket/v1"),
        (
            "https://mine.cognitiveservices.azure.com/tts",
            "",
            "https://mine.cognitiveservices.azure.com/tts/cognitiveservices/websocket/v1",
        ),
        ("http://127.0.0.1:9", "", "http://127.0.0.1:9/tts/cognitiveservices/websocket/v1"),
    ],
)
def test_the_address_follows_from_the_region_or_the_resource(url: str, region: str, where: str) -> None:
    assert "".join(socket.address(Endpoint("azure", "Azure", url, region=region))) == where


def test_each_viseme_has_a_phoneme() -> None:
    assert (len(PHONES), PHONES[0], PHONES[21], PHONES[18]) == (22, "", "p", "f")
