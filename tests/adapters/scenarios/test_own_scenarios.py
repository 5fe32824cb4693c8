"""The repository's own scenarios: each passes whatever the order of tasks, and none has a check that cannot fail."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import fields, replace

from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.callersvoice import Voices, speak_all
from adapters.scenarios.judging import judge
from adapters.scenarios.latency import latency_table, turn_times
from adapters.scenarios.performance import Performance
from adapters.scenarios.reading import read
from adapters.scenarios.scenario import (
    CallerStep,
    Expectation,
    ReceiverKeys,
    Scenario,
    ScenarioFile,
    ScriptedAnswer,
    ScriptedEar,
    ScriptedVoice,
    SenderKeys,
)
from adapters.scenarios.views import StepView
from adapters.scenarios.virtualrun import perform
from protocol.messages import TextDone

FOLDER = Path(__file__).parents[3] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))]
OTHER_WORD = "zyzzyva"

pytestmark = pytest.mark.real  # what callers say is spoken by a process


@cache
def voices() -> Voices:
    """All that their callers say."""
    return speak_all([read(file) for file in FILES])


@cache
def performed(file: Path, seed: int) -> tuple[Scenario, Performance]:
    """A scenario and what happened in it."""
    scenario = read(file)
    return scenario, perform(scenario, voices(), seed)


def test_there_are_twenty_and_each_says_why() -> None:
    assert len(FILES) == 20
    for file in FILES:
        assert file.read_text(encoding="utf-8").startswith("# "), file
    assert len({read(file).file.title for file in FILES}) == 20


def test_the_document_names_each_scenario_and_each_key() -> None:
    told = (FOLDER.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    answers = (ScriptedAnswer, ScriptedEar, ScriptedVoice)
    structs = (ScenarioFile, SenderKeys, ReceiverKeys, CallerStep, *answers, Expectation)
    keys = {field.encode_name for struct in structs for field in fields(struct)}
    stems = {file.stem for file in FILES}
    assert [name for name in (*sorted(keys), *sorted(stems)) if not re.search(rf"`[^`]*\b{name}\b[^`]*`", told)] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_passes(file: Path, seed: int) -> None:
    scenario, performance = performed(file, seed)
    assert [result for result in judge(scenario, performance) if result.outcome != "passed"] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_expected_could_have_failed(file: Path) -> None:
    scenario, performance = performed(file, 0)
    for number, expected in enumerate(scenario.file.expect):
        others = list(mutations(scenario, performance, expected))
        assert others, expected
        for other in others:
            expectations = list(scenario.file.expect)
            expectations[number] = other
            changed = replace(scenario, file=replace(scenario.file, expect=tuple(expectations)))
            result = judge(changed, performance)[number]
            assert result.outcome == "failed", result


def mutations(scenario: Scenario, performance: Performance, expected: Expectation) -> Iterator[Expectation]:
    """The expectation changed so that it should fail; its time a little shorter, where that is no change of words."""
    view = StepView(scenario, performance, expected)
    match expected.kind:
        case "says" | "hears" | "history" | "cue" | "language" as kind:
            yield replace(expected, **{kind: OTHER_WORD})
        case "never_says":
            yield replace(
                expected, never_says=next(t.message.text for t in view.told() if isinstance(t.message, TextDone))
            )
        case "never_history":
            question = view.question()
            assert question is not None
            yield replace(expected, never_history=question.history[-1].answered.split()[0])
        case "never":
            yield replace(expected, never="session.state")
        case "event":
            yield replace(expected, event="session.draining")
        case "state":
            yield replace(expected, state="idle")
        case "cut":
            yield replace(expected, cut="failed" if expected.cut != "failed" else "interrupted")
        case "error":
            yield replace(expected, error=5000)
        case "parts":
            yield replace(expected, parts=(expected.parts or 0) + 1)
        case "mouth":
            yield replace(expected, mouth="whole" if expected.mouth == "cut" else "cut")
    if expected.within_ms is not None:
        [came] = [result.at for result in judge(only(scenario, expected), performance)[:1]]
        assert came is not None
        if (late := round((came - view.base) * 1000)) > 0:
            yield replace(expected, within_ms=late - 1)


def only(scenario: Scenario, expected: Expectation) -> Scenario:
    """The scenario of which only that is expected."""
    return replace(scenario, file=replace(scenario.file, expect=(expected,)))


def test_a_seed_is_the_same_run_each_time() -> None:
    file = FOLDER / "barge-in.toml"
    scenario, first = performed(file, 0)
    again = perform(scenario, voices(), 0)
    assert _comparable(again) == _comparable(first)


def _comparable(performance: Performance) -> list[object]:
    """All that was told, but for what has the session's id."""
    return [told for told in performance.told if "session_id" not in str(told)]


def test_latencies_are_those_of_the_script() -> None:
    scenario, performance = performed(FOLDER / "push-to-talk.toml", 0)
    [times] = turn_times(scenario, performance)
    assert (times.endpoint, times.stt, times.llm_first, times.tts_first) == (None, 200, 300, 100)
    first = next(told.at for told in performance.told if isinstance(told.message, AudioPiece))
    assert times.first_sound == round((first - performance.steps[0].ended) * 1000)
    [heard] = turn_times(*performed(FOLDER / "hands-free.toml", 0))
    assert heard.endpoint is not None
    assert 480 <= heard.endpoint <= 600
    rows = latency_table([times, heard])
    assert [(row.stage, row.turns) for row in rows] == [
        ("endpoint", 1), ("stt", 2), ("llm_first", 2), ("tts_first", 2), ("first_sound", 2),
    ]  # fmt: skip
