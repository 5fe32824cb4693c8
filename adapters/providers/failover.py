"""What happens when a provider fails: it is asked again, set aside and probed, and the next one is asked instead.

A call goes down a chain of candidates: the provider that was asked for, then those that may stand in for it. Whoever
is set aside is passed over, unless all are. A failure is retried and handed to the next only while nothing of this call
has been handed on: what was once spoken is never spoken again.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Generic, TypeVar

import msgspec
import trio

from actors.ports import Emit, EngineFailed, Kind
from adapters.providers.provider import Listed, Offer, ProviderFailed, Verdict

E = TypeVar("E")
T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger(__name__)
_SHOWN = 300


class Policy(msgspec.Struct, frozen=True):
    """How long and how often, in seconds and counts."""

    tries: int = 3
    """How often one provider is asked in one call."""
    pause: float = 0.25
    """The mean wait before the second try; it doubles with each."""
    retrying: float = 5.0
    """How long after a provider's first failure it is still asked again."""
    slow: float = 3.0
    """A try that took longer before it failed is not repeated while there is another provider."""
    slowest: float = 10.0
    """A try that took longer is not repeated at all: too little is left of the time that a session gives a stage."""
    patience: float = 10.0
    """How long a provider may take for its first result while there is another one, which is asked at once then."""
    probe_first: float = 1.0
    """The mean wait before a provider that was set aside is probed; it doubles with each, until a call succeeds."""
    probe_last: float = 60.0
    """The longest such wait."""
    probe_refused: float = 30.0
    """The first such wait for one that refused the key."""
    probe_after: float = 600.0
    """The longest first wait, whatever a provider says of when to come again."""
    probe_within: float = 20.0
    """How long a probe may take."""


class About(msgspec.Struct, frozen=True):
    """What is known of a provider of one kind before it says anything: its names, its defaults, why it is here.

    `model` and `voice` are used in calls that name none, or that were meant for another. `is_tentative`: it is used
    only once it lists something of this kind; `may_lack`: not once its list shows that it has no such model;
    `is_found`: nobody configured it, it was found.
    """

    name: str
    title: str
    kind: Kind
    model: str = ""
    voice: str = ""
    why: str = ""
    is_tentative: bool = False
    may_lack: bool = False
    is_found: bool = False


class Candidate(Generic[E]):
    """A provider of one kind that can be asked; `aside` says why it is not asked at the moment, "" where it is.

    `offer` is what it said it has, None while that is not known; `is_cut`: it has more than that. `probing` is the
    scope of its probes; they begin after `wait` at least, which grows until a call succeeds.
    """

    def __init__(self, about: About, engine: E) -> None:
        self.about = about
        self.name = about.name
        self.title = about.title
        self.kind: Kind = about.kind
        self.engine = engine
        self.offer: Offer | None = None
        self.is_cut = False
        self.aside = ""
        self.probing = trio.CancelScope()
        self.wait = 0.0
        self.is_gone = False

    @property
    def model(self) -> str:
        """The model that it uses where nobody names one: as set, else the first that it lists, else ""."""
        return self.about.model or next(iter(self.offer.models if self.offer else ()), "")

    @property
    def is_ready(self) -> bool:
        """Whether it is known to do this kind of work at all."""
        if self.about.is_tentative:
            return bool(self.offer and (self.offer.models or self.offer.voices))
        return not self.about.may_lack or self.offer is None or bool(self.offer.models)

    @property
    def listed(self) -> Listed | None:
        """The engine as one that can be asked what it has, and be checked."""
        engine: object = self.engine
        return engine if isinstance(engine, Listed) else None


class Progress:
    """How far a call is: `has_begun` to give results, or even `handed_on` some that cannot be taken back.

    `patience` is how long the first result may take.
    """

    def __init__(self) -> None:
        self.has_begun = False
        self.handed_on = False
        self.patience = math.inf
        self.scope = trio.CancelScope()

    def expect(self) -> None:
        """From now on the first result is waited for."""
        if not self.has_begun:
            self.scope.deadline = trio.current_time() + self.patience

    def over(self, emit: Emit[T], *, binds: bool = True) -> Emit[T]:
        """`emit`, noted; `binds`: what is handed on cannot be taken back."""

        async def noted(result: T) -> None:
            if self.scope.cancel_called:
                await trio.lowlevel.checkpoint()  # too late: the next one is asked
            self.has_begun = True
            self.handed_on = self.handed_on or (binds and result != "")  # an empty text is a sign of life
            self.scope.deadline = math.inf
            await emit(result)

        return noted


Attempt = Callable[[Candidate[E], Progress], Awaitable[R]]


