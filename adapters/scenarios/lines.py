"""The lines that `vivavoce eval` prints: one for a scenario, and below it what failed or was not checked."""

from collections.abc import Iterator, Sequence

from adapters.scenarios.judging import Assessment
from adapters.scenarios.latency import latency_table, turn_times
from adapters.scenarios.run import ScenarioRun
from protocol.printable import printable


def lines_of(runs: Sequence[ScenarioRun]) -> Iterator[str]:
    """The lines of one scenario, which was run once or under several seeds."""
    failed = [run for run in runs if run.outcome == "failed"]
    shown = failed[0] if failed else runs[0]
    many = f", {len(runs)} seeds" if len(runs) > 1 else ""
    which = f", seed {shown.seed}" if failed and many else ""
    more = f", and {len(failed) - 1} other seeds" if len(failed) > 1 else ""
    seconds = f"{shown.performance.seconds:.1f} s in {sum(run.took for run in runs):.1f} s"
    told = f"{shown.scenario.name}: {shown.scenario.file.title}  ({seconds}{many}{which}{more})"
    yield printable(f"{shown.outcome:<11}  {told}")
    for result in (*shown.failures, *shown.unchecked):
        yield f"             {line_of(result)}"


def line_of(result: Assessment) -> str:
    """What was expected, and what came instead, and when."""
    when = "" if result.at is None else f" (at {result.at:.2f} s)"
    kind = "not checked: " if result.outcome == "not checked" else ""
    return printable(f"{kind}{result.expected}: {result.came}{when}")


def summary(runs: Sequence[ScenarioRun]) -> str:
    """How many runs had which outcome."""
    counts = {outcome: sum(run.outcome == outcome for run in runs) for outcome in ("passed", "failed", "not checked")}
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count or outcome != "not checked")


def latency_lines(runs: Sequence[ScenarioRun]) -> Iterator[str]:
    """The table of latencies over all turns."""
    rows = latency_table(times for run in runs for times in turn_times(run.scenario, run.performance))
    if rows:
        yield f"{'ms':<12}{'turns':>6}{'p50':>7}{'p95':>7}"
    for row in rows:
        yield f"{row.stage:<12}{row.turns:>6}{row.p50:>7}{row.p95:>7}"
