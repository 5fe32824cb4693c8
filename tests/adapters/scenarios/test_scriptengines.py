"""The scripted providers: each does what its section says, and nothing else."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock

from actors.ports.answering import Question
from actors.ports.audio import Complete, Growing
from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from actors.ports.recognition import Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.scenarios.scenario import ScenarioFile, ScriptedAnswer, ScriptedEar, ScriptedVoice
from adapters.scenarios.scriptedsound import RATE, speak_text
from adapters.scenarios.scriptengines import (
    WANTS,
    QuestionLog,
    ScriptModel,
    ScriptRecogniser,
    ScriptSynthesiser,
    has_words,
    model_of,
)

SPEECH = Speech("Good morning, my map.", "", "", "en-US", "unspecified", 1.0, marks=True)


def question(text: str) -> Question:
    return Question(text, (), "", "", 1.0, (), 0, "", "en-US", stream=False)


class Told:
    """What an engine handed on, and when."""

    def __init__(self) -> None:
        self.results: list[tuple[float, object]] = []

    async def take(self, result: object) -> None:
        self.results.append((round(trio.current_time(), 3), result))


async def answered(model: ScriptModel, text: str) -> list[tuple[float, object]]:
    told = Told()
    await model.answer(question(text), told.take)
    return told.results


# ---- the model


async def test_an_answer_comes_word_by_word_at_its_pace(autojump_clock: MockClock) -> None:
    model = ScriptModel((ScriptedAnswer(text="It is noon.", after_ms=500, pace_ms=100),))
    assert await answered(model, "How late?") == [(0.5, "It "), (0.6, "is "), (0.7, "noon.")]


async def test_each_question_gets_the_first_answer_that_is_for_it(autojump_clock: MockClock) -> None:
    model = ScriptModel(
        (
            ScriptedAnswer(to="how late", text="Noon.", times=1),
            ScriptedAnswer(to="late", text="Still."),
        )
    )
    texts = [[word for _, word in await answered(model, "How LATE, is it?")] for _ in range(3)]
    assert texts == [["Noon."], ["Still."], ["Still."]]
    with pytest.raises(EngineFailed, match=r'the scenario has no \[\[answer\]\] to "Latest\?"'):
        await answered(model, "Latest?")


async def test_an_answer_that_fails_or_hangs_does_so_behind_its_words(autojump_clock: MockClock) -> None:
    told = Told()
    with pytest.raises(EngineFailed, match="it is down"):
        await ScriptModel((ScriptedAnswer(text="It is", fails="it is down"),)).answer(question("x"), told.take)
    assert [word for _, word in told.results] == ["It ", "is"]
    with trio.move_on_after(1_000.0) as scope:
        await ScriptModel((ScriptedAnswer(hangs=True),)).answer(question("x"), told.take)
    assert scope.cancelled_caught


async def test_what_is_asked_is_kept(autojump_clock: MockClock) -> None:
    log = QuestionLog(ScriptModel((ScriptedAnswer(text="x"),)))
    await trio.sleep(2.0)
    await log.answer(question("How late is it?"), Told().take)
    [asked] = log.asked
    assert (asked.at, asked.text, asked.history) == (2.0, "How late is it?", ())


async def test_the_guide_stands_in_where_the_script_fails(autojump_clock: MockClock) -> None:
    file = ScenarioFile(title="x", stand_in="guide", answer=(ScriptedAnswer(fails="HTTP 503"),))
    told = Told()
    await model_of(file).answer(question("What is two plus three?"), told.take)
    text = "".join(piece for _, piece in told.results if isinstance(piece, str))
    assert text.endswith("2 plus 3 is 5.")
    guide = Told()
    await model_of(ScenarioFile(title="x", model="guide")).answer(question("How late is it?"), guide.take)
    assert "12 o'clock" in "".join(piece for _, piece in guide.results if isinstance(piece, str))


def test_words_are_compared_by_their_letters() -> None:
    assert has_words("It's noon, isn't it?", "it's NOON isn't")
    assert has_words("Es öffnet um neun", "öffnet um")
    assert not has_words("It is noonish", "noon")
    assert has_words("Well...", "...")


# ---- the recogniser


def utterance(audio: Complete | Growing) -> Utterance:
    return Utterance(audio, WANTS, "", "en-US", "")


def spelled(samples: bytes) -> str:
    return samples.decode()


async def test_the_recogniser_hears_what_is_in_the_sound(autojump_clock: MockClock) -> None:
    ear, told = ScriptRecogniser(ScriptedEar(after_ms=400), spelled), Told()
    assert (await ear.transcribe(utterance(Complete(b"how late")), told.take)).text == "how late"
    assert trio.current_time() == pytest.approx(0.4)
    assert told.results == []


async def test_one_that_listens_tells_words_as_they_are_said(autojump_clock: MockClock) -> None:
    ear, told, audio = ScriptRecogniser(ScriptedEar(after_ms=400, live=True), spelled), Told(), Growing()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ear.transcribe, utterance(audio), told.take)
        for word in (b"how", b" late"):
            await trio.sleep(1.0)
            audio.extend(word)
        await trio.sleep(1.0)
        audio.complete()
    assert told.results == [(1.4, "how"), (2.4, "how late")]


@pytest.mark.parametrize("times", [0, 1])
async def test_calls_that_fail_are_counted(autojump_clock: MockClock, times: int) -> None:
    ear = ScriptRecogniser(ScriptedEar(fails="it hears nothing", times=times), spelled)
    voice = ScriptSynthesiser(ScriptedVoice(fails="it is hoarse", times=times))
    calls: tuple[Callable[[], object], ...] = (
        lambda: ear.transcribe(utterance(Complete(b"x")), Told().take),
        lambda: voice.synthesise(SPEECH, Told().take),
    )
    for call in calls:
        with pytest.raises(EngineFailed):
            await call()  # type: ignore[misc]
        if times:
            await call()  # type: ignore[misc]
        else:
            with pytest.raises(EngineFailed):
                await call()  # type: ignore[misc]


# ---- the synthesiser


async def spoken(told: ScriptedVoice) -> list[tuple[float, Clip]]:
    heard = Told()
    await ScriptSynthesiser(told).synthesise(SPEECH, heard.take)
    return [(at, clip) for at, clip in heard.results if isinstance(clip, Clip)]


async def test_sound_comes_at_once_or_at_its_pace(autojump_clock: MockClock) -> None:
    [(at, whole)] = await spoken(ScriptedVoice(after_ms=250))
    assert (at, whole.format.rate) == (0.25, RATE)
    paced = await spoken(ScriptedVoice(after_ms=0, pace=2.0))
    assert b"".join(clip.data for _, clip in paced) == whole.data
    assert [round(at - paced[0][0], 3) for at, _ in paced] == [round(0.1 * number, 3) for number in range(len(paced))]
    assert [bool(clip.marks) for _, clip in paced] == [True, *[False] * (len(paced) - 1)]
    [(_, silent)] = await spoken(ScriptedVoice(marks=False))
    assert (silent.data, silent.marks) == (whole.data, None)


def test_the_sound_of_a_text_has_its_words_and_phonemes() -> None:
    sound = speak_text(SPEECH.text)
    words = [mark for mark in sound.marks if mark.kind == "word"]
    assert [(mark.text, SPEECH.text[mark.char :][: len(mark.text)]) for mark in words] == [
        (word, word) for word in ("Good", "morning", "my", "map")
    ]
    phones = [mark for mark in sound.marks if mark.kind == "phone"]
    assert [mark.text for mark in phones if mark.at >= words[-1].at] == ["m", "a", "p", ""]
    assert _joins(phones)
    assert phones[-1].at + phones[-1].ms == pytest.approx(sound.seconds * 1000)
    assert 1.2 < sound.seconds < 2.5
    assert speak_text(SPEECH.text, 2.0).seconds == pytest.approx(sound.seconds / 2, abs=0.01)
    assert (speak_text("").samples, speak_text("你好").seconds > 0.2) == (b"", True)


def _joins(phones: list[Mark]) -> bool:
    ends = [0.0, *(mark.at + mark.ms for mark in phones)]
    return all(abs(mark.at - end) < 0.1 for mark, end in zip(phones, ends, strict=False))