class Failover:
    """Who is set aside, and the way of a call along a chain. `random` spreads the waits."""

    def __init__(self, policy: Policy, random: Random) -> None:
        self._policy = policy
        self._random = random
        self._nursery: trio.Nursery | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Probe whoever is set aside, until cancelled."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    async def call(self, chain: Sequence[Candidate[E]], attempt: Attempt[E, R], *, is_live: bool = False) -> R:
        """Make the call with the first candidate that can do it.

        With `is_live` it may take as long as somebody speaks: the attempt calls `expect` when that is over.

        Raises EngineFailed where none could, at once where the first says that the call is at fault (FINAL), and for a
        failure in the midst of the results. Cancelling ends the call at hand.
        """
        order = [candidate for candidate in chain if not candidate.aside] or list(chain)
        progress = Progress()
        troubles: list[str] = []
        for position, candidate in enumerate(order):
            is_last = position == len(order) - 1
            try:
                result = await self._insist(candidate, attempt, progress, is_last=is_last, is_live=is_live)
            except EngineFailed as failed:
                is_final = isinstance(failed, ProviderFailed) and failed.verdict is Verdict.FINAL
                if (is_final and candidate is chain[0]) or progress.handed_on or (is_last and not troubles):
                    raise
                troubles.append(str(failed)[:_SHOWN])
                if not is_last:
                    then = order[position + 1].title
                    log.warning("%s: %s failed, %s is asked instead", candidate.kind, candidate.title, then)
            else:
                self._restore(candidate)
                return result
        raise EngineFailed("; ".join(troubles) or "no provider is configured; see the settings under [providers]")

    async def _insist(
        self, candidate: Candidate[E], attempt: Attempt[E, R], progress: Progress, *, is_last: bool, is_live: bool
    ) -> R:
        """Ask one candidate as often as that makes sense; then it is set aside."""
        failing_since = 0.0
        progress.patience = math.inf if is_last else self._policy.patience
        for number in range(1, self._policy.tries + 1):
            began = trio.current_time()
            try:
                return await _once(candidate, attempt, progress, is_live=is_live)
            except ProviderFailed as failed:
                if failed.verdict is Verdict.FINAL:
                    raise
                now = trio.current_time()
                failing_since = failing_since if number > 1 else now
                pause = self._pause(failed, number)
                may_retry = (
                    number < self._policy.tries
                    and failed.verdict is Verdict.PASSING
                    and not progress.handed_on
                    and now + pause <= failing_since + self._policy.retrying
                    and now - began < (self._policy.slowest if is_last else min(self._policy.slow, progress.patience))
                )
                if not may_retry:
                    self._set_aside(candidate, failed)
                    raise
            log.info("%s: %s is asked again in %.2f s", candidate.kind, candidate.title, pause)
            await trio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self, failed: ProviderFailed, number: int) -> float:
        return max(failed.retry_after, self._jittered(self._policy.pause * 2 ** (number - 1)))

    def _jittered(self, mean: float) -> float:
        return mean * self._random.uniform(0.5, 1.5)

    # ---- set aside

    def _set_aside(self, candidate: Candidate[Any], failed: ProviderFailed) -> None:
        if candidate.listed is None or self._nursery is None:
            return  # nobody would find out that it is in order again
        was_aside, candidate.aside = candidate.aside, str(failed)[:_SHOWN]
        if was_aside:
            return
        log.warning("%s: %s is set aside: %s", candidate.kind, candidate.title, candidate.aside)
        first = self._policy.probe_refused if failed.verdict is Verdict.REFUSED else self._policy.probe_first
        first = min(max(first, candidate.wait, failed.retry_after), self._policy.probe_after)
        candidate.probing = trio.CancelScope()
        self._nursery.start_soon(self._probe, candidate, candidate.listed, first, candidate.probing)

    def _restore(self, candidate: Candidate[Any]) -> None:
        """A call succeeded."""
        candidate.wait = 0.0
        if candidate.aside:
            candidate.aside = ""
            candidate.probing.cancel()
            log.info("%s: %s answers again", candidate.kind, candidate.title)

    async def _probe(self, candidate: Candidate[Any], listed: Listed, pause: float, probing: trio.CancelScope) -> None:
        """Check the candidate now and then until it is in order, a call has shown that it is, or it is gone.

        What is checked is cheap, and may be in order while calls fail: so the waits grow until a call succeeds.
        """
        with probing:
            while candidate.aside:
                await trio.sleep(self._jittered(pause))
                pause = min(pause * 2, self._policy.probe_last)
                why = candidate.aside
                if candidate.is_gone:
                    return
                with trio.move_on_after(self._policy.probe_within):
                    why = await _fault(listed)
                if probing.cancel_called:
                    return  # meanwhile a call has succeeded
                candidate.aside = why
            candidate.wait = pause
            log.info("%s: %s answers again", candidate.kind, candidate.title)


async def _once(candidate: Candidate[E], attempt: Attempt[E, R], progress: Progress, *, is_live: bool) -> R:
    with trio.CancelScope() as progress.scope:
        if not is_live:
            progress.expect()
        return await attempt(candidate, progress)
    raise ProviderFailed(f"{candidate.title} gave no result within {progress.patience:g} seconds")


async def _fault(listed: Listed) -> str:
    """What is wrong with a provider, "" where it answers; a call that it refuses for itself is an answer as well."""
    try:
        await listed.check()
    except ProviderFailed as failed:
        return "" if failed.verdict is Verdict.FINAL else str(failed)[:_SHOWN]
    except EngineFailed as failed:
        return str(failed)[:_SHOWN]
    return ""
