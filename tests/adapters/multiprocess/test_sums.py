"""What several processes say of themselves, added up."""

import json

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from actors.ports.listening import TurnEndCounts, VoiceActivityCounts
from actors.ports.watching import StageReached
from actors.running.inspecting import Picture, PoolRow
from adapters.metrics import definitions
from adapters.metrics.merging import kept, merged, render
from adapters.metrics.metrics import ServerMetrics
from adapters.multiprocess.sharing import share
from adapters.pages import health, inspection, readiness
from adapters.pages.inspection import LoggedProblem, View
from adapters.pages.summing import ProcessParts
from adapters.settings.settings import Settings


def counted(turns: int, lag: float) -> ServerMetrics:
    """The metrics of a process."""
    metrics = ServerMetrics()
    for _ in range(turns):
        metrics.note(StageReached("total", 0.25))
    metrics.read_with(lambda: [(definitions.MEMORY, (), 100.0), (definitions.LISTEN_LAG, (), lag)])
    return metrics


def series(text: bytes) -> dict[str, float]:
    """The series of a scrape."""
    return {
        sample.name + "".join(f"{{{key}={value}}}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_counts_and_gauges_are_added_and_lags_are_the_largest() -> None:
    parts = [counted(2, 0.5).part(), counted(3, 0.1).part()]
    found = series(render(merged(parts)))
    assert found["vivavoce_turn_seconds_count{stage=total}"] == 5
    assert found["vivavoce_turn_seconds_bucket{le=0.3}{stage=total}"] == 5
    assert found["vivavoce_turn_seconds_sum{stage=total}"] == 1.25
    assert (found["vivavoce_memory_in_flight_bytes"], found["vivavoce_listen_lag_seconds"]) == (200.0, 0.5)


def test_one_process_alone_is_shown_as_it_shows_itself() -> None:
    metrics = counted(2, 0.5)
    assert render(merged([metrics.part()])) == metrics.render()


def test_what_ended_processes_have_counted_stays_and_what_they_had_does_not() -> None:
    ended = kept([counted(2, 9.0).part(), counted(1, 9.0).part()])
    found = series(render(merged([counted(3, 0.1).part()], [ended])))
    assert found["vivavoce_turn_seconds_count{stage=total}"] == 6
    assert (found["vivavoce_memory_in_flight_bytes"], found["vivavoce_listen_lag_seconds"]) == (100.0, 0.1)


def test_a_service_fails_when_all_of_its_processes_do() -> None:
    ok, failing = b'{"status":"ok"}', b'{"status":"failing","problems":["no codec"],"aside":{"LLM":{"openai":"429"}}}'
    both = health.answer(ProcessParts((ok, failing)))
    assert both.status == 200
    assert json.loads(both.body) == {
        "status": "degraded",
        "problems": ["no codec"],
        "aside": {"LLM": {"openai": "429"}},
    }
    assert (health.answer(ProcessParts((failing, failing))).status, health.answer(ProcessParts((ok,))).status) == (
        503,
        200,
    )
    missing = json.loads(health.answer(ProcessParts((ok,), 1)).body)
    assert missing["problems"] == ["1 of the server's processes did not answer or is being started"]
    assert health.answer(ProcessParts((), 2)).status == 503


def test_a_service_is_ready_when_one_of_its_processes_is() -> None:
    assert readiness.answer(ProcessParts((b'["full"]', b"[]"))).status == 200
    full = readiness.answer(ProcessParts((b'["full"]', b'["full"]')))
    assert (full.status, json.loads(full.body)["reasons"]) == (503, ["full"])
    assert readiness.answer(ProcessParts((), 2)).status == 503


def test_pictures_become_one() -> None:
    pool = PoolRow("STT", 16, 1, 2, 3, 20, 0)
    one = Picture(1, (), (pool,), 2, (), {"ping timeout": 1}, None, VoiceActivityCounts("a", 1, 2, 3, 4.0))
    two = Picture(2, (), (pool,), 3, (), {"ping timeout": 2}, None, VoiceActivityCounts("", 1, 2, 3, 5.0))
    views = [View(1.0, each, (LoggedProblem(float(at), "ERROR", "x", "y"),)) for at, each in enumerate((one, two))]
    answered = inspection.answer(ProcessParts(tuple(msgspec.json.encode(view) for view in views)))
    shown = msgspec.json.decode(answered.body, type=View)
    assert [problem.at for problem in shown.errors] == [1.0, 0.0]
    assert shown.picture == Picture(
        3,
        (),
        (PoolRow("STT", 32, 2, 4, 6, 40, 0),),
        5,
        (),
        {"ping timeout": 3},
        None,
        VoiceActivityCounts("a", 2, 4, 6, 5.0),
        TurnEndCounts(),
    )


def test_what_bounds_the_service_is_shared_and_what_bounds_one_is_not() -> None:
    whole, third = Settings(), share(Settings(), 3)
    assert (third.limits.sessions, third.pools.stt_workers, third.server.connection_limits.max_connections) == (
        334,
        11,
        667,
    )
    assert (third.limits.receivers, third.server.timing) == (whole.limits.receivers, whole.server.timing)
    assert share(whole, 1) == whole
