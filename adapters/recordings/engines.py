"""Engines whose answers are taken down: a wrapper of the port, through which calls of recorded sessions leave rows.

Whose call it is, is known by the call's context. Calls for nobody's tape pass through as they are. The codec, the
analyst and the mouth are not taken down: what they do follows from the rest.
"""

from typing import Generic, TypeVar

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.calls import Emit, Retraction
from actors.ports.engines import Analyst, Engines
from actors.ports.listening import TurnEnd, VoiceActivity
from actors.ports.mouth import Mouths
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Codec
from actors.ports.synthesis import Speech, TextToSpeech
from adapters.recordings.calls import (
    AnswerBegun,
    CallEnded,
    ClipMade,
    DeliveryGiven,
    PieceWritten,
    RecognitionBegun,
    SynthesisBegun,
    TakenBack,
    TranscriptGiven,
    WordsKnown,
)
from adapters.recordings.calltaping import CallTaping, taped_call
from adapters.recordings.hearing import TapedTurnEnd, TapedVoiceActivity
from protocol.audioformat import AudioFormat

E = TypeVar("E")


class _OfProvider(Generic[E]):
    """An engine of a provider."""

    def __init__(self, engine: E, provider: str) -> None:
        self._engine = engine
        self._provider = provider


class TapedRecogniser(_OfProvider[SpeechToText]):
    """A recogniser whose transcripts are taken down."""

    @property
    def accepts(self) -> frozenset[str]:
        """See SpeechToText."""
        return self._engine.accepts

    @property
    def wants(self) -> AudioFormat:
        """See SpeechToText."""
        return self._engine.wants

    @property
    def live(self) -> bool:
        """See SpeechToText."""
        return self._engine.live

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """See SpeechToText, for cancelling too."""
        taped = taped_call()
        if taped is None:
            return await self._engine.transcribe(utterance, words)
        call = CallTaping(taped, "stt")
        call.note("begin", self._begun(call, utterance))

        async def told(text: str) -> None:
            call.note("words", WordsKnown(call.number, text))
            await words(text)

        with call.running():
            given = await self._engine.transcribe(utterance, told)
        call.note("end", TranscriptGiven(call.number, given.text, given.language, given.sentiment))
        return given

    def _begun(self, call: CallTaping, asked: Utterance) -> RecognitionBegun:
        engine, taped = self._engine, call.taped
        return RecognitionBegun(
            call=call.number,
            turn=taped.turn,
            work=taped.work,
            provider=self._provider,
            model=asked.model,
            language=asked.language,
            prompt=asked.prompt,
            sentiment=asked.sentiment,
            format=str(asked.format),
            live=engine.live,
            accepts=tuple(sorted(engine.accepts)),
            wants=str(engine.wants),
        )


class TapedModel(_OfProvider[LanguageModel]):
    """A language model whose answers are taken down."""

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        """See LanguageModel, for cancelling too."""
        taped = taped_call()
        if taped is None:
            return await self._engine.answer(question, write)
        call = CallTaping(taped, "llm")
        call.note("begin", self._begun(call, question))

        async def written(piece: str | Delivery | Retraction) -> None:
            match piece:
                case str():
                    call.note("piece", PieceWritten(call.number, piece))
                case Retraction():
                    call.note("retraction", TakenBack(call.number))
                case Delivery():
                    _note_delivery(call, piece)
            await write(piece)

        with call.running():
            await self._engine.answer(question, written)
        return call.note("end", CallEnded(call.number))

    def _begun(self, call: CallTaping, asked: Question) -> AnswerBegun:
        return AnswerBegun(
            call=call.number,
            turn=call.taped.turn,
            work=call.taped.work,
            provider=self._provider,
            model=asked.model,
            text=asked.text,
            stream=asked.stream,
            exchanges=len(asked.history),
            stands_in=asked.stands_in,
        )


def _note_delivery(call: CallTaping, given: Delivery) -> None:
    clip = given.clip
    payload = DeliveryGiven(
        call=call.number,
        voice=given.voice,
        speed=given.speed,
        language=given.language,
        stands_in=given.stands_in,
        note=given.note,
        format="" if clip is None else str(clip.format),
        marks=None if clip is None else clip.marks,
    )
    call.note("delivery", payload, b"" if clip is None else clip.data)


class TapedSynthesiser(_OfProvider[TextToSpeech]):
    """A synthesiser whose sound is taken down."""

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """See TextToSpeech, for cancelling too."""
        taped = taped_call()
        if taped is None:
            return await self._engine.synthesise(speech, sound)
        call = CallTaping(taped, "tts")
        call.note("begin", self._begun(call, speech))

        async def made(clip: Clip | Retraction) -> None:
            if isinstance(clip, Retraction):
                call.note("retraction", TakenBack(call.number))
            else:
                call.note("clip", ClipMade(call.number, str(clip.format), clip.marks), clip.data)
            await sound(clip)

        with call.running():
            await self._engine.synthesise(speech, made)
        return call.note("end", CallEnded(call.number))

    def _begun(self, call: CallTaping, asked: Speech) -> SynthesisBegun:
        return SynthesisBegun(
            call=call.number,
            turn=call.taped.turn,
            work=call.taped.work,
            part=call.taped.part,
            provider=self._provider,
            model=asked.model,
            voice=asked.voice,
            language=asked.language,
            gender=asked.gender,
            speed=asked.speed,
            format="" if asked.format is None else str(asked.format),
            stream=asked.stream,
            marks=asked.marks,
            text=asked.text,
        )


class TapedEngines:
    """Satisfies `actors.ports.engines.Engines` with the engines of another one, whose answers are taken down."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def recogniser(self, provider: str) -> SpeechToText:
        """See Engines."""
        return TapedRecogniser(self._engines.recogniser(provider), provider)

    def model(self, provider: str) -> LanguageModel:
        """See Engines."""
        return TapedModel(self._engines.model(provider), provider)

    def synthesiser(self, provider: str) -> TextToSpeech:
        """See Engines."""
        return TapedSynthesiser(self._engines.synthesiser(provider), provider)

    @property
    def codec(self) -> Codec:
        """See Engines."""
        return self._engines.codec

    @property
    def analyst(self) -> Analyst:
        """See Engines."""
        return self._engines.analyst

    @property
    def voice_activity(self) -> VoiceActivity:
        """See Engines."""
        return TapedVoiceActivity(self._engines.voice_activity)

    @property
    def turn_end(self) -> TurnEnd:
        """See Engines."""
        return TapedTurnEnd(self._engines.turn_end)

    @property
    def mouths(self) -> Mouths:
        """See Engines."""
        return self._engines.mouths
