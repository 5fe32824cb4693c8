"""What every adapter for text to speech keeps to, each against a double that answers as its provider documents."""

import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Protocol
from xml.etree import ElementTree

import msgspec
import pytest
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.choosing.assembly import limit_of
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverSynthesiser
from adapters.choosing.table import declaration_of
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, Listed, Verdict
from adapters.reach.web import Web
from adapters.vendors.azure.tts import AzureSpeech
from adapters.vendors.elevenlabs.tts import ElevenLabsSpeech
from adapters.vendors.google.tts import GoogleSpeech
from adapters.vendors.openai.tts import CompatibleSpeech, OpenAISpeech
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import (
    KEY,
    NET,
    Break,
    Reply,
    Request,
    Step,
    browsing,
    cancel_everywhere,
    drip,
    endpoint_of,
    json_reply,
    loopback,
    script,
)
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import MP3, OPUS, PCM, SAMPLES, wav

pytestmark = pytest.mark.real
TEXT = "Žluťoučký kůň <ve> 東京 & 🐎"


class Speaker(TextToSpeech, Listed, Protocol):
    """An adapter."""


class TtsCase(msgspec.Struct, frozen=True):
    """An adapter: `path` is what its address has behind the host, `voice` one that needs no list.

    `reply` is how its provider answers with sound, `voices` what it lists; `streams`: sound comes before all is there.
    """

    adapter: Callable[[Web, Endpoint], Speaker]
    path: str
    voice: str
    reply: Callable[..., Reply]
    voices: object = msgspec.field(default_factory=dict)
    streams: bool = True


def raw(*steps: Step) -> Reply:
    """Sound as the body."""
    return Reply(content_type="audio/pcm", steps=steps)


def in_json(*steps: Step) -> Reply:
    """Sound as base64 within JSON, samples with a WAV header before them; what is no sound comes in the middle."""
    sound = b"".join(step for step in steps if isinstance(step, bytes))
    if sound[:3] not in (MP3[:3], OPUS[:3]):
        sound = wav(sound) if sound else b""
    body = msgspec.json.encode({"audioContent": b64encode(sound).decode()})
    between = [step for step in steps if not isinstance(step, bytes)]
    return Reply(steps=(body[:20], *between, body[20:]))


CASES = {
    "openai": TtsCase(OpenAISpeech, "/v1", "nova", raw),
    "compatible": TtsCase(CompatibleSpeech, "/v1", "af_heart", raw, {"voices": ["af_heart"]}),
    "elevenlabs": TtsCase(ElevenLabsSpeech, "", "JBFqnCBsd6RMkjVDRZzb", raw, {"voices": []}),
    "google": TtsCase(GoogleSpeech, "/v1", "en-US-Neural2-A", in_json, streams=False),
    "azure": TtsCase(AzureSpeech, "", "en-US-AvaNeural", raw, []),
}


def _name(case: TtsCase) -> str:
    return next(name for name, known in CASES.items() if known is case)


@pytest.fixture(params=list(CASES.values()), ids=_name)
def case(request: pytest.FixtureRequest) -> TtsCase:
    found = request.param
    assert isinstance(found, TtsCase)
    return found


Call = SynthesiserCall[Speaker]


@asynccontextmanager
async def talking(case: TtsCase, *replies: Reply, wanted: AudioFormat | None = None) -> AsyncIterator[Call]:
    speech = Speech(TEXT, "", case.voice, "en-US", "unspecified", 1.0, wanted)
    spoken = script(*replies)

    def respond(request: Request) -> Reply:
        return json_reply(case.voices) if request.method == "GET" else spoken(request)

    async with loopback(respond=respond) as server, browsing() as web:
        yield SynthesiserCall(case.adapter(web, endpoint_of(server, case.path)), server, speech)


