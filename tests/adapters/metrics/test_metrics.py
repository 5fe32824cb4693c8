"""The metrics of a server: each observation is counted, and their series do not grow with what clients do."""

import math
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.calls import Kind
from actors.ports.watching import (
    CallRecord,
    DeadlinePassed,
    ErrorTold,
    FailedOver,
    FalseStart,
    MouthClosed,
    Observation,
    SpeechJudged,
    StageReached,
    TurnRecord,
    Usage,
)
from adapters.metrics import definitions, looplag
from adapters.metrics.definitions import METRICS, MOST_PROVIDERS
from adapters.metrics.metrics import Reading, ServerMetrics
from adapters.metrics.prices import read_prices
from adapters.metrics.reading import read
from adapters.pages.readiness import ready
from adapters.processes import losses
from adapters.settings.errors import StartupFailed
from adapters.wire.heads import Request
from protocol.errors import ErrorId
from tests.harness import serving
from tests.scripted import ScriptedVoiceActivity

CALL = CallRecord("LLM", "openai", "gpt", 1.0, 3.0, "done", 1.5, usage=Usage(tokens_in=100, tokens_out=20))


def turn(**more: object) -> TurnRecord:
    """The record of a turn."""
    return TurnRecord("s", 1, "completed", "text", "none", 0.0, 0.0, 0.0, 5.0, **more)  # type: ignore[arg-type]


def samples(metrics: ServerMetrics) -> dict[str, float]:
    """The series of a scrape as Prometheus writes them, with their values."""
    found = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@pytest.mark.parametrize(
    ("observation", "series", "value"),
    [
        (StageReached("llm_first", 0.7), "vivavoce_turn_seconds_sum{stage=llm_first}", 0.7),
        (StageReached("llm_first", 0.7), "vivavoce_turn_seconds_bucket{le=0.65,stage=llm_first}", 0.0),
        (StageReached("llm_first", 0.7), "vivavoce_turn_seconds_bucket{le=0.8,stage=llm_first}", 1.0),
        (turn(), "vivavoce_turns_total{outcome=completed}", 1.0),
        (SpeechJudged("true", 1.2), "vivavoce_interruptions_total{kind=true}", 1.0),
        (SpeechJudged("true", 1.2), "vivavoce_barge_in_seconds_sum", 1.2),
        (SpeechJudged("true"), "vivavoce_barge_in_seconds_count", 0.0),
        (SpeechJudged("echo"), "vivavoce_interruptions_total{kind=echo}", 1.0),
        (FalseStart(0.4), "vivavoce_heard_false_starts_total", 1.0),
        (DeadlinePassed("llm_silence"), "vivavoce_deadlines_total{name=llm_silence}", 1.0),
        (ErrorTold(ErrorId.BUSY), "vivavoce_errors_total{errorId=3004}", 1.0),
        (MouthClosed("aligned"), "vivavoce_mouth_parts_total{source=aligned}", 1.0),
        (FailedOver("LLM", "local"), "vivavoce_failovers_total{kind=LLM,provider=local}", 1.0),
        (CALL, "vivavoce_provider_seconds_sum{kind=LLM,provider=openai,step=first}", 0.5),
        (CALL, "vivavoce_provider_seconds_sum{kind=LLM,provider=openai,step=whole}", 2.0),
        (CALL, "vivavoce_usage_total{provider=openai,unit=tokens_in}", 100.0),
        (
            CallRecord("TTS", "azure", "", 1.0, 3.0, "failed", why="refused"),
            "vivavoce_provider_failures_total{kind=TTS,provider=azure,why=refused}",
            1.0,
        ),
    ],
)
def test_what_happens_is_counted(observation: Observation, series: str, value: float) -> None:
    metrics = ServerMetrics()
    assert samples(metrics).get(series, 0.0) == 0.0
    metrics.note(observation)
    assert samples(metrics)[series] == value


def test_two_servers_of_one_process_count_apart() -> None:
    one, other = ServerMetrics(), ServerMetrics()
    one.note(FalseStart(1.0))
    assert samples(other)["vivavoce_heard_false_starts_total"] == 0.0


def test_providers_beyond_a_bound_are_others() -> None:
    metrics = ServerMetrics()
    for number in range(MOST_PROVIDERS + 10):
        metrics.note(FailedOver("LLM", f"found-{number}"))
    found = [series for series in samples(metrics) if series.startswith("vivavoce_failovers_total")]
    assert len(found) == MOST_PROVIDERS + 1
    assert samples(metrics)["vivavoce_failovers_total{kind=LLM,provider=other}"] == 10


def test_no_label_is_of_a_session_or_a_person() -> None:
    allowed = {
        "stage", "outcome", "kind", "source", "provider", "step", "why", "unit", "currency", "errorId", "name", "state",
        "role", "transport", "pool", "quantile", "reason", "worker", "process",
    }  # fmt: skip
    assert {label for metric in METRICS for label in metric.labels} <= allowed
    metrics = ServerMetrics()
    metrics.note(turn())
    assert "s" not in {value for series in samples(metrics) for value in series.split("=")}


# ---- what is read at the scrape


