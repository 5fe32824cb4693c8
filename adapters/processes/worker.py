"""The worker processes of an engine as the server sees them: started, fed, stopped, and replaced when they die."""

import logging
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

import msgspec
import trio

import adapters
from actors.ports import EngineFailed, Undecodable
from adapters.processes.frames import (
    HEAD,
    Converted,
    Decoded,
    Done,
    Dropped,
    Failed,
    Heard,
    Oversize,
    Progress,
    Pushed,
    Ready,
    Recognised,
    Refused,
    Reply,
    Request,
    Sounded,
    Spoken,
    Stop,
    Stopped,
    Words,
    checked,
    pack,
)

Each = Callable[[Progress], Awaitable[None]]

START_WITHIN = 30.0
"""Seconds a worker process has for loading its engine."""
GONE_WITHIN = 2.0
"""Seconds that are waited for a killed process to be gone, and for the rest of what it printed."""
PAUSES = (0.0, 0.2, 1.0, 5.0, 15.0)
"""Seconds before a process is started again: after one that served, then after one, two… that died without serving."""
PRINTED = 64 * 1024
"""Bytes of what a process prints that are logged; what follows is read and dropped."""

NEEDED = (
    *("PATH", "PYTHON", "VIRTUAL_ENV", "HOME", "LANG", "LC_", "TZ", "TMP", "TEMP", "LD_", "DYLD_", "OMP_"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "COMSPEC", "NUMBER_OF_"),
)
"""What the names of the variables begin with that a worker process is given: native code reads files of strangers
there, and the keys of providers are none of its business."""

_log = logging.getLogger(__name__)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class Gone(Exception):
    """The process has closed its pipes, or what comes from it makes no sense."""


class Plan(msgspec.Struct, frozen=True):
    """A kind of worker process: `module` to run with `arguments`, `title` for messages; `grace`, `deadline` in seconds.

    `grace`: how long a process may take to answer `Stop` before it is killed. `deadline`: how long a call may take,
    with its wait for a free process; the last net, not a time for people to wait.
    """

    module: str
    title: str
    count: int = 1
    grace: float = 0.25
    deadline: float = 120.0
    arguments: tuple[str, ...] = ()