def shorten(case: TtsCase, monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Set constants in the module of the adapter."""
    for name, value in values.items():
        monkeypatch.setattr(sys.modules[case.adapter.__module__], name, value)


@pytest.mark.parametrize("wanted", [None, AudioFormat("wav")], ids=str)
async def test_samples_come_aligned_wherever_the_bytes_are_cut(case: TtsCase, wanted: AudioFormat | None) -> None:
    async with talking(case, case.reply(*drip(SAMPLES[:300])), wanted=wanted) as talk:
        await talk.say()
    assert talk.sound == SAMPLES[:300]
    assert {clip.format for clip in talk.clips} == {PCM}
    assert not any(len(clip.data) % 2 for clip in talk.clips)


@pytest.mark.parametrize(("wanted", "file"), [(AudioFormat("mp3"), MP3), (AudioFormat("opus"), OPUS)], ids=str)
async def test_files_that_all_receivers_want_pass_through_untouched(
    case: TtsCase, wanted: AudioFormat, file: bytes
) -> None:
    async with talking(case, case.reply(file[:100], file[100:]), wanted=wanted) as talk:
        await talk.say()
    assert talk.sound == file
    assert {clip.format for clip in talk.clips} == {wanted}


async def test_the_words_go_out_whole_with_the_key(case: TtsCase) -> None:
    async with talking(case, case.reply(SAMPLES)) as talk:
        talk.speech = msgspec.structs.replace(talk.speech, text=TEXT + "\ud83d\x00")
        await talk.say()
        await talk.say()
        request = talk.server.requests[0]
    spoken = request.body.decode().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert TEXT + " " in spoken
    assert "\\u" not in spoken
    assert KEY in " ".join(request.headers.values())
    assert not any(KEY in value for value in request.query.values())


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.streams], ids=_name)
async def test_the_first_sound_is_handed_on_before_the_second_has_come(case: TtsCase) -> None:
    gate = trio.Event()
    async with talking(case, case.reply(SAMPLES[:480], gate, SAMPLES[480:])) as talk:

        async def open_gate(clip: Clip | Retraction) -> None:
            await talk.take(clip)
            gate.set()

        with trio.fail_after(NET):
            await talk.adapter.synthesise(talk.speech, open_gate)
    assert talk.clips[0].data == SAMPLES[:480]
    assert talk.sound == SAMPLES


async def test_a_connection_serves_one_call_after_the_other(case: TtsCase) -> None:
    async with talking(case, case.reply(SAMPLES)) as talk:
        for _ in range(3):
            await talk.say()
        await talk.adapter.check()
        assert talk.server.accepted == 1


async def test_it_can_be_cancelled_wherever_it_waits(case: TtsCase) -> None:
    async with talking(case, case.reply(SAMPLES[:480], SAMPLES[480:])) as talk:
        await cancel_everywhere(talk.server, talk.say)
        assert talk.sound == SAMPLES


async def test_an_answer_without_sound_fails(case: TtsCase) -> None:
    async with talking(case, case.reply(b"")) as talk:
        failed = await talk.fails()
    assert "without any sound" in str(failed)
    assert failed.verdict == Verdict.PASSING


@pytest.mark.parametrize("how", Break, ids=str)
async def test_an_answer_that_breaks_off_fails_after_what_has_come(case: TtsCase, how: Break) -> None:
    async with talking(case, case.reply(SAMPLES[:480], how)) as talk:
        failed = await talk.fails()
    assert failed.verdict == Verdict.PASSING
    # A reset may overtake what was sent before it.
    assert talk.sound in (SAMPLES[:480], b"")


@pytest.mark.parametrize("begun", [False, True], ids=["from the beginning", "in the middle"])
async def test_a_silent_provider_is_noticed(case: TtsCase, begun: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(case, monkeypatch, PATIENCE=Patience(first_byte=0.05, silence=0.05))
    steps: tuple[Step, ...] = (SAMPLES[:480], trio.Event()) if begun else (trio.Event(),)
    async with talking(case, case.reply(*steps)) as talk:
        with trio.fail_after(NET):
            failed = await talk.fails()
        await talk.server.until(lambda now: now.open == 0)
    assert failed.verdict == Verdict.PASSING


async def test_an_answer_without_end_is_cut(case: TtsCase, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(case, monkeypatch, MOST=1_000)
    async with talking(case, case.reply(SAMPLES)) as talk:
        failed = await talk.fails()
    assert "has more than" in str(failed)


async def test_a_refused_key_names_its_setting(case: TtsCase) -> None:
    async with talking(case, json_reply({"error": {"message": f"Incorrect API key: {KEY}"}}, 401)) as talk:
        failed = await talk.fails()
        assert len(talk.server.requests) == 1
    assert failed.verdict == Verdict.REFUSED
    assert "DOUBLE_API_KEY" in str(failed)


async def test_too_many_requests_can_pass_and_say_when(case: TtsCase) -> None:
    async with talking(case, json_reply({"error": {"message": "slow down"}}, 429, retry_after="7")) as talk:
        failed = await talk.fails()
    assert (failed.verdict, failed.retry_after) == (Verdict.PASSING, 7.0)


async def test_a_fault_of_the_provider_can_pass(case: TtsCase) -> None:
    async with talking(case, Reply(503, "text/plain", b"overloaded")) as talk:
        failed = await talk.fails()
        assert len(talk.server.requests) == 1
    assert failed.verdict == Verdict.PASSING
    assert "overloaded" in str(failed)


async def test_a_bad_request_is_final_in_the_providers_words(case: TtsCase) -> None:
    async with talking(case, json_reply({"error": {"message": "no such voice"}}, 400)) as talk:
        failed = await talk.fails()
    assert failed.verdict == Verdict.FINAL
    assert "no such voice" in str(failed)


async def test_a_page_in_place_of_sound_fails(case: TtsCase) -> None:
    async with talking(case, Reply(200, "text/html", b"<title>Sign in</title>")) as talk:
        failed = await talk.fails()
    assert failed.verdict == Verdict.PASSING
    assert talk.clips == []


WORDS = (
    b'{"error": {"message": "no credits left", "type": "x"}}',
    b'\xef\xbb\xbf \r\n{"detail": "no credits left"}',
    b'[{"message": "no credits left"}]',
    b"<!DOCTYPE html><html><title>no credits left</title><body>" + b"<p>Sorry.</p>" * 100,
    b'<?xml version="1.0"?><Error><Code>x</Code><Message>no credits left</Message></Error>',
    b"no credits left",
    "Kein Guthaben: no credits left für Sie – schade…".encode(),
)


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
@pytest.mark.parametrize("kind", ["audio/wav", "audio/mpeg", "application/octet-stream", "application/json", ""])
async def test_words_in_place_of_sound_are_an_error_whatever_they_are_called(
    case: TtsCase, words: bytes, kind: str
) -> None:
    """Google's come within its JSON, or in place of it."""
    if case.streams:
        reply = Reply(200, kind, steps=(words[:5], words[5:]))
    else:
        reply = json_reply({"audioContent": b64encode(words).decode()})
    async with talking(case, reply) as talk:
        failed = await talk.fails()
    assert "no credits left" in str(failed)
    assert (talk.clips, failed.verdict) == ([], Verdict.PASSING)


@pytest.mark.parametrize(("code", "verdict"), [(401, Verdict.REFUSED), (400, Verdict.FINAL), (429, Verdict.PASSING)])
async def test_an_error_under_200_is_what_its_code_says(case: TtsCase, code: int, verdict: Verdict) -> None:
    async with talking(case, json_reply({"error": {"message": "no", "code": code}})) as talk:
        failed = await talk.fails()
    assert (failed.verdict, talk.clips) == (verdict, [])


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.streams], ids=_name)
@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        ("audio/pcm;rate=16000", 16_000),
        ('AUDIO/PCM ; Rate = "8000"', 8_000),
        ("audio/x-pcm; sample_rate=44100; channels=1", 44_100),
        ("application/octet-stream; rate=48000", 48_000),
        ("audio/x-raw, format=(string)S16LE, rate=(int)16000, channels=(int)1", 16_000),
        ("audio/wav", 24_000),
        ("audio/mpeg", 24_000),
        ("", 24_000),
    ],
)
async def test_the_rate_that_is_told_is_heeded(case: TtsCase, kind: str, rate: int) -> None:
    async with talking(case, Reply(200, kind, steps=(SAMPLES[:99], SAMPLES[99:]))) as talk:
        await talk.say()
    assert (talk.sound, {clip.format for clip in talk.clips}) == (SAMPLES, {AudioFormat("pcm16", rate)})


