"""The latencies of all turns that scenarios held: what each stage took, by `response.metrics` and by what was said."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from adapters.scenarios.performance import Performance, StepTimes
from adapters.scenarios.scenario import SENDER, Scenario
from protocol.messages import Metrics, ResponseStarted, SessionState
from protocol.states import State

STAGES: Final = {
    "endpoint": "from the end of speech to the commit, of an open microphone",
    "stt": "from the commit to the transcript",
    "llm_first": "from the transcript to the first piece of the answer",
    "tts_first": "from the beginning of the first part to its first sound",
    "first_sound": "from the end of speech (or the commit, or the typed text) to the first sound",
}
"""The stages of a turn, and from when to when each goes."""


class StageTimes(NamedTuple):
    """What one turn's stages took, in ms; None for a stage that it did not have, or that was not reached."""

    endpoint: int | None = None
    stt: int | None = None
    llm_first: int | None = None
    tts_first: int | None = None
    first_sound: int | None = None


class LatencyRow(NamedTuple):
    """A stage over all turns that had it: how many, and the half and 95 of 100 of them took at most so many ms."""

    stage: str
    turns: int
    p50: int
    p95: int


def turn_times(scenario: Scenario, performance: Performance) -> Iterator[StageTimes]:
    """The times of each turn that was answered, as the Sender was told them."""
    committed: float | None = None
    spoken: dict[int, float | None] = {}
    for at, client, message in performance.told:
        if client != SENDER:
            continue
        match message:
            case SessionState(State.TRANSCRIBING):
                committed = at
            case SessionState(State.RECEIVING):
                committed = None
            case Metrics() as metrics if metrics.first_token >= 0:
                yield _times(scenario, performance.steps, metrics, spoken.get(metrics.turn, committed))
            case ResponseStarted(turn):
                spoken[turn] = committed
                committed = None


def _times(scenario: Scenario, steps: Sequence[StepTimes], metrics: Metrics, committed: float | None) -> StageTimes:
    endpoint = None
    if committed is not None and scenario.is_hands_free:
        ended = [
            times.ended
            for times, step in zip(steps, scenario.file.caller, strict=False)
            if step.action in ("say", "play") and times.ended <= committed
        ]
        endpoint = round((committed - ended[-1]) * 1000) if ended else None
    heard = max(metrics.transcript, 0)
    return StageTimes(
        endpoint,
        metrics.transcript if committed is not None and metrics.transcript >= 0 else None,
        max(0, metrics.first_token - heard) if metrics.first_token >= 0 else None,
        metrics.first_audio - metrics.first_part if min(metrics.first_audio, metrics.first_part) >= 0 else None,
        metrics.first_audio + (endpoint or 0) if metrics.first_audio >= 0 else None,
    )


def latency_table(turns: Iterable[StageTimes]) -> tuple[LatencyRow, ...]:
    """A row for each stage that any of the turns had."""
    known = list(turns)
    rows = []
    for stage in STAGES:
        values = sorted(value for turn in known if (value := getattr(turn, stage)) is not None)
        if values:
            rows.append(LatencyRow(stage, len(values), percentile(values, 50), percentile(values, 95)))
    return tuple(rows)


def percentile(values: Sequence[int], share: int) -> int:
    """The least of the sorted values that so many of 100 do not exceed; there is one at least."""
    return values[max(0, -(-share * len(values) // 100) - 1)]