class Child:
    """One running process, and the frames on its pipes."""

    def __init__(self, process: trio.Process, plan: Plan) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._plan = plan
        self._stdin, self._stdout = process.stdin, process.stdout
        self._buffer = bytearray()
        # Room for a request and the Stop after it: so neither ever waits, and a cancel never tears a frame in two.
        self._outbox, self._unsent = trio.open_memory_channel[bytearray](2)
        self.printed = ""
        self.silent = trio.Event()
        self.served = False
        self.was_stubborn = False
        self._killed = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_fit(self) -> bool:
        """Whether it runs and may be given a call."""
        return not self._killed and self._process.returncode is None

    async def write(self) -> None:
        """Write frames as they are handed over; ends when the process does not read any more."""
        try:
            async for frame in self._unsent:
                await self._stdin.send_all(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.kill()

    async def log(self) -> None:
        """Log what the process prints; `printed` is its last line, `silent` is set when there will be no more."""
        assert self._process.stderr is not None
        left = PRINTED
        async for chunk in self._process.stderr:
            text = bytes(chunk[: max(left, 0)]).decode(errors="replace").strip()
            left -= len(chunk)
            if text:
                self.printed = text.splitlines()[-1][:200]
                _log.debug("%s (%d): %s", self._plan.title, self.pid, text)
        self.silent.set()

    async def receive(self) -> Reply:
        """The next reply. Raises Gone."""
        try:
            await self._fill(HEAD.size)
            size = HEAD.size + checked(HEAD.unpack_from(self._buffer)[0])
            await self._fill(size)
            frame = bytes(memoryview(self._buffer)[HEAD.size : size])
            del self._buffer[:size]
            return _replies.decode(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError, Oversize, msgspec.DecodeError) as error:
            raise Gone(str(error)) from error

    async def _fill(self, size: int) -> None:
        """Read on until the buffer has this much; a cancel loses nothing."""
        while len(self._buffer) < size:
            chunk = await self._stdout.receive_some(max(65_536, size - len(self._buffer)))
            if not chunk:
                raise Gone("its pipe is closed")
            self._buffer += chunk

    async def call(self, request: Request, each: Each) -> Done:
        """Have `request` done; `each` is told what comes before the end.

        Raises Gone, Oversize, EngineFailed, Undecodable. However it ends, the process is then either ready for the
        next call or killed; a process that is stopped has `Plan.grace` seconds to say so.
        """
        frame = pack(request)
        ended = False
        try:
            self._outbox.send_nowait(frame)
            while True:
                reply = await self.receive()
                if isinstance(reply, Progress):
                    await each(reply)
                    continue
                ended = self.served = True
                return _result(reply)
        finally:
            if not ended:
                await self._stop()

    async def _stop(self) -> None:
        with trio.move_on_after(self._plan.grace, shield=True):
            try:
                self._outbox.send_nowait(pack(Stop()))
                while not isinstance(await self.receive(), Stopped):
                    pass
                return
            except (Gone, trio.WouldBlock):
                pass
        self.was_stubborn = True
        self.kill()

    def kill(self) -> None:
        """End the process now."""
        self._killed = True
        self._process.kill()

    async def exit(self) -> int:
        """Wait for the process to end by itself; its status."""
        return await self._process.wait()

    async def bury(self) -> None:
        """Kill the process, wait for its end (at most GONE_WITHIN), and close its pipes."""
        self.kill()
        with trio.move_on_after(GONE_WITHIN, shield=True):
            await self._process.wait()
        for pipe in (self._stdin, self._stdout, self._process.stderr):
            if pipe is not None:
                await trio.aclose_forcefully(pipe)


def _result(reply: Reply) -> Done:
    match reply:
        case Failed(message):
            raise EngineFailed(message)
        case Refused(message):
            raise Undecodable(message)
        case Heard() | Recognised() | Spoken() | Decoded() | Converted() | Pushed() | Dropped():
            return reply
        case Ready() | Stopped() | Words() | Sounded():
            raise Gone(f"it answered {type(reply).__name__} where a result was due")
        case _:
            assert_never(reply)


async def _spawn(plan: Plan) -> Child:
    """Start a process that finds this package where we found it, and no other `adapters` in the current folder."""
    root = str(Path(adapters.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment = {name: value for name, value in os.environ.items() if name.upper().startswith(NEEDED)}
    process = await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", plan.module, *plan.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONPATH": path},
    )
    return Child(process, plan)


class Seat:
    """A place in the pool: at any time it has a process, or one is being started, or it is known why there is none."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._settled = trio.Event()
        self._child: Child | None = None
        self._trouble = ""
        self._stubborn = False
        self.ready = Ready()

    @property
    def pid(self) -> int | None:
        """The process id, while there is a process that is ready."""
        return self._child.pid if self._child and self._child.is_fit else None

    async def keep(self, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED) -> None:
        """Have a process, and another when it dies, until cancelled.

        Reports "" when the first one is ready; or why it is not, and returns.
        """
        idle_deaths = 0
        fresh = True
        while True:
            served = await self._live(task_status.started if fresh else _ignore)
            if fresh and self._trouble:
                task_status.started(self._trouble)
                return
            fresh = False
            idle_deaths = 0 if served else min(idle_deaths + 1, len(PAUSES) - 1)
            if self._stubborn:
                _log.info("%s: a process that did not stop in time was replaced", self._plan.title)
            else:
                _log.warning("%s: a worker process ended, another is started", self._plan.title)
            await trio.sleep(PAUSES[idle_deaths])

    async def _live(self, started: Callable[[str], None]) -> bool:
        """The life of one process; whether it served a call."""
        try:
            child = await _spawn(self._plan)
        except OSError as error:  # no more processes, files or memory: it may pass
            self._trouble = f"{self._plan.title} could not start: {error.strerror or error}"
            self._settled.set()
            return False
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child.write)
                nursery.start_soon(child.log)
                self._trouble = await self._greet(child)
                self._child = None if self._trouble else child
                self._settled.set()
                if not self._trouble:
                    started("")
                    await child.exit()
                nursery.cancel_scope.cancel()
        finally:
            self._vacate()
            await child.bury()
        self._stubborn = child.was_stubborn
        return child.served

    def _vacate(self) -> None:
        """Have calls wait for the next process; but where one did not come up they are told at once, until one does."""
        self._child = None
        if self._settled.is_set() and not self._trouble:
            self._settled = trio.Event()

    async def _greet(self, child: Child) -> str:
        """Wait for `Ready`; "" or why it did not come."""
        title = self._plan.title
        with trio.move_on_after(START_WITHIN):
            try:
                first = await child.receive()
            except Gone:
                with trio.move_on_after(GONE_WITHIN):
                    await child.silent.wait()
                return f"{title} could not start: {child.printed or 'its process ended without a word'}"
            match first:
                case Ready():
                    self.ready = first
                    return ""
                case Failed(message):
                    return f"{title} could not start: {message}"
                case _:
                    return f"{title} could not start: it began with {type(first).__name__}"
        return f"{title} could not start within {START_WITHIN:g} seconds: the machine may be overloaded"

    async def call(self, request: Request, each: Each) -> Done:
        """As `Child.call`, waiting for a process that is being started; raises EngineFailed where none comes up."""
        if self._child and not self._child.is_fit:
            self._vacate()  # it died, or was killed, a moment ago, and `keep` has not heard of it yet
        await self._settled.wait()
        child = self._child
        if child is None:
            raise EngineFailed(self._trouble)
        try:
            return await child.call(request, each)
        except Gone:
            child.kill()
            raise EngineFailed(f"{self._plan.title} broke off its work and is being started again: try again") from None


def _ignore(_: str) -> None:
    """No one is told when a process is replaced."""


class Workers:
    """A fixed number of processes of one kind; calls wait for a free one."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._seats = tuple(Seat(plan) for _ in range(plan.count))
        # Bounded by the number of seats: a seat is in it or in one call, so putting it back never waits.
        self._release, self._free = trio.open_memory_channel[Seat](plan.count)
        for seat in self._seats:
            self._release.send_nowait(seat)

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that are ready."""
        return tuple(seat.pid for seat in self._seats if seat.pid is not None)

    @property
    def ready(self) -> Ready:
        """What the engine told of itself when it started."""
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

    async def call(self, request: Request, each: Each) -> Done:
        """Have `request` done by a free process; `each` is told what comes before the end, and may wait.

        Raises EngineFailed, also when the deadline passes or the process dies, and Undecodable. Cancelling stops the
        process's work, or kills it when it does not heed, and takes at most `Plan.grace` seconds.
        """
        with trio.move_on_after(self._plan.deadline):
            seat = await self._free.receive()
            try:
                return await self._on(seat, request, each)
            finally:
                self._release.send_nowait(seat)
        raise self._late()

    async def _on(self, seat: Seat, request: Request, each: Each) -> Done:
        try:
            return await seat.call(request, each)
        except Oversize as error:
            raise EngineFailed(f"{self._plan.title}: {error}") from error

    def _late(self) -> EngineFailed:
        return EngineFailed(f"{self._plan.title} did not finish within {self._plan.deadline:g} seconds")

    @contextmanager
    def keep_one(self) -> Iterator["Kept | None"]:
        """A process for several calls, as long as the block; None where that would leave no other one free."""
        if self._free.statistics().current_buffer_used < 2:
            yield None
            return
        seat = self._free.receive_nowait()
        try:
            yield Kept(self, seat)
        finally:
            self._release.send_nowait(seat)


class Kept:
    """A process that is kept for several calls."""

    def __init__(self, workers: Workers, seat: Seat) -> None:
        self._workers = workers
        self._seat = seat

    async def call(self, request: Request, each: Each) -> Done:
        """As `Workers.call`."""
        with trio.move_on_after(self._workers._plan.deadline):
            return await self._workers._on(self._seat, request, each)
        raise self._workers._late()


async def nothing(_: Progress) -> None:
    """For calls that have no progress."""