@pytest.mark.parametrize("wanted", [None, AudioFormat("mp3"), AudioFormat("opus")], ids=str)
@pytest.mark.parametrize(
    ("file", "made"),
    [(MP3, "mp3"), (OPUS, "ogg"), (b"fLaC\0" + SAMPLES, "flac"), (b"\0\0\0\x20ftypM4A " + SAMPLES, "m4a")],
)
async def test_a_file_that_was_not_asked_for_is_taken_for_what_it_is(
    case: TtsCase, wanted: AudioFormat | None, file: bytes, made: str
) -> None:
    async with talking(case, case.reply(file) if case.streams else wrapped(file), wanted=wanted) as talk:
        await talk.say()
    if made == "ogg" and wanted == AudioFormat("opus"):
        made = "opus"
    assert (talk.sound, {clip.format for clip in talk.clips}) == (file, {AudioFormat(made)})


def wrapped(sound: bytes) -> Reply:
    """As Google sends a sound."""
    return json_reply({"audioContent": b64encode(sound).decode()})


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.streams], ids=_name)
async def test_a_sound_under_the_type_of_words_is_taken(case: TtsCase) -> None:
    async with talking(case, Reply(200, "text/html; charset=utf-8", wav(SAMPLES))) as talk:
        await talk.say()
    assert talk.sound == SAMPLES


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.streams], ids=_name)
async def test_what_is_neither_words_nor_said_to_be_sound_is_refused(case: TtsCase) -> None:
    async with talking(case, Reply(200, "image/png", b"\x89PNG\r\n\x1a\n\0\0" + SAMPLES)) as talk:
        failed = await talk.fails()
    assert "answered with image/png, not sound" in str(failed)
    assert talk.clips == []


