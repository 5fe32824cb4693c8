"""Google's recogniser against a double that answers as its documentation says."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.ports.audio import Complete
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.contract import ProviderFailed, Verdict
from adapters.vendors.google.stt import GoogleRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, Loopback, Reply, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import RecogniserCall

pytestmark = pytest.mark.real
PCM = AudioFormat("pcm16", 16_000)
SAID = json_reply(
    {
        "results": [
            {"alternatives": [{"transcript": "good morning", "confidence": 0.97}], "languageCode": "en-us"},
            {"alternatives": [{"transcript": " doctor"}, {"transcript": " docker"}], "languageCode": "en-us"},
            {"languageCode": "en-us"},
        ],
        "totalBilledTime": "3s",
    }
)


def opus(rate: int, channels: int = 1) -> bytes:
    """The beginning of a file with Opus in it."""
    return b"OggS\0\2 OpusHead\1" + bytes([channels]) + b"\x38\1" + rate.to_bytes(4, "little") + b"\0\0\0 sound"


Call = RecogniserCall[GoogleRecogniser, Loopback]


def config(talk: Call) -> object:
    """What the last request says of the sound."""
    return talk.server.requests[-1].json["config"]


@asynccontextmanager
async def talking(*replies: Reply) -> AsyncIterator[Call]:
    async with loopback(*(replies or (SAID,))) as server, browsing() as web:
        utterance = Utterance(Complete(b"\1\2" * 800), PCM, "", "en-US", "")
        adapter = GoogleRecogniser(web, endpoint_of(server, "/v1", "google"))
        yield RecogniserCall(adapter, server, utterance, is_silent=True)


async def test_the_best_words_of_all_parts_are_joined_and_no_language_is_called_detected() -> None:
    async with talking() as talk:
        assert await talk() == Transcript("good morning doctor")
    request = talk.server.requests[0]
    assert (request.method, request.path, request.query) == ("POST", "/v1/speech:recognize", {})
    assert request.headers["x-goog-api-key"] == KEY
    assert request.json["audio"] == {"content": base64.b64encode(b"\1\2" * 800).decode()}
    assert config(talk) == {
        "encoding": "LINEAR16",
        "sampleRateHertz": 16_000,
        "languageCode": "en-US",
        "enableAutomaticPunctuation": True,
    }


async def test_model_language_and_phrases_go_along() -> None:
    async with talking() as talk:
        await talk(model="latest_short", language="", prompt="Vivavoce, Ada Lovelace")
    sent = config(talk)
    assert isinstance(sent, dict)
    assert sent["model"] == "latest_short"
    assert sent["languageCode"] == "en-US"
    assert sent["speechContexts"] == [{"phrases": ["Vivavoce", "Ada Lovelace"]}]


@pytest.mark.parametrize(
    ("name", "data", "encoding", "rate", "channels"),
    [
        ("webm", opus(48_000), "WEBM_OPUS", 48_000, 1),
        ("ogg", opus(16_000, 2), "OGG_OPUS", 16_000, 2),
        ("opus", opus(44_100), "OGG_OPUS", 48_000, 1),
        ("opus", opus(0, 0), "OGG_OPUS", 48_000, 1),
    ],
)
async def test_opus_is_sent_as_it_is_with_what_its_head_says(
    name: str, data: bytes, encoding: str, rate: int, channels: int
) -> None:
    async with talking() as talk:
        await talk(data, AudioFormat(name))
    sent = config(talk)
    assert isinstance(sent, dict)
    assert sent["encoding"] == encoding
    assert sent["sampleRateHertz"] == rate
    assert sent["audioChannelCount"] == channels


@pytest.mark.parametrize("data", [b"OggS\0\2 vorbis", b"OggS OpusHead\1"])
async def test_another_codec_in_such_a_file_is_undecodable(data: bytes) -> None:
    async with talking() as talk:
        with pytest.raises(Undecodable, match="takes only Opus in ogg"):
            await talk(data, AudioFormat("ogg"))
    assert talk.server.requests == []


async def test_more_than_a_minute_is_refused_in_words_before_it_is_sent() -> None:
    async with talking() as talk:
        await talk(bytes(2 * 16_000 * 60))
        with pytest.raises(ProviderFailed, match="at most 60 s of speech at a time") as caught:
            await talk(bytes(2 * 16_000 * 60 + 2))
    assert caught.value.verdict is Verdict.FINAL
    assert len(talk.server.requests) == 1


def error(message: str, status: int = 400) -> Reply:
    """An error as Google words them."""
    return json_reply({"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}, status)


async def test_more_than_a_minute_of_opus_is_told_in_the_same_words() -> None:
    said = "Sync input too long. For audio longer than 1 min use LongRunningRecognize with a 'uri' parameter."
    async with talking(error(said)) as talk:
        with pytest.raises(ProviderFailed, match="at most 60 s of speech at a time"):
            await talk(opus(48_000), AudioFormat("webm"))


async def test_a_bad_key_which_google_calls_a_bad_request_is_a_refusal() -> None:
    async with talking(error("API key not valid. Please pass a valid API key.")) as talk:
        with pytest.raises(ProviderFailed, match="GOOGLE_API_KEY") as caught:
            await talk()
    assert caught.value.verdict is Verdict.REFUSED


async def test_another_bad_request_is_final_and_told() -> None:
    async with talking(error("Invalid recognition 'config': bad language code")) as talk:
        with pytest.raises(ProviderFailed, match="bad language code") as caught:
            await talk(language="xx")
    assert caught.value.verdict is Verdict.FINAL


async def test_nothing_heard_and_nothing_sent_are_no_words() -> None:
    async with talking(json_reply({"totalBilledTime": "1s"})) as talk:
        assert await talk() == Transcript("")
        assert await talk(b"") == Transcript("")
    assert len(talk.server.requests) == 1


async def test_the_check_sends_silence_and_no_models_are_offered() -> None:
    async with talking(json_reply({})) as talk:
        await talk.adapter.check()
        assert (await talk.adapter.offer()).models == ()
    audio = talk.server.requests[0].json["audio"]
    assert isinstance(audio, dict)
    assert base64.b64decode(audio["content"]) == bytes(16_000)
