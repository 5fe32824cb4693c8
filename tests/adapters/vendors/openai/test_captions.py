"""Captioned speech of Kokoro-FastAPI: words beside the sound, and the usual way where there is none."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.contract import Endpoint, Verdict
from adapters.reach.web import Web
from adapters.vendors.openai import captions
from adapters.vendors.openai.captions import Captions
from adapters.vendors.openai.tts import CompatibleSpeech, OpenAISpeech
from adapters.vendors.shared.voices import ListedVoice
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import (
    NET,
    Break,
    Reply,
    Request,
    Step,
    browsing,
    cancel_everywhere,
    endpoint_of,
    json_reply,
    loopback,
)
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import MP3, PCM, SAMPLES

pytestmark = pytest.mark.real
SPEECH = Speech("Hello, big world.", "kokoro", "af_heart", "en-US", "unspecified", 1.0, marks=True)
SECOND = bytes(48_000)
PLAIN = SAMPLES[::-1]


def chunk(audio: bytes, *words: tuple[str, float, float], stamps: object = ()) -> bytes:
    timed = [{"word": word, "start_time": start, "end_time": end} for word, start, end in words]
    said = {
        "audio": b64encode(audio).decode(),
        "audio_format": "audio/pcm",
        "timestamps": timed if stamps == () else stamps,
    }
    return msgspec.json.encode(said) + b"\n"


def serving(*steps: Step, refusal: Reply | None = None) -> Callable[[Request], Reply]:
    """A server whose captions are these lines, or which refuses them."""

    def respond(request: Request) -> Reply:
        if request.path == "/v1/audio/speech":
            return Reply(content_type="audio/pcm", body=PLAIN)
        return refusal or Reply(content_type="application/json", steps=steps)

    return respond


@asynccontextmanager
async def talking(
    respond: Callable[[Request], Reply], adapter: Callable[[Web, Endpoint], OpenAISpeech] = CompatibleSpeech
) -> AsyncIterator[SynthesiserCall[OpenAISpeech]]:
    async with loopback(respond=respond) as server, browsing() as web:
        with trio.fail_after(NET):
            yield SynthesiserCall(adapter(web, endpoint_of(server, "/v1")), server, SPEECH)


def words(talk: SynthesiserCall[OpenAISpeech]) -> list[tuple[str, int, int, int]]:
    marks = [mark for clip in talk.clips for mark in clip.marks or ()]
    return [(mark.text, round(mark.at), round(mark.ms), mark.char) for mark in marks if mark.kind == "word"]


HELLO = ("Hello", 0.3, 0.7), (",", 0.7, 0.8)
EXPECTED = [("Hello", 300, 400, 0), ("big", 1_100, 200, 7), ("world", 1_350, 400, 11)]


async def test_the_request_is_the_usual_one_at_another_place() -> None:
    async with talking(serving(chunk(SECOND, *HELLO))) as talk:
        request = await talk.say()
    assert request.path == "/dev/captioned_speech"
    assert request.json == {
        "model": "kokoro",
        "input": SPEECH.text,
        "voice": "af_heart",
        "response_format": "pcm",
        "stream": True,
        "return_timestamps": True,
    }
    assert (talk.sound, words(talk)) == (SECOND, EXPECTED[:1])


@pytest.mark.parametrize(
    "lines",
    [
        (chunk(SECOND, *HELLO), chunk(SECOND, ("big", 1.1, 1.3), ("world", 1.35, 1.75), (".", 1.75, 1.8))),
        (chunk(SECOND, *reversed(HELLO)), chunk(SECOND, ("world", 1.35, 1.75), ("big", 1.1, 1.3))),
        (chunk(SECOND, *HELLO, ("big", 1.1, 1.3), ("world", 1.35, 1.75)) + chunk(SECOND, stamps=None).rstrip(),),
    ],
    ids=["as it comes", "unsorted", "early"],
)
async def test_words_are_told_with_the_sound(lines: tuple[bytes, ...]) -> None:
    body = b"".join(lines)
    async with talking(serving(*(body[at : at + 1_001] for at in range(0, len(body), 1_001)))) as talk:
        await talk.say()
    assert (talk.sound, words(talk)) == (SECOND * 2, EXPECTED)


async def test_times_that_are_counted_from_each_chunk_are_summed_up() -> None:
    lines = chunk(SECOND, ("Hello", 0.3, 0.7), (",", 0.7, 1.0)), chunk(SECOND, ("big", 0.1, 0.3), ("world", 0.35, 0.75))
    async with talking(serving(*lines)) as talk:
        await talk.say()
    assert words(talk) == EXPECTED


@pytest.mark.parametrize("stamps", [None, [], 7, [{"word": 1}], [{"word": "x", "start_time": "now"}]], ids=str)
async def test_where_no_times_come_nothing_is_told(stamps: object) -> None:
    async with talking(serving(chunk(SECOND, stamps=stamps))) as talk:
        await talk.say()
    assert talk.clips == [Clip(SECOND, PCM)]


async def test_a_file_passes_through() -> None:
    async with talking(serving(chunk(MP3[:99], *HELLO), chunk(MP3[99:]))) as talk:
        request = await talk.say(format=AudioFormat("mp3"))
    assert request.json["response_format"] == "mp3"
    assert (talk.sound, words(talk)) == (MP3, EXPECTED[:1])


async def test_the_first_sound_is_handed_on_before_the_second_has_come() -> None:
    gate = trio.Event()
    async with talking(serving(chunk(SECOND, *HELLO), gate, chunk(SECOND))) as talk:

        async def open_gate(clip: Clip | Retraction) -> None:
            await talk.take(clip)
            gate.set()

        await talk.adapter.synthesise(SPEECH, open_gate)
    assert (talk.sound, len(talk.clips)) == (SECOND * 2, 2)


async def test_without_marks_nothing_changes() -> None:
    async with talking(serving()) as talk:
        request = await talk.say(marks=False)
        assert [request.path for request in talk.server.requests] == ["/v1/audio/speech"]
    assert request.json["sample_rate"] == 24_000
    assert talk.clips == [Clip(PLAIN, PCM)]


async def test_openai_is_never_asked_for_captions() -> None:
    async with talking(serving(), OpenAISpeech) as talk:
        assert (await talk.say()).path == "/v1/audio/speech"
    assert talk.clips == [Clip(PLAIN, PCM)]


@pytest.mark.parametrize("status", [404, 405, 422])
async def test_a_server_without_captions_is_remembered(status: int) -> None:
    async with talking(serving(refusal=json_reply({"detail": "Not Found"}, status))) as talk:
        for _ in range(3):
            await talk.say()
            assert talk.clips == [Clip(PLAIN, PCM)]
        assert len(talk.server.requests) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        json_reply({"detail": "boom"}, 500),
        Reply(content_type="text/html", body=b"<html>Hello</html>"),
        Reply(content_type="audio/pcm", body=PLAIN),
        Reply(steps=(b'{"audio": ', Break.CUT)),
        json_reply({}),
    ],
    ids=["a fault", "a page", "plain sound", "broken off", "no chunk"],
)
async def test_where_captions_fail_the_usual_way_is_taken_for_a_while(
    refusal: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(serving(refusal=refusal)) as talk:
        for _ in range(2):
            await talk.say()
            assert talk.clips == [Clip(PLAIN, PCM)]
        assert len(talk.server.requests) == 3
        monkeypatch.setattr(captions, "AGAIN", -1.0)
        talk.adapter = CompatibleSpeech(talk.adapter._web, endpoint_of(talk.server, "/v1"))
        for _ in range(2):
            await talk.say()
        assert len(talk.server.requests) == 7


async def test_what_is_wrong_with_a_request_is_told_and_not_remembered() -> None:
    async with talking(lambda _: json_reply({"detail": "Voice 'x' not found"}, 400)) as talk:
        for _ in range(2):
            assert "not found" in str(await talk.fails())
        assert [request.path for request in talk.server.requests].count("/dev/captioned_speech") == 2


async def test_a_refused_key_stays_one() -> None:
    async with talking(serving(refusal=json_reply({"detail": "no"}, 401))) as talk:
        assert (await talk.fails()).verdict == Verdict.REFUSED
        assert len(talk.server.requests) == 1


async def test_sound_that_breaks_off_is_not_spoken_again() -> None:
    async with talking(serving(chunk(SECOND, *HELLO), Break.CUT)) as talk:
        assert (await talk.fails()).verdict == Verdict.PASSING
        assert len(talk.server.requests) == 1
    assert talk.sound == SECOND


async def test_it_can_be_cancelled_wherever_it_waits() -> None:
    async with talking(serving(chunk(SAMPLES[:480], *HELLO), chunk(SAMPLES[480:]))) as talk:
        await cancel_everywhere(talk.server, talk.say)
        assert talk.sound == SAMPLES


@pytest.mark.parametrize(
    ("url", "name", "model", "voice", "voices", "is_asked"),
    [
        ("http://127.0.0.1:8880/v1", "mine", "", "", (), True),
        ("http://[::1]:8880/v1", "mine", "", "", (), True),
        ("http://10.0.0.9:8880/v1", "mine", "kokoro", "", (), True),
        ("http://10.0.0.9:8880/v1", "kokoro", "", "", (), True),
        ("http://10.0.0.9:8880/v1", "mine", "tts-1", "af_sky+af_bella", (), True),
        ("http://10.0.0.9:8880/v1", "mine", "tts-1", "", ("bf_emma",), True),
        ("http://10.0.0.9:8880/v1", "mine", "tts-1", "alloy", ("alloy",), False),
    ],
)
async def test_only_a_server_nearby_or_one_like_kokoro_is_asked(
    url: str, name: str, model: str, voice: str, voices: tuple[str, ...], is_asked: bool
) -> None:
    asking = Captions(Web(), Endpoint(name, name.title(), url))
    assert asking.may_be_asked(model, voice, map(ListedVoice, voices)) == is_asked
