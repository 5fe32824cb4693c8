"""Speech by Azure: its markup, its formats, and whose voice speaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree import ElementTree

import msgspec
import pytest

from actors.ports.synthesis import Speech
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.vendors.azure.api import base_url
from adapters.vendors.azure.tts import AzureSpeech, markup
from adapters.vendors.azure.voices import BY_GENDER
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, Reply, Request, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import SAMPLES

pytestmark = pytest.mark.real
SPEECH = Speech("Hello.", "", "", "en-US", "unspecified", 1.0)
LISTED = [
    {
        "Name": "Microsoft Server Speech Text to Speech Voice (en-US, JennyMultilingualNeural)",
        "DisplayName": "Jenny Multilingual",
        "ShortName": "en-US-JennyMultilingualNeural",
        "Gender": "Female",
        "Locale": "en-US",
        "SecondaryLocaleList": ["fr-FR"],
        "SampleRateHertz": "24000",
        "VoiceType": "Neural",
        "Status": "GA",
    },
    {"DisplayName": "Guy", "ShortName": "en-US-GuyNeural", "Gender": "Male", "Locale": "en-US"},
    {"DisplayName": "Ryan", "ShortName": "en-GB-RyanNeural", "Gender": "Male", "Locale": "en-GB"},
    {"DisplayName": "Katja", "ShortName": "de-DE-KatjaNeural", "Gender": "Female", "Locale": "de-DE"},
]
NAMESPACE = "{http://www.w3.org/2001/10/synthesis}"


def double(request: Request) -> Reply:
    if request.path == "/cognitiveservices/voices/list":
        return json_reply(LISTED)
    return Reply(content_type="audio/basic", body=SAMPLES)


Call = SynthesiserCall[AzureSpeech]


async def voice_of(talk: Call, **changes: object) -> str | None:
    """Whose voice it asks for, with this much changed."""
    request = await talk.say(**changes)
    assert talk.sound == SAMPLES  # though it calls them audio/basic, which is G.711
    said = ElementTree.fromstring(request.body).find(f"{NAMESPACE}voice")
    assert said is not None
    return said.get("name")


@asynccontextmanager
async def talking() -> AsyncIterator[Call]:
    async with loopback(respond=double) as server, browsing() as web:
        yield SynthesiserCall(AzureSpeech(web, endpoint_of(server)), server, SPEECH)


async def test_the_request_is_as_documented() -> None:
    async with talking() as talk:
        request = await talk.say(voice="en-US-AvaNeural")
        assert len(talk.server.requests) == 1
    assert (request.method, request.path) == ("POST", "/cognitiveservices/v1")
    assert request.headers["ocp-apim-subscription-key"] == KEY
    assert request.headers["content-type"] == "application/ssml+xml"
    assert request.headers["x-microsoft-outputformat"] == "raw-24khz-16bit-mono-pcm"
    assert request.headers["user-agent"]


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (AudioFormat("mp3"), "audio-24khz-96kbitrate-mono-mp3"),
        (AudioFormat("opus"), "ogg-24khz-16bit-mono-opus"),
        (AudioFormat("wav"), "raw-24khz-16bit-mono-pcm"),
        (AudioFormat("pcm16", 22_050), "raw-22050hz-16bit-mono-pcm"),
        (AudioFormat("pcm16", 11_025), "raw-24khz-16bit-mono-pcm"),
    ],
    ids=str,
)
async def test_the_format_is_asked_for_in_its_terms(wanted: AudioFormat, sent: str) -> None:
    async with talking() as talk:
        assert (await talk.say(voice="en-US-AvaNeural", format=wanted)).headers["x-microsoft-outputformat"] == sent


@pytest.mark.parametrize(
    ("changes", "voice"),
    [
        ({}, "en-US-JennyMultilingualNeural"),
        ({"gender": "male"}, "en-US-GuyNeural"),
        ({"gender": "male", "language": "en-GB"}, "en-GB-RyanNeural"),
        ({"gender": "male", "language": "de-AT"}, "de-DE-KatjaNeural"),
        ({"language": "fr-FR"}, "en-US-JennyMultilingualNeural"),
        ({"language": "fi-FI", "gender": "male"}, BY_GENDER["male"]),
        ({"voice": "katja"}, "de-DE-KatjaNeural"),
        ({"voice": "zz"}, "zz"),
    ],
    ids=str,
)
async def test_a_voice_is_named_or_chosen_by_language_and_gender(changes: dict[str, object], voice: str) -> None:
    async with talking() as talk:
        await talk.adapter.offer()
        assert await voice_of(talk, **changes) == voice
        assert sum(request.method == "GET" for request in talk.server.requests) == 1


@pytest.mark.parametrize(
    "text", ["a < b && c > d", "</voice><voice name='x'>", "]]> &amp; 'quoted' \"twice\"", "\x00\ufffe"]
)
def test_a_text_stays_a_text(text: str) -> None:
    speech = msgspec.structs.replace(SPEECH, text=text, language="en'><x", speed=1.5)
    root = ElementTree.fromstring(markup(speech, "v'\"<&>"))
    voice = root[0]
    assert (root.get("{http://www.w3.org/XML/1998/namespace}lang"), voice.get("name")) == ("en'><x", "v'\"<&>")
    assert [element.tag for element in root.iter()] == [NAMESPACE + name for name in ("speak", "voice", "prosody")]
    assert voice[0].text == (text if text.isprintable() else " ")


@pytest.mark.parametrize(("speed", "rate"), [(0.25, "0.5"), (1.25, "1.25"), (4.0, "2")])
def test_a_speed_stays_within_what_it_takes(speed: float, rate: str) -> None:
    root = ElementTree.fromstring(markup(msgspec.structs.replace(SPEECH, speed=speed), "v"))
    assert root[0][0].get("rate") == rate


def test_a_normal_speed_is_left_to_the_voice() -> None:
    assert b"prosody" not in markup(SPEECH, "v")


async def test_it_offers_its_voices_and_languages() -> None:
    async with talking() as talk:
        offer = await talk.adapter.offer()
    names = ("en-US-JennyMultilingualNeural", "en-US-GuyNeural", "en-GB-RyanNeural", "de-DE-KatjaNeural")
    assert offer == Offer((), names, ("de-DE", "en-GB", "en-US", "fr-FR"))


async def test_the_region_makes_the_address() -> None:
    async with browsing() as web:
        assert base_url(Endpoint("azure", "Azure", "", "k", "K", "westeurope"), "tts") == (
            "https://westeurope.tts.speech.microsoft.com"
        )
        with pytest.raises(ProviderFailed, match="no region") as caught:
            await AzureSpeech(web, Endpoint("azure", "Azure", "", "k", "K")).check()
    assert caught.value.verdict == Verdict.REFUSED
