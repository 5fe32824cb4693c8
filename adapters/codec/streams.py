"""The process that has the sounds whose bytes are still coming, as the server sees it."""

import itertools

import trio

from actors.ports import EngineFailed, Sound, Target, Undecodable
from adapters.processes.frames import Drop, Opening, Push, Pushed
from adapters.processes.process import Plan
from adapters.processes.worker import Workers, nothing

SLICE = 65_536
"""Bytes that go to the process at once, so that others get their turn."""
AGAIN = 1.0
"""Seconds until a process is told again what it may forget."""

Made = dict[Target, tuple[Sound, ...]]


class Streams:
    """The process that has the sounds which are still coming, and how many it has.

    `most`: sounds that may be open in it at once; another is refused.
    """

    def __init__(self, plan: Plan, most: int) -> None:
        self._workers = Workers(plan)
        self._title = plan.title
        self._numbers = itertools.count()
        self._most = most
        self._open = 0
        # Bounded by `most`: a stream is in it once, so letting go never waits.
        self._let_go, self._left = trio.open_memory_channel[int](most)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process until cancelled; raises EngineFailed, in a group, where it does not come up."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._workers.run)
            nursery.start_soon(self._forget)
            task_status.started()

    def take(self) -> int:
        """A number for a sound that is to go to the process. Raises EngineFailed where it has too many."""
        if self._open >= self._most:
            raise EngineFailed(f"{self._title} is busy with {self._open} sounds, as many as it takes: try again later")
        self._open += 1
        return next(self._numbers)

    def ended(self) -> None:
        """The process has let go of a sound by itself."""
        self._open -= 1

    def drop(self, number: int) -> None:
        """Have the process forget a sound; does not wait."""
        self._let_go.send_nowait(number)

    async def push(self, push: Push) -> Pushed:
        """Have bytes dealt with. Raises Undecodable, EngineFailed; cancelling abandons the sound."""
        match await self._workers.call(push, nothing):
            case Pushed() as pushed:
                return pushed
            case other:
                raise EngineFailed(f"{self._title} answered {type(other).__name__}")

    async def _forget(self) -> None:
        """Tell the process what has been dropped, until it has heard; one that is new has nothing to forget."""
        async for number in self._left:
            told = False
            while not told:
                try:
                    await self._workers.call(Drop((number,)), nothing)
                    told = True
                except EngineFailed:
                    await trio.sleep(AGAIN)
            self._open -= 1


class Remote:
    """One sound in the process."""

    def __init__(self, streams: Streams, opening: Opening) -> None:
        self._streams = streams
        self._opening: Opening | None = opening
        self._targets = opening.targets
        self._number: int | None = None
        self.failures: dict[Target, str] = {}

    async def push(self, data: bytes, *, last: bool) -> Made:
        """Have these bytes dealt with, slice by slice."""
        if self._number is None:
            self._number = self._streams.take()
        made: dict[Target, list[Sound]] = {target: [] for target in self._targets}
        for start in range(0, len(data) or 1, SLICE):
            end = start + SLICE
            push = Push(self._number, data[start:end], last and end >= len(data), self._opening)
            self._opening = None
            pushed = await self._pushed(push)
            self._note(made, pushed)
            while pushed.more:
                pushed = await self._pushed(Push(push.stream, b""))
                self._note(made, pushed)
        if last:
            self._end()
        return {target: tuple(sounds) for target, sounds in made.items() if target not in self.failures}

    async def _pushed(self, push: Push) -> Pushed:
        try:
            return await self._streams.push(push)
        except Undecodable:
            self._end()
            raise

    def _end(self) -> None:
        """The process has let go of it: at its end, and where it does not decode."""
        self._number = None
        self._streams.ended()

    def _note(self, made: dict[Target, list[Sound]], pushed: Pushed) -> None:
        for target, sounds, failure in zip(self._targets, pushed.sounds, pushed.failures, strict=True):
            made[target] += sounds
            if failure:
                self.failures[target] = failure

    def leave(self) -> None:
        """Give up what has not come to its end; does not wait."""
        if self._number is not None:
            self._streams.drop(self._number)
            self._number = None