def said(case: TtsCase, request: Request) -> str:
    """The words that a request is to have spoken."""
    match _name(case):
        case "openai" | "compatible":
            return str(request.json["input"])
        case "elevenlabs":
            return str(request.json["text"])
        case "google":
            return str(msgspec.json.decode(request.body)["input"]["text"])
        case _:
            return "".join(ElementTree.fromstring(request.body).itertext())


def weight(case: TtsCase, request: Request) -> int:
    """How much of it counts, in the provider's own unit: characters, bytes, or bytes with the SSML around them."""
    match _name(case):
        case "google":
            return len(said(case, request).encode())
        case "azure":
            return len(request.body)
        case _:
            return len(said(case, request))


MOST_TEXT = {"openai": 4_096, "compatible": 4_096, "elevenlabs": 5_000, "google": 5_000, "azure": 4_000}
DECLARED = {name: name if name != "compatible" else "openai_compatible" for name in CASES}
SENTENCE = "Žluťoučký kůň <ve> 東京 & ještě jednou, pak dost. "


@pytest.mark.parametrize("unit", [SENTENCE, "東京は今日も雨です。", "word ", "é", "<&>x"], ids=range(5))
async def test_a_part_longer_than_a_request_may_be_is_spoken_in_several(case: TtsCase, unit: str) -> None:
    """Each keeps the provider's bound in its own unit; the sounds are one, in order, and no header is between them."""
    service = declaration_of(DECLARED[_name(case)]).tts
    assert service is not None
    assert service.limit
    text = unit * (12_000 // len(unit))
    sounds = [bytes([number, 0]) * 600 for number in range(1, 200)]
    async with talking(case, *map(case.reply, sounds), wanted=AudioFormat("mp3")) as talk:
        profile = CandidateProfile("double", "Double", "TTS", voice=case.voice, limit=limit_of(service))
        speaker = FailoverSynthesiser(
            "double", lambda: [Candidate(profile, talk.adapter)], Failover(Policy(), Random(0))
        )
        await speaker.synthesise(msgspec.structs.replace(talk.speech, text=text, model="eleven_v3"), talk.take)
        bodies = [request for request in talk.server.requests if request.method == "POST"]
    assert len(bodies) > 1
    assert talk.sound == b"".join(sounds[: len(bodies)])
    assert {clip.format for clip in talk.clips} == {PCM}
    spoken = [said(case, request) for request in bodies]
    assert "".join(spoken).split() == text.split()
    assert all(weight(case, request) <= MOST_TEXT[_name(case)] for request in bodies)
