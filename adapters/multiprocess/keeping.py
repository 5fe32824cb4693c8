"""One server process is always there: it is started, listened to, watched, and replaced when it ends.

A process that says nothing for SILENT seconds hangs, and is killed. Another is started when one ends, at once for the
first time, and after a pause where several have ended soon after their start. Only the first one may say why it cannot
start at all: that ends the program, with its words.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol

import trio

from adapters.multiprocess.channel import ChannelClosed
from adapters.multiprocess.frames import StartedFrame, StartFailedFrame, ToParent
from adapters.multiprocess.process import SILENT, ServerProcess, spawn, told_status
from adapters.settings.errors import StartupFailed

log = logging.getLogger(__name__)
PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 15.0)
"""Seconds before the next start, by how many have ended soon; the last one's for more."""
SOON: Final = 10.0
"""Seconds; a process that has lived for so long has not ended soon."""
LAST_WORDS: Final = 1.0
"""Seconds in which what an ended process said last is read."""
Tell = Callable[[tuple[str, ...]], None]


class Household(Protocol):
    """The port to what all processes of a service have in common."""

    is_ending: bool

    def next_name(self) -> str:
        """A name that no process has had."""

    def begin(self, process: ServerProcess) -> None:
        """A process is there, and waits for its `StartFrame`."""

    def serve(self, process: ServerProcess) -> None:
        """A process serves."""

    def heed(self, process: ServerProcess, frame: ToParent, descriptor: int) -> None:
        """A process says something, with a descriptor that is to be passed on or closed."""

    def lose(self, process: ServerProcess) -> None:
        """A process has ended."""


class Keeper:
    """Keeps one process of the service."""

    def __init__(self, common: Household, *, debug: bool) -> None:
        self._common = common
        self._debug = debug
        self._is_first = True
        self._why = ""

    async def run(self, task_status: trio.TaskStatus[tuple[str, ...]]) -> None:
        """Keep one process until the service ends; `started` with what the first one says.

        Raises StartupFailed where that does not start. Cancelling ends the process.
        """
        ended_soon = 0
        while True:
            began = trio.current_time()
            how = await self._live(task_status.started)
            if self._common.is_ending:
                return
            if self._is_first:
                raise StartupFailed(self._why or f"a server process ended before it served, {how}")
            ended_soon = 0 if trio.current_time() - began > SOON else ended_soon + 1
            log.error("a server process ended %s, and its sessions with it; another is started", self._why or how)
            await trio.sleep(PAUSES[min(ended_soon, len(PAUSES)) - 1] if ended_soon else 0.0)

    async def _live(self, tell: Tell) -> str:
        """The life of one process; how it ended, in words."""
        self._why = ""
        try:
            process = await spawn(self._common.next_name(), debug=self._debug)
        except OSError as error:
            return f"at once: {error.strerror or error}"
        self._common.begin(process)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, process)
                nursery.start_soon(self._read, process, tell)
                nursery.start_soon(self._watch, process)
                status = await process.exit()
                with trio.move_on_after(LAST_WORDS):
                    await process.silent.wait()
                nursery.cancel_scope.cancel()
        finally:
            self._common.lose(process)
            await process.reap()
        return told_status(status)

    async def _write(self, process: ServerProcess) -> None:
        try:
            await process.channel.write()
        except ChannelClosed:
            process.kill()

    async def _read(self, process: ServerProcess, tell: Tell) -> None:
        try:
            while True:
                frame, descriptor = await process.channel.receive()
                process.hear()
                if isinstance(frame, StartFailedFrame):
                    self._why = frame.why
                elif isinstance(frame, StartedFrame):
                    self._note_serving(process, frame, tell)
                else:
                    self._common.heed(process, frame, descriptor)
        except ChannelClosed:
            process.silent.set()

    def _note_serving(self, process: ServerProcess, frame: StartedFrame, tell: Tell) -> None:
        process.began.set()
        log.info("the server process %s (%d) serves", process.name, process.pid)
        self._common.serve(process)
        if self._is_first:
            self._is_first = False
            tell(frame.lines)

    async def _watch(self, process: ServerProcess) -> None:
        """Kill the process when it hangs. Its start has time limits of its own."""
        await process.began.wait()
        with trio.CancelScope() as silence:
            process.silence = silence
            process.hear()
            await trio.sleep_forever()
        log.error("the server process %s has said nothing for %g s, and is killed", process.name, SILENT)
        process.kill()
