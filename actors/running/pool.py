"""A bounded pool of workers, one implementation for STT, LLM and TTS.

Three kinds of tasks talk through channels: the sessions that submit work, one dispatcher, and N workers. The dispatcher
never waits for a worker and a worker never waits for another, so submitting never waits at all: full is an answer
(`reserve` gives no seat), not a delay.

A seat is the right of one turn to have work in the pool. Seats are given out when a turn is admitted and come back when
it is over, so an admitted turn is never refused half way; the number of seats is the number of workers and of turns
that may wait. Among the waiting, the owner with the least work running goes first, then the one that was given a worker
longest ago, then who came first: a session with many parts cannot keep the others from their first.

Terms: docs/glossary.md.
"""

import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Hashable

import trio

log = logging.getLogger(__name__)
ROOM = 96
"""How much work of one seat may come before the dispatcher is scheduled: the parts of an answer, or of a session whose
mailbox is full, all the turns that its messages begin and cut again."""


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

    def cancel(self) -> None:
        """Stop it, or keep it from starting."""
        self.scope.cancel()


class Worker:
    """A worker as the dispatcher sees it: `assign` is the sending end of its channel, `assigned` the receiving one."""

    def __init__(self) -> None:
        self.assign, self.assigned = trio.open_memory_channel[Work](1)


class Done:
    """A worker tells the dispatcher that it is free; `owner` is whose work it has finished, None at its start."""

    def __init__(self, worker: Worker, owner: Hashable | None) -> None:
        self.worker = worker
        self.owner = owner


class Pool:
    """A pool of `workers` tasks with room for `queue` more turns; see the module's text."""

    def __init__(self, name: str, workers: int, queue: int) -> None:
        self.name = name
        self.workers = workers
        self.seats = workers + queue
        self.taken = 0
        self.listening = 0
        self.crashes = 0
        self._waiting: deque[Work] = deque()
        self._running: Counter[Hashable] = Counter()
        self._served: dict[Hashable, int] = {}
        self._assigned = 0
        self._idle: deque[Worker] = deque()
        # The dispatcher takes all out as soon as it is scheduled; the room is for what comes in between.
        self._inbox, self._incoming = trio.open_memory_channel[Work | Done](ROOM * self.seats)

    def __repr__(self) -> str:
        return f"<Pool {self.name}: {self.busy} of {self.workers} workers busy, {self.waiting} jobs waiting>"

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return sum(self._running.values())

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._waiting)

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
        try:
            self._inbox.send_nowait(work)
        except trio.WouldBlock:
            return False
        return True

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Dispatch for ever. Cancelling stops the workers with all their work."""
        async with trio.open_nursery() as nursery:
            for _ in range(self.workers):
                nursery.start_soon(self._work, nursery)
            task_status.started()
            async for message in self._incoming:
                self._note(message)
                self._note_the_rest()
                self._assign()

    def _note_the_rest(self) -> None:
        with contextlib.suppress(trio.WouldBlock):
            while True:
                self._note(self._incoming.receive_nowait())

    def _note(self, message: Work | Done) -> None:
        if isinstance(message, Work):
            self._waiting.append(message)
            return
        self._idle.append(message.worker)
        if message.owner is not None:
            self._forget(message.owner)

    def _forget(self, owner: Hashable) -> None:
        self._running[owner] -= 1
        if not self._running[owner]:
            del self._running[owner]

    def _assign(self) -> None:
        """Give waiting work to idle workers; what was cancelled while it waited is thrown away."""
        self._waiting = deque(work for work in self._waiting if not work.scope.cancel_called)
        while self._idle and self._waiting:
            work = min(self._waiting, key=lambda work: (self._running[work.owner], self._served.get(work.owner, 0)))
            self._waiting.remove(work)
            self._running[work.owner] += 1
            self._assigned += 1
            self._served[work.owner] = self._assigned
            self._idle.popleft().assign.send_nowait(work)
        known = self._running.keys() | {work.owner for work in self._waiting}
        self._served = {owner: when for owner, when in self._served.items() if owner in known}

    async def _work(self, nursery: trio.Nursery) -> None:
        """One worker's life. It ends with the first work that breaks unforeseen, and another worker takes its place."""
        worker = Worker()
        done = Done(worker, None)
        while True:
            await self._inbox.send(done)
            work = await worker.assigned.receive()
            try:
                await self._do(work)
            except Exception:
                self.crashes += 1
                log.error("%s: a worker crashed and is replaced", self.name)
                log.debug("%s: the crash", self.name, exc_info=True)
                self._forget(work.owner)
                nursery.start_soon(self._work, nursery)
                await work.crashed()
                return
            done = Done(worker, work.owner)
            del work  # while this waits for the next one, nothing of the last is kept

    @staticmethod
    async def _do(work: Work) -> None:
        try:
            with work.scope:
                await work.run()
        finally:
            work.ended(work)
