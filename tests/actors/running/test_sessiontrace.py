"""Where calls stand in a trace: each turn below what its client told at connect, or in a trace of its own."""

import pytest
from trio.testing import MockClock

from actors.deciding.conversation import Conversation
from actors.deciding.limits import Limits
from actors.ports.answering import Delivery, Question
from actors.ports.callcontext import CallContext, current_call
from actors.ports.calls import Emit
from actors.ports.watching import unwatched
from actors.running.sessiontrace import SessionTrace
from protocol.connecting import Auth
from protocol.tracecontext import TraceContext, read_traceparent
from tests.harness import serving, state
from tests.playbook import accept
from tests.scripted import ScriptedAnalyst, ScriptedEngines, ScriptedModel

TOLD, OTHER, THIRD = (f"00-0af7651916cd43dd8448eb211c80319{digit}-b7ad6b7169203331-01" for digit in "abc")
CALLER = read_traceparent(TOLD)


def traced(share: float) -> SessionTrace:
    return SessionTrace(Conversation("1a2b3c4d-rest", Limits(), accept, ScriptedAnalyst(), 0.0), unwatched, share)


class TracedModel(ScriptedModel):
    """A model that remembers for whom it worked."""

    def __init__(self) -> None:
        super().__init__()
        self.contexts: list[CallContext] = []

    async def answer(self, question: Question, write: Emit[str | Delivery]) -> None:
        self.contexts.append(current_call())
        await super().answer(question, write)


# ---- ids


def test_a_turn_is_a_trace_of_its_own() -> None:
    trace = traced(1.0)
    first, second = trace.of_turn(1), trace.of_turn(2)
    assert (first.session, first.turn, first.parent, first.is_recorded) == ("1a2b3c4d", 1, None, True)
    assert first.span is not None
    assert second.span is not None
    assert first.span.trace_id != second.span.trace_id
    assert trace.of_turn(1) is first
    assert trace.of_turn(2, cut=1).cut == first.span


def test_turns_are_below_what_the_client_told() -> None:
    trace = traced(1.0)
    trace.caller = CALLER
    first, second = trace.of_turn(1), trace.of_turn(2)
    assert first.parent == second.parent == CALLER
    assert first.span is not None
    assert second.span is not None
    assert first.span.trace_id == second.span.trace_id == CALLER.trace_id
    assert len({CALLER.span_id, first.span.span_id, second.span.span_id}) == 3
    trace.caller = None  # whoever comes in the middle of a turn does not change it
    assert trace.of_turn(2) is second


def test_the_share_holds_for_all_and_a_caller_can_only_leave_out() -> None:
    lower, upper = (TraceContext((1 << 64) + low, 1) for low in (2**62, 3 * 2**62))
    for share, is_lower, is_upper in ((1.0, True, True), (0.5, True, False), (0.1, False, False)):
        for caller, expected in ((lower, is_lower), (upper, is_upper)):
            trace = traced(share)
            trace.caller = caller
            context = trace.of_turn(1)
            assert context.span is not None
            assert (context.is_recorded, context.span.is_sampled) == (True, expected)
    left_out = traced(1.0)
    left_out.caller = TraceContext(1, 1, is_sampled=False)
    assert (context := left_out.of_turn(1)).span is not None
    assert not context.span.is_sampled


def test_without_traces_of_ours_the_callers_is_passed_on_as_it_is() -> None:
    trace = traced(0.0)
    assert trace.of_turn(1) == CallContext("1a2b3c4d", 1)
    trace.caller = CALLER
    context = trace.of_turn(2)
    assert context.child("llm") is context
    assert (context.span, context.is_recorded) == (CALLER, False)


def test_old_turns_are_forgotten() -> None:
    trace = traced(1.0)
    for number in range(100):
        trace.of_turn(number)
    assert len(trace._turns) < 10
    assert trace.of_turn(99, cut=98).cut is not None


# ---- at connect


@pytest.mark.parametrize(
    ("auth", "query", "header", "counts"),
    [
        (TOLD, "", "", TOLD),
        ("", TOLD, "", TOLD),
        ("", "", TOLD, TOLD),
        (TOLD, OTHER, THIRD, TOLD),
        ("", TOLD, THIRD, TOLD),
        ("", "", "", None),
        ("nonsense", "", "", None),
    ],
)
async def test_engines_work_for_what_the_client_told(
    auth: str, query: str, header: str, counts: str | None, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    engines = ScriptedEngines()
    engines.llm = model = TracedModel()
    caplog.set_level("INFO")
    headers = (("traceparent", header),) if header else ()
    async with serving(engines) as server:
        client = await server.join(
            Auth(traceparent=auth), query=f"traceparent={query}" if query else "", headers=headers
        )
        await client.configure()
        await client.say()
        await client.until(state("speaking"))
        await client.vanish()
    (context,) = model.contexts
    assert (None if context.span is None else context.span.traceparent) == counts
    assert ('its traceparent is ignored: came "nonsense"' in caplog.text) is (auth == "nonsense")


async def test_the_senders_counts(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm = model = TracedModel()
    session = "1a2b3c4d-0000-4000-8000-00000000beef"
    async with serving(engines) as server:
        watcher = await server.join(Auth(role="receiver", session_id=session, traceparent=THIRD))
        sender = await server.join(Auth(role="sender", session_id=session, traceparent=TOLD))
        late = await server.join(Auth(role="receiver", session_id=session, traceparent=OTHER))
        await sender.configure()
        await sender.say()
        await watcher.until(state("speaking"))
        for client in (watcher, sender, late):
            await client.vanish()
    assert [context.span for context in model.contexts] == [CALLER]
