"""`vivavoce eval`: runs scenarios one after the other, tells what became of each, and writes the reports."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from actors.ports.calls import EngineFailed
from adapters.recordings.reading import UnreadableRecording
from adapters.scenarios import liverun, recordedrun, virtualrun
from adapters.scenarios.callersvoice import Voices, speak_all
from adapters.scenarios.judging import judge
from adapters.scenarios.junit import junit
from adapters.scenarios.lines import latency_lines, lines_of, summary
from adapters.scenarios.page import page
from adapters.scenarios.performance import Performance
from adapters.scenarios.reading import BadScenario, read_all
from adapters.scenarios.run import ScenarioRun
from adapters.scenarios.scenario import Scenario
from adapters.settings.errors import StartupFailed, first_of

PASSED, FAILED = 0, 1


class EvalOptions(NamedTuple):
    """How scenarios are run: under `seeds` seeds from `seed` on, or against the server at `url` with `token`.

    `junit` and `page`: the files of the reports, None for none.
    """

    url: str = ""
    token: str = ""
    seed: int = 0
    seeds: int = 1
    junit: Path | None = None
    page: Path | None = None


def evaluate(paths: Sequence[Path], options: EvalOptions, say: Callable[[str], None]) -> int:
    """Run the scenarios in these files and folders; PASSED, or FAILED where one did. `say` gets each line.

    Raises BadScenario, with a line for each file that cannot be used, before any is run; and StartupFailed where the
    server is not reached or a report cannot be written.
    """
    scenarios = read_all(list(files_in(paths)))
    voices = _spoken(scenarios)
    runs: list[ScenarioRun] = []
    for scenario in scenarios:
        of_this = list(_run(scenario, voices, options))
        for line in lines_of(of_this):
            say(line)
        runs += of_this
    for line in ("", *latency_lines(runs), "", summary(runs)):
        say(line)
    _write(options.junit, junit(runs))
    _write(options.page, page(runs).encode())
    return FAILED if any(run.outcome == "failed" for run in runs) else PASSED


def files_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and in place of a folder its TOML files by their names. Raises BadScenario for one without any."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.toml"))
        if not found:
            raise BadScenario(f"{path}: no file in it ends in .toml")
        yield from found


def _spoken(scenarios: Sequence[Scenario]) -> Voices:
    try:
        return speak_all(scenarios)
    except* EngineFailed as group:
        raise StartupFailed(f"what callers say cannot be spoken: {first_of(group)}") from None


def _run(scenario: Scenario, voices: Voices, options: EvalOptions) -> Iterator[ScenarioRun]:
    seeds: Sequence[int | None] = [None] if options.url else range(options.seed, options.seed + options.seeds)
    for seed in seeds:
        begun = time.perf_counter()
        shown, performed = _perform(scenario, voices, options, seed)
        yield ScenarioRun(shown, performed, judge(shown, performed), time.perf_counter() - begun, seed)


def _perform(
    scenario: Scenario, voices: Voices, options: EvalOptions, seed: int | None
) -> tuple[Scenario, Performance]:
    if seed is None:
        return scenario, liverun.perform(scenario, voices, options.url, options.token)
    if scenario.recording is None:
        return scenario, virtualrun.perform(scenario, voices, seed)
    try:
        return recordedrun.perform(scenario, scenario.recording, seed)
    except UnreadableRecording as error:
        raise StartupFailed(f"{scenario.path}: {error}") from None


def _write(file: Path | None, data: bytes) -> None:
    if file is None:
        return
    try:
        file.write_bytes(data)
    except OSError as error:
        raise StartupFailed(f"{file}: cannot be written: {error.strerror or error}") from None
