"""One candidate at work in a call: the life of an answer, from the request to its end, in one place.

A stage of a turn calls an engine for results: words, pieces of an answer, clips of sound. On its way to the session a
result meets three objects, each of which decides one thing and hands the result on to the next:

    StreamedAnswer     what of the bytes is an answer, and what a thought        vendors/shared/streamed.py
         |             (a language model over HTTP; a recogniser and a synthesiser hand on results themselves)
    Attempt            whether this candidate's results are those that count     here
         |
    EngineCall         the call's deadlines and memory; into the mailbox         actors/running/calls.py

The life of an attempt. What stands at an arrow is who causes it:

    asked ---------> reached ---------> has begun ---------> ended
      |   reach()       |   hand_on()       |   hand_on() ...    the candidate returns: the call has its result
      |                 |                   |
      +-----------------+-------------------+--> cancelled    another attempt had the first result, or the call is over
      |                 |                   |
      +-----------------+-------------------+--> failed       the candidate raises, or `give_up`: it is silent too long
                                            |
                          asked again <-----+                 where nobody was told: a further try, or another attempt

"Taken back": the results of a try that failed stay with the session until another try has its first result, because
nothing is wrong with them unless something else comes. `CallResults` then hands on one Retraction before it.
"""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import trio

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Undecodable
from actors.ports.watching import CallOutcome, CallRecord, Usage, added
from adapters.choosing.candidate import Candidate, E
from adapters.reach.contract import ProviderFailed, Verdict

T = TypeVar("T")


def _ignore(*_: object) -> None:
    """The race is not told any more."""


class CallResults(Generic[T]):
    """The results that one call has handed on, over all tries of all candidates; `emit` is the stage's.

    `take_back` is None where results cannot be taken back, because they are told to people as they come.
    """

    def __init__(self, emit: Emit[T], take_back: Emit[Retraction] | None) -> None:
        self.emit = emit
        self.told_by = 0
        self._take_back = take_back
        self._tries = 0

    @property
    def is_binding(self) -> bool:
        """Whether a result that was handed on cannot be taken back."""
        return self._take_back is None

    def begin_try(self) -> int:
        """The number of a further try, from 1."""
        self._tries += 1
        return self._tries

    async def settle(self, number: int) -> None:
        """Take back what another try than this one has told. Cancelling may leave it told."""
        if self.told_by not in (0, number) and self._take_back is not None:
            self.told_by = 0
            await self._take_back(Retraction())


class Attempt(Generic[E, T]):
    """A candidate at work in one call; see the module's text. It is begun by being made.

    `decided` is told before its first result counts, `expected` when its first result is waited for anew.
    """

    def __init__(
        self,
        candidate: Candidate[E],
        results: CallResults[T],
        decided: Callable[["Attempt[E, T]"], None],
        expected: Callable[[], None],
    ) -> None:
        self.candidate = candidate
        self.scope = trio.CancelScope()
        self.is_reached = False
        """Whether there is a connection to it."""
        self.has_begun = False
        """Whether its present try has given a result."""
        self.is_bound = False
        """Whether it has handed on what cannot be taken back: then it alone can end the call."""
        self.has_ended = False
        """Whether it has done what it was asked for; one that was cancelled has neither ended nor failed."""
        self.silent_since = trio.current_time()
        """Since when its first result is waited for; infinite while it is not."""
        self.number = 0
        """That of its present try."""
        self.failed: EngineFailed | Undecodable | None = None
        self.passing: ProviderFailed | None = None
        """How its last try failed, where it is asked again."""
        self.begun = trio.current_time()
        self.first: float | None = None
        """When it gave its first result."""
        self.model = ""
        self.usage = Usage()
        self._results = results
        self._decided = decided
        self._expected = expected

    @property
    def is_trusted(self) -> bool:
        """Whether its silence means that it is at work: it was reached, and has been seen to answer."""
        return self.is_reached and self.candidate.has_answered

    # ---- by the candidate

    def reach(self) -> None:
        """There is a connection."""
        self.is_reached = True

    def listen(self) -> None:
        """From now on it hears a person speak, and its silence does not count."""
        self.silent_since = math.inf

    def expect(self) -> None:
        """From now on its first result is waited for, unless it has given one."""
        if not self.has_begun:
            self.silent_since = trio.current_time()
            self._expected()

    async def hand_on(self, result: T) -> None:
        """The next result; "" says that it is at work, and nothing else. The first result of a call decides the race.

        Waits while the session is behind. Cancelling may hand the result on or not; an attempt that is cancelled hands
        on nothing more.
        """
        if self.scope.cancel_called:
            await trio.lowlevel.checkpoint()  # too late: another attempt has the call
        self.silent_since = math.inf
        results = self._results
        if result != "":
            if not self.has_begun:
                self._decided(self)
                self.has_begun = True
                self.first = trio.current_time() if self.first is None else self.first
                self.is_bound = self.is_bound or results.is_binding
            if results.told_by != self.number:
                await results.settle(self.number)
                results.told_by = self.number
        await results.emit(result)

    def use(self, usage: Usage) -> None:
        """So much more was used of the provider."""
        self.usage = added(self.usage, usage)

    # ---- by the race

    def record(self, now: float) -> CallRecord:
        """Its work, which is over. One that was cut before it had answered after a try that failed has failed."""
        failed, candidate = self.failed or (None if self.has_begun else self.passing), self.candidate
        outcome: CallOutcome = "done" if self.has_ended else "cancelled" if failed is None else "failed"
        why = failed.verdict.value if isinstance(failed, ProviderFailed) else "other"
        return CallRecord(
            candidate.kind,
            candidate.name,
            self.model,
            self.begun,
            now,
            outcome,
            self.first if self.first is not None or not self.has_ended else now,
            why if outcome == "failed" else "",
            self.usage,
        )

    def begin_try(self) -> None:
        """It is asked, or asked again."""
        self.number = self._results.begin_try()

    def fail_try(self, failed: ProviderFailed) -> None:
        """Its try has come to nothing, and it will be asked again."""
        self.passing = failed
        if self.has_begun:
            self.has_begun = False
            self.expect()

    def give_up(self, why: str) -> None:
        """End it as failed, because it is silent."""
        verdict = Verdict.PASSING if self.is_reached else Verdict.ABSENT
        self.failed = ProviderFailed(f"{self.candidate.title} {why}", verdict)
        self.scope.cancel()

    def close(self) -> None:
        """Forget the race, which holds this attempt: else the two are a circle, left to the garbage collector."""
        self._decided = self._expected = _ignore
