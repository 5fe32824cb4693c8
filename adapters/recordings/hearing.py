"""Voice activity and the end of turns, whose judgements are taken down for sessions that are recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actors.ports.calls import EngineFailed
from actors.ports.listening import (
    NO_REFERENCE,
    RATE,
    Reference,
    ReferenceMaker,
    TurnEnd,
    TurnEndCounts,
    VoiceActivity,
    VoiceActivityCounts,
    VoiceStream,
    count_frames,
)
from adapters.recordings.calls import CallEnded, CallFailed, FramesJudged, TurnEndJudged, VoiceBegun
from adapters.recordings.calltaping import CallTaping, taped_call


class TapedVoiceStream:
    """A microphone's stream whose probabilities are taken down."""

    def __init__(self, stream: VoiceStream, call: CallTaping) -> None:
        self._stream = stream
        self._call = call
        self._told: tuple[int, float] | None = None

    @property
    def echo(self) -> tuple[int, float] | None:
        """See VoiceStream."""
        return self._stream.echo

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """See VoiceStream, for cancelling too."""
        call = self._call
        try:
            speech = await self._stream.judge(samples, reference)
        except EngineFailed as failed:
            call.note("failed", CallFailed(call.number, type(failed).__name__, str(failed)))
            raise
        echo = self._stream.echo
        news, self._told = (echo if echo != self._told else None), echo
        call.taped.tape.note("vad", FramesJudged(call.number, count_frames(samples), speech, news))
        return speech


class TapedVoiceActivity:
    """Voice activity whose probabilities are taken down."""

    def __init__(self, engine: VoiceActivity) -> None:
        self._engine = engine

    @asynccontextmanager
    async def open(self) -> AsyncIterator[VoiceStream]:
        """See VoiceActivity. Cancelling, like any end of the block, ends the stream."""
        taped = taped_call()
        async with self._engine.open() as stream:
            if taped is None:
                yield stream
                return
            call = CallTaping(taped, "vad")
            call.note("begin", VoiceBegun(call.number))
            try:
                yield TapedVoiceStream(stream, call)
            finally:
                call.note("end", CallEnded(call.number))

    def reference(self) -> ReferenceMaker:
        """See VoiceActivity."""
        return self._engine.reference()

    @property
    def counts(self) -> VoiceActivityCounts:
        """See VoiceActivity."""
        return self._engine.counts


class TapedTurnEnd:
    """The end of turns, whose judgements are taken down."""

    def __init__(self, engine: TurnEnd) -> None:
        self._engine = engine

    def prepare(self) -> None:
        """See TurnEnd."""
        self._engine.prepare()

    async def judge(self, samples: bytes) -> float | None:
        """See TurnEnd, for cancelling too."""
        taped = taped_call()
        if taped is None:
            return await self._engine.judge(samples)
        tape = taped.tape
        number, asked = tape.next_call(), round(tape.seconds, 6)
        finished = await self._engine.judge(samples)
        tape.note("turn.end", TurnEndJudged(number, asked, len(samples) / (2 * RATE), finished))
        return finished

    @property
    def counts(self) -> TurnEndCounts:
        """See TurnEnd."""
        return self._engine.counts
