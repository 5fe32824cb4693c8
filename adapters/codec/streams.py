"""The live sounds of the codec's process, and what becomes of them when the process ends.

A process that dies or hangs takes all the sounds with it that it had. Their bytes are held here until they are
complete, so that they can be begun anew in the next process: it is given the same bytes in the same pieces and makes
the same of them, of which the pieces that were handed on before are left out. So neither those who speak nor those who
listen hear of it. There is no other way: decoders and encoders cannot be moved from one process to another.

How often is bounded. A sound at which two processes ended may be the reason, and fails; one that only happened to be in
them is begun anew three times. What is held is bounded as well, and a sound beyond that fails with its process.
"""

import itertools

import trio

from actors.ports.calls import EngineFailed
from actors.ports.sound import Sound, Target, Undecodable
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import DropFrame, DroppedFrame, LostFrame, Opening, PushedFrame, PushFrame
from adapters.processes.process import Plan
from adapters.processes.worker import LIVES, Broken

SLICE = 65_536
"""Bytes that go to the process at once, so that others get their turn."""
AGAIN = 1.0
"""Seconds until a process is told again what it may forget."""
HELD = 64 * 1024 * 1024
"""Bytes of all sounds together that are held in case the process ends; sessions hold most of them anyway."""
MOVES = 3
"""How often a sound is begun anew whose process ended over another one."""

Made = dict[Target, tuple[Sound, ...]]


class SoundStreams:
    """The process that has the sounds which are still coming, and how many it has.

    `most`: sounds that may be open in it at once; another is refused.
    """

    def __init__(self, plan: Plan, most: int) -> None:
        self._engine = ProcessEngine(plan)
        self._title = plan.title
        self._numbers = itertools.count()
        self._most = most
        self._open = 0
        self._room = HELD
        # Bounded by `most`: a stream is in it once, so letting go never waits.
        self._let_go, self._left = trio.open_memory_channel[int](most)

    @property
    def title(self) -> str:
        """The name of the process, for messages."""
        return self._title

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._engine.pids

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the process until cancelled; raises EngineFailed, in a group, where it does not come up."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._engine.run)
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

    def hold(self, size: int) -> bool:
        """Hold `size` bytes more; False, and nothing is held, where that is too much.

        A negative `size` releases bytes.
        """
        if size > self._room:
            return False
        self._room -= size
        return True

    async def push(self, push: PushFrame) -> PushedFrame | LostFrame:
        """Have the process convert the bytes of a sound.

        Raises Undecodable, EngineFailed, as Broken where the process ended over it; cancelling abandons the sound.
        """
        return await self._engine.ask(push, (PushedFrame, LostFrame), lives=1)

    async def _forget(self) -> None:
        """Tell the process what has been dropped, until it has heard; one that is new has nothing to forget."""
        async for number in self._left:
            told = False
            while not told:
                try:
                    await self._engine.ask(DropFrame((number,)), DroppedFrame)
                    told = True
                except EngineFailed:
                    await trio.sleep(AGAIN)
            self._open -= 1


class RemoteStream:
    """One sound in the codec's process. If the process ends, the sound begins again in the next one."""

    def __init__(self, streams: SoundStreams, opening: Opening) -> None:
        self._streams = streams
        self._opening = opening
        self._number: int | None = None
        self._slices: list[tuple[bytes, bool]] = []
        """The bytes, and whether they are the last; all of them while they are held, else those to come."""
        self._next = 0
        self._has_opened = False
        self._held = 0
        self._is_held = True
        self._broken = self._moved = 0
        self._handed = dict.fromkeys(opening.targets, 0)
        self._seen = dict(self._handed)
        """Pieces that have been handed on, and that the process has made since it was given the sound."""
        self.failures: dict[Target, str] = {}

    async def push(self, data: bytes, *, last: bool) -> Made:
        """Have the process convert these bytes, slice by slice; returns the pieces that can be made by now.

        Raises Undecodable, EngineFailed. After cancelling, only `leave` may be called.
        """
        if self._number is None:
            self._number = self._streams.take()
        self._hold(data, last=last)
        made: dict[Target, list[Sound]] = {target: [] for target in self._opening.targets}
        while self._next < len(self._slices):
            try:
                is_dealt_with = await self._deal(made, self._number)
            except Broken as broken:
                self._broken += 1
                self._begin_anew(broken, may=self._broken < LIVES)
                continue
            except Undecodable:
                self._end()
                raise
            if not is_dealt_with:
                self._moved += 1
                why = f"{self._streams.title} was started again in the middle of a sound: try again"
                self._begin_anew(EngineFailed(why), may=self._moved <= MOVES)
        if last:
            self._end()
        return {target: tuple(sounds) for target, sounds in made.items() if target not in self.failures}

    def _hold(self, data: bytes, *, last: bool) -> None:
        """Append the bytes; slices that have been converted are released where there is no room to hold them."""
        starts = range(0, len(data) or 1, SLICE)
        slices = [(data[start : start + SLICE], last and start + SLICE >= len(data)) for start in starts]
        if self._is_held and not self._streams.hold(len(data)):
            self._let_go()
        if self._is_held:
            self._held += len(data)
            self._slices += slices
        else:
            self._slices, self._next = slices, 0

    def _let_go(self) -> None:
        self._streams.hold(-self._held)
        self._held, self._is_held = 0, False
        self._slices.clear()

    async def _deal(self, made: dict[Target, list[Sound]], number: int) -> bool:
        """Have the next slice converted; False where the process does not know the sound."""
        data, last = self._slices[self._next]
        opening = None if self._has_opened else self._opening
        answer = await self._streams.push(PushFrame(number, data, last, opening))
        self._has_opened = True
        while isinstance(answer, PushedFrame):
            self._note(made, answer)
            if not answer.more:
                self._next += 1
                return True
            answer = await self._streams.push(PushFrame(number, b""))
        return False

    def _begin_anew(self, why: EngineFailed, *, may: bool) -> None:
        """Begin with the first slice again, in another process. Raises `why` where that may not or cannot be."""
        if not (may and self._is_held):
            raise why
        self._next, self._has_opened = 0, False
        self._seen = dict.fromkeys(self._seen, 0)

    def _note(self, made: dict[Target, list[Sound]], pushed: PushedFrame) -> None:
        """Take in what was made, but what was made before."""
        for target, sounds, failure in zip(self._opening.targets, pushed.sounds, pushed.failures, strict=True):
            made[target] += sounds[max(0, self._handed[target] - self._seen[target]) :]
            self._seen[target] += len(sounds)
            self._handed[target] = max(self._handed[target], self._seen[target])
            if failure:
                self.failures[target] = failure

    def _end(self) -> None:
        """The process has let go of it: at its end, and where it does not decode."""
        self._number = None
        self._streams.ended()
        self._let_go()

    def leave(self) -> None:
        """Abandon the sound if it is not complete; does not wait."""
        if self._number is not None:
            self._streams.drop(self._number)
            self._number = None
            self._let_go()
