"""The scripted providers of a scenario: a recogniser, a model and a synthesiser that do what its file says."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple

import trio

from actors.ports.answering import Delivery, Exchange, LanguageModel, Question
from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.failover import Failover
from adapters.choosing.policy import Policy
from adapters.choosing.standins import FailoverModel
from adapters.scenarios.scenario import ScenarioFile, ScriptedAnswer, ScriptedEar, ScriptedVoice
from adapters.scenarios.scriptedsound import RATE as SOUND_RATE
from adapters.scenarios.scriptedsound import speak_text
from adapters.vendors.embedded.llm import InlineLocal
from protocol.audioformat import AudioFormat
from protocol.tolerant import show

FORMAT: Final = AudioFormat("pcm16", SOUND_RATE)
WANTS: Final = AudioFormat("pcm16", 16_000)
PIECE_SECONDS: Final = 0.2
"""How much sound a synthesiser that takes its time hands on at once."""
_WORD: Final = re.compile(r"\S+\s*")
Clock = Callable[[], float]


class AskedQuestion(NamedTuple):
    """What a model was asked, when, in seconds of the scenario, and what it was told of the turns before."""

    at: float
    text: str
    history: tuple[Exchange, ...]


def plain(text: str) -> str:
    """Words in small letters with one space between them: what is compared."""
    return " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower()))


def has_words(text: str, words: str) -> bool:
    """Whether the words stand in the text, one after the other, whatever their case and the marks between them.

    Where `words` are marks alone they are looked for as they are.
    """
    looked_for = plain(words)
    return f" {looked_for} " in f" {plain(text)} " if looked_for else words in text


class _Faults:
    """The calls of an engine that fail or hang: the first `times`, 0 for all."""

    def __init__(self, told: ScriptedEar | ScriptedVoice) -> None:
        self._told = told
        self._calls = 0

    async def meet(self) -> None:
        """Fail or hang, where this call is to."""
        self._calls += 1
        if self._told.times and self._calls > self._told.times:
            return
        if self._told.fails:
            raise EngineFailed(self._told.fails)
        if self._told.hangs:
            await trio.sleep_forever()


class ScriptRecogniser:
    """Satisfies `SpeechToText`: it hears the words that `words_in` finds in the samples, or that there are none.

    `language`: what it says of them, "" for nothing.
    """

    accepts: frozenset[str] = frozenset()
    wants = WANTS

    def __init__(self, told: ScriptedEar, words_in: Callable[[bytes], str]) -> None:
        self._told = told
        self._words_in = words_in
        self._faults = _Faults(told)
        self.live = told.live

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """See `SpeechToText.transcribe`; cancelling ends it."""
        heard = bytearray()
        delay = self._told.after_ms / 1000
        async with trio.open_nursery() as nursery:

            async def tell(text: str) -> None:
                await trio.sleep(delay)
                await words(text)

            told = ""
            async with utterance.audio.open() as pieces:
                async for piece in pieces:
                    heard += piece
                    known = self._words_in(bytes(heard)) if self.live else ""
                    if known != told:
                        told = known
                        nursery.start_soon(tell, known)
            await trio.sleep(delay)
            nursery.cancel_scope.cancel()
        await self._faults.meet()
        return Transcript(self._words_in(bytes(heard)))


class ScriptModel:
    """Satisfies `LanguageModel`: the answers of a scenario, each to the questions that it is for."""

    def __init__(self, answers: tuple[ScriptedAnswer, ...]) -> None:
        self._answers = answers
        self._given = [0] * len(answers)

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """See `LanguageModel.answer`; cancelling ends it. Raises EngineFailed where the scenario has no answer."""
        scripted = self._choose(question.text)
        await trio.sleep(scripted.after_ms / 1000)
        for number, word in enumerate(_WORD.findall(scripted.text)):
            if number:
                await trio.sleep(scripted.pace_ms / 1000)
            await write(word)
        if scripted.fails:
            raise EngineFailed(scripted.fails)
        if scripted.hangs:
            await trio.sleep_forever()

    def _choose(self, text: str) -> ScriptedAnswer:
        for number, answer in enumerate(self._answers):
            is_left = not answer.times or self._given[number] < answer.times
            if is_left and (not answer.to or has_words(text, answer.to)):
                self._given[number] += 1
                return answer
        raise EngineFailed(f"the scenario has no [[answer]] to {show(text)}")


class ScriptSynthesiser:
    """Satisfies `TextToSpeech`: computed sound, as a scenario says how."""

    def __init__(self, told: ScriptedVoice) -> None:
        self._told = told
        self._faults = _Faults(told)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """See `TextToSpeech.synthesise`; cancelling ends it."""
        await trio.sleep(self._told.after_ms / 1000)
        await self._faults.meet()
        made = speak_text(speech.text, speech.speed)
        marks = made.marks if self._told.marks else None
        size = 2 * round(PIECE_SECONDS * SOUND_RATE) if self._told.pace else max(1, len(made.samples))
        for start in range(0, len(made.samples), size):
            if start:
                await trio.sleep(PIECE_SECONDS / self._told.pace)
                marks = marks and ()
            await sound(Clip(made.samples[start : start + size], FORMAT, marks))


class QuestionLog:
    """Satisfies `LanguageModel` by another one, and keeps what it is asked, with the time of `clock`."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.clock: Clock = trio.current_time
        self.asked: list[AskedQuestion] = []

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """See `LanguageModel.answer`. Cancelling ends the answer."""
        self.asked.append(AskedQuestion(self.clock(), question.text, question.history))
        await self._model.answer(question, write)


def noon() -> datetime:
    """The time that the guide tells in scenarios: a Monday at noon."""
    return datetime(2026, 1, 5, 12, tzinfo=UTC)


def model_of(file: ScenarioFile) -> LanguageModel:
    """Who answers in a scenario: its script or the guide; and where it says so, the guide in place of a failed script.

    Who stands in is found as in a server: by the same failover, with the same times.
    """
    if file.model == "guide":
        return InlineLocal(noon)
    scripted = ScriptModel(file.answer)
    if file.stand_in == "none":
        return scripted
    chain: tuple[Candidate[LanguageModel], ...] = (
        Candidate(CandidateProfile("script", "the script", "LLM"), scripted),
        Candidate(CandidateProfile("guide", "the guide", "LLM"), InlineLocal(noon)),
    )
    return FailoverModel("script", lambda: chain, Failover(Policy(), Random(0)))
