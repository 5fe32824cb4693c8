"""The traces of one session's turns: their ids, which are decided when a turn's first call begins.

A turn is a trace of its own. Where the client told a `traceparent`, its turns are spans below that one, and not linked
to it: providers are given the same trace then, which is what a caller wants to follow through all servers. A client
that wants a trace a turn tells none.

The share of turns that are recorded is decided by the trace's id, as OpenTelemetry's `TraceIdRatioBased` does, so that
servers with the same share record the same traces. A caller can have its turns left out, but cannot raise the share:
it may be a stranger.
"""

import secrets
from typing import assert_never

import msgspec
from msgspec.structs import replace

from actors.deciding.conversation import Conversation
from actors.deciding.effects import Answer, Job, Speak, Transcribe
from actors.ports.callcontext import CallContext, call_for, part_name, shorten
from actors.ports.taping import CallTape, Tape
from actors.ports.watching import Observation, TurnRecord, TurnWords, Watcher, unwatched
from protocol.tracecontext import TraceContext

_KEPT = 4
"""Turns whose ids are known: the present one, the one that it cut, and those whose results still come."""
_LOW = 2**64


class TracingPlan(msgspec.Struct, frozen=True):
    """Which `share` of the turns is recorded, and whether with the `words` that were said and answered."""

    share: float = 0.0
    words: bool = False


class SessionTrace:
    """The trace contexts of a session's turns. `share` of them are recorded; 0: none is, and no ids are made.

    `watch` is told in the context of the turn that an observation is of. `tape`: of a session that is recorded.
    """

    def __init__(
        self,
        conversation: Conversation,
        watch: Watcher = unwatched,
        share: float = 0.0,
        tape: Tape | None = None,
    ) -> None:
        self.caller: TraceContext | None = None
        """What the Sender told when it joined; without a record of our own it is passed on to providers as it is."""
        self._conversation = conversation
        self._watch = watch
        self._share = share
        self._tape = tape
        self._turns: dict[int, CallContext] = {}

    def of_turn(self, number: int, cut: int = 0) -> CallContext:
        """The context of a turn, the same each time; `cut`: the turn that it cut, 0 for none."""
        context = self._turns.get(number)
        if context is None:
            context = self._turns[number] = self._begin(number)
            for old in list(self._turns)[:-_KEPT]:
                del self._turns[old]
        before = self._turns.get(cut)
        return context if before is None else replace(context, cut=before.span)

    def of_job(self, job: Job) -> CallContext:
        """The context of a job that begins now."""
        context = self._of_stage(job)
        if self._tape is None:
            return context
        part = job.part if isinstance(job, Speak) else -1
        return replace(context, taped=CallTape(self._tape, self._conversation.turn.number, job.turn, part))

    def of_microphone(self) -> CallContext:
        """The context of listening to an open microphone, which is of no turn."""
        taped = None if self._tape is None else CallTape(self._tape, 0, 0)
        return CallContext(shorten(self._conversation.id), taped=taped)

    def _of_stage(self, job: Job) -> CallContext:
        turn = self.of_turn(self._conversation.turn.number)
        match job:
            case Transcribe():
                return turn.child("stt")
            case Answer():
                return turn.child("llm")
            case Speak():
                return turn.child(part_name(job.part)).child("tts")
            case _:
                assert_never(job)

    def note(self, observation: Observation) -> None:
        """Tell who watches. Never waits, and raises nothing."""
        match observation:
            case TurnRecord(turn=turn, interrupts=cut):
                context = self.of_turn(turn, cut)
            case TurnWords(turn=turn):
                context = self.of_turn(turn)
            case _:
                context = self.of_turn(self._conversation.turn.number)
        with call_for(context):
            self._watch(observation)

    def _begin(self, number: int) -> CallContext:
        session, caller = shorten(self._conversation.id), self.caller
        if not self._share:
            return CallContext(session, number, caller)
        trace_id = secrets.randbits(128) or 1 if caller is None else caller.trace_id
        is_sampled = (caller is None or caller.is_sampled) and trace_id % _LOW < round(self._share * _LOW)
        span = TraceContext(trace_id, secrets.randbits(64) or 1, is_sampled)
        return CallContext(session, number, span, caller, is_recorded=True)
