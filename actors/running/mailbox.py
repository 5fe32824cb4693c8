"""The mailbox of a session: bounded, and it knows when the session is at rest, with no mail on its way."""

from collections import deque
from typing import Generic, TypeVar

import trio
from trio.lowlevel import Abort, RaiseCancelT, Task, current_task, reschedule, wait_task_rescheduled

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A queue of at most `size`; one task receives, any may send.

    The receiver is at rest while it `is_awaited` and no mail is `under_way`: it waits, and has received all that was
    sent. Others only read these.

    It is no memory channel of Trio's for two reasons. A channel cannot tell whether its receiver is at rest, because
    mail that is sent to a waiting task is in no buffer any more, and that task has not run yet. And a channel takes
    2.5 kB, most of it for what is empty; a server has one for each session, and nothing waits in it most of the time.
    """

    __slots__ = ("_blocked", "_closed", "_mail", "_receiver", "_size", "is_awaited", "under_way")

    def __init__(self, size: int) -> None:
        self.under_way = 0
        self.is_awaited = False
        self._size = size
        self._closed = False
        self._receiver: Task | None = None  # while it waits and has not been woken
        self._mail: deque[T] | None = None  # while there is any
        self._blocked: dict[Task, T] | None = None  # who waits for room, in order, and with what; while somebody does

    def send_nowait(self, mail: T) -> None:
        """Put in mail. Raises trio.WouldBlock where it is full, trio.BrokenResourceError where it is closed."""
        if self._closed:
            raise trio.BrokenResourceError
        if self._mail is None:
            self._mail = deque()
        elif len(self._mail) >= self._size:
            raise trio.WouldBlock
        self._put(self._mail, mail)

    def _put(self, queue: deque[T], mail: T) -> None:
        queue.append(mail)
        self.under_way += 1
        if self._receiver is not None:
            reschedule(self._receiver)
            self._receiver = None

    async def send(self, mail: T) -> None:
        """Put in mail, once there is room. Raises trio.BrokenResourceError. Cancelling puts in nothing."""
        await trio.lowlevel.checkpoint_if_cancelled()
        try:
            self.send_nowait(mail)
        except trio.WouldBlock:
            await self._wait_for_room(mail)
        else:
            await trio.lowlevel.cancel_shielded_checkpoint()

    async def _wait_for_room(self, mail: T) -> None:
        task = current_task()

        def give_up(raise_cancel: RaiseCancelT) -> Abort:
            self._unblock(task)
            return Abort.SUCCEEDED

        if self._blocked is None:
            self._blocked = {}
        self._blocked[task] = mail
        await wait_task_rescheduled(give_up)
        if self._closed and self._waits(task):  # it was woken by the end, and not by room
            self._unblock(task)
            raise trio.BrokenResourceError

    def _waits(self, task: Task) -> bool:
        return self._blocked is not None and task in self._blocked

    def _unblock(self, task: Task) -> T:
        """The mail of a task that waits no more."""
        assert self._blocked is not None
        mail = self._blocked.pop(task)
        self._blocked = self._blocked or None
        return mail

    async def receive(self) -> T:
        """The next mail, once there is one. Cancelling loses none."""
        await trio.lowlevel.checkpoint_if_cancelled()
        self.is_awaited = True
        try:
            if self._mail is None:
                self._receiver = current_task()
                await wait_task_rescheduled(self._give_up)
            else:
                await trio.lowlevel.cancel_shielded_checkpoint()
        finally:
            self.is_awaited = False
        return self.receive_nowait()

    def _give_up(self, raise_cancel: RaiseCancelT) -> Abort:
        self._receiver = None
        return Abort.SUCCEEDED

    def receive_nowait(self) -> T:
        """The next mail. Raises trio.WouldBlock where there is none."""
        queue = self._mail
        if queue is None:
            raise trio.WouldBlock
        mail = queue.popleft()
        self.under_way -= 1
        if self._blocked:
            task = next(iter(self._blocked))
            self._put(queue, self._unblock(task))
            reschedule(task)
        self._mail = queue or None
        return mail

    def close(self) -> None:
        """Take in no mail any more; whoever waits for room is told so."""
        self._closed = True
        for task in self._blocked or ():
            reschedule(task)
