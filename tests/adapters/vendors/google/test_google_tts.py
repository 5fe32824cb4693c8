"""Speech by Google: what is asked of it, and its ways of its own with keys and long texts."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.contract import Offer, ProviderFailed, Verdict
from adapters.vendors.google.tts import LONGEST, GoogleSpeech
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, Reply, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import SAMPLES, wav

pytestmark = pytest.mark.real
SPEECH = Speech("Hello.", "tts-1", "", "en-US", "unspecified", 1.0)
SPOKEN = json_reply({"audioContent": b64encode(wav(SAMPLES)).decode()})
BAD_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}


@asynccontextmanager
async def talking(reply: Reply = SPOKEN) -> AsyncIterator[SynthesiserCall[GoogleSpeech]]:
    async with loopback(reply) as server, browsing() as web:
        yield SynthesiserCall(GoogleSpeech(web, endpoint_of(server, "/v1")), server, SPEECH)


async def test_the_request_says_what_is_wanted_and_no_more() -> None:
    async with talking() as talk:
        request = await talk.say()
    assert (request.method, request.path, request.query) == ("POST", "/v1/text:synthesize", {})
    assert request.headers["x-goog-api-key"] == KEY
    assert request.json == {
        "input": {"text": "Hello."},
        "voice": {"languageCode": "en-US"},
        "audioConfig": {"audioEncoding": "LINEAR16", "sampleRateHertz": 24_000},
    }
    assert talk.clips == [Clip(SAMPLES, AudioFormat("pcm16", 24_000))]


@pytest.mark.parametrize(
    ("changes", "voice"),
    [
        ({"gender": "female"}, {"languageCode": "en-US", "ssmlGender": "FEMALE"}),
        ({"gender": "male", "language": "de-DE"}, {"languageCode": "de-DE", "ssmlGender": "MALE"}),
        ({"gender": "neutral"}, {"languageCode": "en-US"}),
        (
            {"voice": "cmn-CN-Wavenet-A", "language": "de-DE", "gender": "male"},
            {"languageCode": "cmn-CN", "name": "cmn-CN-Wavenet-A"},
        ),
        ({"voice": "Kore"}, {"languageCode": "en-US", "name": "Kore"}),
        ({"language": ""}, {"languageCode": "en-US"}),
    ],
    ids=str,
)
async def test_a_voice_is_named_or_left_to_google(changes: dict[str, object], voice: dict[str, str]) -> None:
    async with talking() as talk:
        assert (await talk.say(**changes)).json["voice"] == voice


@pytest.mark.parametrize(
    ("changes", "audio"),
    [
        ({"format": AudioFormat("mp3")}, {"audioEncoding": "MP3"}),
        ({"format": AudioFormat("opus"), "speed": 1.5}, {"audioEncoding": "OGG_OPUS", "speakingRate": 1.5}),
        ({"format": AudioFormat("pcm16", 48_000)}, {"audioEncoding": "LINEAR16", "sampleRateHertz": 48_000}),
        ({"speed": 9.0}, {"audioEncoding": "LINEAR16", "sampleRateHertz": 24_000, "speakingRate": 4.0}),
        ({"speed": 0.1}, {"audioEncoding": "LINEAR16", "sampleRateHertz": 24_000, "speakingRate": 0.25}),
    ],
    ids=str,
)
async def test_the_sound_is_asked_for_in_its_terms(changes: dict[str, object], audio: dict[str, object]) -> None:
    async with talking() as talk:
        assert (await talk.say(**changes)).json["audioConfig"] == audio


async def test_a_text_that_is_too_long_is_not_sent() -> None:
    async with talking() as talk:
        await talk.say(text="ж" * (LONGEST // 2))
        failed = await talk.fails(text="ж" * (LONGEST // 2) + ".")
        assert len(talk.server.requests) == 1
    assert failed.verdict == Verdict.FINAL
    assert "5000 bytes" in str(failed)


async def test_a_wrong_key_is_refused_though_google_calls_it_a_bad_request() -> None:
    async with talking(json_reply(BAD_KEY, 400)) as talk:
        failed = await talk.fails()
        with pytest.raises(ProviderFailed, match="DOUBLE_API_KEY"):
            await talk.adapter.offer()
    assert failed.verdict == Verdict.REFUSED
    assert "DOUBLE_API_KEY" in str(failed)


@pytest.mark.parametrize("content", [{"audioContent": "?"}, {"audioContent": 1}, [], {}], ids=str)
async def test_an_answer_that_makes_no_sense_can_pass(content: object) -> None:
    async with talking(json_reply(content)) as talk:
        assert (await talk.fails()).verdict == Verdict.PASSING


@pytest.mark.parametrize(
    "body", [b"[" * 300_000, b"[" + b"{}," * 60_000 + b"0]", b"no JSON"], ids=["deep", "many", "none"]
)
async def test_json_that_is_nobodys_answer_is_told_as_such(body: bytes) -> None:
    async with talking(Reply(body=body)) as talk:
        assert "not JSON" in str(await talk.fails())


async def test_it_offers_its_voices_and_languages() -> None:
    listed = {
        "voices": [
            {
                "languageCodes": ["en-US"],
                "name": "en-US-Neural2-A",
                "ssmlGender": "MALE",
                "naturalSampleRateHertz": 24000,
            },
            {"languageCodes": ["de-DE"], "name": "de-DE-Chirp3-HD-Kore", "ssmlGender": "FEMALE"},
        ]
    }
    async with talking(json_reply(listed)) as talk:
        offer = await talk.adapter.offer()
        assert talk.server.requests[0].path == "/v1/voices"
    assert offer == Offer((), ("en-US-Neural2-A", "de-DE-Chirp3-HD-Kore"), ("de-DE", "en-US"))
