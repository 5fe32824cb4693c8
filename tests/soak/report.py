"""What a soak tells at its end."""

from collections import Counter
from collections.abc import Iterator

from tests.soak.running import Soak
from tests.soak.script import EACH


def report(soak: Soak) -> Iterator[str]:
    """The figures, and each rule that was broken with the last messages of its client."""
    findings = soak.findings
    yield from _figures(soak)
    for number, found in enumerate(findings.found, 1):
        yield f"\nRULE {number} BROKEN, at {found.at:.1f} s ({found.weather}): {found.who}\n  {found.rule}"
        yield from (f"    {one}" for one in found.last)
    if findings.left_out:
        yield f"... and {findings.left_out} more"
    if findings.found:
        yield "\nThe last lines of the server's log:"
        yield from (f"    {one}" for one in soak.tail)
        command = f"python -m tests.soak --minutes {soak.seconds / 60:g} --seed {soak.seed}"
        command += "" if soak.each == EACH else f" --each {soak.each:g}"
        command += f" --workers {soak.workers}" if soak.workers > 1 else ""
        yield f"\nThe same clients and faults again: {command}"
    yield f"\n{len(findings.found) + findings.left_out} broken rules, seed {soak.seed}"


def _figures(soak: Soak) -> Iterator[str]:
    findings = soak.findings
    yield (
        f"\n{findings.now:.0f} s, {soak.rounds} rounds: {sum(findings.visits.values())} visits, "
        f"{sum(findings.turns.values())} turns of those that keep the rules, {findings.messages} messages"
    )
    yield f"processor time of the server: {soak.processor:.0f} s"
    yield "\n| client | visits | turns | answers | errors |\n| --- | ---: | ---: | ---: | ---: |"
    for kind, count in sorted(findings.visits.items()):
        yield f"| {kind} | {count} | {findings.turns[kind]} | {findings.answered[kind]} | {findings.failed[kind]} |"
    yield _row("faults", findings.faults)
    yield _row("errors", findings.errors)
    yield _row("not let in", findings.refusals)
    yield _row("connections lost", findings.lost)
    for name, (seconds, whose) in sorted(findings.slowest.items(), key=lambda one: -one[1][0])[:6]:
        yield f"slow: {name} {seconds:.1f} s, {whose}"
    if soak.recorded is not None:
        yield f"recordings: {soak.recorded.seen}, of those read {soak.recorded.ended_early} ended before their sessions"
    if soak.quiet:
        first, last = soak.quiet[0].reading, soak.quiet[-1].reading
        yield (
            f"memory {first.memory / 1e6:.0f} MB after the first round, {last.memory / 1e6:.0f} after the last; "
            f"descriptors {first.own_descriptors} and {last.own_descriptors}, tasks {first.tasks} and {last.tasks}, "
            f"processes {len(first.workers)} and {len(last.workers)}"
        )


def _row(name: str, counts: Counter[str]) -> str:
    return f"{name}: " + (", ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "none")
