"""The jobs of one session in the pools: started, cancelled with their turn, and reported to its mailbox.

Terms: docs/glossary.md.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from actors.deciding.account import Charge
from actors.deciding.effects import Job
from actors.deciding.events import StageEvent
from actors.deciding.limits import Limits
from actors.ports.audio import Growing
from actors.ports.callcontext import CallContext, call_for
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.running import stages
from actors.running.calls import Report, Waits, no_matter
from actors.running.pool import Pool, Work

log = logging.getLogger(__name__)
Run = Callable[[], Awaitable[None]]


class Jobs:
    """The jobs of a session; their results go to it by `tell`. Only a step of the session starts and cancels them.

    `whose`: the context of a job that starts now.
    """

    def __init__(
        self,
        owner: str,
        engines: Engines,
        pools: dict[Kind, Pool],
        limits: Limits,
        tell: Report,
        whose: Callable[[Job], CallContext],
    ) -> None:
        self._owner = owner
        self._engines = engines
        self._pools = pools
        self._limits = limits
        self._tell = tell
        self._whose = whose
        self._work: dict[int, set[Work]] = {}

    @property
    def turns(self) -> tuple[int, ...]:
        """The turns that have had jobs and are not over."""
        return tuple(self._work)

    def start(self, job: Job, charge: Charge) -> bool:
        """Have the job done by its pool; False where the pool cannot take it in."""
        return self.submit(job, partial(self.perform, job, charge), partial(self.crash, job))

    def submit(self, job: Job, run: Run, crashed: Run) -> bool:
        """Have `run` done by the job's pool, and `crashed` where it breaks; False where the pool cannot take it in."""
        works = self._work.setdefault(job.turn, set())
        work = Work(self._owner, partial(_do, run, self._whose(job)), crashed, works.discard)
        if not self._pools[stages.kind_of(job)].submit(work):
            return False
        works.add(work)
        return True

    async def perform(
        self, job: Job, charge: Charge, live: Growing | None = None, report: Report | None = None
    ) -> None:
        """Do the job, in a pool's worker; `live`: its utterance is still being spoken. Cancelling stops the engine."""
        await stages.perform(job, self._engines, self._limits, report or self.report, live, charge)

    async def report(self, event: StageEvent, waits: Waits = no_matter) -> None:
        """Tell the session of a result: it steps at once, or this calls `waits`, and waits while the mailbox is full.
        Cancelling in that wait tells nothing.

        Where the session is over by then, nobody is told.
        """
        try:
            await self._tell(event, waits)
        except trio.BrokenResourceError:
            log.debug("a result came for a session that is over")

    async def crash(self, job: Job) -> None:
        """Report that the job broke by an unforeseen error. Cancelling reports nothing."""
        await self.report(stages.crash(job))

    def close(self) -> None:
        """The session is over, and is not known here any more: what still comes is told to nobody."""
        self._tell = _tell_nobody

    def cancel(self, turn: int) -> None:
        """Cancel what still runs or waits for the turn."""
        works = self._work.pop(turn, set())
        while works:  # emptied, because each work knows the set that it is in
            works.pop().cancel()


async def _do(run: Run, context: CallContext) -> None:
    """Do the work in its context. Cancelling stops it."""
    with call_for(context):
        await run()


async def _tell_nobody(event: StageEvent, waits: Waits) -> None:
    """What a session that is over says to mail. It never waits, so cancelling has no effect."""
    raise trio.BrokenResourceError
