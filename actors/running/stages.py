"""The stages of a turn as pool jobs: an utterance to words, words to an answer, an answer to sound.

A stage knows engines by their ports and reports to a session by its number of the turn. What an engine says it could
not do becomes a Failed with the errorId of the stage; anything else is a fault of ours and crashes the pool's worker.
"""

import logging
from typing import assert_never

import trio

from actors.deciding.account import Charge, nobodys
from actors.deciding.effects import Answer, Job, Speak, Transcribe
from actors.deciding.events import Answered, Delivered, Failed, Measured, Recognised, Retracted, Words, Written
from actors.deciding.limits import Limits
from actors.deciding.turn import text_cost
from actors.ports.answering import Delivery
from actors.ports.audio import BoundedAudio, Complete, DecodedAudio, Growing, bytes_of, check_length
from actors.ports.calls import EngineFailed, Kind, Retraction
from actors.ports.engines import Analyst, Engines
from actors.ports.recognition import Audio, SpeechToText, Transcript, Utterance
from actors.ports.sound import Codec, NoSound, SoundTooLong, Undecodable
from actors.running.calls import CallDeadlines, EngineCall, JobMemory, Report, TooLarge, no_matter
from actors.running.speaking import speak
from actors.words.transcripts import words_of
from protocol.audioformat import AudioFormat
from protocol.errors import ErrorId

log = logging.getLogger(__name__)

ERRORS: dict[Kind, tuple[ErrorId, str]] = {
    "STT": (ErrorId.RECOGNITION_FAILED, "speech recognition"),
    "LLM": (ErrorId.MODEL_FAILED, "the language model"),
    "TTS": (ErrorId.SYNTHESIS_FAILED, "speech synthesis"),
}

WRITTEN = 2_000
"""Characters of an answer that are handled in one step of the session; some models give all of it at once."""
_SEEN = 4
"""How many times `text_chars` is looked at of a transcript, with its notes."""
LEAST = 2
"""Bytes of one sample."""
MEASURED_AT = 8_000
"""The rate to which a file is decoded only to know how long it is."""
TINY = 4_096
"""Bytes of a file that may be a header without any sound: whether it has some is found out here."""


def kind_of(job: Job) -> Kind:
    """The kind of engine, and so the pool, that does this job."""
    match job:
        case Transcribe():
            return "STT"
        case Answer():
            return "LLM"
        case Speak():
            return "TTS"
        case _:
            assert_never(job)


async def perform(
    job: Job,
    engines: Engines,
    limits: Limits,
    report: Report,
    live: Growing | None = None,
    charge: Charge | None = None,
) -> None:
    """Do the job and report its results, or that it failed. Cancelling stops the engine at once and reports nothing.

    `live`: the utterance of the job, which is still being spoken. `charge`: that of its turn; the job waits for room.
    Two deadlines cut an engine that hangs: `…_silence` for what comes next, `…_call` for the whole; both begin with the
    end of what is being spoken.
    """
    kind = kind_of(job)
    is_spoken = live is None or live.is_complete
    deadlines, memory = CallDeadlines(kind, limits, begins=is_spoken), JobMemory(charge or nobodys())
    if live is not None and not is_spoken:
        live.on_complete = deadlines.begin
    failed: Failed | None = None
    try:
        with deadlines.scope:
            await _do(job, engines, EngineCall(deadlines, memory, report), live, limits)
    except (EngineFailed, Undecodable, TooLarge) as error:
        failed = _failed(job, kind, error, limits)
    finally:
        memory.close()
    if deadlines.passed:
        failed = _late(job, kind, deadlines, limits, waits=memory.waits)
    if failed is not None:
        await report(failed, no_matter)


async def _do(job: Job, engines: Engines, call: EngineCall, live: Growing | None, limits: Limits) -> None:
    match job:
        case Transcribe():
            await _transcribe(job, engines, call, live, limits)
        case Answer():
            await _answer(job, engines, call)
        case Speak():
            await speak(job, engines, call)
        case _:
            assert_never(job)


# ---- what the session is told of a failure


def _failed(job: Job, kind: Kind, error: EngineFailed | Undecodable | TooLarge, limits: Limits) -> Failed:
    error_id, stage = ERRORS[kind]
    match error:
        case TooLarge():
            most = f"memory_in_flight, {limits.memory_in_flight} bytes"
            why = f"it takes more than all the memory that there may be ({most})"
            return Failed(job.turn, kind, error_id, f"{stage} failed: {why}")
        case SoundTooLong() if kind == "STT":
            return Failed(job.turn, kind, ErrorId.TOO_LONG, str(error))
        case NoSound() if kind == "STT":
            return Failed(job.turn, kind, ErrorId.NOTHING_SAID, f"there is nothing to transcribe: {error}")
        case Undecodable() if kind == "STT":  # in the other stages the sound is not the client's
            return Failed(job.turn, kind, ErrorId.UNDECODABLE_AUDIO, f"the audio cannot be decoded: {error}")
        case _:
            return Failed(job.turn, kind, error_id, f"{stage} failed: {error}")


def _late(job: Job, kind: Kind, deadlines: CallDeadlines, limits: Limits, *, waits: bool) -> Failed:
    """`waits`: the deadline passed while the job waited for memory."""
    _, stage = ERRORS[kind]
    most = f"memory_in_flight, {limits.memory_in_flight} bytes"
    full = f"the server's memory for what is said and answered is full ({most}); try again in a moment"
    why = full if waits else f"{stage} did not go on; try again, or raise it in [limits]"
    message = f"the deadline {deadlines.passed} passed: {why}"
    return Failed(job.turn, kind, ErrorId.DEADLINE, message, deadlines.passed_name)


