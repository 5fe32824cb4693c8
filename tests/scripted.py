"""Engines that do what a test tells them, on Trio's clock, and keep a record of what was begun, done and stopped."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec
import trio

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.audio import whole
from actors.ports.calls import EngineFailed
from actors.ports.listening import (
    ECHO,
    FRAME_BYTES,
    NO_REFERENCE,
    Reference,
    TurnEndCounts,
    VoiceActivityCounts,
    count_frames,
)
from actors.ports.mouth import Mark
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.ports.sound import Clip, Sound, SoundDecoder, SoundEncoder, Target, Undecodable
from actors.ports.synthesis import Speech, TextToSpeech
from protocol.audioformat import AudioFormat
from tests.scriptedmouth import ScriptedMouths

T = TypeVar("T")
UNDECODABLE = b"not sound"
"""What the scripted codec cannot decode."""


class Broken(Exception):
    """A fault that nobody foresaw."""


class End(StrEnum):
    """How a call of an engine ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Act(msgspec.Struct, frozen=True):
    """What an engine does when it is called: its pieces, each after `delay` seconds, then its end after as long.

    Before piece `stops_at` (as many as there are pieces: before the end) it raises `failure`, or hangs for ever where
    there is none.
    """

    pieces: tuple[str, ...]
    delay: float = 0.0
    stops_at: int | None = None
    failure: Exception | None = None


def hangs(*pieces: str) -> Act:
    """An engine that never goes on after these pieces."""
    return Act(pieces, stops_at=len(pieces))


def fails(*pieces: str, why: Exception | None = None) -> Act:
    """An engine that fails after these pieces: as engines do, or by `why`."""
    return Act(pieces, stops_at=len(pieces), failure=why or EngineFailed("the provider is down"))


def drips(delay: float, count: int = 1_000) -> Act:
    """An engine that gives a piece each `delay` seconds, and does not come to an end within the test."""
    return Act(("drip ",) * count, delay)


class Call(Generic[T]):
    """One call of an engine: what it was asked, when it began, and how and when it ended."""

    def __init__(self, asked: T) -> None:
        self.asked = asked
        self.began = trio.current_time()
        self.ended: float | None = None
        self.end: End | None = None

    def __repr__(self) -> str:
        return f"<Call {type(self.asked).__name__} {self.end or 'running'}>"


class Script(Generic[T]):
    """What one engine does, call for call, and the record of its calls; when the acts are used up, `usual`."""

    def __init__(self, usual: Act) -> None:
        self.usual = usual
        self.acts: deque[Act] = deque()
        self.calls: list[Call[T]] = []

    @property
    def running(self) -> int:
        """How many calls have not ended."""
        return sum(call.end is None for call in self.calls)

    @property
    def ends(self) -> list[End | None]:
        """How the calls ended, one after the other; None for one that runs."""
        return [call.end for call in self.calls]

    async def play(self, asked: T, emit: Callable[[str], Awaitable[None]]) -> Act:
        """Do the next act."""
        act = self.acts.popleft() if self.acts else self.usual
        call = Call(asked)
        self.calls.append(call)
        end = End.FAILED
        try:
            await self._play(act, emit)
            end = End.DONE
        except trio.Cancelled:
            end = End.CANCELLED
            raise
        finally:
            call.end, call.ended = end, trio.current_time()
        return act

    @staticmethod
    async def _play(act: Act, emit: Callable[[str], Awaitable[None]]) -> None:
        for number in range(len(act.pieces) + 1):
            await trio.sleep(act.delay)
            if number == act.stops_at:
                if act.failure is not None:
                    raise act.failure
                await trio.sleep_forever()
            if number < len(act.pieces):
                await emit(act.pieces[number])


class HeardUtterance(msgspec.Struct, frozen=True):
    """What a recogniser was given to hear, and how."""

    data: bytes
    utterance: Utterance


class Recogniser:
    """A recogniser whose words are the pieces of its act; a `live` one also tells each chunk as it hears it.

    `listening` counts the utterances that are being heard, `deaf_to` is what makes it fail at once.
    """

    def __init__(self) -> None:
        self.accepts: frozenset[str] = frozenset()
        self.wants = AudioFormat("pcm16", 16_000)
        self.live = False
        self.listening = 0
        self.deaf_to = b""
        self.script: Script[HeardUtterance] = Script(Act(("How are you?",)))

    async def transcribe(self, utterance: Utterance, words: Callable[[str], Awaitable[None]]) -> Transcript:
        """The pieces joined are the transcript; each is told as it comes."""
        data = await (self._listen(utterance, words) if self.live else whole(utterance.audio))
        act = await self.script.play(HeardUtterance(data, utterance), words)
        return Transcript("".join(act.pieces), "en")

    async def _listen(self, utterance: Utterance, words: Callable[[str], Awaitable[None]]) -> bytes:
        self.listening += 1
        heard: list[bytes] = []
        try:
            async with utterance.audio.open() as pieces:
                async for piece in pieces:
                    if self.deaf_to and piece == self.deaf_to:
                        self.deaf_to = b""
                        raise EngineFailed("it hears nothing")
                    heard.append(piece)
                    await words(piece.decode())
        finally:
            self.listening -= 1
        return b"".join(heard)


