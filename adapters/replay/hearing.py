"""Voice activity and the end of turns as a recording has them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import trio

from actors.ports.callcontext import current_call
from actors.ports.calls import EngineFailed
from actors.ports.listening import (
    NO_REFERENCE,
    Reference,
    TurnEndCounts,
    VoiceActivityCounts,
    count_frames,
)
from adapters.recordings.calls import CallFailed, FramesJudged, TurnEndJudged
from adapters.recordings.reading import TapedCall
from adapters.replay.recordedcalls import NEAR, GivenCall, RecordedCalls

NAME = "recorded"
LATEST = 0.3
"""Seconds after which a question about the end of a turn that the recording does not have is answered: not known."""


class PlayedVoiceActivity:
    """Satisfies `VoiceActivity` with the probabilities of a recording."""

    def __init__(self, calls: RecordedCalls) -> None:
        self._calls = calls
        self._open = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["PlayedVoiceStream"]:
        """See `VoiceActivity.open`. Raises EngineFailed where the recording has no such stream.

        It does not wait, so nothing cancels it.
        """
        stream = PlayedVoiceStream(self._calls.begin("vad"))
        self._open += 1
        try:
            yield stream
        finally:
            self._open -= 1

    def reference(self) -> "NoReference":
        """See `VoiceActivity.reference`: what is echo is in the probabilities already."""
        return NoReference()

    @property
    def counts(self) -> VoiceActivityCounts:
        """How many streams there are."""
        return VoiceActivityCounts(NAME, self._open)


class NoReference:
    """Makes no envelope."""

    async def push(self, samples: bytes) -> bytes:
        """Nothing. Cancelling has no effect but that."""
        await trio.lowlevel.checkpoint()
        return b""


class PlayedVoiceStream:
    """One microphone's probabilities.

    They are told by how many frames have come, because a replay may bring them in other portions: a call is answered
    when the recorded call that brought its last frame was, with all that was settled by then.
    """

    def __init__(self, given: GivenCall) -> None:
        self._given = given
        self._next = 0
        self._came = self._judged = 0
        self.echo: tuple[int, float] | None = None
        """See `VoiceStream.echo`."""

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """See `VoiceStream.judge`. What the recording does not have any more is never answered."""
        self._came += count_frames(samples)
        settled: list[float] = []
        while self._judged < self._came:
            if self._next >= len(self._given.call.results):
                await trio.sleep_forever()
            result = self._given.call.results[self._next]
            await self._given.until(result.t)
            self._next += 1
            match result.payload:
                case FramesJudged(_, frames, speech, echo):
                    self._judged += frames
                    self.echo = echo or self.echo
                    settled += speech
                case CallFailed(_, _, message):
                    self._judged = self._came
                    raise EngineFailed(message)
        return tuple(settled)


class PlayedTurnEnd:
    """Satisfies `TurnEnd` with the judgements of a recording: each question gets that of the same time."""

    def __init__(self, calls: Iterable[TapedCall]) -> None:
        self._waiting = [call for call in calls if isinstance(call.asked, TurnEndJudged)]
        self._asked = self._answered = 0

    def prepare(self) -> None:
        """Nothing is to be started."""

    async def judge(self, samples: bytes) -> float | None:
        """See `TurnEnd.judge`."""
        taped = current_call().taped
        now = 0.0 if taped is None else taped.tape.seconds
        self._asked += 1
        near = [call for call in self._waiting if abs(_asked_at(call) - now) <= NEAR]
        if not near:
            await trio.sleep(LATEST)
            return None
        call = min(near, key=lambda call: abs(_asked_at(call) - now))
        self._waiting.remove(call)
        await trio.sleep(max(0.0, call.t - now))
        assert isinstance(call.asked, TurnEndJudged)
        self._answered += call.asked.finished is not None
        return call.asked.finished

    @property
    def counts(self) -> TurnEndCounts:
        """How often it was asked, and knew."""
        return TurnEndCounts(NAME, self._asked, self._answered, self._asked - self._answered)


def _asked_at(call: TapedCall) -> float:
    assert isinstance(call.asked, TurnEndJudged)
    return call.asked.asked
