"""A bounded pool of workers, one implementation for STT, LLM and TTS.

Two kinds of tasks share it: the sessions that submit work, and N workers. Nothing is between them. `submit` puts work
among what waits and wakes an idle worker; a worker that runs takes out what goes next, does it, and takes the next.
Which work that is, is decided when the worker runs, so that of all that came in one instant the right one goes first.
Submitting never waits: full is an answer (`reserve` gives no seat), not a delay.

A seat is the right of one turn to have work in the pool. Seats are given out when a turn is admitted and come back when
it is over, so an admitted turn is never refused half way; the number of seats is the number of workers and of turns
that may wait. The order is that of `WaitingJobs`: a session with many parts cannot keep the others from their first.

Terms: docs/glossary.md.
"""

import logging
from collections.abc import Awaitable, Callable, Hashable

import trio

from actors.running.fairness import WaitingJobs

log = logging.getLogger(__name__)
ROOM = 96
"""How much work of one seat may wait: the parts of an answer, or of a session whose mailbox is full, all the turns that
its messages begin and cut again."""


def _ignore(work: "Work") -> None:
    """Ignore the change: the work is in no list."""


class Work:
    """One job: what to run, for which owner, and what to do when it breaks unforeseen.

    `ended` is called with the work when it has run, however it went. It is not called for work that is cancelled before
    it begins.
    """

    def __init__(
        self,
        owner: Hashable,
        run: Callable[[], Awaitable[None]],
        crashed: Callable[[], Awaitable[None]],
        ended: Callable[["Work"], None] = _ignore,
    ) -> None:
        self.owner = owner
        self.run = run
        self.crashed = crashed
        self.ended = ended
        self.scope = trio.CancelScope()
        self.withdrawn: Callable[[Work], None] = _ignore
        """Called when it is cancelled: it is not to begin any more."""

    def cancel(self) -> None:
        """Stop it, or keep it from starting."""
        self.scope.cancel()
        self.withdrawn(self)


class Pool:
    """A pool of `workers` tasks with room for `queue` more turns; see the module's text."""

    def __init__(self, name: str, workers: int, queue: int) -> None:
        self.name = name
        self.workers = workers
        self.seats = workers + queue
        self.taken = 0
        self.listening = 0
        self.crashes = 0
        self._jobs = WaitingJobs[Work]()
        self._most = ROOM * self.seats
        self._idle = trio.lowlevel.ParkingLot()

    def __repr__(self) -> str:
        return f"<Pool {self.name}: {self.busy} of {self.workers} workers busy, {self.waiting} jobs waiting>"

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return self._jobs.running

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._jobs)

    def reserve(self) -> bool:
        """Take a seat for a turn; False where all are taken."""
        if self.taken >= self.seats:
            return False
        self.taken += 1
        return True

    def reserve_to_listen(self) -> bool:
        """Take a seat for work that waits for a person who is still speaking; False where there is none to spare.

        At most half of the workers may wait so: the others are for people who have finished speaking.
        """
        if self.listening >= self.workers // 2 or not self.reserve():
            return False
        self.listening += 1
        return True

    def note_spoken(self) -> None:
        """A person that a worker listened to has finished speaking, or is gone; the seat stays taken."""
        self.listening -= 1

    def give_back(self) -> None:
        """The turn that had the seat is over."""
        self.taken -= 1

    def submit(self, work: Work) -> bool:
        """Have `work` done by the next free worker; False where the pool cannot take it in."""
        if self.waiting >= self._most:
            return False
        work.withdrawn = self._withdraw
        self._jobs.add(work.owner, work)
        self._idle.unpark()
        return True

    def _withdraw(self, work: Work) -> None:
        self._jobs.remove(work.owner, work)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the workers for ever. Cancelling stops them with all their work."""
        async with trio.open_nursery() as nursery:
            for _ in range(self.workers):
                nursery.start_soon(self._work, nursery)
            task_status.started()

    async def _work(self, nursery: trio.Nursery) -> None:
        """One worker's life. It ends with the first work that breaks unforeseen, and another worker takes its place."""
        while True:
            work = self._jobs.begin()
            if work is None:
                await self._idle.park()
                continue
            try:
                await self._do(work)
            except Exception:
                self.crashes += 1
                log.error("%s: a worker crashed and is replaced", self.name)
                log.debug("%s: the crash", self.name, exc_info=True)
                nursery.start_soon(self._work, nursery)
                await work.crashed()
                return
            del work  # while this waits for the next one, nothing of the last is kept
            if self.waiting:  # an engine that answers at once has let nobody else run
                await trio.lowlevel.checkpoint()

    async def _do(self, work: Work) -> None:
        work.withdrawn = _ignore
        try:
            with work.scope:
                await work.run()
        finally:
            self._jobs.end(work.owner)
            work.ended(work)
