"""ElevenLabs with the times of its characters: words beside the sound, whatever the chunks' times are counted from."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.contract import Verdict
from adapters.vendors.elevenlabs.tts import ElevenLabsSpeech
from adapters.vendors.shared import jsonlines
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
VOICE = "EXAVITQu4vr4xnSDxMaL"
SPEECH = Speech("That is $5, friend.", "", VOICE, "en-US", "unspecified", 1.0, marks=True)
STEP = 0.05
"""Seconds that a character lasts here."""
WHOLE = bytes(48_000)
"""A second of samples."""


def aligned(text: str, at: float = 0.0) -> dict[str, object]:
    """Characters of equal length from a time on."""
    return {
        "characters": list(text),
        "character_start_times_seconds": [at + number * STEP for number in range(len(text))],
        "character_end_times_seconds": [at + (number + 1) * STEP for number in range(len(text))],
    }


def chunk(audio: bytes | None, normalised: object = None, alignment: object = None) -> bytes:
    """A line of the answer."""
    sound = None if audio is None else b64encode(audio).decode()
    fields = {"audio_base64": sound, "alignment": alignment, "normalized_alignment": normalised}
    return msgspec.json.encode(fields) + b"\n"


def spoken(*steps: Step) -> Reply:
    return Reply(steps=steps)


class TimedTalk(SynthesiserCall[ElevenLabsSpeech]):
    """Calls with marks."""

    @property
    def words(self) -> list[tuple[str, float, float, int]]:
        """The words that were told: text, ms, ms, place."""
        marks = [mark for clip in self.clips for mark in clip.marks or ()]
        assert {mark.kind for mark in marks} <= {"word"}
        return [(mark.text, round(mark.at), round(mark.ms), mark.char) for mark in marks]


@asynccontextmanager
async def talking(*replies: Reply) -> AsyncIterator[TimedTalk]:
    async with loopback(*replies) as server, browsing() as web:
        with trio.fail_after(NET):
            yield TimedTalk(ElevenLabsSpeech(web, endpoint_of(server)), server, SPEECH)


async def test_the_request_is_the_same_at_another_place() -> None:
    async with talking(spoken(chunk(SAMPLES))) as talk:
        request = await talk.say()
    assert request.path == f"/v1/text-to-speech/{VOICE}/stream/with-timestamps"
    assert request.query == {"output_format": "pcm_24000"}
    assert request.json == {"text": SPEECH.text, "model_id": "eleven_flash_v2_5", "language_code": "en"}


async def test_without_marks_nothing_changes() -> None:
    async with talking(Reply(content_type="audio/pcm", body=SAMPLES)) as talk:
        request = await talk.say(marks=False)
    assert request.path.endswith("/stream")
    assert talk.clips == [Clip(SAMPLES, PCM)]


FIRST, SECOND = " That is five dol", " lars, friend. "
EXPECTED = [
    ("That", 50, 200, 0),
    ("is", 300, 100, 5),
    ("five", 450, 200, 8),
    ("dollars", 700, 400, 8),
    ("friend", 1_200, 300, 12),
]
"""The space at the beginning of a chunk is not spoken, though its time passes: so "dollars" takes eight steps."""


@pytest.mark.parametrize(
    "chunks",
    [
        (chunk(WHOLE, aligned(FIRST)), chunk(WHOLE, aligned(SECOND, len(FIRST) * STEP))),
        (chunk(WHOLE, aligned(FIRST)), chunk(WHOLE, aligned(SECOND))),
        (chunk(WHOLE, aligned(FIRST)), chunk(WHOLE), chunk(None, aligned(SECOND))),
        (chunk(WHOLE, aligned(FIRST), aligned("That is $5")), chunk(WHOLE, aligned(SECOND), aligned(", friend."))),
        (b"data: " + chunk(WHOLE, aligned(FIRST)) + b"\n", b": ping\n", b"data:" + chunk(WHOLE, aligned(SECOND))),
    ],
    ids=["from the beginning", "from each chunk", "late", "both", "events"],
)
async def test_words_are_told_whatever_their_times_are_counted_from(chunks: tuple[bytes, ...]) -> None:
    async with talking(spoken(*chunks)) as talk:
        await talk.say()
    assert (talk.sound, talk.words) == (WHOLE * 2, EXPECTED)
    assert all(clip.marks is not None for clip in talk.clips)


async def test_words_are_told_wherever_the_body_is_cut() -> None:
    body = chunk(SAMPLES[:240], aligned(FIRST)) + chunk(SAMPLES[240:480], aligned(SECOND)).rstrip()
    async with talking(spoken(*(body[at : at + 3] for at in range(0, len(body), 3)))) as talk:
        await talk.say()
    assert talk.sound == SAMPLES[:480]
    # "friend" is more than a second later than the sound, and is not believed.
    assert [word[0] for word in talk.words] == ["That", "is", "five", "dollars"]


async def test_the_sound_is_handed_on_with_its_words_before_the_rest_has_come() -> None:
    gate = trio.Event()
    async with talking(spoken(chunk(WHOLE, aligned(FIRST)), gate, chunk(WHOLE, aligned(SECOND)))) as talk:

        async def open_gate(clip: Clip | Retraction) -> None:
            await talk.take(clip)
            gate.set()

        await talk.adapter.synthesise(SPEECH, open_gate)
    assert [mark.text for mark in talk.clips[0].marks or ()] == ["That", "is", "five"]


@pytest.mark.parametrize(
    ("chunks", "said"),
    [
        ((" That is", " friend."), ["That", "is", "friend"]),
        ((" That i", " s five"), ["That", "is", "five"]),
        ((" That is five", " dollars"), ["That", "is", "fivedollars"]),
        ((" That is five ", " dollars"), ["That", "is", "five", "dollars"]),
    ],
    ids=["two words of the text", "one word of the text", "the text does not tell", "a space of its own"],
)
async def test_the_text_tells_whether_a_word_goes_on_in_the_next_chunk(chunks: Sequence[str], said: list[str]) -> None:
    async with talking(spoken(*(chunk(WHOLE, aligned(text)) for text in chunks))) as talk:
        await talk.say()
    assert [word[0] for word in talk.words] == said


async def test_without_normalised_times_those_of_the_text_serve() -> None:
    parts = chunk(WHOLE, None, aligned("That is $5,")), chunk(WHOLE, None, aligned(" friend."))
    async with talking(spoken(*parts)) as talk:
        await talk.say()
    assert [(word[0], word[3]) for word in talk.words] == [("That", 0), ("is", 5), ("$5", 8), ("friend", 12)]


async def test_where_no_times_come_nothing_is_told() -> None:
    async with talking(spoken(chunk(SAMPLES), chunk(SAMPLES))) as talk:
        await talk.say()
    assert talk.clips == [Clip(SAMPLES * 2, PCM)]


@pytest.mark.parametrize(
    "broken",
    [
        {"characters": "That", "character_start_times_seconds": 3},
        {"characters": ["T", "h"], "character_start_times_seconds": ["now"], "character_end_times_seconds": [None]},
        {"characters": ["T", "h"], "character_start_times_seconds": []},
        {"characters": []},
        7,
    ],
    ids=str,
)
async def test_times_that_cannot_be_read_cost_no_sound(broken: object) -> None:
    async with talking(spoken(chunk(SAMPLES, broken), chunk(SAMPLES, aligned("That ")), chunk(WHOLE, broken))) as talk:
        await talk.say()
    assert talk.sound == SAMPLES * 2 + WHOLE
    assert [word[0] for word in talk.words] == ["That"]  # the first of the sound waited for it


async def test_what_the_first_sound_says_counts_for_all() -> None:
    async with talking(spoken(chunk(WHOLE), chunk(WHOLE, aligned("That ")))) as talk:
        await talk.say()
    assert talk.clips == [Clip(WHOLE, PCM), Clip(WHOLE, PCM)]


async def test_times_that_fall_are_made_to_rise_and_a_surrogate_half_is_taken() -> None:
    fields = (
        rb'{"characters": ["a", "b", "\ud83d", " ", "c"], "character_start_times_seconds": [0.2, 0.1, 0.3, 0.3, 0.35],'
        rb' "character_end_times_seconds": [0.3, 0.15, 0.3, 0.35, 0.3]}'
    )
    line = b'{"audio_base64": "' + b64encode(WHOLE) + b'", "normalized_alignment": ' + fields + b"}\n"
    async with talking(spoken(line)) as talk:
        await talk.say(text="ab c")
    assert talk.words == [("ab", 200, 100, 0), ("c", 350, 0, 3)]


async def test_times_that_are_far_off_the_sound_begin_anew_with_it_and_none_is_later_than_it() -> None:
    late = (
        chunk(WHOLE, aligned("That is ", at=0.0)),
        chunk(WHOLE, aligned("five ", 0.0)),
        chunk(WHOLE, aligned("x" * 500)),
    )
    async with talking(spoken(*late)) as talk:
        await talk.say()
    assert [word[:2] for word in talk.words][:3] == [("That", 0), ("is", 250), ("five", 400)]
    assert all(at + ms <= 3_000 for _, at, ms, _ in talk.words)
    sounds = [chunk(WHOLE * 4, aligned("That ")), chunk(WHOLE, aligned("is "))]
    async with talking(spoken(*sounds)) as talk:
        await talk.say()
    assert [word[:2] for word in talk.words] == [("That", 0), ("is", 4_000)]


async def test_each_character_of_a_script_without_spaces_is_a_word() -> None:
    async with talking(spoken(chunk(WHOLE, aligned(" 東京は雨。")))) as talk:
        await talk.say(text="東京は雨。")
    assert [(word[0], word[3]) for word in talk.words] == [("東", 0), ("京", 1), ("は", 2), ("雨", 3)]


async def test_a_file_passes_through() -> None:
    async with talking(spoken(chunk(MP3[:99], aligned("That is")), chunk(MP3[99:], aligned(" five ")))) as talk:
        request = await talk.say(format=AudioFormat("mp3"))
    assert request.query == {"output_format": "mp3_44100_128"}
    assert (talk.sound, {clip.format for clip in talk.clips}) == (MP3, {AudioFormat("mp3")})
    assert [word[0] for word in talk.words] == ["That", "is", "five"]


@pytest.mark.parametrize("status", [404, 405, 422])
async def test_a_place_that_is_missing_is_remembered_where_the_usual_one_answers(status: int) -> None:
    def respond(request: Request) -> Reply:
        is_timed = request.path.endswith("with-timestamps")
        return json_reply({"detail": "no"}, status) if is_timed else Reply(content_type="audio/pcm", body=SAMPLES)

    async with loopback(respond=respond) as server, browsing() as web:
        talk = TimedTalk(ElevenLabsSpeech(web, endpoint_of(server)), server, SPEECH)
        for _ in range(2):
            await talk.say()
            assert talk.clips == [Clip(SAMPLES, PCM)]
        assert len(server.requests) == 3


async def test_what_is_wrong_with_a_request_is_told_and_not_remembered() -> None:
    said = {"detail": {"status": "voice_not_found", "message": "A voice with that voice_id was not found."}}
    async with talking(json_reply(said, 404)) as talk:
        for _ in range(2):
            assert "was not found" in str(await talk.fails())
        assert [request.path.endswith("with-timestamps") for request in talk.server.requests] == [True, False] * 2


@pytest.mark.parametrize(
    ("status", "verdict"), [(401, Verdict.REFUSED), (429, Verdict.PASSING), (503, Verdict.PASSING)]
)
async def test_other_failures_stay_what_they_are(status: int, verdict: Verdict) -> None:
    async with talking(json_reply({"detail": "no"}, status)) as talk:
        assert (await talk.fails()).verdict == verdict
        assert len(talk.server.requests) == 1


@pytest.mark.parametrize(
    "words",
    [
        b'{"detail": {"message": "no credits left"}}',
        b'{"error": "no credits left"}\n',
        b"no credits left",
        chunk(b"no credits left, sorry, please come again when there are some, later"),
    ],
)
async def test_words_in_place_of_sound_are_an_error(words: bytes) -> None:
    async with talking(spoken(words)) as talk:
        failed = await talk.fails()
    assert "no credits left" in str(failed)
    assert (talk.clips, failed.verdict) == ([], Verdict.PASSING)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((chunk(SAMPLES, aligned("T")), Break.CUT), "broke off"),
        ((chunk(SAMPLES, aligned("T")), chunk(SAMPLES)[:99]), "broke off"),
        ((chunk(SAMPLES, aligned("T")), b'{"audio_base64": "!!"}\n'), "not base64"),
        ((chunk(SAMPLES, aligned("T")), b'{"audio_base64": 7}\n'), "words in place of sound"),
    ],
)
async def test_an_answer_that_breaks_off_fails_after_what_has_come(steps: tuple[Step, ...], said: str) -> None:
    async with talking(spoken(*steps)) as talk:
        failed = await talk.fails()
    assert said in str(failed)
    assert (talk.sound, failed.verdict) == (SAMPLES, Verdict.PASSING)


async def test_an_answer_without_sound_and_a_line_without_end_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    async with talking(spoken(chunk(None), chunk(b"", aligned("That")))) as talk:
        assert "without any sound" in str(await talk.fails())
    async with talking(spoken(b'{"alignment": [' + b'"",' * 100_001 + b"0]}\n")) as talk:
        assert "more in it" in str(await talk.fails())
    monkeypatch.setattr(jsonlines, "LONGEST", 1_000)
    async with talking(spoken(chunk(SAMPLES)[:2_000])) as talk:
        assert "does not end" in str(await talk.fails())


async def test_it_can_be_cancelled_wherever_it_waits() -> None:
    async with talking(spoken(chunk(SAMPLES[:480], aligned("Th")), chunk(SAMPLES[480:], aligned("at ")))) as talk:
        await cancel_everywhere(talk.server, talk.say)
        assert talk.sound == SAMPLES