class ScriptedModel:
    """A language model that writes the pieces of its act."""

    def __init__(self) -> None:
        self.script: Script[Question] = Script(Act(("Fine ", "and well.")))

    async def answer(self, question: Question, write: Callable[[str | Delivery], Awaitable[None]]) -> None:
        """Write the act."""
        await self.script.play(question, write)


class Synthesiser:
    """A synthesiser whose sound is the text itself, in as many pieces as its act has; `marks` come with each."""

    def __init__(self) -> None:
        self.marks: tuple[Mark, ...] | None = None
        self.script: Script[Speech] = Script(Act(("",)))

    async def synthesise(self, speech: Speech, sound: Callable[[Clip], Awaitable[None]]) -> None:
        """Each piece of the act is put before the text."""

        async def emit(piece: str) -> None:
            await sound(Clip((piece + speech.text).encode(), AudioFormat("pcm16", 24_000), self.marks))

        await self.script.play(speech, emit)


class ScriptedCodec:
    """A codec that writes the name of the format before the bytes; every sound lasts `seconds`.

    `has_rest`: what is streamed has a sound more at its end.
    """

    def __init__(self) -> None:
        self.seconds = 2.0
        self.has_rest = False
        self.script: Script[Any] = Script(Act(()))
        self.fails_for: set[AudioFormat] = set()

    async def decode(self, clip: Clip, rate: int) -> bytes:
        """The bytes themselves, but for those that are UNDECODABLE."""
        await self.script.play(clip, _nothing)
        if clip.data == UNDECODABLE:
            raise Undecodable("no known format; send mp3 or wav")
        return clip.data

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """`mp3:` and the bytes, for mp3."""
        await self.script.play(clip, _nothing)
        if targets & self.fails_for:
            raise Undecodable("no encoder")
        return {target: Sound(f"{target}:".encode() + clip.data, self.seconds) for target in sorted(targets, key=str)}

    @asynccontextmanager
    async def decoding(self, source: AudioFormat, rate: int) -> AsyncIterator[SoundDecoder]:
        """Each chunk as it is."""
        yield ScriptedDecoding(self.script)

    @asynccontextmanager
    async def encoding(self, source: AudioFormat, targets: frozenset[Target]) -> AsyncIterator[SoundEncoder]:
        """`mp3:` and the bytes of each piece, for mp3."""
        yield ScriptedEncoding(self, targets)


class ScriptedDecoding:
    """Hands back what it is given, but for UNDECODABLE."""

    def __init__(self, script: Script[Any]) -> None:
        self._script = script

    async def push(self, data: bytes) -> bytes:
        """The bytes themselves."""
        await self._script.play(data, _nothing)
        if data == UNDECODABLE:
            raise Undecodable("no known format; send mp3 or wav")
        return data

    async def finish(self) -> bytes:
        """Nothing is left."""
        await trio.lowlevel.checkpoint()
        return b""


class ScriptedEncoding:
    """Names the format before each piece; every piece lasts `codec.seconds`."""

    def __init__(self, codec: ScriptedCodec, targets: frozenset[Target]) -> None:
        self._codec = codec
        self._targets = targets

    @property
    def failures(self) -> Mapping[Target, str]:
        """What the codec is told to fail for."""
        missing = (target for target in self._targets if target.format in self._codec.fails_for)
        return dict.fromkeys(sorted(missing, key=str), "no encoder")

    async def push(self, data: bytes) -> Mapping[Target, tuple[Sound, ...]]:
        """`mp3:` and the bytes, for mp3."""
        await self._codec.script.play(data, _nothing)
        return {
            target: (Sound(f"{target.format}:".encode() + data, self._codec.seconds),)
            for target in sorted(self._targets - self.failures.keys(), key=str)
        }

    async def finish(self) -> Mapping[Target, tuple[Sound, ...]]:
        """Nothing is left, or `rest`."""
        await trio.lowlevel.checkpoint()
        rest = (Sound(b"rest", self._codec.seconds),) if self._codec.has_rest else ()
        return dict.fromkeys(sorted(self._targets - self.failures.keys(), key=str), rest)


async def _nothing(piece: str) -> None:
    """The codec hands nothing on."""


