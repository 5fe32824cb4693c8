"""A worker process on the server's side: it is started, given calls, stopped and ended."""

import logging
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self, assert_never

import msgspec
import trio
from msgspec.structs import replace

import adapters
from actors.ports.calls import EngineFailed
from adapters.processes.frames import (
    HEAD,
    REFUSALS,
    ConvertedFrame,
    DecodedFrame,
    Done,
    DroppedFrame,
    FailedFrame,
    HeardFrame,
    JudgedFrame,
    LostFrame,
    Oversize,
    PieceWordsFrame,
    Progress,
    PushedFrame,
    ReadyFrame,
    RecognisedFrame,
    RefusedFrame,
    Reply,
    Request,
    SoundFrame,
    SpokenFrame,
    StopFrame,
    StoppedFrame,
    TurnEndedFrame,
    WordsFrame,
    checked,
    pack,
)
from adapters.processes.liveness import LOOK, Liveness, Read, reader
from adapters.processes.mouthframes import AlignedFrame, PhonesToldFrame

Each = Callable[[Progress], Awaitable[None]]

GONE_WITHIN = 2.0
"""Seconds that are waited for a killed process to be gone, and for the rest of what it printed."""
PRINTED = 64 * 1024
"""Bytes of what a process prints that are logged; what follows is read and dropped."""

NEEDED = (
    *("PATH", "PYTHON", "VIRTUAL_ENV", "HOME", "LANG", "LC_", "TZ", "TMP", "TEMP", "LD_", "DYLD_", "OMP_"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "COMSPEC", "NUMBER_OF_"),
)
"""What the names of the variables begin with that a worker process is given: native code reads files of strangers
there, and the keys of providers are none of its business."""
QUIET = {"ORT_DISABLE_TELEMETRY": "1"}
"""What turns off that libraries tell their makers: onnxruntime keeps an id of the machine in the user's home, and sends
events about the machine, the process and the models, unless this is set before it is loaded."""

_log = logging.getLogger(__name__)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class Gone(Exception):
    """The process has ended, hangs, or sends what cannot be read."""


class Plan(msgspec.Struct, frozen=True):
    """A kind of worker process: `module` to run with `arguments`, `title` for messages; `grace`, `deadline` in seconds.

    `grace`: how long a process may take to answer `StopFrame` before it is killed. `deadline`: how long a call may
    take, including its wait for a free process; it is the last resort, no time that people are meant to wait.
    `count`: how many processes there are at most. `kept`: how many of them are always there, None for all; the others
    are started when a call waits, and end after `idle` seconds without a call.
    """

    module: str
    title: str
    count: int = 1
    grace: float = 0.25
    deadline: float = 120.0
    arguments: tuple[str, ...] = ()
    kept: int | None = None
    idle: float = 60.0

    @property
    def always(self) -> int:
        """The number of processes that are always there."""
        return self.count if self.kept is None else min(self.kept, self.count)

    def of(self, module: str, arguments: tuple[str, ...] = ()) -> Self:
        """This plan, for that module."""
        return replace(self, module=module, arguments=arguments)


