"""The worker processes of an engine, and which call each of them gets.

A call goes to a process that lives and is free, else it waits for the first that is: one that ends its call, or one
that is being started. A seat without a process is never given a call. It was once: such a seat fails at once and is
free at once, so that under load most turns went to it and failed, while the process beside it was well.

Where no process lives and none is being started, because the last start failed or because those that start die at
once, a call fails at once. The waits between starts are for the machine's sake, and no turn pays them.

Of `Plan.count` processes `Plan.kept` are always there. The others are spare: one is started when a call waits, serves
it or whatever waits when it is ready, and ends when it has had no call for `Plan.idle` seconds. So an idle server holds
the memory of one process a kind, and the second of two people who speak at once waits for a start at most.

If a process dies or hangs during a call (`liveness.py`), the call begins again on another one, before the calls that
wait, and with a line in the log alone. This happens once: a call that has cost two processes may be the reason, and
would cost all of them. It happens only where nothing was handed on that cannot be taken back; the caller tells that by
`again`.

Terms: docs/glossary.md.
"""

import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import trio

from actors.ports.calls import EngineFailed
from adapters.processes.frames import Done, Oversize, Progress, ReadyFrame, Request
from adapters.processes.handed import Handed
from adapters.processes.process import Child, Each, Gone, Plan
from adapters.processes.seat import Seat

Again = Callable[[], Awaitable[None]]
"""Takes back what a call has handed on, or sees to it that it is not handed on twice."""

LIVES = 2
"""Processes that may end over one input."""

_log = logging.getLogger(__name__)


class Broken(EngineFailed):
    """The process that was at work died or hung."""


class WaitingCall:
    """A call that waits for a seat; `decided` is set when it has one, or when there is none to wait for."""

    def __init__(self) -> None:
        self.seat: Seat | None = None
        self.decided = trio.Event()


