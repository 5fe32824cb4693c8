"""The metrics of one server, for Prometheus: what happens is counted as it happens, the rest is read at the scrape."""

from collections.abc import Callable, Iterable
from typing import assert_never, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from actors.deciding.states import DEADLINES as STATE_DEADLINES
from actors.ports import watching
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
    TurnWords,
    Usage,
)
from adapters.metrics import definitions
from adapters.metrics.definitions import METRICS, MOST_PROVIDERS, OTHER, Metric
from adapters.metrics.merging import scraped
from adapters.metrics.prices import Prices, cost
from protocol.errors import ErrorId
from protocol.mouth import MouthSource

NAMED_DEADLINES = (
    *STATE_DEADLINES.values(),
    *(f"{kind.lower()}_{what}" for kind in get_args(Kind) for what in ("silence", "call")),
)
"""What a deadline may be called: those of states, and those of the calls of each kind."""
Reading = tuple[Metric, tuple[str, ...], float]
"""A value that is read at the scrape: of which metric, with which labels."""
Read = Callable[[], Iterable[Reading]]


class ReadCollector(Collector):
    """What is read at the scrape; each metric is there, also where nothing is read of it."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def collect(self) -> Iterable[Family]:
        """All of it: see prometheus_client."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for metric in METRICS:
            if metric.is_read:
                family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
                families[metric.name] = family(metric.name, metric.what, labels=metric.labels)
        for metric, labels, value in self._read():
            families[metric.name].add_metric(labels, value)
        return families.values()


class ServerMetrics:
    """The metrics of one server. `note` is its watcher; `prices`: what its usage costs."""

    def __init__(self, prices: Prices | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, of which nobody asks anything
        self._registry = CollectorRegistry()
        self._prices = prices or {}
        self._providers: set[str] = set()
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            if metric.kind == "histogram":
                self._histograms[metric.name] = Histogram(
                    metric.name, metric.what, metric.labels, buckets=metric.buckets, registry=self._registry
                )
            elif not metric.is_read:
                self._counters[metric.name] = Counter(metric.name, metric.what, metric.labels, registry=self._registry)
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Make the series whose labels are known, so that a rate is right from the first event on."""
        known: tuple[tuple[Metric, Iterable[str]], ...] = (
            (definitions.TURNS, get_args(watching.Outcome)),
            (definitions.INTERRUPTIONS, get_args(watching.Judgement)),
            (definitions.MOUTH_PARTS, get_args(MouthSource)),
            (definitions.ERRORS, (str(int(error_id)) for error_id in ErrorId)),
            (definitions.DEADLINES, NAMED_DEADLINES),
        )
        for metric, labels in known:
            for label in labels:
                self._counters[metric.name].labels(label)
        for stage in get_args(watching.Stage):
            self._histograms[definitions.TURN_SECONDS.name].labels(stage)

    def read_with(self, read: Read) -> None:
        """From now on a scrape has what `read` finds, too."""
        self._registry.register(ReadCollector(read))

    def render(self) -> bytes:
        """The text of a scrape, in the format 0.0.4 of Prometheus."""
        return generate_latest(self._registry)

    def part(self) -> bytes:
        """A scrape, to be merged with those of other processes."""
        return scraped(self._registry)

    def note_lag(self, seconds: float) -> None:
        """A task ran so much later than it should."""
        self._time(definitions.LOOP_LAG, seconds)

    def note(self, what: Observation) -> None:
        """Count what happened: a `Watcher`."""
        match what:
            case StageReached(stage, seconds):
                self._time(definitions.TURN_SECONDS, seconds, stage)
            case TurnRecord():
                self._count(definitions.TURNS, what.outcome)
            case SpeechJudged(judgement, seconds):
                self._count(definitions.INTERRUPTIONS, judgement)
                if judgement == "true" and seconds is not None:
                    self._time(definitions.BARGE_IN, seconds)
            case FalseStart():
                self._count(definitions.FALSE_STARTS)
            case DeadlinePassed(name):
                self._count(definitions.DEADLINES, name)
            case ErrorTold(error_id):
                self._count(definitions.ERRORS, str(int(error_id)))
            case MouthClosed(source):
                self._count(definitions.MOUTH_PARTS, source)
            case CallRecord():
                self._note_call(what)
            case FailedOver(kind, provider):
                self._count(definitions.FAILOVERS, kind, self._bounded(provider))
            case TurnWords():
                pass
            case _:
                assert_never(what)

    def _note_call(self, call: CallRecord) -> None:
        provider = self._bounded(call.provider)
        if call.first is not None:
            self._time(definitions.PROVIDER_SECONDS, call.first - call.begun, call.kind, provider, "first")
        if call.outcome == "done":
            self._time(definitions.PROVIDER_SECONDS, call.ended - call.begun, call.kind, provider, "whole")
        if call.outcome == "failed":
            self._count(definitions.PROVIDER_FAILURES, call.kind, provider, call.why)
        for unit in Usage.__struct_fields__:
            if amount := getattr(call.usage, unit):
                self._counters[definitions.USAGE.name].labels(provider, unit).inc(amount)
        for currency, money in cost(self._prices, call.provider, call.usage).items():
            self._counters[definitions.COST.name].labels(provider, currency).inc(money)

    def _bounded(self, provider: str) -> str:
        if provider not in self._providers and len(self._providers) >= MOST_PROVIDERS:
            return OTHER
        self._providers.add(provider)
        return provider

    def _count(self, metric: Metric, *labels: str) -> None:
        counter = self._counters[metric.name]
        (counter.labels(*labels) if labels else counter).inc()

    def _time(self, metric: Metric, seconds: float, *labels: str) -> None:
        histogram = self._histograms[metric.name]
        (histogram.labels(*labels) if labels else histogram).observe(seconds)
