"""Google's times of marks: what is asked for, of which voices, and what becomes of the answer."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from xml.etree import ElementTree

import msgspec
import pytest

from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.contract import Verdict
from adapters.vendors.google.timepoints import marked, weight
from adapters.vendors.google.tts import LONGEST, GoogleSpeech, limit
from protocol.audioformat import AudioFormat
from tests.adapters.reach.loopback import (
    Reply,
    Request,
    browsing,
    cancel_everywhere,
    endpoint_of,
    json_reply,
    loopback,
)
from tests.adapters.vendors.calls import SynthesiserCall
from tests.adapters.vendors.sounds import MP3, PCM, wav

pytestmark = pytest.mark.real
SPEECH = Speech("Me & you, $5.", "", "en-US-Neural2-A", "en-US", "unspecified", 1.0, marks=True)
SECOND = bytes(48_000)
TOLD = [("w0", 0.1), ("w1", 0.3), ("w2", 0.45), ("w3", 0.75)]
WORDS = (
    Mark("word", "Me", 100, 200, 0, "provider"),
    Mark("word", "&", 300, 150, 3, "provider"),
    Mark("word", "you", 450, 300, 5, "provider"),
    Mark("word", "$5", 750, 250, 10, "provider"),
)


def answer(*told: tuple[str, float], sound: bytes | None = None) -> Reply:
    points = [{"markName": name, "timeSeconds": seconds} for name, seconds in told]
    body = wav(SECOND) if sound is None else sound
    return json_reply({"audioContent": b64encode(body).decode(), "timepoints": points, "audioConfig": {}})


@asynccontextmanager
async def talking(
    *replies: Reply, respond: Callable[[Request], Reply] | None = None
) -> AsyncIterator[SynthesiserCall[GoogleSpeech]]:
    async with loopback(*replies, respond=respond) as server, browsing() as web:
        yield SynthesiserCall(GoogleSpeech(web, endpoint_of(server, "/v1")), server, SPEECH)


def rounded(clip: Clip) -> tuple[Mark, ...] | None:
    if clip.marks is None:
        return None
    return tuple(msgspec.structs.replace(mark, at=round(mark.at, 3), ms=round(mark.ms, 3)) for mark in clip.marks)


async def test_words_are_asked_for_by_marks_and_told_with_the_sound() -> None:
    async with talking(answer(*TOLD)) as talk:
        request = await talk.say()
        assert len(talk.server.requests) == 1
    assert request.path == "/v1beta1/text:synthesize"
    assert request.json["enableTimePointing"] == ["SSML_MARK"]
    assert request.json["input"] == {
        "ssml": '<speak><mark name="w0"/>Me <mark name="w1"/>&amp; <mark name="w2"/>you, <mark name="w3"/>$5.</speak>'
    }
    assert (talk.sound, [rounded(clip) for clip in talk.clips]) == (SECOND, [WORDS])


async def test_without_marks_nothing_changes() -> None:
    async with talking(answer(*TOLD)) as talk:
        request = await talk.say(marks=False)
    assert (request.path, request.json["input"]) == ("/v1/text:synthesize", {"text": SPEECH.text})
    assert "enableTimePointing" not in request.json
    assert talk.clips == [Clip(SECOND, PCM)]


@pytest.mark.parametrize(
    ("voice", "language", "is_asked"),
    [
        ("", "en-US", True),
        ("en-US-Standard-C", "en-US", True),
        ("de-DE-Wavenet-F", "de-DE", True),
        ("en-US-Casual-K", "en-US", True),
        ("en-US-Studio-O", "en-US", False),
        ("en-US-Chirp3-HD-Kore", "en-US", False),
        ("en-US-Chirp-HD-F", "en-US", False),
        ("Kore", "en-US", False),
        ("ja-JP-Neural2-B", "ja-JP", False),
        ("", "zh-CN", False),
    ],
)
async def test_only_voices_that_heed_marks_are_asked(voice: str, language: str, is_asked: bool) -> None:
    async with talking(answer()) as talk:
        request = await talk.say(voice=voice, language=language)
    assert request.path.startswith("/v1beta1/") == is_asked
    assert talk.clips == [Clip(SECOND, PCM)]  # no times came: nothing is told


@pytest.mark.parametrize(
    "told",
    [
        [*reversed(TOLD), ("other", 0.2), ("w99", 0.3)],
        [("w0", 0.1), ("w1", 0.3), ("w2", 0.45), ("w3", 0.75), ("w4", 9.0)],
    ],
    ids=["unsorted", "more than asked for"],
)
async def test_times_in_any_order_are_understood(told: list[tuple[str, float]]) -> None:
    async with talking(answer(*told)) as talk:
        await talk.say()
    assert [rounded(clip) for clip in talk.clips] == [WORDS]


async def test_times_that_cannot_be_are_left_out() -> None:
    async with talking(answer(("w0", 0.1), ("w1", 7.0), ("w2", 0.05), ("w3", 0.75))) as talk:
        await talk.say()
    assert [rounded(clip) for clip in talk.clips] == [(Mark("word", "Me", 100, 450, 0, "provider"), WORDS[3])]


@pytest.mark.parametrize(
    "told", [[], [("w3", 0.1)], [("w0", 0.0), ("w1", 0.0), ("w2", 0.0), ("w3", 0.0)], [("w0", 8.0), ("w1", 9.0)]]
)
async def test_where_too_little_is_told_nothing_is(told: list[tuple[str, float]]) -> None:
    async with talking(answer(*told)) as talk:
        await talk.say()
    assert talk.clips == [Clip(SECOND, PCM)]


@pytest.mark.parametrize("points", [None, 7, [{"markName": 3}], [{"timeSeconds": "soon"}], [[]]], ids=str)
async def test_times_that_cannot_be_read_cost_no_sound(points: object) -> None:
    reply = json_reply({"audioContent": b64encode(wav(SECOND)).decode(), "timepoints": points})
    async with talking(reply) as talk:
        await talk.say()
    assert talk.clips == [Clip(SECOND, PCM)]


async def test_a_file_is_told_of_too() -> None:
    async with talking(answer(*TOLD, sound=MP3)) as talk:
        await talk.say(format=AudioFormat("mp3"))
    assert (talk.sound, len(talk.clips)) == (MP3, 1)
    assert [mark.text for mark in talk.clips[0].marks or ()] == ["Me", "&", "you", "$5"]


async def test_a_pause_is_no_part_of_the_word_before_it() -> None:
    async with talking(answer(("w0", 0.0), ("w1", 0.9), ("w2", 0.95), ("w3", 0.98))) as talk:
        await talk.say()
    assert [round(mark.ms) for mark in talk.clips[0].marks or ()] == [450, 50, 30, 20]


async def test_a_voice_that_refuses_marks_is_remembered() -> None:
    def respond(request: Request) -> Reply:
        refusal = {"error": {"code": 400, "message": "This voice does not support SSML."}}
        return json_reply(refusal, 400) if "v1beta1" in request.path else answer()

    async with talking(respond=respond) as talk:
        for _ in range(2):
            await talk.say()
            assert talk.clips == [Clip(SECOND, PCM)]
        assert len(talk.server.requests) == 3
        await talk.say(voice="en-US-Neural2-C")
        assert len(talk.server.requests) == 5


@pytest.mark.parametrize(
    ("status", "verdict", "requests"), [(403, Verdict.REFUSED, 1), (503, Verdict.PASSING, 1), (400, Verdict.FINAL, 2)]
)
async def test_other_failures_stay_what_they_are(status: int, verdict: Verdict, requests: int) -> None:
    async with talking(json_reply({"error": {"message": "no"}}, status)) as talk:
        assert (await talk.fails()).verdict == verdict
        assert len(talk.server.requests) == requests


@pytest.mark.parametrize(
    "text",
    ["a < b && c > d", '</speak><mark name="w0"/>', "]]> &amp; 'quoted' \"twice\"", "x\x00\ufffe y\n\n z ", "— … 🙂"],
)
def test_a_text_stays_a_text(text: str) -> None:
    root = ElementTree.fromstring(marked(text))
    names = [element.get("name") for element in root]
    assert {element.tag for element in root} <= {"mark"}
    assert names == [f"w{number}" for number in range(len(names))]
    assert "".join(root.itertext()) == text.replace("\x00\ufffe", " ")


def test_a_text_with_its_marks_keeps_the_bound() -> None:
    for text in (SPEECH.text, "word " * 700, "<&> " * 99):
        assert len(marked(text).encode()) <= weight(text) + len(marked(""))
    bound = limit(SPEECH)
    assert bound.most + len(marked("")) == LONGEST
    assert limit(msgspec.structs.replace(SPEECH, marks=False)).weigh("ж") == 2


async def test_a_text_that_has_no_room_for_marks_is_spoken_without_them() -> None:
    async with talking(answer()) as talk:
        request = await talk.say(text="word " * 999)
    assert request.path == "/v1/text:synthesize"


async def test_it_can_be_cancelled_wherever_it_waits() -> None:
    async with talking(answer(*TOLD)) as talk:
        await cancel_everywhere(talk.server, talk.say)
        assert talk.sound == SECOND
