"""Speech by OpenAI and by servers that speak its protocol: what is asked of them, and what they have."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from actors.ports.synthesis import Speech
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.openai.api import URL
from adapters.vendors.openai.tts import CompatibleSpeech, OpenAISpeech
from adapters.vendors.openai.voices import VOICES
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import Reply, Request, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import MP3, PCM, SAMPLES, wav

pytestmark = pytest.mark.real
SPEECH = Speech("Hello.", "tts-1", "", "en-US", "unspecified", 1.0)
KOKORO = {"voices": [{"id": name, "name": name} for name in ("af_bella", "am_adam", "bf_emma", "jf_alpha", "zm_yunxi")]}
"""As Kokoro-FastAPI answers; older ones list plain texts."""


class SpeechDouble:
    """A double with lists; what comes by POST is answered by `speak`."""

    def __init__(self, speak: Callable[[Request], Reply] | None = None, **lists: object) -> None:
        self.lists = {"/v1/audio/voices": lists.get("voices"), "/v1/models": lists.get("models")}
        self.speak = speak or (lambda _: Reply(content_type="audio/pcm", body=SAMPLES))

    def __call__(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.speak(request)
        listed = self.lists[request.path]
        return json_reply({"detail": "Not Found"}, 404) if listed is None else json_reply(listed)


def asked(talk: SynthesiserCall[OpenAISpeech]) -> list[str]:
    """The paths of all requests."""
    return [request.path for request in talk.server.requests]


@asynccontextmanager
async def talking(
    adapter: Callable[[Web, Endpoint], OpenAISpeech] = OpenAISpeech, server: SpeechDouble | None = None
) -> AsyncIterator[SynthesiserCall[OpenAISpeech]]:
    async with loopback(respond=server or SpeechDouble()) as double, browsing() as web:
        yield SynthesiserCall(adapter(web, endpoint_of(double, "/v1")), double, SPEECH)


async def test_the_request_says_what_is_wanted_and_no_more() -> None:
    async with talking() as talk:
        request = await talk.say()
    assert request.json == {"model": "tts-1", "input": "Hello.", "voice": "alloy", "response_format": "pcm"}
    assert (request.method, request.path) == ("POST", "/v1/audio/speech")
    assert request.headers["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(("gender", "voice"), [("male", "onyx"), ("female", "nova"), ("neutral", "alloy")])
async def test_a_gender_picks_the_voice_unless_one_is_named(gender: str, voice: str) -> None:
    async with talking() as talk:
        assert (await talk.say(gender=gender)).json["voice"] == voice
        assert (await talk.say(gender=gender, voice="sage")).json["voice"] == "sage"


@pytest.mark.parametrize(("speed", "sent"), [(0.1, 0.25), (1.5, 1.5), (9.0, 4.0)])
async def test_a_speed_stays_within_what_it_takes(speed: float, sent: float) -> None:
    async with talking() as talk:
        assert (await talk.say(speed=speed)).json["speed"] == sent


@pytest.mark.parametrize(("name", "sent"), [("mp3", "mp3"), ("opus", "opus"), ("wav", "pcm"), ("pcm16", "pcm")])
async def test_a_format_that_it_makes_is_asked_for(name: str, sent: str) -> None:
    async with talking() as talk:
        request = await talk.say(format=AudioFormat(name, 48_000 if name == "pcm16" else 0))
    assert request.json["response_format"] == sent


async def test_without_an_address_or_a_model_it_is_openais_own() -> None:
    async with browsing() as web:
        assert OpenAISpeech(web, Endpoint("openai", "OpenAI", ""))._endpoint.url == URL
    async with talking() as talk:
        assert (await talk.say(model="")).json["model"] == "tts-1"


async def test_it_offers_the_models_that_speak_and_the_documented_voices() -> None:
    models = {"data": [{"id": name, "object": "model"} for name in ("gpt-4o", "tts-1", "whisper-1", "gpt-4o-mini-tts")]}
    async with talking(server=SpeechDouble(models=models)) as talk:
        assert await talk.adapter.offer() == Offer(("tts-1", "gpt-4o-mini-tts"), VOICES)


async def test_a_list_that_is_none_fails() -> None:
    async with talking(server=SpeechDouble(models=["tts-1"])) as talk:
        with pytest.raises(ProviderFailed, match="cannot be read"):
            await talk.adapter.offer()


@pytest.mark.parametrize(
    ("language", "gender", "voice"),
    [
        ("en-US", "unspecified", "af_bella"),
        ("en-US", "male", "am_adam"),
        ("en-GB", "female", "bf_emma"),
        ("ja-JP", "unspecified", "jf_alpha"),
        ("zh-CN", "female", "zm_yunxi"),
        ("fi", "male", "am_adam"),
    ],
)
async def test_a_compatible_server_speaks_with_a_voice_of_its_own(language: str, gender: str, voice: str) -> None:
    async with talking(CompatibleSpeech, SpeechDouble(voices=KOKORO, models={"data": [{"id": "kokoro"}]})) as talk:
        await talk.adapter.offer()
        assert (await talk.say(language=language, gender=gender)).json["voice"] == voice
        await talk.say()
        assert asked(talk).count("/v1/audio/voices") == 1


async def test_a_compatible_server_without_voices_uses_its_own_and_is_told_the_rate() -> None:
    async with talking(CompatibleSpeech) as talk:
        sent = (await talk.say(model="")).json
        assert sent == {"input": "Hello.", "response_format": "pcm", "sample_rate": 24_000}


async def test_a_named_voice_needs_no_list() -> None:
    async with talking(CompatibleSpeech) as talk:
        assert (await talk.say(voice="af_sky+af_bella")).json["voice"] == "af_sky+af_bella"
        assert asked(talk) == ["/v1/audio/speech"]


@pytest.mark.parametrize(
    "listed",
    [
        {"voices": ["en_US-amy"]},
        {
            "voices": [{"id": "en_US-amy", "name": "en_US-amy", "language": "en_US", "gender": "female"}],
            "object": "list",
        },
        {"data": [{"name": "en_US-amy", "language": None, "gender": None, "model": "piper"}]},
    ],
    ids=["texts", "speaches", "by name"],
)
async def test_a_compatible_server_offers_what_it_lists(listed: object) -> None:
    models = {
        "data": [{"id": "whisper", "task": "automatic-speech-recognition"}, {"id": "x", "task": "text-to-speech"}]
    }
    async with talking(CompatibleSpeech, SpeechDouble(voices=listed, models=models)) as talk:
        assert await talk.adapter.offer() == Offer(("x",), ("en_US-amy",))


async def test_a_compatible_server_without_a_list_of_voices_offers_none() -> None:
    models = {"data": [{"id": "kokoro"}, {"id": "llama3"}]}
    async with talking(CompatibleSpeech, SpeechDouble(models=models)) as talk:
        assert await talk.adapter.offer() == Offer(("kokoro",))


async def test_what_a_compatible_server_refuses_is_left_out_and_remembered() -> None:
    def strict(request: Request) -> Reply:
        if request.json["response_format"] == "opus":
            return json_reply({"detail": [{"loc": ["body", "response_format"], "msg": "Input should be 'mp3'"}]}, 422)
        return Reply(content_type="audio/pcm", body=SAMPLES)

    async with talking(CompatibleSpeech, SpeechDouble(strict)) as talk:
        for _ in range(2):
            sent = (await talk.say(voice="x", format=AudioFormat("opus"))).json
            assert sent["response_format"] == "pcm"
            assert sent["sample_rate"] == 24_000
        assert len(talk.server.requests) == 3
    assert {clip.format for clip in talk.clips} == {PCM}


async def test_a_compatible_server_that_refuses_extras_is_asked_plainly() -> None:
    def strict(request: Request) -> Reply:
        if "sample_rate" in request.json:
            return json_reply({"detail": "Extra inputs are not permitted"}, 400)
        return Reply(content_type="audio/pcm", body=SAMPLES)

    async with talking(CompatibleSpeech, SpeechDouble(strict)) as talk:
        await talk.say(voice="x")
        await talk.say(voice="x")
        assert len(talk.server.requests) == 3


async def test_what_is_wrong_with_a_request_is_told_and_nothing_remembered() -> None:
    async with talking(CompatibleSpeech, SpeechDouble(lambda _: json_reply({"detail": "no such model"}, 404))) as talk:
        with pytest.raises(ProviderFailed, match="no such model") as caught:
            await talk.say(voice="x")
        assert caught.value.verdict == Verdict.FINAL
        with pytest.raises(ProviderFailed):
            await talk.say(voice="x")
        assert "sample_rate" in talk.server.requests[2].json


async def test_a_server_that_always_sends_wav_is_understood() -> None:
    server = SpeechDouble(lambda _: Reply(content_type="audio/x-wav", body=wav(SAMPLES, 22_050)))
    async with talking(CompatibleSpeech, server) as talk:
        await talk.say(voice="x", format=AudioFormat("mp3"))
    assert {clip.format for clip in talk.clips} == {AudioFormat("pcm16", 22_050)}


async def test_a_server_that_always_sends_mp3_is_understood() -> None:
    server = SpeechDouble(lambda _: Reply(content_type="audio/mpeg", body=b"\xff\xfb" + MP3[3:]))
    async with talking(CompatibleSpeech, server) as talk:
        await talk.say(voice="x")
    assert {clip.format for clip in talk.clips} == {AudioFormat("mp3")}


async def test_a_check_tells_what_is_wrong() -> None:
    refusal = json_reply({"error": {"message": "quota is used up"}}, 403)
    async with talking(server=SpeechDouble(lambda _: refusal)) as talk:
        with pytest.raises(ProviderFailed, match="quota is used up"):
            await talk.adapter.check()
