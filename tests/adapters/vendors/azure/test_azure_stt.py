"""Azure's short-audio recogniser against a double that answers as its documentation says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.ports.audio import Complete
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.azure.stt import AzureRecogniser
from protocol.audioformat import AudioFormat
from protocol.wav import wav_file
from tests.adapters.reach.loopback import KEY, Loopback, Reply, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import RecogniserCall

pytestmark = pytest.mark.real
PCM = AudioFormat("pcm16", 16_000)
PATH = "/speech/recognition/conversation/cognitiveservices/v1"


def said(status: str, text: str = "") -> Reply:
    """An answer in the detailed format."""
    best = [{"Confidence": 0.9, "Lexical": text.lower(), "ITN": text, "MaskedITN": text, "Display": text}]
    return json_reply({"RecognitionStatus": status, "Offset": 0, "Duration": 1, **({"NBest": best} if text else {})})


@asynccontextmanager
async def talking(*replies: Reply) -> AsyncIterator[RecogniserCall[AzureRecogniser, Loopback]]:
    async with loopback(*replies) as server, browsing() as web:
        adapter = AzureRecogniser(web, endpoint_of(server, "", "azure"))
        utterance = Utterance(Complete(b"\1\2" * 800), PCM, "", "de-DE", "")
        yield RecogniserCall(adapter, server, utterance, is_silent=True)


async def test_the_best_words_are_taken_and_no_language_is_called_detected() -> None:
    async with talking(said("Success", "Guten Morgen.")) as talk:
        assert await talk() == Transcript("Guten Morgen.")
    request = talk.server.requests[0]
    assert (request.method, request.path) == ("POST", PATH)
    assert request.query == {"language": "de-DE", "format": "detailed"}
    assert request.headers["ocp-apim-subscription-key"] == KEY
    assert request.headers["content-type"] == "audio/wav; codecs=audio/pcm; samplerate=16000"
    assert request.body == wav_file(b"\1\2" * 800, 16_000)


async def test_an_answer_in_the_simple_format_is_read_too() -> None:
    async with talking(json_reply({"RecognitionStatus": "Success", "DisplayText": "Hello."})) as talk:
        assert await talk(language="") == Transcript("Hello.")
    assert talk.server.requests[0].query["language"] == "en-US"


@pytest.mark.parametrize("status", ["NoMatch", "InitialSilenceTimeout", "BabbleTimeout"])
async def test_nothing_heard_is_no_words(status: str) -> None:
    async with talking(said(status)) as talk:
        assert await talk() == Transcript("")
        assert await talk(b"") == Transcript("")
    assert len(talk.server.requests) == 1


async def test_a_status_of_failure_is_told() -> None:
    async with talking(said("Error")) as talk:
        with pytest.raises(ProviderFailed, match="its status is 'Error'") as caught:
            await talk()
    assert caught.value.verdict is Verdict.PASSING


async def test_more_than_a_minute_is_refused_in_words_before_it_is_sent() -> None:
    async with talking(said("NoMatch")) as talk:
        await talk(bytes(2 * 16_000 * 60))
        with pytest.raises(ProviderFailed, match="at most 60 s of speech at a time") as caught:
            await talk(bytes(2 * 16_000 * 60 + 2))
    assert caught.value.verdict is Verdict.FINAL
    assert len(talk.server.requests) == 1


async def test_the_check_sends_silence_and_no_models_are_offered() -> None:
    async with talking(said("InitialSilenceTimeout")) as talk:
        await talk.adapter.check()
        assert (await talk.adapter.offer()).models == ()
    assert talk.server.requests[0].body == wav_file(bytes(16_000), 16_000)


class Elsewhere(Web):
    """A client that only notes where it would go."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    async def fetch_json(self, call: Call) -> object:
        self.urls.append(call.url)
        return {"RecognitionStatus": "NoMatch"}


@pytest.mark.parametrize(
    ("url", "region", "base"),
    [
        ("", "westeurope", "https://westeurope.stt.speech.microsoft.com"),
        ("https://eastus.tts.speech.microsoft.com", "", "https://eastus.stt.speech.microsoft.com"),
        ("https://own.cognitiveservices.azure.com", "eastus", "https://own.cognitiveservices.azure.com/stt"),
        ("https://own.cognitiveservices.azure.com/stt", "", "https://own.cognitiveservices.azure.com/stt"),
        ("http://127.0.0.1:5000", "", "http://127.0.0.1:5000"),
    ],
)
async def test_the_address_follows_from_the_region_or_the_resource(url: str, region: str, base: str) -> None:
    web = Elsewhere()
    await AzureRecogniser(web, Endpoint("azure", "Azure", url, KEY, region=region)).check()
    assert web.urls == [base + PATH]


async def test_without_region_and_address_it_says_so() -> None:
    with pytest.raises(ProviderFailed, match="has no region") as caught:
        await AzureRecogniser(Elsewhere(), Endpoint("azure", "Azure", "", KEY)).check()
    assert caught.value.verdict is Verdict.REFUSED
