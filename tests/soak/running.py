"""A soak from its beginning to its end: rounds of clients and faults, and a quiet moment after each."""

import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import trio

from tests.soak.faults import injecting
from tests.soak.findings import Findings
from tests.soak.flatness import Quiet, check_flatness, check_workers, come_to_rest
from tests.soak.hostile import HOSTILE
from tests.soak.lines import NotServed
from tests.soak.operator import Operator, serving
from tests.soak.providers import providing
from tests.soak.recorded import RecordingsCheck
from tests.soak.script import ACTIVE, EACH, Round, Visit, rounds
from tests.soak.sounds import Spoken
from tests.soak.visited import Caller, VisitedServer
from tests.soak.visits import KEEPING
from tests.soak.watched import TURN_WITHIN

VISITS = {**KEEPING, **HOSTILE}
VISIT_WITHIN = 4 * TURN_WITHIN
"""Seconds after which a visit has failed, whatever it waits for."""
PULSE = 1.0
"""Seconds between two looks at what the server says of itself."""


class Soak(msgspec.Struct):
    """What a soak is, and what came of it."""

    seed: int
    seconds: float
    each: float = EACH
    workers: int = 1
    debug: bool = False
    is_interrupted: bool = False
    findings: Findings = msgspec.field(default_factory=Findings)
    quiet: list[Quiet] = msgspec.field(default_factory=list)
    rounds: int = 0
    processor: float = 0.0
    recorded: RecordingsCheck | None = None
    tail: list[str] = msgspec.field(default_factory=list)

    async def run(self, folder: Path, spoken: tuple[Spoken, ...], tell: Callable[[str], None]) -> None:
        """Rounds until the time is over, or Ctrl-C comes. Cancelling ends it; what was found so far stays.

        Raises RuntimeError and trio.TooSlowError where the server does not start.
        """
        with trio.open_signal_receiver(signal.SIGINT) as interrupts:
            await self._run(folder, spoken, tell, interrupts)
        check_flatness(self.quiet, self.findings)

    async def _run(
        self, folder: Path, spoken: tuple[Spoken, ...], tell: Callable[[str], None], interrupts: AsyncIterator[int]
    ) -> None:
        async with providing() as providers, serving(folder, providers, self.workers, debug=self.debug) as operator:
            visited = VisitedServer(operator.port, self.findings, spoken)
            self.findings.begun = time.monotonic()
            tell(f"port {operator.port}")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(visited.watch)
                nursery.start_soon(self._feel_the_pulse, operator, nursery.cancel_scope)
                nursery.start_soon(self._heed, interrupts, nursery.cancel_scope)
                for planned in rounds(self.seed, self.each, has_several=self.workers > 1):
                    await self._round(planned, operator, visited)
                    tell(self._told())
                    if self.findings.now * (1 + 0.5 / self.rounds) > self.seconds:
                        break  # the next round would go on for more than half of itself
                nursery.cancel_scope.cancel()
            self.tail = operator.log_tail()
            if operator.process.runs:
                self.processor = operator.process.processor_seconds()
        if operator.status:
            self.findings.add("the server", f"it ends in good order: its exit code is {operator.status}", self.tail)

    async def _heed(self, interrupts: AsyncIterator[int], whole: trio.CancelScope) -> None:
        """Ctrl-C ends the rounds; what was found is told."""
        async for _ in interrupts:
            self.is_interrupted = True
            whole.cancel()

    async def _round(self, planned: Round, operator: Operator, visited: VisitedServer) -> None:
        async with trio.open_nursery() as visits, injecting(operator, visited, planned.faults):
            for visit in planned.visits:
                visits.start_soon(self._visit, visit, visited)
            await trio.sleep(ACTIVE)
        self.rounds += 1
        await come_to_rest(operator, self.findings)
        reading = operator.process.read(operator.board.tasks)
        check_workers(reading, self.findings)
        if self.recorded is None:
            self.recorded = RecordingsCheck(operator.recordings, self.findings)
        await trio.to_thread.run_sync(self.recorded.look)
        self.quiet.append(Quiet(self.findings.now, reading))

    async def _visit(self, visit: Visit, visited: VisitedServer) -> None:
        await trio.sleep(visit.at)
        self.findings.visits[visit.kind] += 1
        caller = Caller(visited, visit)
        with trio.move_on_after(VISIT_WITHIN) as net:
            await VISITS[visit.kind](caller)
        if net.cancelled_caught:
            self.findings.add(caller.name, f"a visit is over within {VISIT_WITHIN:g} s")

    async def _feel_the_pulse(self, operator: Operator, whole: trio.CancelScope) -> None:
        """The server lives, answers, and knows of no fault of its own."""
        while True:
            await trio.sleep(PULSE)
            if not operator.process.runs:
                self.findings.add("the server", "it runs to the end", operator.log_tail(80))
                whole.cancel()
            begun = self.findings.now
            try:
                await operator.look_for_faults(self.findings)
                self.findings.passed("asked", "answered", self.findings.now - begun, "the operator")
            except NotServed:
                continue  # it may have no descriptor left for one more stream; what it logged is asked for again
            except trio.TooSlowError:
                self.findings.add("the server", "it answers its operator in time", operator.log_tail())

    def _told(self) -> str:
        last = self.quiet[-1].reading
        findings = self.findings
        workers = ", ".join(f"{count} {kind}" for kind, count in sorted(last.kinds.items()))
        return (
            f"{findings.now:6.1f} s  round {self.rounds}: {sum(findings.visits.values())} visits, "
            f"{sum(findings.turns.values())} turns, {findings.messages} messages; {last.memory / 1e6:.0f} MB, "
            f"{last.own_descriptors} descriptors, {last.tasks} tasks; {workers}; {len(findings.found)} findings"
        )
