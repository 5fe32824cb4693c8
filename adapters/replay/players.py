"""Engines that give back what a recording has: a recogniser, a language model and a synthesiser."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import trio

from actors.ports.answering import Delivery, Question
from actors.ports.callcontext import current_call
from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.recognition import Audio, Transcript, Utterance
from actors.ports.sound import Clip, NoSound, SoundTooLong, Undecodable
from actors.ports.synthesis import Speech
from adapters.recordings.calls import (
    CallCancelled,
    CallEnded,
    CallFailed,
    ClipMade,
    DeliveryGiven,
    PieceWritten,
    RecognitionBegun,
    TakenBack,
    TranscriptGiven,
    WordsKnown,
)
from adapters.recordings.reading import TapedResult
from adapters.replay.recordedcalls import GivenCall, RecordedCalls
from protocol.audioformat import AudioFormat

_FAILURES = {known.__name__: known for known in (EngineFailed, Undecodable, NoSound, SoundTooLong)}
Failure = EngineFailed | Undecodable


class RecordedFault(Exception):
    """A fault of the server that the recording has: what raised it then is not known, only its class."""


async def give_back(given: GivenCall, take: Callable[[TapedResult], Awaitable[None]]) -> None:
    """Hand on the results of a call at their times, until it ends.

    Raises what the call failed with. Where the recording does not have its end, or it was cancelled, this waits to be
    cancelled.
    """
    for result in given.call.results:
        await given.until(result.t)
        match result.payload:
            case CallEnded():
                return
            case CallFailed(_, error, message):
                known = _FAILURES.get(error)
                raise known(message) if known is not None else RecordedFault(error)
            case CallCancelled():
                break
            case _:
                await take(result)
                if isinstance(result.payload, TranscriptGiven):
                    return
    await trio.sleep_forever()


class PlayedRecogniser:
    """A recogniser that gives back the recorded transcripts. `as_was`: what the recording says of it."""

    def __init__(self, calls: RecordedCalls, as_was: RecognitionBegun | None) -> None:
        self._calls = calls
        self.accepts = frozenset(as_was.accepts if as_was is not None else ())
        self.wants = format_of(as_was.wants) if as_was is not None else AudioFormat("pcm16", 16_000)
        self.live = as_was is not None and as_was.live

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """See `SpeechToText.transcribe`. The utterance is read to its end, as a recogniser does."""
        given = self._calls.begin("stt")
        hearing = _Hearing(utterance.audio)
        outcome: Transcript | Failure | RecordedFault
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hearing.run)
            try:  # inside, because out of the nursery a failure would come in a group
                outcome = await _transcript(given, words)
                await hearing.over.wait()
            except (EngineFailed, Undecodable, RecordedFault) as failure:
                outcome = failure
            nursery.cancel_scope.cancel()
        if isinstance(outcome, Transcript) and hearing.failure is None:
            return outcome
        raise outcome if not isinstance(outcome, Transcript) else hearing.failure or AssertionError


async def _transcript(given: GivenCall, words: Emit[str]) -> Transcript:
    made = Transcript("")

    async def take(result: TapedResult) -> None:
        nonlocal made
        match result.payload:
            case WordsKnown(_, text):
                await words(text)
            case TranscriptGiven(_, text, language, sentiment):
                made = Transcript(text, language, sentiment)

    await give_back(given, take)
    return made


class _Hearing:
    """Reads an utterance to its end; `failure`: why it could not."""

    def __init__(self, audio: Audio) -> None:
        self.over = trio.Event()
        self.failure: Failure | None = None
        self._audio = audio

    async def run(self) -> None:
        try:
            async with self._audio.open() as pieces:
                async for _ in pieces:
                    pass
        except (EngineFailed, Undecodable) as failure:
            self.failure = failure
        self.over.set()


class ReplayedQuestion(NamedTuple):
    """What a model is asked in a replay, `t` seconds after the session began."""

    t: float
    question: Question


class PlayedModel:
    """A language model that gives back the recorded answers. `asked`: all that it was asked, in order."""

    def __init__(self, calls: RecordedCalls) -> None:
        self._calls = calls
        self.asked: list[ReplayedQuestion] = []

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """See `LanguageModel.answer`."""
        taped = current_call().taped
        self.asked.append(ReplayedQuestion(0.0 if taped is None else taped.tape.seconds, question))
        given = self._calls.begin("llm")
        self._calls.check_text(given, question.text)

        async def take(result: TapedResult) -> None:
            match result.payload:
                case PieceWritten(_, text):
                    await write(text)
                case TakenBack():
                    await write(Retraction())
                case DeliveryGiven() as delivery:
                    await write(_delivery(delivery, result.sound))

        await give_back(given, take)


class PlayedSynthesiser:
    """A synthesiser that gives back the recorded sound."""

    def __init__(self, calls: RecordedCalls) -> None:
        self._calls = calls

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """See `TextToSpeech.synthesise`."""
        given = self._calls.begin("tts")
        self._calls.check_text(given, speech.text)

        async def take(result: TapedResult) -> None:
            match result.payload:
                case ClipMade(_, named, marks):
                    await sound(Clip(result.sound, format_of(named), marks))
                case TakenBack():
                    await sound(Retraction())

        await give_back(given, take)


def _delivery(given: DeliveryGiven, sound: bytes) -> Delivery:
    clip = Clip(sound, format_of(given.format), given.marks) if given.format else None
    return Delivery(clip, given.voice, given.speed, given.language, given.stands_in, given.note)


def format_of(named: str) -> AudioFormat:
    """A format by its name in a recording."""
    name, _, rate = named.partition("/")
    return AudioFormat(name, int(rate or 0))
