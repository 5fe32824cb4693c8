"""Traces of conversations with scripted engines, in virtual time: one tree a turn, and nothing in it that was said."""

from collections.abc import Iterable

import pytest
import trio
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, StatusCode
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.running.sessiontrace import TracingPlan
from adapters.tracing.export import SpanExport
from adapters.tracing.tracer import Tracer
from adapters.virtual.clock import reseed
from protocol.connecting import Auth
from protocol.messages import CustomError
from protocol.tracecontext import read_traceparent
from tests.harness import serving, state
from tests.scripted import Act, ScriptedEngines, fails

WORD = "gazebo"
CALLER = read_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


class KeptSpans(SpanExport):
    """Keeps the spans that would be sent."""

    def __init__(self) -> None:
        self.resource = Resource({})
        self.spans: list[ReadableSpan] = []

    def send(self, spans: Iterable[ReadableSpan]) -> None:
        self.spans += spans


def converse(seed: int, plan: TracingPlan, traceparent: str = "") -> list[ReadableSpan]:
    """The spans of a turn, one that fails, one that is interrupted, and a typed one that interrupts it."""
    engines, kept = ScriptedEngines(), KeptSpans()
    engines.stt.script.usual = Act((f"Where is the {WORD}?",), 0.2)
    usual = engines.llm.script.usual = Act((f"The {WORD}. ", "It is there."), 0.3)
    engines.llm.script.acts.extend([usual, fails(WORD, why=EngineFailed("it is down"))])
    engines.tts.script.usual = Act(("",), 0.1)

    async def main() -> None:
        auth, watch = Auth(traceparent=traceparent), Tracer(kept).watch
        async with serving(engines, tracing=plan, watch=watch) as server, server.joined(auth) as client:
            await client.configure(TTS={"responseType": "multiple", "stream": True}, LLM={"stream": True})
            await client.say()
            await client.until(state("speaking"))
            await client.until(state("handshaken"))
            await client.say()
            await client.until(CustomError)
            await client.say()
            await client.until(state("speaking"))
            await trio.sleep(0.5)
            await client.voice.text(f"And the {WORD}?")
            await client.until(state("speaking"))
            await client.until(state("handshaken"))

    reseed(seed)
    trio.run(main, clock=MockClock(autojump_threshold=0))
    return kept.spans


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.context
    assert isinstance(context, SpanContext)
    return context


def names(spans: list[ReadableSpan]) -> list[str]:
    return [span.name for span in spans]


@pytest.mark.parametrize("seed", range(3))
def test_a_turn_is_a_tree_of_its_stages_and_parts(seed: int) -> None:
    spans = converse(seed, TracingPlan(1.0))
    traces: dict[int, list[ReadableSpan]] = {}
    for span in spans:
        traces.setdefault(context_of(span).trace_id, []).append(span)
    first, failed, cut, typed = traces.values()
    of_part = ["tts", "send"]
    assert names(first) == ["turn", "stt", "llm", "part 0", *of_part, "part 1", *of_part]
    assert names(failed)[:3] == ["turn", "stt", "llm"]
    assert names(cut)[:4] == ["turn", "stt", "llm", "part 0"]
    assert names(typed)[:3] == ["turn", "llm", "part 0"]
    for trace in traces.values():
        own = {context_of(span).span_id: span for span in trace}
        assert len(own) == len(trace)
        root, *others = trace
        assert root.parent is None
        for span in others:
            assert span.parent is not None
            parent = own[span.parent.span_id]
            assert parent.start_time is not None
            assert parent.end_time is not None
            assert span.start_time is not None
            assert span.end_time is not None
            assert parent.start_time <= span.start_time <= span.end_time <= parent.end_time
            for event in (*span.events, *root.events):
                assert root.start_time is not None
                assert root.end_time is not None
                assert root.start_time <= event.timestamp <= root.end_time
    parents = {span.name: own.name for span in first for own in first if span.parent == own.context}
    assert parents == dict.fromkeys(["stt", "llm", "part 0", "part 1"], "turn") | dict.fromkeys(of_part, "part 1")


@pytest.mark.parametrize("seed", range(3))
def test_a_turn_says_how_it_ended_and_what_it_cut(seed: int) -> None:
    turns = [span for span in converse(seed, TracingPlan(1.0)) if span.name == "turn"]
    assert [dict(turn.attributes or {})["vivavoce.outcome"] for turn in turns] == [
        "completed",
        "failed",
        "interrupted",
        "completed",
    ]
    assert [turn.status.status_code is StatusCode.ERROR for turn in turns] == [False, True, False, False]
    assert turns[1].status.description == "error 3001"
    assert [[link.context for link in turn.links] for turn in turns] == [[], [], [], [turns[2].context]]
    assert [[event.name for event in turn.events] for turn in turns[2:]] == [["committed", "cut"], ["committed"]]
    first = dict(turns[0].attributes or {})
    assert first["vivavoce.first_sound_seconds"] == pytest.approx(0.2 + 0.3 + 0.3 + 0.1 + 0.1, abs=0.35)
    assert (first["vivavoce.turn"], first["vivavoce.source"], first["vivavoce.detection"]) == (1, "utterance", "none")


@pytest.mark.parametrize("words", [False, True])
def test_words_are_in_it_only_where_that_is_asked_for(words: bool) -> None:
    spans = converse(0, TracingPlan(1.0, words))
    said = {name: value for span in spans for name, value in (span.attributes or {}).items() if WORD in str(value)}
    assert set(said) == ({"vivavoce.pii.said", "vivavoce.pii.answered"} if words else set())
    assert (WORD in repr([span.to_json() for span in spans])) is words


def test_turns_are_below_what_the_client_told() -> None:
    spans = converse(0, TracingPlan(1.0), CALLER.traceparent)
    assert {context_of(span).trace_id for span in spans} == {CALLER.trace_id}
    turns = [span for span in spans if span.name == "turn"]
    assert [turn.parent.span_id if turn.parent else 0 for turn in turns] == [CALLER.span_id] * 4
    assert len({context_of(span).span_id for span in spans}) == len(spans)


def test_what_is_not_sampled_is_not_written() -> None:
    assert converse(0, TracingPlan(1.0), f"{CALLER.traceparent[:-1]}0") == []
    assert converse(0, TracingPlan(0.0)) == []
