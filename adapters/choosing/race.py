"""The race of one call along a chain of candidates: which one is asked when, and whose results count.

The first candidate is asked. Where it fails, it is asked again or the next one is asked; where it is silent for
`hedge`, the next one is begun beside it, and no more than two are at work. The first result decides: the candidate that
gave it goes on alone and the other one is cancelled, so that results of two are never mixed.

Why a race at all. A provider that hangs is the common failure of a model in the cloud, and the worst: a time-out long
enough for a slow model is too long for a person. A hedged request (Dean and Barroso, "The Tail at Scale", 2013) needs
no time-out that is right: nothing is given up when the second candidate is begun, and a first one that was only slow
may still win. It costs a second request where the first is silent for longer than `hedge`, which may be paid twice;
that is why no more than two are at work, and why the operator can set `hedge` so large that there is none.

Why the first result decides, and not the first that is complete. A person hears the first words while the model is
still writing. To wait for the whole would give back what streaming has won; to switch later would mix two answers.

What silence is. It is counted from the beginning of the call over all tries, so that a provider that fails and is asked
again is not waited for longer than one that says nothing. It is not counted while somebody is still speaking into a
live recogniser, nor once results have come. An empty result says that a model is thinking, and ends the silence, but
decides nothing: two may think at once.

Why a connection counts. A provider that was not even reached (`reached()`) is likely to be away, one that took the
request is likely to be working. So an unreached one is given up for a third candidate after 2 `hedge`, a reached one
after `patience`; and an embedded engine, which answers in milliseconds and not as well, is not begun beside a provider
that was reached and has answered before, because it would win every such race. It is begun when the provider has failed
or used up its `patience`.

Why the losing one is put back. It was cancelled in favour of a result, not for a failure. Where the winner breaks off
and nobody was told, it is asked again, and first, unless it was set aside.

Who is set aside. A candidate that failed, for as long as its circuit is open (`breaker`). One that lost by its silence,
at once where it was not reached or never known to answer, else at the second loss in a row: a model may be slow once.
One that was cancelled is judged by nothing.

References run one way: the race holds its attempts, an attempt its race only until it ends (`Attempt.close`), and a
failure is kept without its traceback (`_bare`). Without that a call left a circle to the garbage collector, and with it
the sound of its utterance: 150 MB of 30 utterances (tests/adapters/choosing/test_race_freed.py).

Terms: docs/glossary.md.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import trio

from actors.ports.callcontext import call_for, current_call
from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from actors.ports.watching import FailedOver, Watcher, unwatched
from adapters.choosing.attempt import Attempt, CallResults, T
from adapters.choosing.breaker import SHOWN, CircuitBreaker
from adapters.choosing.candidate import Candidate, E
from adapters.choosing.policy import Policy
from adapters.reach.contract import ProviderFailed, Verdict, metering, reaching
from adapters.reach.exceptiongroups import FirstCause

R = TypeVar("R")
F = TypeVar("F", bound=Exception)
Ask = Callable[[Attempt[E, T]], Awaitable[R]]
"""Asks the attempt's candidate once and hands on what it gives by `Attempt.hand_on`; returns the call's result."""
AT_ONCE = 2
"""Candidates of one call that are at work at the same time."""
LOSSES = 2
"""Calls in a row that a candidate which is known to answer may lose by its silence before it is set aside."""
log = logging.getLogger(__name__)


def _bare(failed: F) -> F:
    """The failure without where it comes from: those frames hold the call, and the call holds its failures."""
    failed.__context__ = failed.__cause__ = None
    return failed.with_traceback(None)


class Race(Generic[E, T, R]):
    """One call; `order` are the candidates that are asked, `asked` is the one that was asked for."""

    def __init__(
        self,
        order: Sequence[Candidate[E]],
        asked: Candidate[E],
        ask: Ask[E, T, R],
        results: CallResults[T],
        policy: Policy,
        breaker: CircuitBreaker,
        watch: Watcher = unwatched,
    ) -> None:
        self._waiting = list(order)
        self._asked = asked
        self._ask = ask
        self._results = results
        self._policy = policy
        self._breaker = breaker
        self._watch = watch
        self._running: list[Attempt[E, T]] = []
        self._changed = trio.Event()
        self._troubles: list[EngineFailed] = []
        self._error: EngineFailed | Undecodable | None = None
        self._winner: Attempt[E, T] | None = None
        self._result: list[R] = []

    async def run(self) -> R:
        """The result of the first candidate that has one.

        Raises EngineFailed where none has, at once where the one that was asked for says that the call is at fault
        (FINAL), and for a failure in the middle of what was handed on; Undecodable. Cancelling ends the attempts.
        """
        with FirstCause():
            await self._hold()
        if self._winner is not None:
            await self._results.settle(self._winner.number)
            return self._result[0]
        error = self._error or self._failure()
        self._error, self._troubles = None, []
        try:
            raise error
        finally:
            del error  # which this frame would hold, and its traceback this frame

    async def _hold(self) -> None:
        async with trio.open_nursery() as nursery:
            while not self._is_over and (self._running or self._waiting):
                self._begin_due(nursery)
                self._end_due()
                with trio.CancelScope(deadline=self._next_due()):
                    await self._changed.wait()
                self._changed = trio.Event()
            nursery.cancel_scope.cancel()

    @property
    def _is_over(self) -> bool:
        return self._winner is not None or self._error is not None

    def _failure(self) -> EngineFailed:
        if len(self._troubles) == 1:
            return self._troubles[0]
        return EngineFailed("; ".join(str(failed)[:SHOWN] for failed in self._troubles))

    # ---- which candidates are at work

    def _next_due(self) -> float:
        """The time at which the race goes on without a new event."""
        return min([self._begins_at(), *(self._ends_at(attempt)[0] for attempt in self._running)])

    def _begins_at(self) -> float:
        """The time at which the next candidate is asked."""
        if not self._waiting or len(self._running) >= AT_ONCE:
            return math.inf
        if not self._running:
            return -math.inf
        (attempt,) = self._running
        if self._waiting[0].profile.is_embedded and attempt.is_trusted:
            return math.inf
        is_missing = not attempt.is_reached and self._breaker.is_missing(attempt.candidate)
        return attempt.silent_since + (0.0 if is_missing else self._policy.hedge)

    def _ends_at(self, attempt: Attempt[E, T]) -> tuple[float, str]:
        """The time at which a silent attempt is given up, and the reason; never where there is no other candidate."""
        if len(self._running) + len(self._waiting) < 2:
            return math.inf, ""
        since, policy = attempt.silent_since, self._policy
        if self._waiting and len(self._running) >= AT_ONCE and not attempt.is_reached:
            return since + min(2 * policy.hedge, policy.patience), "could not be reached in time"
        return since + policy.patience, f"gave no result within {policy.patience:g} seconds"

    def _begin_due(self, nursery: trio.Nursery) -> None:
        if self._begins_at() > trio.current_time():
            return
        candidate = self._waiting.pop(0)
        for other in self._running:
            log.info("%s: %s is silent, %s is begun", candidate.kind, other.candidate.title, candidate.title)
        attempt = Attempt(candidate, self._results, self._decide, self._wake)
        self._running.append(attempt)
        nursery.start_soon(self._attempt, attempt)

    def _end_due(self) -> None:
        for attempt in tuple(self._running):
            at, why = self._ends_at(attempt)
            if at <= trio.current_time():
                attempt.give_up(why)
                self._finish(attempt)

    def _wake(self) -> None:
        self._changed.set()

    # ---- one attempt

    async def _attempt(self, attempt: Attempt[E, T]) -> None:
        """The task of an attempt, in the context of a provider's call."""
        with call_for(current_call().call()):
            await self._work(attempt)

    async def _work(self, attempt: Attempt[E, T]) -> None:
        reaching.set(attempt.reach)
        metering.set(attempt.use)
        try:
            with attempt.scope:
                await self._follow(attempt)
        finally:
            attempt.close()
            self._watch(attempt.record(trio.current_time()))
        if attempt in self._running:  # else it was given up, or another one has won
            self._finish(attempt)

    async def _follow(self, attempt: Attempt[E, T]) -> None:
        """Ask, and note how it ended."""
        try:
            result = await self._insist(attempt)
        except (EngineFailed, Undecodable) as failed:
            attempt.failed = attempt.failed or _bare(failed)
        else:
            if attempt in self._running:
                self._decide(attempt)
                attempt.has_ended, self._result = True, [result]

    async def _insist(self, attempt: Attempt[E, T]) -> R:
        """Ask one candidate as often as that makes sense."""
        tries, failing_since = 0, math.inf
        while True:
            tries, began = tries + 1, trio.current_time()
            attempt.begin_try()
            try:
                return await self._ask(attempt)
            except ProviderFailed as failed:
                failing_since = min(failing_since, trio.current_time())
                pause = max(failed.retry_after, self._breaker.jittered(self._policy.pause * 2 ** (tries - 1)))
                in_time = trio.current_time() + pause <= failing_since + self._policy.retrying
                if not (in_time and tries < self._policy.tries and self._may_retry(attempt, failed, began)):
                    raise
                attempt.fail_try(_bare(failed))
            log.info("%s: %s is asked again in %.2f s", attempt.candidate.kind, attempt.candidate.title, pause)
            await trio.sleep(pause)

    def _may_retry(self, attempt: Attempt[E, T], failed: ProviderFailed, began: float) -> bool:
        """Whether another try may help. A candidate that is absent is tried again only where there is no other one."""
        is_alone = len(self._running) + len(self._waiting) == 1
        can_pass = failed.verdict is Verdict.PASSING or (failed.verdict is Verdict.ABSENT and is_alone)
        most = self._policy.slowest if is_alone else self._policy.slow
        return can_pass and not attempt.is_bound and trio.current_time() - began < most

    # ---- what comes of it

    def _decide(self, winner: Attempt[E, T]) -> None:
        """The first result came: the others are cancelled, and wait for a call in which the winner fails after all."""
        others = [attempt for attempt in self._running if attempt is not winner]
        earlier = self._running[: self._running.index(winner)]
        for attempt in others:
            self._running.remove(attempt)
            attempt.scope.cancel()
            if attempt in earlier:
                self._lose(attempt)
            self._waiting.insert(len(self._waiting) if attempt.candidate.aside else 0, attempt.candidate)

    def _lose(self, attempt: Attempt[E, T]) -> None:
        """It was begun first and was silent until another one answered."""
        candidate = attempt.candidate
        candidate.lost += 1
        if attempt.passing is not None:
            self._breaker.set_aside(candidate, attempt.passing)
        elif candidate.lost >= LOSSES or not attempt.is_trusted:
            silent = "was silent while another one answered"
            what = silent if attempt.is_reached else "could not be reached in time"
            verdict = Verdict.PASSING if attempt.is_trusted else Verdict.ABSENT
            self._breaker.set_aside(candidate, ProviderFailed(f"{candidate.title} {what}", verdict))

    def _finish(self, attempt: Attempt[E, T]) -> None:
        """It is over: ended, failed, or cancelled with the whole call."""
        self._running.remove(attempt)
        self._wake()
        match attempt.failed:
            case Undecodable():
                self._error = attempt.failed
            case EngineFailed():
                self._fail(attempt, attempt.failed)
            case None if attempt.has_ended:
                self._winner = attempt
                if attempt.candidate is not self._asked:
                    self._watch(FailedOver(attempt.candidate.kind, attempt.candidate.name))
                self._breaker.restore(attempt.candidate)
        if self._is_over:
            for other in self._running:
                other.scope.cancel()  # before it can hand anything on

    def _fail(self, attempt: Attempt[E, T], failed: EngineFailed) -> None:
        is_final = isinstance(failed, ProviderFailed) and failed.verdict is Verdict.FINAL
        if isinstance(failed, ProviderFailed) and not is_final:
            self._breaker.set_aside(attempt.candidate, failed)
        if attempt.is_bound or (is_final and attempt.candidate is self._asked):
            self._error = failed
            return
        self._troubles.append(failed)
        for candidate in self._waiting[:1] if not self._running else ():
            log.warning("%s: %s failed, %s is asked instead", candidate.kind, attempt.candidate.title, candidate.title)
