"""The three stages of a turn as pool jobs: an utterance to words, words to an answer, an answer to sound.

A stage knows engines by their ports and reports to a session by its number of the turn. What an engine says it could
not do becomes a Failed with the errorId of the stage; anything else is a fault of ours and crashes the pool's worker.
"""

import logging
import math
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import assert_never

from actors.deciding.account import Charge, nobodys
from actors.deciding.effects import Answer, Job, Speak, Transcribe
from actors.deciding.events import Answered, Delivered, Failed, Recognised, Retracted, Spoken, Words, Written
from actors.deciding.limits import Limits
from actors.deciding.turn import text_cost
from actors.ports.answering import Delivery
from actors.ports.audio import Complete, DecodedAudio, Growing
from actors.ports.calls import EngineFailed, Kind, Retraction
from actors.ports.engines import Engines
from actors.ports.recognition import Audio, Utterance
from actors.ports.sound import Clip, Codec, NoSound, Sound, SoundEncoder, Target, Undecodable
from actors.running.bounds import CallBounds, Portion, Report, TooLarge
from actors.words.transcripts import words_of
from protocol.errors import ErrorId

log = logging.getLogger(__name__)

ERRORS: dict[Kind, tuple[ErrorId, str]] = {
    "STT": (ErrorId.RECOGNITION_FAILED, "speech recognition"),
    "LLM": (ErrorId.MODEL_FAILED, "the language model"),
    "TTS": (ErrorId.SYNTHESIS_FAILED, "speech synthesis"),
}

WRITTEN = 2_000
"""Characters of an answer that are dealt with in one step of the session; some models give all of it at once."""
_SEEN = 4
"""How many times `text_chars` is looked at of a transcript, with its notes."""
LEAST = 2
"""Bytes of one sample."""
TINY = 4_096
"""Bytes of a file that may be a header without any sound: whether it has some is found out here."""
SOUNDLESS = "the synthesiser made no sound"


def kind_of(job: Job) -> Kind:
    """Which pool does this job."""
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
    """Do the job and report its results, or that it failed. Cancelling stops the engine at once.

    `live`: the utterance of the job, which is still being spoken. `charge`: that of its turn; the job waits for room.
    Two deadlines cut an engine that hangs: `…_silence` for what comes next, `…_call` for the whole; both begin with the
    end of what is being spoken.
    """
    kind = kind_of(job)
    error_id, stage = ERRORS[kind]
    bounds = CallBounds(kind, limits, Portion(charge or nobodys()))
    if live is None or live.is_complete:
        bounds.begin()
    else:
        live.on_complete = bounds.begin
    try:
        with bounds.call, bounds.silence:
            await _do(job, engines, bounds, bounds.over(report), live, limits.text_chars)
    except EngineFailed as error:
        await report(Failed(job.turn, kind, error_id, f"{stage} failed: {error}"))
    except Undecodable as error:
        if kind == "STT":
            await report(_unheard(job.turn, error))
        else:  # it is no sound of the client's
            await report(Failed(job.turn, kind, error_id, f"{stage} failed: {error}"))
    except TooLarge:
        await report(Failed(job.turn, kind, error_id, f"{stage} failed: {_too_large(limits)}"))
    finally:
        bounds.portion.close()
    if bounds.passed:
        why = _no_room(limits) if bounds.portion.waits else f"{stage} did not go on; try again, or raise it in [limits]"
        await report(Failed(job.turn, kind, ErrorId.DEADLINE, f"the deadline {bounds.passed} passed: {why}"))


async def _do(job: Job, engines: Engines, bounds: CallBounds, report: Report, live: Growing | None, most: int) -> None:
    match job:
        case Transcribe():
            await _transcribe(job, engines, bounds, report, live, most)
        case Answer():
            await _answer(job, engines, bounds, report)
        case Speak():
            await _speak(job, engines, bounds, report)
        case _:
            assert_never(job)


def _unheard(turn: int, error: Undecodable) -> Failed:
    """What a person is told whose audio is at fault."""
    if isinstance(error, NoSound):
        return Failed(turn, "STT", ErrorId.NOTHING_SAID, f"there is nothing to transcribe: {error}")
    return Failed(turn, "STT", ErrorId.UNDECODABLE_AUDIO, f"the audio cannot be decoded: {error}")


def _too_large(limits: Limits) -> str:
    return f"it takes more than all the memory that there may be (memory_in_flight, {limits.memory_in_flight} bytes)"


def _no_room(limits: Limits) -> str:
    most = f"memory_in_flight, {limits.memory_in_flight} bytes"
    return f"the server's memory for what is said and answered is full ({most}); try again in a moment"


def crash(job: Job) -> Failed:
    """What the session is told when the job broke in a way that nobody foresaw."""
    kind = kind_of(job)
    error_id, stage = ERRORS[kind]
    return Failed(job.turn, kind, error_id, f"{stage} failed by a fault of this server; see its log, and try again")


