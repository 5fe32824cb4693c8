"""Speech by ElevenLabs: what is asked of it, and whose voice speaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.ports.synthesis import Speech
from adapters.reach.contract import Offer, ProviderFailed
from adapters.vendors.elevenlabs.tts import ElevenLabsSpeech
from adapters.vendors.elevenlabs.voices import BY_GENDER
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import KEY, Reply, Request, browsing, endpoint_of, json_reply, loopback
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import SAMPLES

pytestmark = pytest.mark.real
SPEECH = Speech("Hallo.", "", "", "de-AT", "unspecified", 1.0)
SARAH, SEPP, TARA = "EXAVITQu4vr4xnSDxMaL", "sepp0000000000000000", "tara0000000000000000"
PAGES = {
    "": {
        "voices": [
            {
                "voice_id": SARAH,
                "name": "Sarah - Mature, Reassuring",
                "category": "premade",
                "labels": {"gender": "female", "language": "en", "accent": "american"},
                "verified_languages": [{"language": "en", "model_id": "eleven_flash_v2_5", "locale": "en-US"}],
            },
        ],
        "has_more": True,
        "total_count": 3,
        "next_page_token": "more",
    },
    "more": {
        "voices": [
            {
                "voice_id": SEPP,
                "name": "Sepp",
                "labels": {"gender": "male"},
                "verified_languages": [{"language": "de"}],
            },
            {"voice_id": TARA, "name": None, "labels": None, "verified_languages": None},
        ],
        "has_more": False,
        "total_count": 3,
        "next_page_token": None,
    },
}
MODELS = [
    {"model_id": "eleven_v3", "can_do_text_to_speech": True, "languages": [{"language_id": "de", "name": "German"}]},
    {"model_id": "eleven_sts", "can_do_text_to_speech": False, "languages": [{"language_id": "xx", "name": "X"}]},
]


def double(request: Request) -> Reply:
    match request.path:
        case "/v2/voices":
            return json_reply(PAGES[request.query.get("next_page_token", "")])
        case "/v1/models":
            return json_reply(MODELS)
    return Reply(content_type="audio/mpeg", body=SAMPLES)


def without_lists(request: Request) -> Reply:
    """A key that may speak and nothing else."""
    missing = {"detail": {"status": "missing_permissions", "message": "The API key you used is missing voices_read"}}
    return json_reply(missing, 401) if request.method == "GET" else double(request)


Call = SynthesiserCall[ElevenLabsSpeech]


async def voice_of(talk: Call, **changes: object) -> str:
    """Whose voice it asks for, with this much changed."""
    request = await talk.say(**changes)
    assert talk.sound == SAMPLES
    return request.path.split("/")[3]


@asynccontextmanager
async def talking(lists: bool = True) -> AsyncIterator[Call]:
    async with loopback(respond=double if lists else without_lists) as server, browsing() as web:
        yield SynthesiserCall(ElevenLabsSpeech(web, endpoint_of(server)), server, SPEECH)


async def test_the_request_says_what_is_wanted_and_no_more() -> None:
    async with talking() as talk:
        request = await talk.say(voice=SARAH)
        assert len(talk.server.requests) == 1
    assert (request.method, request.path) == ("POST", f"/v1/text-to-speech/{SARAH}/stream")
    assert request.query == {"output_format": "pcm_24000"}
    assert request.headers["xi-api-key"] == KEY
    assert request.json == {"text": "Hallo.", "model_id": "eleven_flash_v2_5", "language_code": "de"}


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (AudioFormat("mp3"), "mp3_44100_128"),
        (AudioFormat("opus"), "opus_48000_64"),
        (AudioFormat("wav"), "pcm_24000"),
        (AudioFormat("pcm16", 16_000), "pcm_16000"),
        (AudioFormat("pcm16", 48_000), "pcm_24000"),
    ],
    ids=str,
)
async def test_a_format_that_every_plan_has_is_asked_for(wanted: AudioFormat, sent: str) -> None:
    async with talking() as talk:
        assert (await talk.say(voice=SARAH, format=wanted)).query["output_format"] == sent


@pytest.mark.parametrize(("speed", "sent"), [(0.25, 0.7), (1.1, 1.1), (4.0, 1.2)])
async def test_a_speed_stays_within_what_it_takes(speed: float, sent: float) -> None:
    async with talking() as talk:
        assert (await talk.say(voice=SARAH, speed=speed)).json["voice_settings"] == {"speed": sent}


async def test_a_model_that_does_not_take_a_language_is_not_told_one() -> None:
    async with talking() as talk:
        request = await talk.say(voice=SARAH, model="eleven_multilingual_v2")
    assert request.json == {"text": "Hallo.", "model_id": "eleven_multilingual_v2"}


async def test_a_voice_is_known_by_its_name_and_no_turn_asks_for_the_list() -> None:
    async with talking() as talk:
        await talk.adapter.offer()
        assert await voice_of(talk, voice="sarah") == SARAH
        assert await voice_of(talk, voice="Sarah - Mature, Reassuring") == SARAH
        assert await voice_of(talk, voice="Nobody") == "Nobody"
        assert sum(request.path == "/v2/voices" for request in talk.server.requests) == len(PAGES)


async def test_a_name_cannot_leave_its_place_in_the_address() -> None:
    async with talking() as talk:
        await talk.say(voice="../../v1/models?x=")
        assert talk.server.requests[-1].path.startswith("/v1/text-to-speech/..%2F..%2Fv1%2Fmodels%3Fx%3D/stream")


@pytest.mark.parametrize(
    ("language", "gender", "voice"),
    [
        ("de-AT", "unspecified", SEPP),
        ("en-US", "unspecified", SARAH),
        ("fr-FR", "male", SEPP),
        ("fr-FR", "female", SARAH),
    ],
)
async def test_a_voice_is_chosen_by_language_and_gender(language: str, gender: str, voice: str) -> None:
    async with talking() as talk:
        await talk.adapter.offer()
        assert await voice_of(talk, language=language, gender=gender) == voice


async def test_a_key_that_may_not_list_voices_speaks_with_one_that_all_have() -> None:
    async with talking(lists=False) as talk:
        with pytest.raises(ProviderFailed, match="voices_read"):
            await talk.adapter.offer()
        assert await voice_of(talk, gender="female") == BY_GENDER["female"]
        assert await voice_of(talk) == BY_GENDER["unspecified"]
        assert sum(request.method == "GET" for request in talk.server.requests) == 1


async def test_it_offers_names_and_ids() -> None:
    async with talking() as talk:
        offer = await talk.adapter.offer()
    assert offer == Offer(("eleven_v3",), ("Sarah - Mature, Reassuring", "Sepp", SARAH, SEPP, TARA), ("de",))


async def test_what_it_says_of_a_bad_request_is_handed_on() -> None:
    said = {"detail": {"status": "voice_not_found", "message": "A voice with that voice_id was not found."}}
    async with loopback(json_reply(said, 404)) as server, browsing() as web:
        talk = SynthesiserCall(ElevenLabsSpeech(web, endpoint_of(server)), server, SPEECH)
        with pytest.raises(ProviderFailed, match="was not found"):
            await talk.say(voice=SARAH)
