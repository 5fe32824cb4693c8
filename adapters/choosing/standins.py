"""The three ports of the engines over a chain of candidates: a stand-in for each, which a session takes for one engine.

A stand-in puts a call into the terms of the candidate that is asked: its own model and voice where another provider was
meant, the utterance in a format that it takes, a part in as many requests as it needs. Everything else about a call is
the same for all three, and is in `failover`.

A stand-in is given a function that makes the chain, and calls it for each call, because providers come, go and are set
aside while a session lasts. A stand-in with a chain of its own would have to be told of each change.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial

from msgspec.structs import replace

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.audio import Complete, DecodedAudio
from actors.ports.calls import Emit, Retraction
from actors.ports.fitting import has_voice
from actors.ports.recognition import Audio, SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Codec
from actors.ports.synthesis import Speech, TextToSpeech
from actors.ports.watching import Usage
from adapters.choosing.attempt import Attempt, CallResults
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.failover import Failover
from adapters.choosing.several import synthesise
from protocol.audioformat import AudioFormat

Chain = Callable[[], Sequence[Candidate[E]]]
"""The candidates of a call, in order, the one that was asked for first; never empty."""


class AttemptAudio:
    """The Audio port over another one, which tells the attempt when the utterance begins and when it is complete.

    While a person is still speaking a recogniser owes no words; from the end of the utterance on it does. Of raw
    samples it tells the attempt how many seconds were read.
    """

    def __init__(self, audio: Audio, attempt: Attempt[SpeechToText, str], format_: AudioFormat) -> None:
        self._audio = audio
        self._attempt = attempt
        self._format = format_

    @asynccontextmanager
    async def open(self, batch: float = 0.0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read it; raises as the audio below. Cancelling ends the reading."""
        async with self._audio.open(batch) as pieces:
            self._attempt.listen()
            async with aclosing(self._followed(pieces)) as followed:
                yield followed

    async def _followed(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        size = 0
        try:
            async for piece in pieces:
                size += len(piece)
                yield piece
        finally:
            self._attempt.use(Usage(audio_seconds=_seconds(size, self._format)))
        self._attempt.expect()


class FailoverRecogniser:
    """Satisfies `SpeechToText` with the first candidate that can; `codec` for those that do not take the format."""

    def __init__(self, asked: str, chain: Chain[SpeechToText], failover: Failover, codec: Codec) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover
        self._codec = codec

    @property
    def _first(self) -> SpeechToText:
        return first_of(self._chain()).engine

    @property
    def accepts(self) -> frozenset[str]:
        """The formats, by name, that the provider takes which would be asked now."""
        return self._first.accepts

    @property
    def wants(self) -> AudioFormat:
        """The format that the provider's other formats are decoded to."""
        return self._first.wants

    @property
    def live(self) -> bool:
        """Whether that provider listens while the person speaks."""
        return self._first.live

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; a candidate that comes after another one hears the utterance from its beginning.

        Raises EngineFailed, Undecodable. Cancelling ends the current attempts.
        """
        return await self._failover.call(self._chain(), partial(self._ask, utterance), CallResults(words, None))

    async def _ask(self, utterance: Utterance, attempt: Attempt[SpeechToText, str]) -> Transcript:
        engine = attempt.candidate.engine
        audio = utterance.audio
        if isinstance(audio, Complete):
            attempt.use(Usage(audio_seconds=_seconds(audio.size, utterance.format)))
        else:
            audio = AttemptAudio(audio, attempt, utterance.format)
        attempt.model = _model(attempt.candidate, self._asked, utterance.model)
        heard = replace(utterance, audio=audio, model=attempt.model)
        return await engine.transcribe(self._fitting(heard, engine), attempt.hand_on)

    def _fitting(self, utterance: Utterance, engine: SpeechToText) -> Utterance:
        """The utterance in a format that this engine takes."""
        if utterance.format == engine.wants or utterance.format.name in engine.accepts:
            return utterance
        audio = DecodedAudio(utterance.audio, utterance.format, self._codec, engine.wants.rate)
        return replace(utterance, audio=audio, format=engine.wants)


class FailoverModel:
    """Satisfies `LanguageModel` with the first candidate that can."""

    def __init__(self, asked: str, chain: Chain[LanguageModel], failover: Failover) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """Write the answer. Raises EngineFailed. Cancelling ends the current attempts."""
        results = CallResults(write, None if question.stream else write)
        await self._failover.call(self._chain(), partial(self._ask, question), results)

    async def _ask(self, question: Question, attempt: Attempt[LanguageModel, str | Delivery | Retraction]) -> None:
        candidate = attempt.candidate
        model, stands_in = _model(candidate, self._asked, question.model), candidate.name != self._asked
        attempt.model = model
        await candidate.engine.answer(replace(question, model=model, stands_in=stands_in), attempt.hand_on)


class FailoverSynthesiser:
    """Satisfies `TextToSpeech` with the first candidate that can."""

    def __init__(self, asked: str, chain: Chain[TextToSpeech], failover: Failover) -> None:
        self._asked = asked
        self._chain = chain
        self._failover = failover

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak. Raises EngineFailed. Cancelling ends the current attempts."""
        results = CallResults(sound, None if speech.stream else sound)
        await self._failover.call(self._chain(), partial(self._ask, speech), results)

    async def _ask(self, speech: Speech, attempt: Attempt[TextToSpeech, Clip | Retraction]) -> None:
        candidate = attempt.candidate
        model, voice = _model(candidate, self._asked, speech.model), _voice(candidate, self._asked, speech)
        fitting = replace(speech, model=model, voice=voice)
        attempt.model = model
        attempt.use(Usage(characters=len(speech.text)))
        limit = candidate.profile.limit(fitting) if candidate.profile.limit else None
        await synthesise(candidate.engine, limit, fitting, attempt.hand_on)


def first_of(chain: Sequence[Candidate[E]]) -> Candidate[E]:
    """The candidate that would be asked now."""
    return next((candidate for candidate in chain if not candidate.aside), chain[0])


def tells_phonemes(chain: Sequence[Candidate[TextToSpeech]], asked: str, model: str) -> bool:
    """Whether the synthesiser that would be asked now tells the phonemes of its sound."""
    first = first_of(chain)
    unmarked = first.profile.unmarked
    return unmarked is not None and _model(first, asked, model) not in unmarked


def _seconds(size: int, format_: AudioFormat) -> float:
    """How long so many bytes of raw samples last; 0 for other formats, which would have to be decoded."""
    return size / (2 * format_.rate) if format_.name == "pcm16" and format_.rate else 0.0


def _model(candidate: Candidate[E], asked: str, model: str) -> str:
    """The model that was named, where this is the provider that it was named for; else the provider's own."""
    return model if model and candidate.name == asked else candidate.model


def _voice(candidate: Candidate[TextToSpeech], asked: str, speech: Speech) -> str:
    """The voice that was named, where it was named for this provider and it has it; else the provider's own."""
    voices = candidate.offer.voices if candidate.offer and not candidate.is_cut else ()
    is_known = not voices or has_voice(voices, speech.voice)
    if speech.voice and candidate.name == asked and is_known:
        return speech.voice
    return candidate.profile.voice if speech.gender == "unspecified" else ""
