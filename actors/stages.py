"""The three stages of a turn as pool jobs: an utterance to words, words to an answer, an answer to sound.

A stage knows engines by their ports and reports to a session by its number of the turn. What an engine says it could
not do becomes a Failed with the errorId of the stage; anything else is a fault of ours and crashes the pool's worker.
"""

import math
from collections.abc import Awaitable, Callable
from typing import assert_never

import trio

from actors.audio import Complete
from actors.effects import Answer, Job, Speak, Transcribe
from actors.events import Answered, Delivered, Failed, Recognised, Spoken, StageEvent, Words, Written
from actors.limits import Limits
from actors.ports import Clip, Delivery, EngineFailed, Engines, Kind, Sound, Undecodable, Utterance
from protocol.audioformat import AudioFormat
from protocol.errors import ErrorId

Report = Callable[[StageEvent], Awaitable[None]]

ERRORS: dict[Kind, tuple[ErrorId, str]] = {
    "STT": (ErrorId.RECOGNITION_FAILED, "speech recognition"),
    "LLM": (ErrorId.MODEL_FAILED, "the language model"),
    "TTS": (ErrorId.SYNTHESIS_FAILED, "speech synthesis"),
}


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


async def perform(job: Job, engines: Engines, limits: Limits, report: Report) -> None:
    """Do the job and report its results, or that it failed. Cancelling stops the engine at once.

    Two deadlines cut an engine that hangs: `…_silence` for what comes next, `…_call` for the whole.
    """
    kind = kind_of(job)
    error_id, stage = ERRORS[kind]
    watch = Watch(kind, limits)
    try:
        with watch.call, watch.silence:
            match job:
                case Transcribe():
                    await _transcribe(job, engines, watch.over(report))
                case Answer():
                    await _answer(job, engines, watch.over(report))
                case Speak():
                    await _speak(job, engines, watch, watch.over(report))
                case _:
                    assert_never(job)
    except EngineFailed as error:
        await report(Failed(job.turn, kind, error_id, f"{stage} failed: {error}"))
    except Undecodable as error:
        await report(Failed(job.turn, kind, ErrorId.UNDECODABLE_AUDIO, f"the audio cannot be decoded: {error}"))
    if watch.passed:
        message = f"the deadline {watch.passed} passed: {stage} did not go on; try again, or raise it in [limits]"
        await report(Failed(job.turn, kind, ErrorId.DEADLINE, message))


class Watch:
    """The two deadlines of one call of an engine; a result re-arms that of silence."""

    def __init__(self, kind: Kind, limits: Limits) -> None:
        name = kind.lower()
        self._patience: float = getattr(limits, f"{name}_silence")
        self._whole: float = getattr(limits, f"{name}_call")
        self._name = name
        self.silence = trio.move_on_after(self._patience)
        self.call = trio.move_on_after(self._whole)

    def touch(self) -> None:
        """A result came."""
        self.silence.deadline = trio.current_time() + self._patience

    def over(self, report: Report) -> Report:
        """`report`, by which the engine shows that it goes on; the time that the session takes does not count."""

        async def report_and_touch(event: StageEvent) -> None:
            self.silence.deadline = math.inf
            await report(event)
            self.touch()

        return report_and_touch

    @property
    def passed(self) -> str:
        """The deadline that has cut the call, with its value; "" where none has."""
        if self.silence.cancelled_caught:
            return f"'{self._name}_silence' ({self._patience:g} s)"
        return f"'{self._name}_call' ({self._whole:g} s)" if self.call.cancelled_caught else ""


def crash(job: Job) -> Failed:
    """What the session is told when the job broke in a way that nobody foresaw."""
    kind = kind_of(job)
    error_id, stage = ERRORS[kind]
    return Failed(job.turn, kind, error_id, f"{stage} failed by a fault of this server; see its log, and try again")


async def _transcribe(job: Transcribe, engines: Engines, report: Report) -> None:
    engine = engines.recogniser(job.stt.provider.name)
    clip = job.clip
    if clip.format.name not in engine.accepts:
        clip = Clip(await engines.codec.decode(clip, engine.wants.rate), engine.wants)

    async def words(text: str) -> None:
        await report(Words(job.turn, text))

    stt = job.stt
    utterance = Utterance(
        Complete(clip.data), clip.format, stt.model, stt.language_code, stt.prompt, stt.sentiment_analysis
    )
    transcript = await engine.transcribe(utterance, words)
    text = transcript.text.strip()
    sentiment = engines.analyst.sentiment(text) if job.stt.sentiment_analysis and text else ""
    await report(Recognised(job.turn, text, sentiment, transcript.language))


async def _answer(job: Answer, engines: Engines, report: Report) -> None:
    async def write(piece: str | Delivery) -> None:
        if isinstance(piece, Delivery):
            await report(Delivered(job.turn, piece))
        elif piece:
            await report(Written(job.turn, piece))

    await engines.model(job.provider).answer(job.question, write)
    await report(Answered(job.turn))


async def _speak(job: Speak, engines: Engines, watch: Watch, report: Report) -> None:
    clip = job.clip if job.clip is not None else await _synthesise(job, engines, watch)
    sounds: dict[AudioFormat, Sound] = {}
    failures: dict[AudioFormat, str] = {}
    for target in job.targets:
        try:
            sounds.update(await engines.codec.convert(clip, frozenset({target})))
        except (EngineFailed, Undecodable) as error:
            failures[target] = str(error)
    if not sounds:
        raise EngineFailed("; ".join(failures.values()))
    await report(Spoken(job.turn, job.part, sounds, failures))


async def _synthesise(job: Speak, engines: Engines, watch: Watch) -> Clip:
    pieces: list[Clip] = []

    async def sound(piece: Clip) -> None:
        pieces.append(piece)
        watch.touch()

    await engines.synthesiser(job.provider).synthesise(job.speech, sound)
    if not pieces:
        raise EngineFailed("the synthesiser made no sound")
    return Clip(b"".join(piece.data for piece in pieces), pieces[0].format)
