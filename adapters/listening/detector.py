"""Voice activity for all sessions: the streams, and which engine judges them.

The better engine works in a process of its own (`rounds.py`), where there is a model for it. Where there is none, and
while that engine is late or dead, each stream is judged by WebRTC's detector in this process: nobody goes deaf, and
nobody waits longer than the engine has.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import (
    ECHO,
    FRAME_BYTES,
    MOST_FRAMES,
    NO_REFERENCE,
    RATE,
    Reference,
    VoiceActivityCounts,
    count_frames,
)
from adapters.listening import webrtc
from adapters.listening.rounds import JudgingRounds, ProcessStream
from adapters.listening.webrtc import WebRtcStream

if TYPE_CHECKING:
    from adapters.listening.echogate import EchoGate
    from adapters.listening.envelopes import EnvelopeMaker

MODEL = "silero"
MUTED_BYTES = 2 * RATE * 3 // 10
"""Bytes of samples after what plays, in which a room still has it."""
MOST_STREAMS = 4_096
"""Streams at a time; more than sessions that a machine can hear."""

_log = logging.getLogger(__name__)


class SpeechDetector:
    """Satisfies `VoiceActivity`; `model` is Silero's file, None where there is none. Without `run` WebRTC's judges."""

    def __init__(self, model: Path | None = None) -> None:
        self.rounds = None if model is None else JudgingRounds(model, self._tell)
        self.is_running = False
        self._streams = 0
        self._frames = 0
        self._changes = 0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the engine's process, which the first stream starts, until cancelled; that ends the process."""
        if self.rounds is None:
            task_status.started()
            return
        self.is_running = True
        try:
            await self.rounds.run(task_status=task_status)
        finally:
            self.is_running = False

    @property
    def well(self) -> JudgingRounds | None:
        """The better engine, while it answers."""
        return self.rounds if self.is_running and self.rounds is not None and self.rounds.is_well else None

    @property
    def counts(self) -> VoiceActivityCounts:
        """What it has done so far."""
        well = self.well
        lag = 0.0 if well is None else well.lag * 1_000
        engine = webrtc.NAME if well is None else MODEL
        return VoiceActivityCounts(engine, self._streams, self._frames, self._changes, round(lag, 1))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["DetectorStream"]:
        """A stream until the block is left. Raises EngineFailed for too many. It does not wait, so nothing cancels it.

        See `VoiceActivity.open`.
        """
        if self._streams >= MOST_STREAMS:
            raise EngineFailed(f"{MOST_STREAMS} microphones are being listened to, and no more can be")
        self._streams += 1
        stream = DetectorStream(self, None if self.rounds is None else self.rounds.stream())
        if self.well is not None:
            self.well.prepare()
        try:
            yield stream
        finally:
            self._streams -= 1
            stream.close()

    def reference(self) -> "ThreadedReference":
        """See `VoiceActivity.reference`."""
        return ThreadedReference()

    def note(self, frames: int) -> None:
        """Count frames that were judged."""
        self._frames += frames

    def _tell(self, why: str) -> None:
        """Say once that the engine has failed, and why, or with "" that it is well again."""
        self._changes += 1
        if why:
            say = "voice activity: %s does not judge (%s); %s takes over, which does not hear over a proven echo"
            _log.warning(say, MODEL, why, webrtc.NAME)
        else:
            _log.info("voice activity: %s judges again", MODEL)


class ThreadedReference:
    """Makes the envelope of one sound in a thread, 1 ms for a second of it."""

    def __init__(self) -> None:
        self._maker: EnvelopeMaker | None = None

    async def push(self, samples: bytes) -> bytes:
        """See `ReferenceMaker.push`."""
        return await trio.to_thread.run_sync(self._push, samples)

    def _push(self, samples: bytes) -> bytes:
        from adapters.listening.envelopes import EnvelopeMaker

        self._maker = self._maker or EnvelopeMaker(RATE)
        return self._maker.push(samples)


class DetectorStream:
    """A stream of `SpeechDetector`; `better` is its end in the better engine, None where there is none.

    WebRTC's detector knows no echo. Where there is no better engine, a gate of the stream's own is before it, in a
    thread. Where it stands in for one, which is the case for seconds on a machine that has no time to spare, the
    microphone is muted while something plays, if it was proven before to hear it.
    """

    def __init__(self, detector: SpeechDetector, better: ProcessStream | None) -> None:
        self._detector = detector
        self._better = better
        self._simple: WebRtcStream | None = None
        self._gate: EchoGate | None = None
        self._held = b""
        """The samples that were given and are not settled."""
        self._sounded = 0
        """Bytes of samples since something played."""
        self.echo: tuple[int, float] | None = None
        """See `VoiceStream.echo`."""

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """See `VoiceStream.judge`."""
        self._detector.note(count_frames(samples))
        self._sounded = 0 if any(reference.envelope) else self._sounded + len(samples)
        self._held += samples
        found = await self._ask_better(samples, reference)
        if found is None:
            self._simple = self._simple or WebRtcStream()
            found = await self._judge_simply(self._simple, samples, reference)
        self._held = self._held[len(found) * FRAME_BYTES :]
        return tuple(found)

    async def _ask_better(self, samples: bytes, reference: Reference) -> Sequence[float] | None:
        if self._better is None or self._detector.well is None:
            await trio.lowlevel.checkpoint()
            return None
        try:
            found = await self._better.judge(samples, reference)
        except EngineFailed:
            return None  # told by then; the same samples are judged anew
        self._simple, self.echo = None, self._better.echo or self.echo
        lost = len(self._held) // FRAME_BYTES - len(found) - self._better.held  # by a process that has ended meanwhile
        return [ECHO] * lost + [*found]

    async def _judge_simply(self, by: WebRtcStream, samples: bytes, reference: Reference) -> Sequence[float]:
        if self._better is not None:
            is_mute = self.echo is not None and self._sounded < MUTED_BYTES
            held = self._held
            parts = [held[at : at + MOST_FRAMES * FRAME_BYTES] for at in range(0, len(held), MOST_FRAMES * FRAME_BYTES)]
            found = [one for part in parts for one in by.judge(part)]
            return [ECHO] * len(found) if is_mute else found
        found = list(by.judge(samples))
        if self._gate is None and not any(reference.envelope):
            return found
        gated = await trio.to_thread.run_sync(self._settle, samples, reference, found)
        self.echo = (self._gate.judge.proven if self._gate is not None else None) or self.echo
        return gated

    def _settle(self, samples: bytes, reference: Reference, found: list[float]) -> list[float]:
        from adapters.listening.echogate import EchoGate

        self._gate = self._gate or EchoGate()
        return self._gate.settle(samples, reference.envelope, reference.is_frozen, found)

    def close(self) -> None:
        """The stream has ended."""
        if self._better is not None:
            self._better.close()
