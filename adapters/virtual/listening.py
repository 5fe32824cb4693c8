"""Voice activity and the end of a turn in this process: the real models, without processes, rounds and threads."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import (
    NO_REFERENCE,
    RATE,
    Reference,
    TurnEndCounts,
    VoiceActivityCounts,
    count_frames,
)
from actors.ports.sound import BANDS
from adapters.listening import models, webrtc
from adapters.listening.detector import MODEL, MOST_STREAMS
from adapters.listening.webrtc import WebRtcStream

if TYPE_CHECKING:
    from adapters.listening.echogate import EchoGate
    from adapters.listening.envelopes import EnvelopeMaker
    from adapters.listening.silero import SileroStreams

JudgeFrames = Callable[[bytes], Sequence[float]]


class InlineVoiceActivity:
    """Satisfies `VoiceActivity`; Silero's detector by its file `model`, WebRTC's where that is None.

    Probabilities do not depend on time, and each answer comes at once: with the server's process it takes 8 ms or so.
    """

    def __init__(self, model: Path | None) -> None:
        self._model = model
        self._silero: SileroStreams | None = None
        self._numbers = itertools.count(1)
        self._open = 0
        self._frames = 0

    @classmethod
    def of_this_machine(cls) -> "InlineVoiceActivity":
        """With the model that a server on this machine would use."""
        return cls(models.voice_activity_model())

    @property
    def counts(self) -> VoiceActivityCounts:
        """What it has done so far."""
        return VoiceActivityCounts(webrtc.NAME if self._model is None else MODEL, self._open, self._frames)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["InlineVoiceStream"]:
        """A stream until the block is left. Raises EngineFailed for too many, and where the model cannot be read.

        It does not wait, so nothing cancels it.
        """
        if self._open >= MOST_STREAMS:
            raise EngineFailed(f"{MOST_STREAMS} microphones are being listened to, and no more can be")
        number = next(self._numbers)
        judge = WebRtcStream().judge if self._model is None else self._judge_as(number, self._model)
        self._open += 1
        try:
            yield InlineVoiceStream(judge, self._note)
        finally:
            self._open -= 1
            if self._silero is not None:
                self._silero.end((number,))

    def reference(self) -> "InlineReference":
        """See `VoiceActivity.reference`."""
        return InlineReference()

    def _note(self, frames: int) -> None:
        self._frames += frames

    def _judge_as(self, number: int, model: Path) -> JudgeFrames:
        from adapters.listening.silero import SileroNetwork, SileroStreams
        from adapters.listening.weights import read_weights

        streams = self._silero = self._silero or SileroStreams(SileroNetwork(read_weights(model)))
        return lambda samples: streams.judge((number,), (count_frames(samples),), samples).tolist()


class InlineVoiceStream:
    """A stream of `InlineVoiceActivity`: the frames as `judge_frames` finds them, behind the gate of echo."""

    def __init__(self, judge_frames: JudgeFrames, note: Callable[[int], None]) -> None:
        self._judge_frames = judge_frames
        self._note = note
        self._gate: EchoGate | None = None
        self.echo: tuple[int, float] | None = None
        """See `VoiceStream.echo`."""

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """See `VoiceStream.judge`."""
        self._note(count_frames(samples))
        await trio.lowlevel.checkpoint()
        found = self._judge_frames(samples)
        if self._gate is None and (len(reference.envelope) < BANDS or not any(reference.envelope)):
            return tuple(found)
        from adapters.listening.echogate import EchoGate

        self._gate = self._gate or EchoGate()
        settled = self._gate.settle(samples, reference.envelope, reference.is_frozen, found)
        self.echo = self._gate.judge.proven or self.echo
        return tuple(settled)


class InlineReference:
    """Makes the envelope of one sound at once."""

    def __init__(self) -> None:
        self._maker: EnvelopeMaker | None = None

    async def push(self, samples: bytes) -> bytes:
        """See `ReferenceMaker.push`."""
        await trio.lowlevel.checkpoint()
        from adapters.listening.envelopes import EnvelopeMaker

        self._maker = self._maker or EnvelopeMaker(RATE)
        return self._maker.push(samples)


class ToldTurnEnd:
    """Satisfies `TurnEnd` by what `finished` says of the samples, at once; None: it does not know."""

    def __init__(self, finished: Callable[[bytes], float | None]) -> None:
        self._finished = finished
        self._asked = self._answered = 0

    def prepare(self) -> None:
        """Nothing is to be started."""

    async def judge(self, samples: bytes) -> float | None:
        """See `TurnEnd.judge`."""
        await trio.lowlevel.checkpoint()
        found = self._finished(samples)
        self._asked += 1
        self._answered += found is not None
        return found

    @property
    def counts(self) -> TurnEndCounts:
        """How often it was asked, and knew."""
        return TurnEndCounts("told", self._asked, self._answered, self._asked - self._answered)