class FewEngines:
    """What the pages ask of the engines."""

    def __init__(self) -> None:
        self.voice_activity = ScriptedVoiceActivity()
        self.failing = False
        self.missing: tuple[Kind, ...] = ()

    def aside(self) -> dict[Kind, dict[str, str]]:
        """One provider is set aside."""
        return {"LLM": {"openai": "it is away"}}

    def is_failing(self) -> bool:
        """As set."""
        return self.failing

    def problems(self) -> tuple[str, ...]:
        """What is wrong while it fails."""
        return ("the audio codec has no process ready, of 1",)

    def without_any(self) -> tuple[Kind, ...]:
        """As set."""
        return self.missing


async def test_a_scrape_has_as_many_series_for_fifty_sessions_as_for_one(autojump_clock: MockClock) -> None:
    async with serving() as server:
        metrics = ServerMetrics()
        metrics.read_with(lambda: read(server.supervisor, FewEngines()))
        await server.join()
        losses.note_lost("the codec")
        few = samples(metrics)
        for _ in range(49):
            await server.join()
        many = samples(metrics)
    assert many.keys() == few.keys()
    assert (few["vivavoce_sessions{state=idle}"], many["vivavoce_sessions{state=idle}"]) == (1.0, 50.0)
    assert many["vivavoce_members{role=both}"] == 50.0
    assert many["vivavoce_connections{transport=websocket}"] == 50.0
    assert many["vivavoce_sessions_stuck"] == 0.0
    assert many["vivavoce_process_restarts_total{process=the codec}"] == 1.0
    assert many["vivavoce_provider_set_aside{kind=LLM,provider=openai}"] == 1.0


async def test_a_session_past_its_deadline_is_stuck(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined():
        metrics = ServerMetrics()
        metrics.read_with(lambda: read(server.supervisor, FewEngines()))
        (session,) = server.session_registry.sessions
        session.clock.deadline = trio.current_time() - 6.0
        assert samples(metrics)["vivavoce_sessions_stuck"] == 1.0
        session.clock.deadline = math.inf


async def test_a_server_is_ready_until_it_drains_fails_or_is_full(autojump_clock: MockClock) -> None:
    engines = FewEngines()

    def reasons() -> tuple[int, list[str]]:
        answer = ready(engines, server.session_registry)(Request("GET", "/readyz", {}, {}))
        told = msgspec.json.decode(answer.body)
        assert told["status"] == ("unavailable" if told["reasons"] else "ready")
        return answer.status, told["reasons"]

    async with serving(limits=Limits(sessions=1)) as server:
        assert reasons() == (200, [])
        engines.failing = True
        assert reasons() == (503, ["the audio codec has no process ready, of 1"])
        engines.failing, engines.missing = False, ("LLM",)
        assert reasons() == (503, ["LLM: every provider is set aside after failures"])
        engines.missing = ()
        async with server.joined() as client:
            await client.configure()
            assert reasons() == (503, ["there are 1 sessions already (limits.sessions)"])
        await server.settle()
        assert reasons() == (200, []), "a session without sockets makes room"
        server.session_registry.draining = True
        assert reasons() == (503, ["the server is going down"])


def test_each_metric_is_in_a_scrape_with_its_meaning() -> None:
    metrics = ServerMetrics()
    metrics.read_with(_nothing)
    text = metrics.render().decode()
    for metric in METRICS:
        name = metric.name.removesuffix("_total") if metric.kind == "counter" else metric.name
        assert f"# HELP {metric.name} {metric.what}" in text or f"# HELP {name} {metric.what}" in text, metric.name
    assert "_created" not in text


def _nothing() -> Iterable[Reading]:
    return ()


async def test_the_lag_of_the_loop_is_how_late_a_task_runs(autojump_clock: MockClock) -> None:
    lags: list[float] = []

    def late(seconds: float) -> None:
        lags.append(round(seconds, 3))
        autojump_clock.jump(0.4)  # as if a step took so long: the next wake is late

    with trio.move_on_after(2.0):
        await looplag.run(late)
    assert lags[0] == 0.0
    assert len(lags) >= 2


# ---- prices


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of prices."""
    return tmp_path / "prices.toml"


def test_usage_costs_what_the_file_says(file: Path) -> None:
    file.write_text('[openai]\ncurrency = "EUR"\ntokens_in = 0.01\ntokens_out = 0.1\n')
    metrics = ServerMetrics(read_prices(str(file)))
    metrics.note(CALL)
    assert samples(metrics)["vivavoce_cost_total{currency=EUR,provider=openai}"] == pytest.approx(3.0)


def test_without_prices_nothing_costs() -> None:
    metrics = ServerMetrics(read_prices(""))
    metrics.note(CALL)
    assert not [series for series in samples(metrics) if series.startswith(definitions.COST.name)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[openai]\nwords = 1\n", r"unknown field `words`.*tokens_in, tokens_out, characters, audio_seconds"),
        ("[openai]\ntokens_in = -1\n", "openai: .*>= 0"),
        ("[openai]\ntokens_in = inf\n", "openai: .*<= 1000000"),
        ("[openai]\ntokens_in = nan\n", "openai: "),
        ('currency = "EUR"\n', "currency: Expected `object`"),
        ('[openai]\ncurrency = "dollars"\n', "three capitals"),
        ("[openai\n", r"prices.toml: .*\[PROVIDER\]"),
    ],
)
def test_a_bad_price_is_refused_with_what_would_be_right(file: Path, text: str, why: str) -> None:
    file.write_text(text)
    with pytest.raises(StartupFailed, match=why):
        read_prices(str(file))


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(StartupFailed, match=r"server.prices: .*prices.toml cannot be read"):
        read_prices(str(file))
