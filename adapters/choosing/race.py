"""One call on its way along a chain of candidates: who is asked when, who is begun beside whom, whose result counts.

The first candidate is asked. Where it fails, the next one is asked; where it is silent for `hedge`, the next one is
begun beside it, and never more than two are at work. The first result decides: whoever gave it goes on alone, and the
other is cancelled, so that nothing of two is ever mixed. Every candidate that fails is judged for itself.

An embedded engine answers at once and not as well, so it would win every such race. It is begun beside a provider only
where that has not been reached, or has never answered; else it comes when the provider has been silent for `patience`.

Silence is counted from the beginning of the call, over all tries, and while somebody speaks not at all.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import trio

from actors.ports.calls import Emit, EngineFailed
from actors.ports.sound import Undecodable
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.policy import Policy
from adapters.reach.causes import FirstCause
from adapters.reach.contract import ProviderFailed, Verdict, reaching

T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=Exception)
AT_ONCE = 2
"""Candidates of one call that are at work at the same time."""
LOSSES = 2
"""Calls in a row that one which is known to answer may lose by its silence before it is set aside."""
_SHOWN = 300
log = logging.getLogger(__name__)


def _nobody() -> None:
    """Nobody is told."""


class Progress:
    """How far a candidate is with a call: `has_begun` to give results, or even `handed_on` what cannot be taken back.

    `silent_since`: since when its first result has been waited for; infinite while it is not. `is_reached`: there is a
    connection to it.
    """

    def __init__(self, changed: Callable[[], None], decide: Callable[[], None]) -> None:
        self._changed = changed
        self._decide = decide
        self.scope = trio.CancelScope()
        self.has_begun = False
        self.handed_on = False
        self.is_reached = False
        self.silent_since = trio.current_time()

    def end(self) -> None:
        """Nobody is to be told of it any more; who would be told holds the call, and the call holds this."""
        self._changed = self._decide = _nobody

    def reach(self) -> None:
        """There is a connection."""
        self.is_reached = True

    def listen(self) -> None:
        """From now on it hears somebody speak, and its silence is none."""
        self.silent_since = math.inf

    def expect(self) -> None:
        """From now on the first result is waited for."""
        if not self.has_begun:
            self.silent_since = trio.current_time()
            self._changed()

    def fail(self) -> None:
        """What it has begun came to nothing."""
        if self.has_begun:
            self.has_begun = False
            self.expect()

    def over(self, emit: Emit[T], *, binds: bool = True) -> Emit[T]:
        """`emit`, noted; `binds`: what is handed on cannot be taken back. The first result decides the race."""

        async def noted(result: T) -> None:
            if self.scope.cancel_called:
                await trio.lowlevel.checkpoint()  # too late: another one has it
            if result != "":  # which says that it is at work, and nothing else
                self._decide()
                self.has_begun = True
                self.handed_on = self.handed_on or binds
            self.silent_since = math.inf
            await emit(result)

        return noted


Attempt = Callable[[Candidate[E], Progress], Awaitable[R]]


class Judge(Protocol):
    """What is made of how a candidate did."""

    def pause(self, failed: ProviderFailed, number: int) -> float:
        """Seconds until it is asked again, after its try of this `number` failed."""

    def set_aside(self, candidate: Candidate[Any], failed: ProviderFailed) -> None:
        """It has failed for this call."""

    def restore(self, candidate: Candidate[Any]) -> None:
        """It has succeeded."""

    def is_missing(self, candidate: Candidate[Any]) -> bool:
        """Whether nobody was there when the same provider was asked for work of another kind."""


def _bare(failed: F) -> F:
    """The failure without where it comes from: those frames hold the call, and the call holds its failures."""
    failed.__context__ = failed.__cause__ = None
    return failed.with_traceback(None)


class Run(Generic[E, R]):
    """A candidate at work: `failed` or `results` once it is done, neither where it was cancelled.

    `passing`: how its last try failed, where it is asked again.
    """

    def __init__(self, candidate: Candidate[E], changed: Callable[[], None], decide: Callable[[], None]) -> None:
        self.candidate = candidate
        self.progress = Progress(changed, decide)
        self.failed: EngineFailed | Undecodable | None = None
        self.passing: ProviderFailed | None = None
        self.results: list[R] = []

    @property
    def is_trusted(self) -> bool:
        """Whether its silence means that it is at work: it was reached, and has been seen to answer."""
        return self.progress.is_reached and self.candidate.has_answered

    def give_up(self, why: str, verdict: Verdict = Verdict.PASSING) -> None:
        """End it as failed."""
        self.failed = ProviderFailed(f"{self.candidate.title} {why}", verdict)
        self.progress.scope.cancel()


class Race(Generic[E, R]):
    """One call; `chain[0]` is whom it was meant for, `order` are those who are asked."""

    def __init__(
        self, order: Sequence[Candidate[E]], asked: Candidate[E], attempt: Attempt[E, R], policy: Policy, judge: Judge
    ) -> None:
        self._waiting = list(order)
        self._asked = asked
        self._attempt = attempt
        self._policy = policy
        self._judge = judge
        self._running: list[Run[E, R]] = []
        self._changed = trio.Event()
        self._troubles: list[EngineFailed] = []
        self._error: EngineFailed | Undecodable | None = None
        self._results: list[R] = []

    async def run(self) -> R:
        """The result of the first that has one.

        Raises EngineFailed where none has, at once where the one that was asked for says that the call is at fault
        (FINAL), and for a failure in the midst of what was handed on; Undecodable. Cancelling ends those at work.
        """
        with FirstCause():
            await self._hold()
        if self._results:
            return self._results[0]
        error = self._error or self._failure()
        self._error, self._troubles = None, []
        try:
            raise error
        finally:
            del error  # which this frame would hold, and its traceback this frame

    async def _hold(self) -> None:
        async with trio.open_nursery() as nursery:
            while not self._results and self._error is None and (self._running or self._waiting):
                self._begin_due(nursery)
                self._end_due()
                with trio.CancelScope(deadline=self._next_due()):
                    await self._changed.wait()
                self._changed = trio.Event()
            nursery.cancel_scope.cancel()

    def _failure(self) -> EngineFailed:
        if len(self._troubles) == 1:
            return self._troubles[0]
        return EngineFailed("; ".join(str(failed)[:_SHOWN] for failed in self._troubles))

    # ---- who is at work

    def _next_due(self) -> float:
        """When there is something to do although nothing has happened."""
        return min([self._begins_at(), *(self._ends_at(run)[0] for run in self._running)])

    def _begins_at(self) -> float:
        """When the next candidate is begun."""
        if not self._waiting or len(self._running) >= AT_ONCE:
            return math.inf
        if not self._running:
            return -math.inf
        (run,) = self._running
        if self._waiting[0].profile.is_embedded and run.is_trusted:
            return math.inf
        is_missing = not run.progress.is_reached and self._judge.is_missing(run.candidate)
        return run.progress.silent_since + (0.0 if is_missing else self._policy.hedge)

    def _ends_at(self, run: Run[E, R]) -> tuple[float, str]:
        """When one that is silent gives way, and what to say of it: never where there is nobody else."""
        if len(self._running) + len(self._waiting) < 2:
            return math.inf, ""
        since, policy = run.progress.silent_since, self._policy
        if self._waiting and len(self._running) >= AT_ONCE and not run.progress.is_reached:
            return since + min(2 * policy.hedge, policy.patience), "could not be reached in time"
        return since + policy.patience, f"gave no result within {policy.patience:g} seconds"

    def _begin_due(self, nursery: trio.Nursery) -> None:
        if self._begins_at() > trio.current_time():
            return
        candidate = self._waiting.pop(0)
        for run in self._running:
            log.info("%s: %s is silent, %s is begun", candidate.kind, run.candidate.title, candidate.title)
        run = Run[E, R](candidate, self._wake, lambda: self._decide(run))
        self._running.append(run)
        nursery.start_soon(self._work, run)

    def _end_due(self) -> None:
        for run in tuple(self._running):
            at, why = self._ends_at(run)
            if at <= trio.current_time():
                run.give_up(why, Verdict.PASSING if run.progress.is_reached else Verdict.ABSENT)
                self._finish(run)

    def _wake(self) -> None:
        self._changed.set()

    # ---- one at work

    async def _work(self, run: Run[E, R]) -> None:
        try:
            await self._try(run)
        finally:
            run.progress.end()

    async def _try(self, run: Run[E, R]) -> None:
        reaching.set(run.progress.reach)
        with run.progress.scope:
            try:
                result = await self._insist(run)
            except (EngineFailed, Undecodable) as failed:
                run.failed = run.failed or _bare(failed)
            else:
                if run in self._running:
                    self._decide(run)
                    run.results.append(result)
        if run in self._running:
            self._finish(run)

    async def _insist(self, run: Run[E, R]) -> R:
        """Ask one candidate as often as that makes sense."""
        number, failing_since = 0, math.inf
        while True:
            number, began = number + 1, trio.current_time()
            try:
                return await self._attempt(run.candidate, run.progress)
            except ProviderFailed as failed:
                failing_since = min(failing_since, trio.current_time())
                pause = self._judge.pause(failed, number)
                in_time = trio.current_time() + pause <= failing_since + self._policy.retrying
                if not (in_time and number < self._policy.tries and self._may_retry(run, failed, began)):
                    raise
                run.passing = _bare(failed)
                run.progress.fail()
            log.info("%s: %s is asked again in %.2f s", run.candidate.kind, run.candidate.title, pause)
            await trio.sleep(pause)

    def _may_retry(self, run: Run[E, R], failed: ProviderFailed, began: float) -> bool:
        """Whether the failure may pass with another try; nobody comes back so soon while another one is there."""
        is_alone = len(self._running) + len(self._waiting) == 1
        can_pass = failed.verdict is Verdict.PASSING or (failed.verdict is Verdict.ABSENT and is_alone)
        most = self._policy.slowest if is_alone else self._policy.slow
        return can_pass and not run.progress.handed_on and trio.current_time() - began < most

    # ---- what comes of it

    def _decide(self, winner: Run[E, R]) -> None:
        """The first result came: the others are cancelled, and wait for a call in which the winner fails after all."""
        others = [run for run in self._running if run is not winner]
        earlier = self._running[: self._running.index(winner)]
        for run in others:
            self._running.remove(run)
            run.progress.scope.cancel()
            if run in earlier:
                self._lose(run)
            self._waiting.insert(len(self._waiting) if run.candidate.aside else 0, run.candidate)

    def _lose(self, run: Run[E, R]) -> None:
        """It was begun first and was silent until another one answered."""
        candidate = run.candidate
        candidate.lost += 1
        if run.passing is not None:
            self._judge.set_aside(candidate, run.passing)
        elif candidate.lost >= LOSSES or not run.is_trusted:
            what = (
                "was silent while another one answered" if run.progress.is_reached else "could not be reached in time"
            )
            verdict = Verdict.PASSING if run.is_trusted else Verdict.ABSENT
            self._judge.set_aside(candidate, ProviderFailed(f"{candidate.title} {what}", verdict))

    def _finish(self, run: Run[E, R]) -> None:
        """It is done."""
        self._running.remove(run)
        self._wake()
        match run.failed:
            case None:
                self._results = run.results
                self._judge.restore(run.candidate)
            case Undecodable():
                self._error = run.failed
            case EngineFailed():
                self._fail(run, run.failed)
        if self._results or self._error is not None:
            for other in self._running:
                other.progress.scope.cancel()  # before it can hand anything on

    def _fail(self, run: Run[E, R], failed: EngineFailed) -> None:
        is_final = isinstance(failed, ProviderFailed) and failed.verdict is Verdict.FINAL
        if isinstance(failed, ProviderFailed) and not is_final:
            self._judge.set_aside(run.candidate, failed)
        if run.progress.handed_on or (is_final and run.candidate is self._asked):
            self._error = failed
            return
        self._troubles.append(failed)
        for candidate in self._waiting[:1] if not self._running else ():
            log.warning("%s: %s failed, %s is asked instead", candidate.kind, run.candidate.title, candidate.title)