def crash(job: Job) -> Failed:
    """The event for the session when the job broke by a fault of this server."""
    kind = kind_of(job)
    error_id, stage = ERRORS[kind]
    return Failed(job.turn, kind, error_id, f"{stage} failed by a fault of this server; see its log, and try again")


# ---- an utterance to words


async def _transcribe(
    job: Transcribe, engines: Engines, call: EngineCall, live: Growing | None, limits: Limits
) -> None:
    engine, stt = engines.recogniser(job.stt.provider.name), job.stt
    audio, format_ = await _audio(job, engine, engines.codec, call, live, limits.utterance_seconds)
    utterance = Utterance(audio, format_, stt.model, stt.language_code, stt.prompt, stt.sentiment_analysis)
    transcript = await engine.transcribe(utterance, KnownWords(job.turn, call, limits.text_chars).tell)
    await call.report(_recognised(job, transcript, engines.analyst, limits.text_chars), last=True)


async def _audio(
    job: Transcribe, engine: SpeechToText, codec: Codec, call: EngineCall, live: Growing | None, seconds: float
) -> tuple[Audio, AudioFormat]:
    """The audio for the recogniser: the utterance as it is where its format is accepted, else its samples.

    Several files in one utterance are decoded for every recogniser, because most recognise the first file alone. A tiny
    file is decoded here, because it may be a header without sound, to which recognisers react in many ways. Decoded,
    it has `seconds` at most; else only its bytes are bounded. Raises SoundTooLong, NoSound, Undecodable, EngineFailed.
    """
    format_ = job.clip.format
    is_taken = format_.name in engine.accepts
    if live is not None:
        if is_taken:
            return live, format_
        decoded = DecodedAudio(live, format_, codec, engine.wants.rate)
        return BoundedAudio(decoded, engine.wants.rate, seconds), engine.wants
    if len(job.clip.data) < LEAST:
        raise NoSound("one byte holds no sound")
    is_tiny = format_.name != "pcm16" and len(job.clip.data) <= TINY
    if is_taken and not (job.is_joined or is_tiny):
        if job.is_measured:
            await _tell_length(job, await codec.decode(job.clip, MEASURED_AT), MEASURED_AT, call)
        return Complete(job.clip.data), format_
    samples = await codec.decode(job.clip, engine.wants.rate)
    check_length(len(samples), bytes_of(engine.wants.rate, seconds), seconds)
    if job.is_measured:
        await _tell_length(job, samples, engine.wants.rate, call)
    await call.memory.take(len(samples))
    return Complete(samples), engine.wants


async def _tell_length(job: Transcribe, samples: bytes, rate: int, call: EngineCall) -> None:
    """Tell the session how long the utterance is; over a limit it ends the turn at once, and this with it."""
    await call.report(Measured(job.turn, len(samples) / bytes_of(rate, 1.0)))
    await trio.lowlevel.checkpoint()


class KnownWords:
    """The words of an utterance that are known by now, as the session is told of them while the recogniser works."""

    def __init__(self, turn: int, call: EngineCall, text_chars: int) -> None:
        self._turn = turn
        self._call = call
        self._text_chars = text_chars
        self._told = ""

    async def tell(self, text: str) -> None:
        """All the words so far. The session is told where they have changed, and never of a note alone.

        Waits while the session is behind. Cancelling tells it or not.
        """
        self._call.touch()
        known = words_of(text[: _SEEN * self._text_chars], is_whole=False)[: self._text_chars]
        if known not in ("", self._told):
            self._told = known
            await self._call.report(Words(self._turn, known))


def _recognised(job: Transcribe, transcript: Transcript, analyst: Analyst, text_chars: int) -> Recognised:
    text = words_of(transcript.text[: _SEEN * text_chars])
    if len(text) > text_chars:
        log.warning("a transcript of %d characters was cut at text_chars (%d)", len(text), text_chars)
        text = text[:text_chars].rstrip()
    wants_sentiment = job.stt.sentiment_analysis and text
    sentiment = (transcript.sentiment or analyst.sentiment(text)) if wants_sentiment else ""
    language = transcript.language or (analyst.language(text) if text else "")
    return Recognised(job.turn, text, sentiment, language)


# ---- words to an answer


async def _answer(job: Answer, engines: Engines, call: EngineCall) -> None:
    await engines.model(job.provider).answer(job.question, AnswerText(job.turn, call).write)
    await call.report(Answered(job.turn), last=True)


class AnswerText:
    """The text of an answer on its way from the language model to the session, and its delivery before that."""

    def __init__(self, turn: int, call: EngineCall) -> None:
        self._turn = turn
        self._call = call

    async def write(self, piece: str | Delivery | Retraction) -> None:
        """The next piece; "" says that the model is at work. Raises TooLarge.

        Waits while the session is behind or memory is full. Cancelling may lose the piece, or the rest of it.
        """
        match piece:
            case "":
                self._call.touch()
            case str():
                for start in range(0, len(piece), WRITTEN):
                    text = piece[start : start + WRITTEN]
                    await self._call.memory.keep(text_cost(text))
                    await self._call.report(Written(self._turn, text))
            case Retraction():
                await self._call.report(Retracted(self._turn))
            case Delivery():
                await self._call.report(Delivered(self._turn, piece))
