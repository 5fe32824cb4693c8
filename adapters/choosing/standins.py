"""The three ports over a chain of providers: each call goes to the first that can do it, in its own terms."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic

from msgspec.structs import replace

from actors.deciding.configuring import has_voice
from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.audio import Complete, DecodedAudio
from actors.ports.calls import Emit, Retraction
from actors.ports.recognition import Audio, SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Codec
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.failover import Failover
from adapters.choosing.race import Progress, T
from adapters.choosing.several import synthesise
from protocol.audioformat import AudioFormat


class Followed:
    """The Audio port over another, which is still being spoken: its reader listens, and owes words from its end on."""

    def __init__(self, audio: Audio, progress: Progress) -> None:
        self._audio = audio
        self._progress = progress

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it, as the audio below."""
        async with self._audio.open() as pieces:
            self._progress.listen()
            yield self._followed(pieces)

    async def _followed(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            yield piece
        self._progress.expect()


Chain = Callable[[], Sequence[Candidate[E]]]
"""Who is to be asked, in order, the provider that was asked for first; never empty."""


class FailoverRecogniser:
    """Satisfies `SpeechToText` with the first of a chain that can; `codec` for those that take no such format."""

    def __init__(self, asked: str, chain: Chain[SpeechToText], failover: Failover, codec: Codec) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover
        self._codec = codec

    @property
    def _first(self) -> SpeechToText:
        chain = self._chain()
        return next((candidate for candidate in chain if not candidate.aside), chain[0]).engine

    @property
    def accepts(self) -> frozenset[str]:
        """The formats that the provider takes which would be asked now."""
        return self._first.accepts

    @property
    def wants(self) -> AudioFormat:
        """What that provider's other formats are decoded to."""
        return self._first.wants

    @property
    def live(self) -> bool:
        """Whether that provider listens while the person speaks."""
        return self._first.live

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; a provider that comes after another hears the utterance from its beginning.

        Raises EngineFailed, Undecodable. Cancelling ends the call at hand.
        """
        chain = self._chain()

        async def attempt(candidate: Candidate[SpeechToText], progress: Progress) -> Transcript:
            model = _model(candidate, self._asked, utterance.model)
            is_whole = isinstance(utterance.audio, Complete)
            audio = utterance.audio if is_whole else Followed(utterance.audio, progress)
            heard = replace(utterance, audio=audio, model=model)
            fitting = self._fitting(heard, candidate.engine)
            return await candidate.engine.transcribe(fitting, progress.over(words))

        return await self._failover.call(chain, attempt)

    def _fitting(self, utterance: Utterance, engine: SpeechToText) -> Utterance:
        """The utterance in a format that this engine takes."""
        if utterance.format == engine.wants or utterance.format.name in engine.accepts:
            return utterance
        audio = DecodedAudio(utterance.audio, utterance.format, self._codec, engine.wants.rate)
        return replace(utterance, audio=audio, format=engine.wants)


class Anew(Generic[T]):
    """Hands on the results of one trial, and takes back those of another that had some before."""

    def __init__(self, emit: Emit[T | Retraction]) -> None:
        self._emit = emit
        self._trials = 0
        self._told = 0

    def trial(self) -> tuple[int, Emit[T | Retraction]]:
        """The number of a further trial, and what hands on its results."""
        self._trials += 1
        number = self._trials

        async def hand_on(result: T | Retraction) -> None:
            if result != "":  # which is a sign of life
                await self.settle(number)
                self._told = number
            await self._emit(result)

        return number, hand_on

    async def settle(self, trial: int) -> None:
        """Only what the trial of this number has told counts."""
        if self._told not in (0, trial):
            self._told = 0
            await self._emit(Retraction())


class FailoverModel:
    """Satisfies `LanguageModel` with the first of a chain that can."""

    def __init__(self, asked: str, chain: Chain[LanguageModel], failover: Failover) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """Write the answer. Raises EngineFailed. Cancelling ends the calls at hand."""
        anew = Anew(write)

        async def attempt(candidate: Candidate[LanguageModel], progress: Progress) -> int:
            trial, hand_on = anew.trial()
            model, stands_in = _model(candidate, self._asked, question.model), candidate.name != self._asked
            noted = progress.over(hand_on, binds=question.stream)
            await candidate.engine.answer(replace(question, model=model, stands_in=stands_in), noted)
            return trial

        await anew.settle(await self._failover.call(self._chain(), attempt))


class FailoverSynthesiser:
    """Satisfies `TextToSpeech` with the first of a chain that can."""

    def __init__(self, asked: str, chain: Chain[TextToSpeech], failover: Failover) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak. Raises EngineFailed. Cancelling ends the calls at hand."""
        anew = Anew(sound)

        async def attempt(candidate: Candidate[TextToSpeech], progress: Progress) -> int:
            trial, hand_on = anew.trial()
            model = _model(candidate, self._asked, speech.model)
            fitting = replace(speech, model=model, voice=_voice(candidate, self._asked, speech))
            limit = candidate.profile.limit(fitting) if candidate.profile.limit else None
            await synthesise(candidate.engine, limit, fitting, progress.over(hand_on, binds=speech.stream))
            return trial

        await anew.settle(await self._failover.call(self._chain(), attempt))


def _model(candidate: Candidate[E], asked: str, model: str) -> str:
    """The model that was named, where this is the provider that it was named for; else the provider's own."""
    return model if model and candidate.name == asked else candidate.model


def _voice(candidate: Candidate[TextToSpeech], asked: str, speech: Speech) -> str:
    """The voice that was named, likewise; the guide names the embedded synthesiser's, whoever speaks."""
    voices = candidate.offer.voices if candidate.offer and not candidate.is_cut else ()
    is_known = not voices or has_voice(voices, speech.voice)
    if speech.voice and candidate.name == asked and is_known:
        return speech.voice
    return candidate.profile.voice if speech.gender == "unspecified" else ""
