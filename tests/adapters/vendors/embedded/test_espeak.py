"""The embedded synthesiser: what it makes of text and voices, how soon, and how it is stopped."""

import itertools

import numpy as np
import pytest
import trio
from msgspec.structs import replace

from actors.ports.calls import EngineFailed, Retraction
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.mouth.phones import is_pause, parts_of
from adapters.processes.frames import EngineVoice
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech, choose, pace
from adapters.voices.modelvoice import MAX_TEXT
from tests.adapters.vendors.calls import spoken

real = pytest.mark.real
STORY = "Once upon a time there was a king who had three daughters. " * 40
VOICES = tuple(
    EngineVoice(code, f"x/{code}")
    for code in ("cmn", "de", "en-gb", "en-us", "es", "es-419", "fr-be", "fr-fr", "pt", "pt-br", "yue")
)
VARIANTS = ("f5", "klatt4", "m6", "Annie")


def speech(text: str, voice: str = "", language: str = "en-US", speed: float = 1.0) -> Speech:
    return Speech(text, "", voice, language, "unspecified", speed)


async def start(nursery: trio.Nursery, count: int = 1, grace: float = 5.0) -> EspeakSpeech:
    engine = EspeakSpeech(count, grace=grace, deadline=30.0)
    with trio.fail_after(30):
        await nursery.start(engine.run)
    return engine


def seconds(clips: list[Clip]) -> float:
    return sum(len(clip.data) for clip in clips) / 2 / FORMAT.rate