async def _transcribe(
    job: Transcribe, engines: Engines, bounds: CallBounds, report: Report, live: Growing | None, most: int
) -> None:
    engine, stt = engines.recogniser(job.stt.provider.name), job.stt
    if live is None and len(job.clip.data) < LEAST:
        raise NoSound("one byte holds no sound")
    audio: Audio = Complete(job.clip.data) if live is None else live
    format_ = job.clip.format
    is_tiny = format_.name != "pcm16" and len(job.clip.data) <= TINY
    if format_.name not in engine.accepts or (live is None and (job.is_joined or is_tiny)):
        if live is None:
            samples = await engines.codec.decode(job.clip, engine.wants.rate)
            await bounds.portion.take(len(samples))
            audio = Complete(samples)
        else:
            audio = DecodedAudio(live, format_, engines.codec, engine.wants.rate)
        format_ = engine.wants

    told = ""

    async def words(text: str) -> None:
        nonlocal told
        bounds.touch()
        known = words_of(text[: _SEEN * most], is_whole=False)[:most]
        if known not in ("", told):  # of a note alone nobody is told
            told = known
            await report(Words(job.turn, known))

    utterance = Utterance(audio, format_, stt.model, stt.language_code, stt.prompt, stt.sentiment_analysis)
    transcript = await engine.transcribe(utterance, words)
    text = words_of(transcript.text[: _SEEN * most])
    if len(text) > most:
        log.warning("a transcript of %d characters was cut at text_chars (%d)", len(text), most)
        text = text[:most].rstrip()
    sentiment = (transcript.sentiment or engines.analyst.sentiment(text)) if stt.sentiment_analysis and text else ""
    language = transcript.language or (engines.analyst.language(text) if text else "")
    await report(Recognised(job.turn, text, sentiment, language))


async def _answer(job: Answer, engines: Engines, bounds: CallBounds, report: Report) -> None:
    async def write(piece: str | Delivery | Retraction) -> None:
        match piece:
            case Delivery():
                await report(Delivered(job.turn, piece))
            case Retraction():
                await report(Retracted(job.turn))
            case "":
                bounds.touch()
            case _:
                for start in range(0, len(piece), WRITTEN):
                    await bounds.portion.keep(text_cost(piece[start : start + WRITTEN]))
                    await report(Written(job.turn, piece[start : start + WRITTEN]))

    await engines.model(job.provider).answer(job.question, write)
    await report(Answered(job.turn))


async def _speak(job: Speak, engines: Engines, bounds: CallBounds, report: Report) -> None:
    if job.stream:
        await _speak_in_pieces(job, engines, bounds, report)
    else:
        await _speak_at_once(job, engines, bounds, report)


def _room_for(job: Speak, sounds: Mapping[Target, tuple[Sound, ...]]) -> int:
    """What the sounds take until every Receiver has got its own."""
    sizes = {target: sum(len(sound.data) for sound in made) for target, made in sounds.items()}
    return sum(math.ceil(size * max(1.0, job.shares.get(target, 1.0))) for target, size in sizes.items())


async def _speak_at_once(job: Speak, engines: Engines, bounds: CallBounds, report: Report) -> None:
    """The part as one message: one file for each format."""
    clip = job.clip if job.clip is not None else await _synthesise(job, engines, bounds)
    sounds: dict[Target, tuple[Sound, ...]] = {}
    failures: dict[Target, str] = {}
    for target in job.targets:
        try:
            made = await engines.codec.convert(clip, frozenset({target.format}))
            sounds[target] = (made[target.format],)
        except (EngineFailed, Undecodable) as error:
            failures[target] = str(error)
    if not sounds:
        raise EngineFailed("; ".join(failures.values()))
    room = _room_for(job, sounds)
    await bounds.portion.keep(room)
    await report(Spoken(job.turn, job.part, sounds, failures, room=room))


async def _synthesise(job: Speak, engines: Engines, bounds: CallBounds) -> Clip:
    pieces: list[Clip] = []

    async def sound(piece: Clip | Retraction) -> None:
        bounds.touch()
        if isinstance(piece, Retraction):
            bounds.portion.give_back(sum(len(taken.data) for taken in pieces))
            pieces.clear()
        else:
            await bounds.portion.take(len(piece.data))
            pieces.append(piece)

    await engines.synthesiser(job.provider).synthesise(job.speech, sound)
    if not pieces:
        raise EngineFailed(SOUNDLESS)
    return Clip(b"".join(piece.data for piece in pieces), pieces[0].format)


async def _speak_in_pieces(job: Speak, engines: Engines, bounds: CallBounds, report: Report) -> None:
    """The part's sound as it is made, converted on its way."""
    async with AsyncExitStack() as stack:
        flow = Flow(job, engines.codec, stack, report, bounds)
        if job.clip is not None:
            await flow.push(job.clip)
        else:
            await engines.synthesiser(job.provider).synthesise(job.speech, flow.push)
        await flow.finish()


class Flow:
    """The sound of one part on its way from the synthesiser through the codec to the session."""

    def __init__(self, job: Speak, codec: Codec, stack: AsyncExitStack, report: Report, bounds: CallBounds) -> None:
        self._job = job
        self._codec = codec
        self._stack = stack
        self._report = report
        self._bounds = bounds
        self._encoding: SoundEncoder | None = None
        self._told: set[Target] = set()

    async def push(self, clip: Clip | Retraction) -> None:
        """The next of the sound."""
        assert isinstance(clip, Clip), "what is streamed is never taken back"
        self._bounds.touch()
        if self._encoding is None:  # only now its format is known
            self._encoding = await self._stack.enter_async_context(self._codec.encoding(clip.format, self._job.targets))
        sounds = await self._encoding.push(clip.data)
        if any(sounds.values()):
            await self._send(self._encoding, sounds, last=False)

    async def finish(self) -> None:
        """That was all of it. Raises EngineFailed where there was nothing, or nobody can have it."""
        if self._encoding is None:
            raise EngineFailed(SOUNDLESS)
        await self._send(self._encoding, await self._encoding.finish(), last=True)

    async def _send(self, encoding: SoundEncoder, sounds: Mapping[Target, tuple[Sound, ...]], *, last: bool) -> None:
        failures = {target: why for target, why in encoding.failures.items() if target not in self._told}
        self._told |= failures.keys()
        if self._told >= self._job.targets:
            raise EngineFailed("; ".join(encoding.failures.values()))
        room = _room_for(self._job, sounds)
        await self._bounds.portion.keep(room)
        await self._report(Spoken(self._job.turn, self._job.part, sounds, failures, last, room))
