"""The seat of a worker process: it starts the process, and another one when that dies or, if spare, is needed."""

import logging
from collections.abc import Callable

import trio

from adapters.processes import losses, process
from adapters.processes.frames import FailedFrame, ReadyFrame
from adapters.processes.process import GONE_WITHIN, Child, Gone, Plan

START_WITHIN = 30.0
"""Seconds a worker process has for loading its engine."""
WAIT_WITHIN = 10.0
"""Seconds of those in which calls wait for it where no other process lives; a session gives a stage 15 at least."""
PAUSES = (0.0, 0.0, 0.2, 1.0, 5.0, 15.0)
"""Seconds before a process is started again: after one that was given calls, then after one, two… that ended before."""

_log = logging.getLogger(__name__)


class Seat:
    """At any time it has a process, or one is being started, or it is known why there is none.

    `changed` is called whenever a process is there, is no longer there, or is not to be waited for any more.
    `is_spare`: it has a process only from `want` until that has had no call for `Plan.idle` seconds.
    """

    def __init__(self, plan: Plan, changed: Callable[[], None], *, is_spare: bool = False) -> None:
        self._plan = plan
        self._changed = changed
        self._trouble = ""
        self._told = ""
        self._useless = 0
        """Processes in a row that ended before they were given a call."""
        self._is_hopeless = False
        self._is_spare = is_spare
        self._is_coming = not is_spare
        self._wanted = trio.Event()
        self._released = 0.0
        self.is_startable = False
        """Whether it has no process, and `want` would start one."""
        self.child: Child | None = None
        self.is_taken = False
        self.ready = ReadyFrame()

    @property
    def is_alive(self) -> bool:
        """Whether it has a process that may be given a call."""
        return self.child is not None and self.child.is_fit

    @property
    def is_due(self) -> bool:
        """Whether a process is being started for which a call may wait."""
        return self._is_coming or (self.child is not None and not self.child.is_fit)

    def want(self) -> None:
        """Start a process, where `is_startable`."""
        self.is_startable = False
        self._is_coming = True
        self._wanted.set()

    def release(self) -> None:
        """The process has ended its call."""
        self.is_taken = False
        self._released = trio.current_time()

    async def keep(self, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED) -> None:
        """Have a process, and another when it dies, until cancelled.

        Reports "" when the first one is ready; or why it is not, and returns. A spare seat reports "" at once.
        """
        losses.expect(self._plan.title)
        if self._is_spare:
            task_status.started("")
            await self._keep_spare()
        was_asked = await self._live(task_status.started)
        if self._trouble:
            task_status.started(self._trouble)
            return
        while True:
            self._useless = 0 if was_asked else self._useless + 1
            await self._pause(PAUSES[min(self._useless, len(PAUSES) - 1)])
            was_asked = await self._live(_ignore)

    async def _keep_spare(self) -> None:
        while True:
            if not self._is_coming:
                self.is_startable = True
                self._changed()
                await self._wanted.wait()
            self._wanted = trio.Event()
            was_asked = await self._live(_ignore)
            self._useless = 0 if was_asked else self._useless + 1
            if seconds := PAUSES[min(self._useless, len(PAUSES) - 1)]:
                self._expect(coming=False)
                await trio.sleep(seconds)

    async def _pause(self, seconds: float) -> None:
        """Wait before the next start; no call waits along, nor for a start after several that failed."""
        if seconds:
            self._expect(coming=False)
            await trio.sleep(seconds)
        self._expect(coming=not self._is_hopeless)

    def _expect(self, *, coming: bool) -> None:
        self._is_coming = coming
        self._changed()

    async def _live(self, started: Callable[[str], None]) -> bool:
        """The life of one process; whether it was given a call."""
        try:
            child = await process.spawn(self._plan)
        except OSError as error:  # no more processes, files or memory: it may pass
            self._fail(error.strerror or str(error))
            return False
        has_come = False
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child.write)
                nursery.start_soon(child.log)
                nursery.start_soon(self._wait_no_longer)
                nursery.start_soon(_watch, child, nursery.cancel_scope)
                if has_come := await self._greet(child):
                    started("")
                    if self._is_spare:
                        nursery.start_soon(self._retire, child)
                    await child.exit()
                nursery.cancel_scope.cancel()
        finally:
            self.child = None
            self.is_startable = child.was_retired
            self._expect(coming=not (self._is_hopeless or child.was_retired))
            await child.reap()
        if has_come:
            self._tell_end(child)
        elif not self._trouble:
            self._fail("its process was stopped while it started")
        return child.was_asked or child.was_retired

    async def _retire(self, child: Child) -> None:
        """End the process when it has had no call for `Plan.idle` seconds."""
        self._released = trio.current_time()
        while True:
            await trio.sleep_until(self._released + self._plan.idle)
            if not self.is_taken and trio.current_time() >= self._released + self._plan.idle:
                break
            if self.is_taken:
                self._released = trio.current_time()
        child.was_retired = True
        child.kill()

    async def _wait_no_longer(self) -> None:
        """Have calls wait for a start that takes its time only so long."""
        await trio.sleep(WAIT_WITHIN)
        if self.child is None:
            self._expect(coming=False)

    async def _greet(self, child: Child) -> bool:
        """Wait for `ReadyFrame`; whether it came."""
        why = f"it did not start within {START_WITHIN:g} seconds: the machine may be overloaded"
        with trio.move_on_after(START_WITHIN) as starting:
            why = await self._first(child)
        if why:
            self._fail(why, may_pass=not starting.cancelled_caught)
            return False
        if self._told:
            _log.info("%s: a process is ready again", self._plan.title)
        self._trouble = self._told = ""
        self._is_hopeless = False
        self.child = child
        self._expect(coming=False)
        return True

    async def _first(self, child: Child) -> str:
        """Take the first reply; "" where it is `ReadyFrame`, else what is wrong."""
        try:
            first = await child.receive()
        except Gone:
            with trio.move_on_after(GONE_WITHIN):
                await child.silent.wait()
            return child.printed or "its process ended without a word"
        match first:
            case ReadyFrame():
                self.ready = first
                return ""
            case FailedFrame(message):
                return message
            case _:
                return f"it began with {type(first).__name__}"

    def _fail(self, why: str, *, may_pass: bool = True) -> None:
        """A start failed; why may name files of this machine, so it is for the log and the operator."""
        self._trouble = f"{self._plan.title} could not start: {why}"
        # The first time the next start comes at once, and calls wait for it: it may have been killed by a mistake.
        self._is_hopeless = self._useless > 0 or not may_pass
        self._expect(coming=not self._is_hopeless)
        losses.note_lost(self._plan.title)
        if self._trouble != self._told:
            self._told = self._trouble
            _log.warning("%s", self._trouble)

    def _tell_end(self, child: Child) -> None:
        if child.was_stubborn:
            _log.info("%s: a process that did not stop in time was replaced", self._plan.title)
        elif child.was_retired:
            _log.debug("%s: a process without work was ended", self._plan.title)
        else:
            losses.note_lost(self._plan.title)
            if not child.was_hung:
                _log.warning("%s: a worker process ended, another is started", self._plan.title)


async def _watch(child: Child, life: trio.CancelScope) -> None:
    """End the life of a process that hangs, without waiting for its exit: the system may not be able to end it now."""
    await child.watch()
    life.cancel()


def _ignore(_: str) -> None:
    """No one is told when a process is replaced."""
