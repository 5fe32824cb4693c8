"""What bounds one call of an engine: its deadlines, and the memory that it takes."""

import math
from collections.abc import Awaitable, Callable

import trio

from actors.deciding.account import Account, Charge
from actors.deciding.events import StageEvent
from actors.deciding.limits import Limits
from actors.ports.calls import Kind

Report = Callable[[StageEvent], Awaitable[None]]


class TooLarge(Exception):
    """More is asked for at once than there may ever be."""


class Portion:
    """What one job takes of its turn's charge, and gives back at its end but for what it keeps.

    `waits`: it waits for room, or has been cut while it did.
    """

    def __init__(self, charge: Charge) -> None:
        self.waits = False
        self._charge = charge
        self._size = 0

    async def take(self, size: int) -> None:
        """Take so much more, once there is room. Raises TooLarge, at once. Cancelling takes nothing."""
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
        """As `take`, but for the turn: it is not given back at the end of the job."""
        await self.take(size)
        self._size -= size

    def give_back(self, size: int) -> None:
        """Have so much less."""
        self._size -= size
        self._charge.give_back(size)

    def close(self) -> None:
        """The job has ended."""
        self.give_back(self._size)


class CallBounds:
    """The two deadlines of one call of an engine; a result re-arms that of silence. Nothing runs before `begin`.

    `portion`: what the call takes of its turn's charge; the deadlines bound its wait for room, too.
    """

    def __init__(self, kind: Kind, limits: Limits, portion: Portion) -> None:
        name = kind.lower()
        self.portion = portion
        self._patience: float = getattr(limits, f"{name}_silence")
        self._whole: float = getattr(limits, f"{name}_call")
        self._name = name
        self._begun = False
        self.silence = trio.CancelScope()
        self.call = trio.CancelScope()

    def begin(self) -> None:
        """From now on the engine is expected to go on."""
        self._begun = True
        self.call.deadline = trio.current_time() + self._whole
        self.touch()

    def touch(self) -> None:
        """A result came."""
        if self._begun:
            self.silence.deadline = trio.current_time() + self._patience

    def over(self, report: Report) -> Report:
        """`report`, by which the engine shows that it goes on; the time that the session takes does not count."""

        async def report_and_touch(event: StageEvent) -> None:
            self.silence.deadline = math.inf
            await report(event)
            self.touch()

        return report_and_touch

    @property
    def passed(self) -> str:
        """The deadline that has cut the call, with its value; "" where none has."""
        if self.silence.cancelled_caught:
            return f"'{self._name}_silence' ({self._patience:g} s)"
        return f"'{self._name}_call' ({self._whole:g} s)" if self.call.cancelled_caught else ""