@real
async def test_the_first_piece_is_short_and_the_others_are_not(nursery: trio.Nursery) -> None:
    clips = await spoken(await start(nursery), speech("The quick brown fox jumps over the lazy dog."))
    assert {clip.format for clip in clips} == {FORMAT}
    assert len(clips[0].data) < FORMAT.rate * 2 // 10
    assert all(len(clip.data) >= FORMAT.rate * 2 // 5 for clip in clips[1:-1])
    assert 2.0 < seconds(clips) < 4.5
    assert np.abs(np.frombuffer(b"".join(clip.data for clip in clips), "<i2")).max() > 5_000


@real
async def test_the_same_words_take_the_same_time_whatever_was_said_before(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    first = await spoken(engine, speech("good morning"))
    await spoken(engine, speech("guten Morgen", voice="de+f5", speed=2))
    again = await spoken(engine, speech("good morning"))
    assert seconds(again) == pytest.approx(seconds(first), abs=0.01)  # the breath in a voice is random


@real
async def test_a_cancelled_synthesis_stops_and_the_same_process_speaks_next(nursery: trio.Nursery) -> None:
    engine = await start(nursery, grace=1.0)  # the whole text takes longer, and the process would be killed
    before = engine.pids

    async def sound(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        heard.append(clip)
        scope.cancel()
        await trio.lowlevel.checkpoint()

    heard: list[Clip] = []
    with trio.fail_after(30), trio.CancelScope() as scope:
        await engine.synthesise(speech((STORY * 20)[:MAX_TEXT]), sound)
    assert scope.cancelled_caught
    assert len(heard) == 1
    assert 0.3 < seconds(await spoken(engine, speech("good morning"))) < 2
    assert engine.pids == before


@real
async def test_a_slow_listener_holds_the_synthesis_back_without_harm(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    whole = await spoken(engine, speech(STORY))
    slow: list[Clip] = []

    async def sound(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        slow.append(clip)
        if len(slow) < 20:
            await trio.sleep(0.005)

    await engine.synthesise(speech(STORY), sound)
    assert seconds(slow) == pytest.approx(seconds(whole), abs=0.1)


@real
async def test_two_syntheses_at_once_are_made_in_two_processes(nursery: trio.Nursery) -> None:
    engine = await start(nursery, 2)
    begun: set[str] = set()
    both = trio.Event()

    async def speak(name: str) -> None:
        async def sound(clip: Clip | Retraction) -> None:
            assert isinstance(clip, Clip)
            begun.add(name)
            if len(begun) == 2:
                both.set()
            await both.wait()  # neither gets on before both have begun

        await engine.synthesise(speech("good morning"), sound)

    with trio.fail_after(30):
        async with trio.open_nursery() as calls:
            calls.start_soon(speak, "one")
            calls.start_soon(speak, "two")
    assert begun == {"one", "two"}
    assert len(set(engine.pids)) == 2


@real
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "مرحبا بالعالم",
        "你好世界",
        "😀🎉",
        "a\0b",
        "\x0150P hello",
        "[[h@l'oU]] <speak>hi</speak>",
        "\ud800 lone",
        "a" * 5000,
    ],
)
async def test_odd_text_breaks_nothing(nursery: trio.Nursery, text: str) -> None:
    engine = await start(nursery)
    before = engine.pids
    await spoken(engine, speech(text))
    assert seconds(await spoken(engine, speech("good morning"))) > 0.3
    assert engine.pids == before


@real
async def test_every_language_that_it_lists_is_spoken(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    assert {"en-US", "en-GB", "de", "fr-FR", "cmn", "ar", "pt-BR"} <= set(engine.languages())
    assert {"en-us", "de", "f5", "m6", "klatt4"} <= set(engine.voices())
    silent, unknown = [], set()
    for code in engine.languages():
        clips = await spoken(engine, replace(speech("hello 1", language=code), marks=True))
        phones = told(clips, "phone")
        silent += [code] if seconds(clips) < 0.2 or not any(mark.text for mark in phones) else []
        unknown |= {mark.text for mark in phones if not parts_of(mark.text) and not is_pause(mark.text)}
    assert unknown <= {"ː"}, "only length and pauses have no shape"
    assert silent == []


@real
async def test_double_speed_takes_half_the_time(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    text = "one two three four five six seven eight nine ten eleven twelve"
    normal, double = [seconds(await spoken(engine, speech(text, speed=speed))) for speed in (1.0, 2.0)]
    assert 0.4 < double / normal < 0.65


async def test_a_text_that_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(EngineFailed, match=f"{MAX_TEXT} characters at a time, not 100000"):
        await spoken(EspeakSpeech(), speech("a" * 100_000))


async def test_an_engine_that_was_not_started_says_so() -> None:
    with pytest.raises(EngineFailed, match="has not been started"):
        await spoken(EspeakSpeech(), speech("hello"))


@pytest.mark.parametrize(
    ("voice", "language", "gender", "file"),
    [
        ("", "en-US", "unspecified", "x/en-us+m6"),
        ("", "en-GB", "neutral", "x/en-gb+m6"),
        ("", "en", "female", "x/en-us+f5"),
        ("", "de-DE", "unspecified", "x/de"),
        ("", "de_AT", "male", "x/de+m6"),
        ("", "zh-CN", "unspecified", "x/cmn"),
        ("", "zh-Hant-TW", "unspecified", "x/cmn"),
        ("", "zh-HK", "unspecified", "x/yue"),
        ("", "fr-CA", "unspecified", "x/fr-fr"),
        ("", "es-MX", "unspecified", "x/es"),
        ("", "tlh", "unspecified", "x/en-us+m6"),
        ("", "", "female", "x/en-us+f5"),
        ("de", "en-US", "female", "x/de"),
        ("EN-GB+annie", "de-DE", "male", "x/en-gb+Annie"),
        ("m6", "de-DE", "female", "x/de+m6"),
        ("alloy", "en-US", "unspecified", "x/en-us+m6"),
        ("../../../etc/passwd", "en-US", "unspecified", "x/en-us+m6"),
        ("en-us+../x", "en-US", "unspecified", "x/en-us"),
    ],
)
def test_the_voice_is_one_that_was_asked_for_or_fits(voice: str, language: str, gender: str, file: str) -> None:
    match gender:
        case "unspecified" | "male" | "female" | "neutral":
            assert choose(Speech("", "", voice, language, gender, 1), VOICES, VARIANTS) == file
        case _:
            pytest.fail(f"no such gender: {gender}")


def test_the_pace_stays_within_what_the_engine_takes() -> None:
    assert [pace(speed) for speed in (0.25, 1, 2, 4, 100)] == [80, 168, 336, 672, 680]


# ---- what it tells of its sound


def told(clips: list[Clip], kind: str) -> list[Mark]:
    return [mark for clip in clips for mark in clip.marks or () if mark.kind == kind]


def level(sound: np.ndarray[tuple[int], np.dtype[np.int16]], start: float, end: float) -> float:
    """The level between two times in ms, as a root of the mean square."""
    part = sound[round(start * FORMAT.rate / 1000) : round(end * FORMAT.rate / 1000)].astype(float)
    return float(np.sqrt(np.mean(part**2)))


@real
@pytest.mark.parametrize(
    ("speed", "text"), [(1.0, "Happy people map fifth moons. We stopped."), (2.0, "Happy apples! A map.")]
)
async def test_phonemes_are_where_they_sound_and_never_later_than_it(
    nursery: trio.Nursery, speed: float, text: str
) -> None:
    engine = await start(nursery)
    clips = await spoken(engine, replace(speech(text, speed=speed), marks=True))
    whole = np.frombuffer(b"".join(clip.data for clip in clips), "<i2")
    phones = told(clips, "phone")
    before = 0.0
    for clip in clips:  # the marks of a piece are of it, or of what comes after it
        assert all(mark.at >= before - 0.1 for mark in clip.marks or ())
        before += len(clip.data) / 2 / FORMAT.rate * 1000
    assert phones[0].at < 20
    for first, second in itertools.pairwise(phones):
        assert first.at + first.ms == pytest.approx(second.at, abs=0.1)
    assert phones[-1].at + phones[-1].ms == pytest.approx(seconds(clips) * 1000, abs=0.1)
    stops = [mark for mark in phones if mark.text == "p" and mark.at > 0]
    assert len(stops) == text.lower().replace("pp", "p").count("p")
    for stop in stops:  # closed lips: silence, or next to it
        assert level(whole, stop.at + 2, stop.at + 12) < 0.05 * level(whole, 0, before)
    vowels = [mark for mark in phones if mark.text in ("æ", "uː", "iː", "ɪ") and mark.ms > 40]
    assert all(level(whole, mark.at + 10, mark.at + mark.ms - 10) > 500 for mark in vowels)


@real
async def test_words_are_told_unasked_with_their_places_in_the_text(nursery: trio.Nursery) -> None:
    text = "\U0001f600 \x01Grüße, [[Anna]]: 42 bear's!\nOf 1,234 seas 你好世界."
    engine = await start(nursery)
    clips = await spoken(engine, speech(text))
    assert len(clips[0].data) < FORMAT.rate * 2 // 10  # sound waits for nothing
    assert told(clips, "phone") == []
    words = told(clips, "word")
    assert [word.text for word in words][:8] == ["\U0001f600", "Grüße", "Anna", "42", "bear's", "Of", "1,234", "seas"]
    assert len(words) > 8, "what has no spaces is told as espeak-ng parts it"
    assert all(text[word.char : word.char + len(word.text)] == word.text for word in words)
    assert [word.at for word in words] == sorted(word.at for word in words)
    assert words[-1].at < seconds(clips) * 1000
