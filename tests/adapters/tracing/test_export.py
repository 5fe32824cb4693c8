"""Spans on their way to a real collector on loopback: what it reads, and one that refuses, hangs or is not there."""

import logging
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from actors.ports.callcontext import CallContext, call_for
from actors.ports.watching import TurnRecord
from adapters.settings.errors import StartupFailed
from adapters.settings.traces import TraceSettings
from adapters.tracing import export
from adapters.tracing.export import FLUSH_SECONDS, QUEUE
from adapters.tracing.starting import make_tracer
from adapters.tracing.tracer import Tracer
from protocol.tracecontext import TraceContext
from tests.adapters.reach.loopback import Reply, loopback
from tests.adapters.tracing.collector import TAKEN, collecting, hanging

pytestmark = pytest.mark.real
SPAN = TraceContext(2**127 + 1, 2**63 + 1)
CONTEXT = CallContext("1a2b3c4d", 3, SPAN, is_recorded=True)


@pytest.fixture
def jumping_clock() -> MockClock:
    """Time stands still while the sockets have something to do."""
    return MockClock(autojump_threshold=0.1)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What a server would write to its log."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Lines(logging.WARNING)
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def watch_turn(tracer: Tracer) -> None:
    now = trio.current_time()
    record = TurnRecord("s", 3, "completed", "text", "none", now - 3, now - 3, now - 3, now, transcript=now - 3)
    with call_for(CONTEXT):
        tracer.watch(record)


@asynccontextmanager
async def tracing(collector: str, **own: object) -> AsyncIterator[Tracer]:
    tracer = make_tracer(TraceSettings(endpoint=collector, **own))  # type: ignore[arg-type]
    assert tracer is not None
    try:
        yield tracer
    finally:
        await tracer.close()


async def test_a_collector_reads_what_was_watched() -> None:
    async with collecting() as collector:
        async with tracing(collector.url, headers={"x-key": "hush"}) as tracer:
            begun = time.time()
            watch_turn(tracer)
        spans = collector.spans
        (request,) = collector.requests
    assert (request.method, request.path, request.headers["x-key"]) == ("POST", "/v1/traces", "hush")
    turn, llm = spans
    assert (turn.trace, turn.id, turn.parent) == (f"{SPAN.trace_id:032x}", f"{SPAN.span_id:016x}", "")
    assert (llm.name, llm.trace, llm.parent) == ("llm", turn.trace, turn.id)
    assert turn.ended - turn.begun == pytest.approx(3e9, abs=1e6)
    assert turn.ended / 1e9 == pytest.approx(begun, abs=5.0)
    assert turn.attributes["vivavoce.session"] == "1a2b3c4d"


async def test_a_path_of_its_own_is_kept() -> None:
    async with collecting() as collector:
        async with tracing(f"{collector.url}/tenant/traces") as tracer:
            watch_turn(tracer)
        assert [request.path for request in collector.requests] == ["/tenant/traces"]


async def test_a_collector_that_refuses_is_one_line_in_the_log(log: list[str]) -> None:
    async with collecting(Reply(401, "text/plain", b"no")) as collector:
        async with tracing(collector.url, headers={"x-key": "hush"}) as tracer:
            for _ in range(2):
                watch_turn(tracer)
                await collector.until("turn", len(collector.requests) + 1)  # a batch of its own
        (line,) = log
    assert line.startswith(f"traces are lost, {collector.url}/v1/traces does not take them: ")
    assert "401" in line
    assert "hush" not in line


async def test_a_collector_that_takes_them_at_the_second_time_is_no_line_in_the_log(log: list[str]) -> None:
    busy = Reply(503, "text/plain", b"", headers={"Retry-After": "0.01"})
    async with loopback(busy, TAKEN) as server, tracing(server.url) as tracer:
        watch_turn(tracer)
        await server.until(lambda _: len(server.requests) == 2)
    assert log == []


async def test_a_collector_that_is_not_there_is_one_line_in_the_log(
    log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "REQUEST_SECONDS", 1.3)  # there is time for one more attempt
    with trio.fail_after(30):
        async with tracing("http://127.0.0.1:1") as tracer:
            watch_turn(tracer)
            while not log:  # noqa: ASYNC110 (a thread logs it)
                await trio.sleep(0.01)
    (line,) = log
    assert line.startswith("traces are lost, http://127.0.0.1:1/v1/traces does not take them: ")
    assert "Connection refused" in line


async def test_a_collector_that_hangs_is_waited_for_a_moment(jumping_clock: MockClock, log: list[str]) -> None:
    async with collecting(hanging()) as collector:
        async with tracing(collector.url) as tracer:
            watch_turn(tracer)
            begun = trio.current_time()
        assert trio.current_time() - begun == FLUSH_SECONDS
    assert log == []


async def test_the_queue_is_bounded_and_what_is_put_into_it_never_waits(log: list[str]) -> None:
    async with collecting(hanging()) as collector, tracing(collector.url) as tracer:
        for _ in range(QUEUE):
            watch_turn(tracer)  # two spans each
        assert len(tracer._export._processor._batch_processor._queue) <= QUEUE
    assert len(log) == 1, "a line a minute; where the thread of an earlier test still complains, it may be that one"


def test_without_a_collector_there_is_no_tracer_and_nothing_is_loaded() -> None:
    assert make_tracer(TraceSettings()) is None


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith(("opentelemetry", "adapters.tracing."))]:
        if module != "adapters.tracing.starting":
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(StartupFailed, match=r"\[traces\] endpoint: .*: pip install 'vivavoce\[traces\]'"):
        make_tracer(TraceSettings(endpoint="http://127.0.0.1:4318"))