class Workers:
    """The processes of one kind; calls wait for a free one, in the order in which they came."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._seats = tuple(Seat(plan, self._deal, is_spare=number >= plan.always) for number in range(plan.count))
        # Bounded by the callers: the sessions' pools, and the number of streams.
        self._queue: deque[WaitingCall] = deque()

    @property
    def count(self) -> int:
        """The number of processes that there should always be."""
        return self._plan.always

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that are ready."""
        return tuple(seat.child.pid for seat in self._seats if seat.child is not None and seat.is_alive)

    @property
    def ready(self) -> ReadyFrame:
        """The engine's own report when it started."""
        return self._seats[0].ready

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when all are ready. No process is left afterwards.

        Raises EngineFailed where one does not come up at the start.
        """
        trouble = ""
        async with trio.open_nursery() as nursery:
            for seat in self._seats:
                trouble = trouble or await nursery.start(seat.keep)
            if trouble:
                nursery.cancel_scope.cancel()
            else:
                task_status.started()
        if trouble:
            raise EngineFailed(trouble)

    async def call(self, request: Request, each: Each, again: Again | None = None, lives: int = LIVES) -> Done:
        """Have a free process do `request`; `each` is called with the progress before the result, and may wait.

        If the process dies or hangs, the call begins again, until `lives` processes have failed. After some progress it
        begins again only if there is `again`, which is called first.

        Raises EngineFailed, also when the deadline passes; its subclass Broken where the call does not begin again;
        Undecodable. Cancelling stops the process's work, or kills the process if it does not stop, and takes at most
        `Plan.grace` seconds.
        """
        if self._plan.deadline == math.inf:
            return await self._insist(request, Handed(each), again, lives)
        with trio.move_on_after(self._plan.deadline):
            return await self._insist(request, Handed(each), again, lives)
        raise self._late()

    async def _insist(self, request: Request, handed: Handed[Progress], again: Again | None, lives: int) -> Done:
        for left in reversed(range(lives)):
            seat = await self._take(before_others=left + 1 < lives)
            try:
                return await self._on(seat.child, request, handed.on)
            except Broken:
                if not left and lives > 1:
                    raise self._hopeless() from None
                if not left or (handed.has_some and again is None):
                    raise
            finally:
                self._release(seat)
            _log.info("%s: what a process broke off is begun anew on another", self._plan.title)
            if handed.has_some and again is not None:
                await again()
                handed.has_some = False
        raise AssertionError("the last one returns or raises")

    async def _on(self, child: Child | None, request: Request, each: Each) -> Done:
        """Have it done by this process. Raises EngineFailed, Undecodable."""
        try:
            if child is None:
                raise Gone("it has ended")
            return await child.call(request, each)
        except Oversize as error:
            raise EngineFailed(f"{self._plan.title}: {error}") from error
        except Gone:
            if child is not None:
                child.kill()
            raise Broken(f"{self._plan.title} broke off its work and is being started again: try again") from None

    def _hopeless(self) -> Broken:
        return Broken(f"{self._plan.title} broke off its work on this in two processes: try something else")

    def _late(self) -> EngineFailed:
        return EngineFailed(f"{self._plan.title} did not finish within {self._plan.deadline:g} seconds")

    @contextmanager
    def reserve(self) -> Iterator["ReservedWorker | None"]:
        """A process for several calls, as long as the block.

        None where none is free, and where that would leave no other one free and none to be started.
        """
        free = self._free()
        if not free or (len(free) < 2 and not any(seat.is_startable for seat in self._seats)):
            yield None
            return
        seat = free[0]
        seat.is_taken = True
        try:
            yield ReservedWorker(self, seat.child)
        finally:
            self._release(seat)

    @property
    def has_free(self) -> bool:
        """Whether a process is there that has no call, so that another call would begin at once."""
        return bool(self._free())

    # ---- who has which seat

    def _free(self) -> list[Seat]:
        return [seat for seat in self._seats if seat.is_alive and not seat.is_taken]

    async def _take(self, *, before_others: bool) -> Seat:
        """A seat with a process, when it is this call's turn. Raises EngineFailed where there will be none."""
        if not self._queue and (free := self._free()):
            free[0].is_taken = True
            return free[0]
        waiting = WaitingCall()
        if before_others:
            self._queue.appendleft(waiting)
        else:
            self._queue.append(waiting)
        self._deal()
        try:
            await waiting.decided.wait()
            if waiting.seat is None:
                raise EngineFailed(f"{self._plan.title} cannot be started at the moment; the server's log says why")
            seat, waiting.seat = waiting.seat, None
            return seat
        finally:
            if waiting.seat is not None:  # it was cancelled a moment after it had got one
                self._release(waiting.seat)
            elif not waiting.decided.is_set():
                self._queue.remove(waiting)

    def _release(self, seat: Seat) -> None:
        seat.release()
        self._deal()

    def _deal(self) -> None:
        """Give those who have waited longest what is free; tell all of them where there is nothing to wait for."""
        if not self._queue:
            return
        for seat in self._free()[: len(self._queue)]:
            self._decide(seat)
        coming = sum(seat.is_due for seat in self._seats)
        startable = [seat for seat in self._seats if seat.is_startable]
        for seat in startable[: max(len(self._queue) - coming, 0)]:
            seat.want()
        while self._queue and not any(seat.is_alive or seat.is_due for seat in self._seats):
            self._decide(None)

    def _decide(self, seat: Seat | None) -> None:
        waiting = self._queue.popleft()
        waiting.seat = seat
        if seat is not None:
            seat.is_taken = True
        waiting.decided.set()


class ReservedWorker:
    """A worker process that is reserved for several calls."""

    def __init__(self, workers: Workers, child: Child | None) -> None:
        self._workers = workers
        self._child = child

    async def call(self, request: Request, each: Each) -> Done:
        """Like `Workers.call`, by this process. Once the process has ended, every call raises Broken.

        Cancelling stops the process's work, or kills the process if it does not stop, within `Plan.grace` seconds.
        """
        with trio.move_on_after(self._workers._plan.deadline):
            return await self._workers._on(self._child, request, each)
        raise self._workers._late()


async def nothing(_: Progress) -> None:
    """Ignore the progress of a call; never waits, so cancelling has no effect."""
