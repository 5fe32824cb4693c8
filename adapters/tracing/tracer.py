"""The watcher that makes traces: the spans of a turn at its end, and those of a provider's call at that one's.

Whose they are is in the context of the call (`actors/ports/callcontext.py`): ids were decided when the turn began, so
that providers could be told them. Nothing is written for a turn that is not sampled.
"""

import math
import time

import trio

from actors.ports.callcontext import CallContext, current_call
from actors.ports.watching import CallRecord, Observation, TurnRecord, TurnWords
from adapters.tracing.export import SpanExport
from adapters.tracing.spans import SpanWriter

_STAGES = 4_096
"""Stages of which it is known when their first call began; the oldest are forgotten."""
_DRIFT = 0.1
"""Seconds by which the machine's time may differ from what spans count."""


class Tracer:
    """Takes what happens, and sends it on as spans; it is called in the session's steps and waits for nothing."""

    def __init__(self, export: SpanExport) -> None:
        self._export = export
        self._earliest: dict[int, float] = {}
        self._words: tuple[str, TurnWords] | None = None
        self._epoch = -math.inf

    def watch(self, observation: Observation) -> None:
        """Take in what happened, for the call that the task works for."""
        context = current_call()
        if not context.is_recorded or context.span is None or not context.span.is_sampled:
            return
        match observation:
            case TurnWords():
                self._words = (context.session, observation)
            case TurnRecord():
                self._export.send(self._writer().turn(observation, context, self._take_words(context)))
            case CallRecord():
                self._note_begun(observation, context)
                self._export.send([self._writer().call(observation, context)])
            case _:
                pass

    async def close(self) -> None:
        """Send what is left, for a moment at most. Cancelling loses it."""
        await self._export.close()

    def _writer(self) -> SpanWriter:
        """It counts from one epoch as long as the machine's time is not set anew, so that a call is within its turn."""
        epoch = time.time() - trio.current_time()
        if abs(epoch - self._epoch) > _DRIFT:
            self._epoch = epoch
        return SpanWriter(self._export.resource, self._epoch, self._earliest)

    def _take_words(self, context: CallContext) -> TurnWords | None:
        """The words of the turn, which come just before its record."""
        kept, self._words = self._words, None
        return kept[1] if kept is not None and (kept[0], kept[1].turn) == (context.session, context.turn) else None

    def _note_begun(self, record: CallRecord, context: CallContext) -> None:
        if context.parent is None:
            return
        stage = context.parent.span_id
        self._earliest[stage] = min(record.begun, self._earliest.get(stage, record.begun))
        if len(self._earliest) > _STAGES:
            del self._earliest[next(iter(self._earliest))]
