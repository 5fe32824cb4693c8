"""The page of a run of scenarios: one HTML file that needs nothing else, failures first, with the latencies."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.scenarios.judging import Assessment
from adapters.scenarios.latency import STAGES, latency_table, turn_times
from adapters.scenarios.lines import summary
from adapters.scenarios.run import ScenarioRun
from adapters.scenarios.timeline import TimelineBar, TimelineRow, bars_of, rows_of

MARKS: Final = {"passed": "✓", "failed": "✗", "not checked": "–"}


class ShownRun(NamedTuple):
    """A run as the page shows it."""

    id: str
    run: ScenarioRun
    results: Sequence[Assessment]
    rows: Sequence[TimelineRow]
    bars: Sequence[TimelineBar]
    seed: str

    def share(self, seconds: float) -> str:
        """So many seconds as per cent of the run's length."""
        return f"{100 * seconds / max(self.run.performance.seconds, 0.001):.2f}"


def page(runs: Sequence[ScenarioRun]) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("adapters", "scenarios"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [_shown(number, run) for number, run in enumerate(runs, 1)]
    headings = {"failed": "Failed", "not checked": "Not checked", "passed": "Passed"}
    return environment.get_template("page.html.j2").render(
        summary=summary(runs),
        version=version("vivavoce"),
        mode="live" if any(run.seed is None for run in runs) else "in virtual time",
        latencies=latency_table(times for run in runs for times in turn_times(run.scenario, run.performance)),
        stages=STAGES,
        groups=[
            (heading, [one for one in shown if one.run.outcome == outcome]) for outcome, heading in headings.items()
        ],
        marks=MARKS,
    )


def _shown(number: int, run: ScenarioRun) -> ShownRun:
    order = list(MARKS)
    return ShownRun(
        f"run-{number}",
        run,
        sorted(run.results, key=lambda result: (result.outcome == "passed", order.index(result.outcome))),
        rows_of(run.scenario, run.performance),
        bars_of(run.scenario, run.performance),
        "" if run.seed is None else f", seed {run.seed}",
    )