class Child:
    """One running process, and the frames on its pipes."""

    def __init__(self, process: trio.Process, plan: Plan, read: Read) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._plan = plan
        self._read = read
        self._stdin, self._stdout = process.stdin, process.stdout
        self._buffer = bytearray()
        # Room for a request and the Stop after it: so neither ever waits, and a cancel never tears a frame in two.
        self._outbox, self._unsent = trio.open_memory_channel[memoryview](2)
        self._unwritten = 0
        self.printed = ""
        self.silent = trio.Event()
        self.was_asked = False
        self.was_stubborn = self.was_hung = self.was_retired = False
        self._killed = False
        self._owes = self._said = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_fit(self) -> bool:
        """Whether it runs and may be given a call."""
        return not self._killed and self._process.returncode is None

    async def write(self) -> None:
        """Write what the pipe did not take at once, until the process stops reading.

        Cancelling may leave half a frame in the pipe: the process has to be killed.
        """
        try:
            async for frame in self._unsent:
                await self._stdin.send_all(frame)
                self._unwritten -= 1
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.kill()

    def _send(self, frame: bytearray) -> None:
        """Write a frame; what the pipe does not take at once is left to `write`. Raises trio.WouldBlock for a third.

        A frame that fits, as most do, costs no change of tasks: half of what the server paid for a small call.
        """
        rest = memoryview(frame)
        if not self._unwritten and (pipe := _descriptor(self._stdin)) is not None:
            try:
                rest = rest[os.write(pipe, rest) :]
            except BlockingIOError:
                pass
            except OSError:
                self.kill()
                return
        if rest:
            self._outbox.send_nowait(rest)
            self._unwritten += 1

    async def log(self) -> None:
        """Log what the process prints.

        `printed` is its last line; `silent` is set when no more will come. Cancelling stops the reading, and `silent`
        is not set.
        """
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
        """The next reply. Raises Gone. Cancelling loses nothing."""
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
            chunk = await self._receive_some(max(65_536, size - len(self._buffer)))
            if not chunk:
                raise Gone("its pipe is closed")
            self._said = True
            self._buffer += chunk

    async def _receive_some(self, most: int) -> bytes | bytearray:
        """Bytes of its pipe, b"" at the end. The pipe's own way tries to read too early.

        Raises trio.BrokenResourceError, trio.ClosedResourceError. Cancelling loses nothing.
        """
        pipe = _descriptor(self._stdout)
        if pipe is None or pipe < 0:
            return await self._stdout.receive_some(most)
        while True:
            await trio.lowlevel.wait_readable(pipe)
            try:
                return os.read(pipe, most)
            except BlockingIOError:
                continue
            except OSError as error:
                raise trio.BrokenResourceError from error

    async def call(self, request: Request, each: Each) -> Done:
        """Have the process do `request`; `each` is called with the progress that comes before the result.

        Raises Gone, Oversize, EngineFailed, Undecodable. However the call ends, the process is then either ready for
        the next call or killed. Cancelling stops the work, and takes at most `Plan.grace` seconds.
        """
        frame = pack(request)
        ended = False
        self.was_asked = True
        try:
            self._send(frame)
            while True:
                reply = await self._due()
                if isinstance(reply, Progress):
                    await each(reply)
                    continue
                ended = True
                return _result(reply)
        finally:
            if not ended and not self._killed:
                await self._stop()

    async def _due(self) -> Reply:
        """The next reply, which the process owes. Raises Gone, also where it hangs: then `watch` closes the pipe."""
        self._owes = self._said = True
        try:
            return await self.receive()
        finally:
            self._owes = False

    async def watch(self) -> None:
        """Look at the process now and then until it hangs; then kill it and close its pipe, which ends its call.

        Cancelling stops the looking.
        """
        liveness = Liveness()
        while True:
            before = trio.current_time()
            await trio.sleep(LOOK)
            said, self._said = self._said, False
            if why := liveness.look(self._read(), trio.current_time() - before, owes=self._owes, said=said):
                break
        _log.warning("%s: process %d %s; another is started", self._plan.title, self.pid, why)
        self.was_hung = True
        self.kill()
        await trio.aclose_forcefully(self._stdout)

    async def _stop(self) -> None:
        with trio.move_on_after(self._plan.grace, shield=True):
            try:
                self._send(pack(StopFrame()))
                while not isinstance(await self.receive(), StoppedFrame):
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
        """Wait until the process ends by itself; returns its exit status. Cancelling stops the waiting alone."""
        return await self._process.wait()

    async def reap(self) -> None:
        """Kill the process, wait for its end (at most GONE_WITHIN seconds), and close its pipes.

        Cancelling shortens neither.
        """
        self.kill()
        with trio.move_on_after(GONE_WITHIN, shield=True):
            await self._process.wait()
        for pipe in (self._stdin, self._stdout, self._process.stderr):
            if pipe is not None:
                await trio.aclose_forcefully(pipe)


def _descriptor(pipe: trio.abc.SendStream | trio.abc.ReceiveStream) -> int | None:
    """The pipe's descriptor, which does not block, -1 for one that is closed; None on systems where pipes have none."""
    number: Callable[[], int] | None = getattr(pipe, "fileno", None)
    return None if number is None else number()


def _result(reply: Reply) -> Done:
    match reply:
        case FailedFrame(message):
            raise EngineFailed(message)
        case RefusedFrame(message, name):
            raise REFUSALS[name](message)
        case (
            HeardFrame()
            | RecognisedFrame()
            | PieceWordsFrame()
            | SpokenFrame()
            | DecodedFrame()
            | ConvertedFrame()
            | PushedFrame()
            | LostFrame()
            | DroppedFrame()
            | JudgedFrame()
            | TurnEndedFrame()
            | AlignedFrame()
            | PhonesToldFrame()
        ):
            return reply
        case ReadyFrame() | StoppedFrame() | WordsFrame() | SoundFrame():
            raise Gone(f"it answered {type(reply).__name__} where a result was due")
        case _:
            assert_never(reply)


async def spawn(plan: Plan) -> Child:
    """Start a process that imports this package from where we did, not from the current folder.

    Raises OSError where the system cannot start it. Cancelling has no effect once the start has begun.
    """
    root = str(Path(adapters.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment = {name: value for name, value in os.environ.items() if name.upper().startswith(NEEDED)}
    process = await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", plan.module, *plan.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, **QUIET, "PYTHONPATH": path},
    )
    return Child(process, plan, reader(process.pid))
