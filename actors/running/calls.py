"""An engine call as the session sees it: its deadlines, the memory that it takes, and what it reports.

The life of a call. A stage makes an `EngineCall`, gives the engine something to hand results on to, and waits:

    made -----> begun -----> first result -----> results -----> ended
         begin()    |  touch() or report()  |    touch(), report() ...
                    |                       |
                    +-----------------------+--> cut: a deadline passed, `CallDeadlines.passed` says which one
                    |                       |
                    +-----------------------+--> failed: the engine raises; the stage reports it as Failed

`begin` comes at once, but for an utterance that is still being spoken: then it comes with the last chunk, because until
then the engine waits for a person, who has no deadline here. Which of several candidates gave a result, and whether one
is taken back, is decided before it comes here (`Attempt` in adapters/choosing/attempt.py).
"""

import math
from collections.abc import Awaitable, Callable

import trio

from actors.deciding.account import Account, Charge
from actors.deciding.events import StageEvent
from actors.deciding.limits import Limits
from actors.ports.calls import Kind
from actors.ports.pace import Pace

REPORTS = 16
"""Results of one call after which other tasks run: each may be a whole step of the session, 50 to 100 µs."""
Waits = Callable[[], None]
Report = Callable[[StageEvent, Waits], Awaitable[None]]
"""How a job tells its session of an event: the session steps at once, or it waits while the mailbox is full, and calls
the function before that."""


class TooLarge(Exception):
    """More memory is asked for at once than there may ever be."""


class JobMemory:
    """The bytes that one job takes of its turn's charge. At its end it gives them back, but for those that it keeps.

    `waits`: it waits for room, or was cut by a deadline while it waited.
    """

    def __init__(self, charge: Charge) -> None:
        self.waits = False
        self._charge = charge
        self._size = 0

    async def take(self, size: int) -> None:
        """Take `size` more bytes, once there is room. Raises TooLarge, at once. Cancelling takes nothing."""
        account = self._charge.account
        if self._size + size > account.most:
            raise TooLarge
        if not self._charge.take(size):
            await self._wait(account, size)
        self._size += size

    async def _wait(self, account: Account, size: int) -> None:
        self.waits = True
        while not self._charge.take(size):
            room = trio.Event()
            account.waiting[room.set] = None
            try:
                await room.wait()
            finally:
                del account.waiting[room.set]
        self.waits = False

    async def keep(self, size: int) -> None:
        """Take `size` more bytes for the turn: they are not given back at the end of the job. Raises TooLarge.

        Cancelling takes nothing.
        """
        await self.take(size)
        self._size -= size

    def give_back(self, size: int) -> None:
        """Need `size` bytes no longer."""
        self._size -= size
        self._charge.give_back(size)

    def close(self) -> None:
        """Give everything back: the job has ended."""
        self.give_back(self._size)


class CallDeadlines:
    """The two deadlines of a call: `…_silence` for the next result, begun anew by each, and `…_call` for the whole.

    Neither runs before `begin`, which may be when this is made (`begins`). Enter `scope` around the call: its deadline
    is always the earlier of the two. A scope each was dearer, and so is each change of its deadline (some 5 µs).
    """

    def __init__(self, kind: Kind, limits: Limits, *, begins: bool = False) -> None:
        self._name = kind.lower()
        self._silence_seconds: float = getattr(limits, f"{self._name}_silence")
        self._whole_seconds: float = getattr(limits, f"{self._name}_call")
        self._has_begun = begins
        now = trio.current_time() if begins else math.inf
        self._ends = now + self._whole_seconds
        self.scope = trio.CancelScope(deadline=min(now + self._silence_seconds, self._ends))

    def begin(self) -> None:
        """From now on the engine is expected to go on."""
        self._has_begun = True
        self._ends = trio.current_time() + self._whole_seconds
        self.touch()

    def touch(self) -> None:
        """The engine has shown that it goes on."""
        if self._has_begun:
            self.scope.deadline = min(trio.current_time() + self._silence_seconds, self._ends)

    def pause(self) -> None:
        """The engine waits for the session, which is no silence of its own, until the next `touch`."""
        self.scope.deadline = self._ends

    @property
    def passed(self) -> str:
        """The deadline that has cut the call, with its value; "" where none has."""
        name = self.passed_name
        seconds = self._whole_seconds if name.endswith("_call") else self._silence_seconds
        return f"{name!r} ({seconds:g} s)" if name else ""

    @property
    def passed_name(self) -> str:
        """The name of that deadline in `[limits]`."""
        if not self.scope.cancelled_caught:
            return ""
        return f"{self._name}_{'call' if self.scope.deadline >= self._ends else 'silence'}"


class EngineCall:
    """A call at work, as the stages see it; see the module's text. The deadlines bound the wait for memory, too."""

    def __init__(self, deadlines: CallDeadlines, memory: JobMemory, report: Report) -> None:
        self.memory = memory
        self._deadlines = deadlines
        self._report = report
        self._pace = Pace(REPORTS)

    def touch(self) -> None:
        """A result came of which the session is not told."""
        self._deadlines.touch()

    async def report(self, event: StageEvent, *, last: bool = False) -> None:
        """Tell the session of a result; nothing follows the `last` one.

        The time for which its mailbox is full does not count as the engine's silence. A session at rest steps in here,
        so an engine that never waits passes a checkpoint after REPORTS results. Cancelling tells it or not.
        """
        await self._report(event, self._deadlines.pause)
        if last:
            return
        self._deadlines.touch()
        await trio.lowlevel.checkpoint_if_cancelled()
        await self._pace.spend(1)

    async def add(self, event: StageEvent) -> None:
        """Tell the session of more about an earlier result: it does not end the engine's silence.

        Cancelling tells it or not.
        """
        await self._report(event, no_matter)


def no_matter() -> None:
    """What is called before a wait that concerns nobody."""