class ScriptedAnalyst:
    """An analyst that finds everything neutral."""

    def sentiment(self, text: str) -> str:
        """As always."""
        return "neutral"

    def language(self, text: str) -> str:
        """It cannot tell."""
        return ""


class ScriptedVoiceActivity:
    """Voice activity as a test says it: `probability` of a frame's bytes, told after `delay` seconds.

    By itself a frame is speech where a byte of it is not 0. With `failing` every call fails. `frames` has all that were
    judged, by stream; `streams` counts those that are open.
    """

    def __init__(self) -> None:
        self.probability: Callable[[bytes], float] = lambda frame: float(any(frame))
        self.delay = 0.0
        self.failing = False
        self.hears_echo = False
        self.references: list[Reference] = []
        self.streams = 0
        self.frames: list[list[bytes]] = []

    def reference(self) -> "ScriptedReference":
        """Every sound has the same level."""
        return ScriptedReference()

    @property
    def counts(self) -> VoiceActivityCounts:
        """The counts."""
        return VoiceActivityCounts("scripted", self.streams, sum(map(len, self.frames)))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ScriptedVoiceStream"]:
        """One more stream."""
        self.frames.append([])
        self.streams += 1
        try:
            yield ScriptedVoiceStream(self, self.frames[-1])
        finally:
            self.streams -= 1


class ScriptedReference:
    """The envelope of a sound that is as loud all the time."""

    async def push(self, samples: bytes) -> bytes:
        """A hundred frames, however much it is."""
        await trio.lowlevel.checkpoint()
        return b"\x80" * 8 * 100


class ScriptedVoiceStream:
    """A stream of `ScriptedVoiceActivity`."""

    def __init__(self, activity: ScriptedVoiceActivity, frames: list[bytes]) -> None:
        self._activity = activity
        self._frames = frames
        self.echo: tuple[int, float] | None = None

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """The script's probabilities; with `hears_echo` what comes while something plays is echo."""
        self._activity.references.append(reference)
        count_frames(samples)
        await trio.sleep(self._activity.delay)
        if self._activity.failing:
            raise EngineFailed("it hears nothing")
        frames = [samples[start : start + FRAME_BYTES] for start in range(0, len(samples), FRAME_BYTES)]
        self._frames += frames
        if self._activity.hears_echo and any(reference.envelope):
            self.echo = (180, -12.0)
            return (ECHO,) * len(frames)
        return tuple(map(self._activity.probability, frames))


class ScriptedTurnEnd:
    """The end of a turn as a test says it: the next of `answers`, then `usual`, each after `delay` seconds.

    `asked` has the samples of each question; `prepared` counts the calls of `prepare`.
    """

    def __init__(self) -> None:
        self.usual: float | None = None
        self.answers: deque[float | None] = deque()
        self.delay = 0.0
        self.asked: list[bytes] = []
        self.prepared = 0

    @property
    def counts(self) -> TurnEndCounts:
        """The counts."""
        return TurnEndCounts("scripted", len(self.asked))

    def prepare(self) -> None:
        """Count it."""
        self.prepared += 1

    async def judge(self, samples: bytes) -> float | None:
        """The next answer."""
        self.asked.append(samples)
        answer = self.answers.popleft() if self.answers else self.usual
        await trio.sleep(self.delay)
        return answer


class ScriptedEngines:
    """All engines of a server, one of each kind; satisfies `actors.ports.engines.Engines`."""

    def __init__(self) -> None:
        self.stt = Recogniser()
        self.llm = ScriptedModel()
        self.tts = Synthesiser()
        self.voice_activity = ScriptedVoiceActivity()
        self.turn_end = ScriptedTurnEnd()
        self.mouths = ScriptedMouths()
        self._codec = ScriptedCodec()
        self._analyst = ScriptedAnalyst()

    @property
    def scripts(self) -> dict[str, Script[Any]]:
        """Each engine's script."""
        return {
            "STT": self.stt.script,
            "LLM": self.llm.script,
            "TTS": self.tts.script,
            "codec": self._codec.script,
        }

    @property
    def running(self) -> dict[str, int]:
        """The engines that are at work, and on how much."""
        return {kind: script.running for kind, script in self.scripts.items() if script.running}

    def recogniser(self, provider: str) -> SpeechToText:
        """The one recogniser."""
        return self.stt

    def model(self, provider: str) -> LanguageModel:
        """The one model."""
        return self.llm

    def synthesiser(self, provider: str) -> TextToSpeech:
        """The one synthesiser."""
        return self.tts

    @property
    def codec(self) -> ScriptedCodec:
        """The codec."""
        return self._codec

    @property
    def analyst(self) -> ScriptedAnalyst:
        """The analyst."""
        return self._analyst
